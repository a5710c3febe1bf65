import assert from "node:assert/strict";
import { test } from "node:test";
import { ipPoolObject } from "../../../../components/cilium/loadBalancer/pools.ts";
import type { IpPool } from "../../../../components/inputs/loadBalancerArgs.ts";

test("the name becomes the object's name, and everything else its spec", () => {
  const spec = {
    blocks: [{ cidr: "192.168.1.200/29" }, { start: "fd00::1", stop: "fd00::9" }],
    serviceSelector: { matchLabels: { team: "a" } },
    allowFirstLastIPs: "No",
    disabled: true,
  } satisfies Omit<IpPool, "name">;
  assert.deepEqual(ipPoolObject({ name: "lan", ...spec }, "cilium.io/v2"), {
    apiVersion: "cilium.io/v2",
    kind: "CiliumLoadBalancerIPPool",
    metadata: { name: "lan" },
    spec,
  });
});

test("fields that the user leaves out are not in the spec, so Cilium's defaults apply", () => {
  const { spec } = ipPoolObject({ name: "lan", blocks: [{ cidr: "192.168.1.200/29" }] }, "cilium.io/v2");
  assert.deepEqual(spec, { blocks: [{ cidr: "192.168.1.200/29" }] });
});
