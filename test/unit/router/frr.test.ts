import assert from "node:assert/strict";
import { test } from "node:test";
import type { BgpPeer } from "../../../components/inputs/bgpArgs.ts";
import { frrConfig } from "../../../components/router/frr.ts";
import { routerOf } from "../../fixtures/routers.ts";

test("a router with an address of each IP family takes only the pools, over all nodes, and announces nothing", () => {
  assert.equal(
    frrConfig(routerOf({ address: "192.168.1.1", asn: 64512 }, { address: "2001:db8:1::1", asn: 64512 })),
    `! FRR, for the router at 192.168.1.1 and 2001:db8:1::1 in AS 64512. Paste it after \`configure terminal\` in vtysh, or into frr.conf.
ip prefix-list cilium-ipv4 seq 5 permit 10.50.0.0/24 le 32
ip prefix-list cilium-ipv4 seq 10 permit 10.60.0.3/32
route-map cilium-ipv4-in permit 10
 match ip address prefix-list cilium-ipv4
exit
ipv6 prefix-list cilium-ipv6 seq 5 permit 2001:db8:50::/120 le 128
route-map cilium-ipv6-in permit 10
 match ipv6 address prefix-list cilium-ipv6
exit
route-map cilium-out deny 10
exit
router bgp 64512
 neighbor cilium-ipv4 peer-group
 neighbor cilium-ipv4 remote-as 64513
 neighbor cilium-ipv4 passive
 neighbor 192.168.1.11 peer-group cilium-ipv4
 neighbor 192.168.1.12 peer-group cilium-ipv4
 neighbor 192.168.1.13 peer-group cilium-ipv4
 neighbor cilium-ipv6 peer-group
 neighbor cilium-ipv6 remote-as 64513
 neighbor cilium-ipv6 passive
 neighbor 2001:db8:1::11 peer-group cilium-ipv6
 address-family ipv4 unicast
  neighbor cilium-ipv4 activate
  neighbor cilium-ipv4 route-map cilium-ipv4-in in
  neighbor cilium-ipv4 route-map cilium-out out
  maximum-paths 3
 exit-address-family
 address-family ipv4 unicast
  no neighbor cilium-ipv6 activate
 exit-address-family
 address-family ipv6 unicast
  neighbor cilium-ipv6 activate
  neighbor cilium-ipv6 route-map cilium-ipv6-in in
  neighbor cilium-ipv6 route-map cilium-out out
  maximum-paths 2
 exit-address-family
exit
`,
  );
});

test("the settings of a peer have their other half on the router", () => {
  const text = frrConfig(
    routerOf({ address: "192.168.1.1", asn: 64512, ebgpMultihop: 3, port: 1790, authSecretRef: "bgp-password" }),
  );
  assert.match(text, /^ neighbor cilium-ipv4 ebgp-multihop 3$/m);
  assert.match(text, /^ ! .* port 1790: start bgpd with `--bgp_port 1790`\.$/m);
  assert.match(
    text,
    /^ ! Replace the last word .* Secret bgp-password\.\n neighbor cilium-ipv4 password PASSWORD-FROM-SECRET-bgp-password$/m,
  );
});

test("an internal session has paths of its own kind", () => {
  const text = frrConfig(routerOf({ address: "192.168.1.1", asn: 64513 }));
  assert.match(text, /^ neighbor cilium-ipv4 remote-as 64513$/m);
  assert.match(text, /^ {2}maximum-paths ibgp 3$/m);
});

test("FRR also takes the routes of nodes that it reaches by its default route, in the IP families that need it", () => {
  const textOf = (...peers: BgpPeer[]) => frrConfig(routerOf(...peers));
  const lookups = (text: string) => [...text.matchAll(/^(.*) nht resolve-via-default$/gm)].map(([, protocol]) => protocol);
  const ipv4 = { address: "192.168.1.1", asn: 64512 };
  const ipv6 = { address: "2001:db8:1::1", asn: 64512 };
  assert.deepEqual(lookups(textOf(ipv4, ipv6)), []);
  assert.deepEqual(lookups(textOf({ ...ipv4, ebgpMultihop: 2 }, ipv6)), ["ip"]);
  assert.deepEqual(lookups(textOf(ipv4, { ...ipv6, ebgpMultihop: 255 })), ["ipv6"]);
  assert.deepEqual(lookups(textOf({ ...ipv4, asn: 64513 }, { ...ipv6, asn: 64513 })), ["ip", "ipv6"]);
});

test("nodes of several AS numbers are external", () => {
  const router = routerOf({ address: "192.168.1.1", asn: 64512 });
  const sessions = router.sessions.map((each) => ({ ...each, nodesAsn: undefined }));
  assert.match(frrConfig({ ...router, sessions }), /^ neighbor cilium-ipv4 remote-as external$/m);
});

test("if nothing is known of what the nodes announce, nothing is taken, and the text says what to add", () => {
  const router = routerOf({ address: "192.168.1.1", asn: 64512 });
  const sessions = router.sessions.map((each) => ({ ...each, accepted: [], hasExternalIps: true }));
  const text = frrConfig({ ...router, sessions });
  assert.match(
    text,
    /^! .* external IPs too: permit their ranges in the prefix list cilium-ipv4\.\nip prefix-list cilium-ipv4 seq 5 deny any$/m,
  );
});

test("only a router without IPv4 needs an ID", () => {
  assert.match(frrConfig(routerOf({ address: "2001:db8:1::1", asn: 64512 })), /^ bgp router-id 0\.0\.0\.1$/m);
  assert(!frrConfig(routerOf({ address: "192.168.1.1", asn: 64512 })).includes("router-id"));
});

test("with graceful restart, a dead node does not keep its routes", () => {
  const peer = { address: "192.168.1.1", asn: 64512 };
  const textOf = (...peers: BgpPeer[]) => frrConfig(routerOf(...peers));
  const line = /^router bgp 64512\n no bgp graceful-restart notification$/m;
  assert.match(textOf({ ...peer, gracefulRestart: { enabled: true } }), line);
  assert.match(
    textOf(peer, { address: "2001:db8:1::1", asn: 64512, gracefulRestart: { enabled: true } }),
    /^ no bgp graceful-restart notification$/m,
  );
  for (const each of [peer, { ...peer, gracefulRestart: { enabled: false } }]) assert(!textOf(each).includes("graceful-restart"));
});

test("traffic is spread over nodes of several AS numbers too", () => {
  const router = routerOf({ address: "192.168.1.1", asn: 64512 });
  const sessions = router.sessions.map((each) => ({ ...each, nodesAsn: undefined }));
  assert.match(frrConfig({ ...router, sessions }), /^router bgp 64512\n bgp bestpath as-path multipath-relax$/m);
  assert(!frrConfig(router).includes("multipath-relax"));
});

test("one hop is no setting of its own", () => {
  assert(!frrConfig(routerOf({ address: "192.168.1.1", asn: 64512, ebgpMultihop: 1 })).includes("multihop"));
});

test("if only some nodes are in the AS of the router, the text says what they need", () => {
  const router = routerOf({ address: "192.168.1.1", asn: 64512 });
  const sessions = router.sessions.map((each) => ({ ...each, nodesAsn: undefined, isPartlyInternal: true }));
  assert.match(
    frrConfig({ ...router, sessions }),
    /^ ! .* `remote-as internal`\.\n neighbor 192\.168\.1\.11 peer-group cilium-ipv4$/m,
  );
  assert(!frrConfig(router).includes("`remote-as internal`"));
});
