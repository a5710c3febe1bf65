import assert from "node:assert/strict";
import { test } from "node:test";
import type { TalosCiliumCniArgs } from "../../../components/inputs/args.ts";
import type { BgpInstance, BgpPeer } from "../../../components/inputs/bgpArgs.ts";
import { podCidrRanges } from "../../../components/inputs/network.ts";
import { resolveSettings } from "../../../components/inputs/settings.ts";
import { addressesOf, passwordPlaceholder, routersOf } from "../../../components/router/routers.ts";

const nodes = ["192.168.1.11", "2001:db8:1::11", "192.168.1.12", "2001:db8:1::12"];
const blocks = [{ cidr: "10.50.0.0/24" }, { start: "10.60.0.3", stop: "10.60.0.4" }, { cidr: "2001:db8:50::/120" }];
const ranges = { podCidr: "10.244.0.0/16,fd00:10:244::/56", serviceCidr: "10.96.0.0/12,fd00:10:96::/108" };

function routers(bgp: BgpInstance[], args: TalosCiliumCniArgs = {}) {
  const settings = resolveSettings({
    ...ranges,
    lan: { nodes },
    loadBalancer: { ipPools: [{ name: "a", blocks }] },
    bgp,
    ...args,
  });
  return routersOf(settings, podCidrRanges(settings));
}
const instance = (peers: readonly (readonly [address: string, asn: number])[], more: Partial<BgpInstance> = {}): BgpInstance => ({
  name: "lan",
  localAsn: 64513,
  peers: peers.map(([address, asn]) => ({ address, asn })),
  ...more,
});

test("each router has the nodes of the IP family of its address, and takes the pools of that family", () => {
  const [router, ...others] = routers([
    instance([
      ["192.168.1.1", 64512],
      ["2001:db8:1::1", 64512],
    ]),
  ]);
  assert.deepEqual(others, []);
  assert.deepEqual([router?.asn, router?.sessions.map(({ address }) => address)], [64512, ["192.168.1.1", "2001:db8:1::1"]]);
  assert.deepEqual(
    router?.sessions.map((each) => [each.family, each.nodes, each.nodesAsn, each.accepted]),
    [
      [4, ["192.168.1.11", "192.168.1.12"], 64513, ["10.50.0.0/24", "10.60.0.3/32", "10.60.0.4/32"]],
      [6, ["2001:db8:1::11", "2001:db8:1::12"], 64513, ["2001:db8:50::/120"]],
    ],
  );
});

test("routers are told apart by their AS numbers, and in one AS by their addresses in one IP family", () => {
  const routersAt = (...peers: (readonly [string, number])[]) =>
    routers([instance(peers)]).map((router) => [router.asn, ...addressesOf(router)]);
  assert.deepEqual(routersAt(["192.168.1.1", 64512], ["192.168.1.2", 64514]), [
    [64512, "192.168.1.1"],
    [64514, "192.168.1.2"],
  ]);
  assert.deepEqual(
    routersAt(["192.168.1.1", 64512], ["192.168.1.2", 64512], ["2001:db8:1::2", 64512], ["2001:db8:1::1", 64512]),
    [
      [64512, "192.168.1.1", "2001:db8:1::2"],
      [64512, "192.168.1.2", "2001:db8:1::1"],
    ],
  );
});

test("two instances with one router are one configuration, which takes what either announces", () => {
  const peers = [["192.168.1.1", 64512]] as const;
  const one = instance(peers, { nodeSelector: { matchLabels: { rack: "1" } } });
  const other = instance(peers, { name: "two", localAsn: 64514, advertise: { loadBalancerIPs: false, podCidrs: true } });
  const [router, ...others] = routers([one, other]);
  assert.deepEqual(others, []);
  const [session] = router?.sessions ?? [];
  assert.equal(session?.nodesAsn, undefined);
  assert.deepEqual(session?.accepted, ["10.50.0.0/24", "10.60.0.3/32", "10.60.0.4/32", "10.244.0.0/16"]);
});

test("what is announced decides which routes the router takes", () => {
  const acceptedWith = (advertise: BgpInstance["advertise"]) => {
    const [session] = routers([instance([["192.168.1.1", 64512]], { advertise: advertise ?? {} })])[0]?.sessions ?? [];
    return { accepted: session?.accepted, hasExternalIps: session?.hasExternalIps };
  };
  const pools = ["10.50.0.0/24", "10.60.0.3/32", "10.60.0.4/32"];
  assert.deepEqual(acceptedWith({}), { accepted: pools, hasExternalIps: false });
  assert.deepEqual(acceptedWith({ loadBalancerIPs: false, externalIPs: true }), { accepted: [], hasExternalIps: true });
  assert.deepEqual(acceptedWith({ clusterIPs: true, podCidrs: true }), {
    accepted: [...pools, "10.96.0.0/12", "10.244.0.0/16"],
    hasExternalIps: false,
  });
});

test("Services of a disabled pool keep their addresses, so the router takes them", () => {
  const ipPools = [{ name: "a", blocks: [{ cidr: "10.50.0.0/24" }], disabled: true }];
  const [router] = routers([instance([["192.168.1.1", 64512]])], { loadBalancer: { ipPools } });
  assert.deepEqual(router?.sessions[0]?.accepted, ["10.50.0.0/24"]);
});

test("without peers, or without nodes of the IP family, there is no router", () => {
  assert.deepEqual(routers([]), []);
  assert.deepEqual(routers([instance([["192.168.1.1", 64512]])], { lan: {} }), []);
  assert.deepEqual(routers([instance([["2001:db8:1::1", 64512]])], { lan: { nodes: ["192.168.1.11"] } }), []);
  const [router] = routers(
    [
      instance([
        ["192.168.1.1", 64512],
        ["2001:db8:1::1", 64512],
      ]),
    ],
    { lan: { nodes: ["192.168.1.11"] } },
  );
  assert.deepEqual(
    router?.sessions.map(({ family }) => family),
    [4],
  );
});

test("a session inside one AS is internal, and one of two instances may be", () => {
  const at = (...localAsns: readonly number[]) => {
    const bgp = localAsns.map((localAsn) => instance([["192.168.1.1", 64512]], { name: `as${localAsn}`, localAsn }));
    const { isInternal, isPartlyInternal, mayBeRemote, nodesAsn } =
      routers(bgp)[0]?.sessions[0] ?? assert.fail("there is no router");
    return { isInternal, isPartlyInternal, mayBeRemote, nodesAsn };
  };
  const external = { isInternal: false, isPartlyInternal: false, mayBeRemote: false };
  assert.deepEqual(at(64513), { ...external, nodesAsn: 64513 });
  assert.deepEqual(at(64513, 64514), { ...external, nodesAsn: undefined });
  assert.deepEqual(at(64512), { isInternal: true, isPartlyInternal: false, mayBeRemote: true, nodesAsn: 64512 });
  for (const localAsns of [
    [64512, 64513],
    [64513, 64512],
  ]) {
    assert.deepEqual(at(...localAsns), { isInternal: false, isPartlyInternal: true, mayBeRemote: true, nodesAsn: undefined });
  }
});

test("the nodes of a router may be several hops away, and may restart gracefully, if one of its peers says so", () => {
  const at = (...peers: readonly Partial<BgpPeer>[]) => {
    const bgp = peers.map((peer, index) =>
      instance([], { name: `bgp${index}`, peers: [{ address: "192.168.1.1", asn: 64512, ...peer }] }),
    );
    const { hops, mayBeRemote, restartsGracefully } = routers(bgp)[0]?.sessions[0] ?? assert.fail("there is no router");
    return [hops, mayBeRemote, restartsGracefully];
  };
  assert.deepEqual(at({}), [1, false, false]);
  assert.deepEqual(at({ ebgpMultihop: 1, gracefulRestart: { enabled: false } }), [1, false, false]);
  assert.deepEqual(at({}, { ebgpMultihop: 3 }), [3, true, false]);
  assert.deepEqual(at({ gracefulRestart: { enabled: true } }, {}), [1, false, true]);
});

test("two ways to write an address are one router", () => {
  const bgp = ["2001:db8:1::1", "2001:DB8:1:0::1"].map((address, index) =>
    instance([[address, 64512]], { name: `bgp${index}`, localAsn: 64513 + index }),
  );
  assert.deepEqual(
    routers(bgp).map((router) => [addressesOf(router), router.sessions.map(({ nodesAsn }) => nodesAsn)]),
    [[["2001:db8:1::1"], [undefined]]],
  );
});

test("the placeholder of a password is one word that names the Secret", () => {
  assert.equal(passwordPlaceholder("bgp-password"), "PASSWORD-FROM-SECRET-bgp-password");
});
