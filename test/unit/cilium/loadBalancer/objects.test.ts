import assert from "node:assert/strict";
import { test } from "node:test";
import { loadBalancerObjects } from "../../../../components/cilium/loadBalancer/objects.ts";
import { resolveSettings } from "../../../../components/inputs/settings.ts";
import { createManifest } from "../../../../components/kubernetes/manifest.ts";
import { devStack } from "../../../fixtures/devStack.ts";

test("the dev stack's pool and policy, with nothing in them that Cilium does not know", () => {
  assert.equal(
    createManifest(loadBalancerObjects(resolveSettings(devStack))).yaml,
    `---
apiVersion: cilium.io/v2
kind: CiliumLoadBalancerIPPool
metadata:
  name: default-ip-pool
spec:
  blocks:
    - cidr: 192.168.1.200/29
---
apiVersion: cilium.io/v2alpha1
kind: CiliumL2AnnouncementPolicy
metadata:
  name: default-l2-announcement
spec:
  loadBalancerIPs: true
`,
  );
});

test("a policy announces the addresses of LoadBalancer Services unless told otherwise", () => {
  const spec = (policy: object) =>
    loadBalancerObjects(resolveSettings({ loadBalancer: { l2Policies: [{ name: "a", ...policy }] } }))[0]?.["spec"];
  assert.deepEqual(spec({}), { loadBalancerIPs: true });
  assert.deepEqual(spec({ loadBalancerIPs: false, externalIPs: true }), { loadBalancerIPs: false, externalIPs: true });
});

test("every field of pools and policies arrives, the words Yes and No as strings", () => {
  const selector = { matchExpressions: [{ key: "team", operator: "In", values: ["a", "b"] }] } as const;
  const pool = {
    blocks: [{ start: "10.0.0.1", stop: "10.0.0.9" }],
    serviceSelector: selector,
    allowFirstLastIPs: "No",
    disabled: true,
  } as const;
  const policy = {
    interfaces: ["^enp"],
    nodeSelector: { matchLabels: { a: "b" } },
    serviceSelector: selector,
    externalIPs: true,
    loadBalancerIPs: true,
  };
  const objects = loadBalancerObjects(
    resolveSettings({
      loadBalancer: {
        ipPools: [
          { name: "p", ...pool },
          { name: "q", ...pool },
        ],
        l2Policies: [{ name: "r", ...policy }],
      },
    }),
  );
  assert.deepEqual(
    objects.map(({ metadata, spec }) => [metadata, spec]),
    [
      [{ name: "p" }, pool],
      [{ name: "q" }, pool],
      [{ name: "r" }, policy],
    ],
  );
  assert.match(createManifest(objects).yaml, /allowFirstLastIPs: "No"/);
});

test("nothing is announced and no address given unless asked for", () => {
  assert.deepEqual(loadBalancerObjects(resolveSettings({})), []);
});
