import assert from "node:assert/strict";
import { test } from "node:test";
import type { BgpPeer } from "../../../components/inputs/bgpArgs.ts";
import { birdConfig } from "../../../components/router/bird.ts";
import { routerOf } from "../../fixtures/routers.ts";

test("a router with an address of each IP family takes only the pools, over all nodes, and announces nothing", () => {
  assert.equal(
    birdConfig(routerOf({ address: "192.168.1.1", asn: 64512 }, { address: "2001:db8:1::1", asn: 64512 })),
    `# BIRD 2, for the router at 192.168.1.1 and 2001:db8:1::1 in AS 64512. If your configuration has the protocols device and kernel already,
# leave them out here, and let yours export these routes and merge paths.
protocol device {}
protocol kernel {
  merge paths on limit 3;
  ipv4 { import none; export where proto ~ "cilium_*"; };
}
protocol kernel {
  merge paths on limit 2;
  ipv6 { import none; export where proto ~ "cilium_*"; };
}
filter cilium_ipv4_routes {
  if net ~ [ 10.50.0.0/24+, 10.60.0.3/32+ ] then accept;
  reject;
}
template bgp cilium_ipv4 {
  local 192.168.1.1 as 64512;
  passive on;
  error wait time 5, 30;
  ipv4 { import filter cilium_ipv4_routes; export none; };
}
protocol bgp cilium_ipv4_1 from cilium_ipv4 { neighbor 192.168.1.11 as 64513; }
protocol bgp cilium_ipv4_2 from cilium_ipv4 { neighbor 192.168.1.12 as 64513; }
protocol bgp cilium_ipv4_3 from cilium_ipv4 { neighbor 192.168.1.13 as 64513; }
filter cilium_ipv6_routes {
  if net ~ [ 2001:db8:50::/120+ ] then accept;
  reject;
}
template bgp cilium_ipv6 {
  local 2001:db8:1::1 as 64512;
  passive on;
  error wait time 5, 30;
  ipv6 { import filter cilium_ipv6_routes; export none; };
}
protocol bgp cilium_ipv6_1 from cilium_ipv6 { neighbor 2001:db8:1::11 as 64513; }
`,
  );
});

test("the settings of a peer have their other half on the router", () => {
  const text = birdConfig(
    routerOf({ address: "192.168.1.1", asn: 64512, ebgpMultihop: 3, port: 1790, authSecretRef: "bgp-password" }),
  );
  assert.match(text, /^ {2}local 192\.168\.1\.1 port 1790 as 64512;$/m);
  assert.match(text, /^ {2}multihop 3;$/m);
  assert.match(text, /^ {2}# Replace .* Secret bgp-password\.\n {2}password "PASSWORD-FROM-SECRET-bgp-password";$/m);
});

test("nodes of several AS numbers are external", () => {
  const router = routerOf({ address: "192.168.1.1", asn: 64512 });
  const sessions = router.sessions.map((each) => ({ ...each, nodesAsn: undefined }));
  assert.match(birdConfig({ ...router, sessions }), /neighbor 192\.168\.1\.11 external;/);
});

test("if nothing is known of what the nodes announce, nothing is taken, and the text says what to add", () => {
  const router = routerOf({ address: "192.168.1.1", asn: 64512 });
  const sessions = router.sessions.map((each) => ({ ...each, accepted: [], hasExternalIps: true }));
  assert.match(
    birdConfig({ ...router, sessions }),
    /^# .* external IPs too: add their ranges to this filter\.\nfilter cilium_ipv4_routes \{\n {2}reject;\n\}$/m,
  );
});

test("only a router without IPv4 needs an ID", () => {
  assert.match(birdConfig(routerOf({ address: "2001:db8:1::1", asn: 64512 })), /^router id 0\.0\.0\.1;$/m);
  assert(!birdConfig(routerOf({ address: "192.168.1.1", asn: 64512 })).includes("router id"));
});

test("BIRD looks up the way to the nodes of internal sessions and over several hops, in the IP families that need it", () => {
  const textOf = (...peers: BgpPeer[]) => birdConfig(routerOf(...peers));
  const lookups = (text: string) => [
    /^protocol direct \{ (.*) \}$/m.exec(text)?.[1],
    ...[...text.matchAll(/^protocol kernel \{\n( {2}learn;\n)?.*\n {2}(ipv\d) \{ import (\w+);/gm)].map(
      ([, learn, family, imported]) => [family, learn !== undefined, imported].join(" "),
    ),
  ];
  const ipv4 = { address: "192.168.1.1", asn: 64512 };
  const ipv6 = { address: "2001:db8:1::1", asn: 64512 };
  assert.deepEqual(lookups(textOf(ipv4, ipv6)), [undefined, "ipv4 false none", "ipv6 false none"]);
  assert.deepEqual(lookups(textOf({ ...ipv4, ebgpMultihop: 1 })), [undefined, "ipv4 false none"]);
  assert.deepEqual(lookups(textOf({ ...ipv4, ebgpMultihop: 2 }, ipv6)), ["ipv4;", "ipv4 true all", "ipv6 false none"]);
  assert.deepEqual(lookups(textOf(ipv4, { ...ipv6, ebgpMultihop: 255 })), ["ipv6;", "ipv4 false none", "ipv6 true all"]);
  const internal = textOf({ ...ipv4, asn: 64513 }, { ...ipv6, asn: 64513 });
  assert.deepEqual(lookups(internal), ["ipv4; ipv6;", "ipv4 true all", "ipv6 true all"]);
  // What the router knows otherwise does not return to the kernel.
  for (const [, exported] of internal.matchAll(/import all; export (.*);/g))
    assert.equal(exported, 'where proto ~ "cilium_*"; }');
});

test("one hop is no setting of its own", () => {
  assert(!birdConfig(routerOf({ address: "192.168.1.1", asn: 64512, ebgpMultihop: 1 })).includes("multihop"));
});

test("if only some nodes are in the AS of the router, the text says what to change for them", () => {
  const router = routerOf({ address: "192.168.1.1", asn: 64512 });
  const sessions = router.sessions.map((each) => ({ ...each, nodesAsn: undefined, isPartlyInternal: true }));
  assert.match(birdConfig({ ...router, sessions }), /^# Write `internal` .*\nprotocol bgp cilium_ipv4_1 .* external; \}$/m);
  assert(!birdConfig(router).includes("`internal`"));
});
