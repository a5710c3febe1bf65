import assert from "node:assert/strict";
import { test } from "node:test";
import { loadBalancerObjects } from "../../../../components/cilium/loadBalancer/objects.ts";
import type { IpPool, LabelSelector } from "../../../../components/inputs/loadBalancerArgs.ts";
import { resolveSettings } from "../../../../components/inputs/settings.ts";
import { createManifest } from "../../../../components/kubernetes/manifest.ts";
import { ciliumMinors } from "../../../../components/versions/supported.ts";
import { devStack } from "../../../fixtures/devStack.ts";

test("the dev stack gets one pool and one policy, with nothing in them that Cilium does not know", () => {
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

test("pools come before policies, with all their fields, and Yes and No are written as text", () => {
  const selector: LabelSelector = { matchExpressions: [{ key: "team", operator: "In", values: ["a", "b"] }] };
  const pool = {
    blocks: [{ start: "10.0.0.1", stop: "10.0.0.9" }],
    serviceSelector: selector,
    allowFirstLastIPs: "No",
    disabled: true,
  } satisfies Omit<IpPool, "name">;
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

test("without pools and policies there are no objects", () => {
  assert.deepEqual(loadBalancerObjects(resolveSettings({})), []);
});

test("the objects have the API versions of their Cilium release, and an unsupported release is an error", () => {
  for (const [minor, { ipPool, l2Policy }] of Object.entries(ciliumMinors)) {
    const objects = loadBalancerObjects(resolveSettings({ ...devStack, ciliumVersion: `${minor}.0` }));
    assert.deepEqual(
      objects.map(({ apiVersion }) => apiVersion),
      [ipPool, l2Policy],
    );
  }
  assert.throws(
    () => loadBalancerObjects(resolveSettings({ ...devStack, ciliumVersion: "1.17.0" })),
    /1\.17\.0 is not supported/,
  );
});
