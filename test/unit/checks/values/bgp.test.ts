import assert from "node:assert/strict";
import { test } from "node:test";
import { validate, validateLoadBalancer } from "../../../../components/checks/validate.ts";
import { bgpAddressChecks, bgpValueChecks } from "../../../../components/checks/values/bgp.ts";
import type { TalosCiliumCniArgs } from "../../../../components/inputs/args.ts";
import type { BgpAdvertise } from "../../../../components/inputs/bgpArgs.ts";
import type { IpPoolBlock, L2Policy } from "../../../../components/inputs/loadBalancerArgs.ts";
import { bgp, bgpPool, lan } from "../../../fixtures/validInputs.ts";
import { testExamples } from "../../../harness/checkExamples.ts";

const router = { address: "192.168.1.1", asn: 64512 };
const routerOfIpv6 = { address: "2001:db8:1::1", asn: 64512 };
const dual = { podCidr: "10.244.0.0/16,fd00:10:244::/56", serviceCidr: "10.96.0.0/12,fd00:10:96::/108" };
const advertise = (advertise: BgpAdvertise, more: TalosCiliumCniArgs = {}) => bgp({ advertise }, more);
const multiPool = { ipam: { mode: "multi-pool" } };

testExamples(bgpValueChecks, {
  "BGP instances although Cilium's BGP control plane is off": [
    [
      bgp({}, { values: { bgpControlPlane: { enabled: false } } }),
      /^values\.bgpControlPlane\.enabled: is not true, so no agent connects to the peers in bgp; leave values\.bgpControlPlane\.enabled out, or leave bgp out$/,
    ],
    [bgp({}, { values: { bgpControlPlane: { enabled: null } } }), /^values\.bgpControlPlane\.enabled: is not true/],
    [
      bgp({}, { values: { bgpControlPlane: null } }),
      /^values\.bgpControlPlane: is not true, .*; leave values\.bgpControlPlane out, or leave bgp out$/,
    ],
    // Nobody learns the addresses of the pool, but that is not the problem.
    [
      bgp(
        {},
        {
          ...dual,
          ...bgpPool({ cidr: "2001:db8:2::/112" }, { cidr: "172.20.0.0/24" }),
          values: { bgpControlPlane: { enabled: false } },
        },
      ),
      /^values\.bgpControlPlane\.enabled: is not true/,
    ],
  ],
  "pod ranges that BGP does not announce in this IPAM mode": [
    [
      advertise({ podCidrs: true }, { ciliumVersion: "1.18.4", values: multiPool, routing: { directRoutes: false } }),
      /^bgp\[0\]\.advertise\.podCidrs: has no effect with IPAM mode "multi-pool"; set bgp\[0\]\.advertise\.podCidrs to false and announce its pools/,
    ],
    [
      advertise(
        { podCidrs: true, loadBalancerIPs: false },
        { ciliumVersion: "1.18.4", values: multiPool, routing: { directRoutes: false } },
      ),
      /has no effect with IPAM mode "multi-pool"; leave bgp\[0\] out and announce its pools/,
    ],
  ],
  "announced pod ranges beside direct routes": [
    [
      advertise({ podCidrs: true }),
      /^bgp\[0\]\.advertise\.podCidrs: is true, but the nodes send .*; set routing\.directRoutes to false, unless only clients outside/,
    ],
    [advertise({ podCidrs: true }, { values: { autoDirectNodeRoutes: true } }), /; set values\.autoDirectNodeRoutes to false/],
  ],
  "announced pod ranges beside a tunnel": [
    [
      advertise({ podCidrs: true }, { routing: { mode: "tunnel" } }),
      /^bgp\[0\]\.advertise\.podCidrs: is true, but traffic between pods goes through a tunnel; set bgp\[0\]\.advertise\.podCidrs to false, unless/,
    ],
    [advertise({ podCidrs: true, loadBalancerIPs: false }, { routing: { mode: "tunnel" } }), /; leave bgp\[0\] out, unless/],
  ],
  "announced ClusterIPs that answer nobody outside the cluster": [
    [
      advertise({ clusterIPs: true }),
      /^bgp\[0\]\.advertise\.clusterIPs: is true, but .*; set loadBalancer\.externalClusterIp to true, or set bgp\[0\]\.advertise\.clusterIPs to false$/,
    ],
    [
      advertise(
        { clusterIPs: true },
        { loadBalancer: { externalClusterIp: true }, values: { bpf: { lbExternalClusterIP: false } } },
      ),
      /; set values\.bpf\.lbExternalClusterIP to true, or set/,
    ],
    [
      advertise({ clusterIPs: true, loadBalancerIPs: false }),
      /; set loadBalancer\.externalClusterIp to true, or leave bgp\[0\] out$/,
    ],
  ],
});

const both = (blocks: IpPoolBlock[], policy: Partial<L2Policy> = {}, more: TalosCiliumCniArgs = {}): TalosCiliumCniArgs => ({
  ...bgp({}, more),
  loadBalancer: { ipPools: [{ name: "a", blocks }], l2Policies: [{ name: "a", ...policy }] },
});

testExamples(bgpAddressChecks, {
  "a pool of an IP family that no BGP peer learns": [
    [
      bgp({}, { ...dual, ...bgpPool({ cidr: "172.20.0.0/24" }, { cidr: "2001:db8:2::/112" }) }),
      /^loadBalancer\.ipPools\[0\]\.blocks\[1\]: 2001:db8:2::\/112 is learned by no router, because no peer in bgp has an address of IPv6; add the IPv6 address/,
    ],
    [
      bgp({ peers: [routerOfIpv6] }, { ...dual, ...bgpPool({ cidr: "172.20.0.0/24" }, { cidr: "2001:db8:2::/112" }) }),
      /^loadBalancer\.ipPools\[0\]\.blocks\[0\]: 172\.20\.0\.0\/24 .* no peer in bgp has an address of IPv4/,
    ],
    // The peer of IPv6 is one of an instance that announces no pools.
    [
      {
        ...dual,
        ...bgpPool({ cidr: "172.20.0.0/24" }, { cidr: "2001:db8:2::/112" }),
        bgp: [
          { name: "a", localAsn: 64513, peers: [router], nodeSelector: { matchLabels: { a: "a" } } },
          {
            name: "b",
            localAsn: 64513,
            peers: [routerOfIpv6],
            nodeSelector: { matchLabels: { a: "b" } },
            advertise: { loadBalancerIPs: false, externalIPs: true },
          },
        ],
      },
      /^loadBalancer\.ipPools\[0\]\.blocks\[1\]: 2001:db8:2::\/112 is learned by no router/,
    ],
    // The policy answers in the networks of the nodes only.
    [
      both(
        [{ cidr: "172.20.0.0/24" }, { cidr: "2001:db8:2::/112" }],
        { serviceSelector: {} },
        {
          ...dual,
          lan: { subnets: ["192.168.1.0/24", "2001:db8:1::/64"] },
          ciliumVersion: "1.19.6",
        },
      ),
      /^loadBalancer\.ipPools\[0\]\.blocks\[1\]: 2001:db8:2::\/112 is learned by no router/,
    ],
  ],
  "a BGP peer that learns nothing": [
    [
      bgp({ peers: [router, routerOfIpv6] }, bgpPool({ cidr: "172.20.0.0/24" })),
      /^bgp\[0\]\.peers\[1\]\.address: 2001:db8:1::1 learns routes of IPv6 only, and nothing of IPv6 is announced; add a block of IPv6 to a pool, or leave bgp\[0\]\.peers\[1\] out$/,
    ],
    [
      bgp({}, { loadBalancer: { ipPools: [{ name: "a", blocks: [{ cidr: "172.20.0.0/24" }], disabled: true }] } }),
      /^bgp\[0\]\.peers\[0\]\.address: 192\.168\.1\.1 learns .*, or leave bgp\[0\] out$/,
    ],
    [
      bgp(
        { peers: [router, routerOfIpv6], advertise: { loadBalancerIPs: false, clusterIPs: true } },
        { loadBalancer: { externalClusterIp: true } },
      ),
      /^bgp\[0\]\.peers\[1\]\.address: .* nothing of IPv6 is announced; leave bgp\[0\]\.peers\[1\] out$/,
    ],
    [
      bgp(
        { peers: [router, routerOfIpv6], advertise: { loadBalancerIPs: false, podCidrs: true } },
        { routing: { directRoutes: false } },
      ),
      /^bgp\[0\]\.peers\[1\]\.address: .* nothing of IPv6 is announced/,
    ],
  ],
  "Services that both a policy and BGP announce": [
    [
      both([{ cidr: "192.168.1.200/29" }], {}, { lan }),
      /^bgp\[0\]\.advertise: announces Services that loadBalancer\.l2Policies\[0\] announces too; give both a serviceSelector with different/,
    ],
    [both([{ cidr: "192.168.1.200/29" }]), /^bgp\[0\]\.advertise: announces Services that loadBalancer\.l2Policies\[0\]/],
    [bgp({}, { loadBalancer: { l2Policies: [{ name: "a" }] } }), /^bgp\[0\]\.advertise: announces Services/],
    [
      {
        ...both([{ cidr: "192.168.1.200/29" }], {}, { lan }),
        ...advertise({ serviceSelector: { matchLabels: { announce: "bgp" } } }),
      },
      /^bgp\[0\]\.advertise: announces Services/,
    ],
    [
      {
        ...advertise({ serviceSelector: { matchLabels: { announce: "bgp" } } }),
        lan,
        loadBalancer: {
          ipPools: [{ name: "a", blocks: [{ cidr: "192.168.1.200/29" }] }],
          l2Policies: [
            { name: "a", serviceSelector: { matchLabels: { announce: "arp" } } },
            { name: "b", serviceSelector: { matchLabels: { team: "b" } } },
          ],
        },
      },
      /^bgp\[0\]\.advertise: announces Services that loadBalancer\.l2Policies\[1\] announces too/,
    ],
  ],
});

const titles = [...bgpAddressChecks.errors, ...bgpAddressChecks.warnings].map(({ title }) => title);
/** The inputs with a warning of a check, by the name that users know. */
const warned = (title: string, args: TalosCiliumCniArgs) => {
  assert(titles.includes(title));
  const { errors, warnings } = validate({ ...args, chart: { path: "/nowhere" } });
  assert.deepEqual(
    errors.filter(({ input }) => !input.startsWith("chart")),
    [],
  );
  return warnings.filter((warning) => "check" in warning && warning.check === title).map(({ input }) => input);
};

test("each block and each peer is judged by its own IP family", () => {
  const blocks = { 4: { cidr: "172.20.0.0/24" }, 6: { cidr: "2001:db8:2::/112" } };
  const peers = { 4: router, 6: routerOfIpv6 };
  const choices = [[4], [6], [4, 6], [6, 4]] as const;
  for (const peerFamilies of choices) {
    for (const blockFamilies of choices) {
      const args = bgp(
        { peers: peerFamilies.map((family) => peers[family]) },
        { ...dual, ...bgpPool(...blockFamilies.map((family) => blocks[family])) },
      );
      const unlearned = blockFamilies.flatMap((family, index) =>
        (peerFamilies as readonly number[]).includes(family) ? [] : [`loadBalancer.ipPools[0].blocks[${index}]`],
      );
      const idle = peerFamilies.flatMap((family, index) =>
        (blockFamilies as readonly number[]).includes(family) ? [] : [`bgp[0].peers[${index}].address`],
      );
      assert.deepEqual(warned("a pool of an IP family that no BGP peer learns", args), unlearned);
      assert.deepEqual(warned("a BGP peer that learns nothing", args), idle);
    }
  }
});

test("a policy and BGP share Services only of pools in a network of the nodes, as far as it is known", () => {
  const title = "Services that both a policy and BGP announce";
  const subnets = [[], ["192.168.1.0/24"], ["2001:db8:1::/64"]];
  const blocks = ["192.168.1.200/29", "172.20.0.0/24"];
  for (const known of subnets) {
    for (const cidr of blocks) {
      // The selector of the policy lets addresses be outside of the LAN.
      const args = both([{ cidr }], { serviceSelector: {} }, { lan: { subnets: known } });
      const isOutside = known[0] === "192.168.1.0/24" && cidr === "172.20.0.0/24";
      assert.deepEqual(warned(title, args), isOutside ? [] : ["bgp[0].advertise"], JSON.stringify(args));
    }
  }
});

test("CiliumLoadBalancer runs the checks of addresses", () => {
  const { errors, warnings } = validateLoadBalancer({
    bgp: [
      { name: "lan", localAsn: 64513, peers: [routerOfIpv6, { address: "10.96.0.1", asn: 64512 }] },
      { name: "lan", localAsn: 23456, peers: [router] },
    ],
    loadBalancer: { ipPools: [{ name: "a", blocks: [{ cidr: "192.168.1.200/29" }] }], l2Policies: [{ name: "a" }] },
    lan,
  });
  assert.deepEqual(
    errors.map(({ input }) => input),
    ["bgp[1].name", "bgp[1].localAsn", "bgp[1].nodeSelector", "bgp[0].peers[1].address", "serviceCidr"],
  );
  assert.deepEqual(
    warnings.map(({ input }) => input),
    ["bgp[0].peers[0].address", "bgp[0].advertise", "bgp[1].advertise"],
  );
});
