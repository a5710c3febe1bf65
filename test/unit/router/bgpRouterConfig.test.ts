import assert from "node:assert/strict";
import { test } from "node:test";
import type { TalosCiliumCniArgs } from "../../../components/inputs/args.ts";
import { resolveSettings } from "../../../components/inputs/settings.ts";
import { bgpRouterConfig } from "../../../components/router/bgpRouterConfig.ts";

const configOf = (args: TalosCiliumCniArgs) => bgpRouterConfig(resolveSettings(args), []);
const lan = { nodes: ["192.168.1.11"] };
const peers = [
  { address: "192.168.1.1", asn: 64512 },
  { address: "192.168.1.2", asn: 64514 },
];
const bgp = [{ name: "lan", localAsn: 64513, peers }];

test("every router has a text for FRR and one for BIRD, with its AS number and its addresses", () => {
  const configs = configOf({ bgp, lan }) ?? assert.fail("there are no routers");
  assert.deepEqual(
    configs.map(({ asn, addresses }) => ({ asn, addresses })),
    [
      { asn: 64512, addresses: ["192.168.1.1"] },
      { asn: 64514, addresses: ["192.168.1.2"] },
    ],
  );
  for (const { asn, frr, bird } of configs) {
    assert.match(frr, new RegExp(`^router bgp ${asn}$`, "m"));
    assert.match(bird, new RegExp(` as ${asn};$`, "m"));
    assert.match(frr, /^ neighbor 192\.168\.1\.11 peer-group cilium-ipv4$/m);
    assert.match(bird, /neighbor 192\.168\.1\.11 as 64513;/);
  }
});

test("without peers or nodes there is no configuration", () => {
  for (const args of [{}, { lan }, { bgp }, { bgp: [], lan }]) assert.equal(configOf(args), undefined);
});
