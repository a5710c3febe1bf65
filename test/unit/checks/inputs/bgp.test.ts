import assert from "node:assert/strict";
import { test } from "node:test";
import { checkInputs } from "../../../../components/checks/inputs.ts";
import { bgpChecks } from "../../../../components/checks/inputs/bgp.ts";
import type { BgpCommunities, BgpInstance } from "../../../../components/inputs/bgpArgs.ts";
import type { LabelSelector } from "../../../../components/inputs/loadBalancerArgs.ts";
import { bgp } from "../../../fixtures/validInputs.ts";
import { testExamples } from "../../../harness/checkExamples.ts";

const router = { address: "192.168.1.1", asn: 64512 };
const off = { loadBalancerIPs: false, externalIPs: false, clusterIPs: false, podCidrs: false };
const communities = (communities: BgpCommunities) => bgp({ advertise: { communities } });
const instances = (...selectors: readonly (LabelSelector | undefined)[]) => ({
  bgp: selectors.map((nodeSelector, index): BgpInstance => {
    const instance = { name: `rack-${index}`, localAsn: 64513, peers: [router] };
    return nodeSelector === undefined ? instance : { ...instance, nodeSelector };
  }),
});

testExamples(bgpChecks, {
  "a BGP instance without peers": [
    [bgp({ peers: [] }), /^bgp\[0\]\.peers: is empty; give the address and the asn of a router$/],
    [bgp({ peers: [], advertise: { localPreference: 200 } }), /^bgp\[0\]\.peers: is empty/],
  ],
  "a BGP instance that announces nothing": [
    [
      bgp({ advertise: { loadBalancerIPs: false } }),
      /^bgp\[0\]\.advertise: announces nothing, .*; leave bgp\[0\]\.advertise\.loadBalancerIPs out, or set bgp\[0\]\.advertise\.externalIPs to true$/,
    ],
    [bgp({ advertise: off }), /^bgp\[0\]\.advertise: announces nothing/],
  ],
  "a reserved AS number": [
    [bgp({ localAsn: 23456 }), /^bgp\[0\]\.localAsn: is 23456, which is reserved; choose a private one from 64512 to 65534/],
    [bgp({ localAsn: 65535 }), /^bgp\[0\]\.localAsn: is 65535/],
    [bgp({ peers: [{ ...router, asn: 4294967295 }] }), /^bgp\[0\]\.peers\[0\]\.asn: is 4294967295/],
  ],
  "communities that the API server refuses, or none": [
    [
      communities({}),
      /^bgp\[0\]\.advertise\.communities: has no community, so it has no effect; leave bgp\[0\]\.advertise\.communities out$/,
    ],
    [communities({ standard: [], wellKnown: [], large: [] }), /\.communities: has no community/],
    [
      communities({ standard: ["65000:100", "65536:1"] }),
      /^bgp\[0\]\.advertise\.communities\.standard\[1\]: "65536:1" is not a valid community; it must be a number such as/,
    ],
    [
      communities({ wellKnown: ["NO_EXPORT"] }),
      /\.wellKnown\[0\]: "NO_EXPORT" is not a valid community; it must be one of internet, .*no-peer$/,
    ],
    [
      communities({ large: ["1:2"] }),
      /\.large\[0\]: "1:2" is not a valid community; it must be three numbers such as 4200000000:100:1$/,
    ],
  ],
  "a preference for routers of another AS": [
    [
      bgp({ advertise: { localPreference: 200 } }),
      /^bgp\[0\]\.advertise\.localPreference: has no effect, because no peer has the asn 64513 of the nodes; leave \S+ out$/,
    ],
  ],
  "two BGP instances for the same nodes": [
    [instances(undefined, undefined), /^bgp\[1\]\.nodeSelector: selects nodes that bgp\[0\] \(rack-0\) selects too; give each/],
    [instances({}, { matchLabels: { rack: "a" } }), /^bgp\[1\]\.nodeSelector: selects nodes/],
    [instances({ matchLabels: { rack: "a" } }, undefined), /^bgp\[1\]\.nodeSelector: selects nodes/],
    [
      instances({ matchLabels: { rack: "a", row: "1" } }, { matchLabels: { row: "1", rack: "a" } }),
      /^bgp\[1\]\.nodeSelector: selects nodes/,
    ],
    [
      instances({ matchLabels: { rack: "a" } }, { matchExpressions: [{ key: "rack", operator: "In", values: ["b", "a"] }] }),
      /^bgp\[1\]\.nodeSelector: selects nodes/,
    ],
    [
      instances({ matchLabels: { a: "a" } }, { matchLabels: { a: "b" } }, { matchLabels: { a: "b", c: "d" } }),
      /^bgp\[2\]\.nodeSelector: selects nodes that bgp\[1\] \(rack-1\) selects too/,
    ],
  ],
  "two BGP instances that may select the same node": [
    [
      instances({ matchLabels: { rack: "a" } }, { matchLabels: { row: "1" } }),
      /^bgp\[1\]\.nodeSelector: may select a node that bgp\[0\] \(rack-0\) selects too; give one label different values in both selectors$/,
    ],
    [
      instances(
        { matchExpressions: [{ key: "rack", operator: "In", values: ["a", "b"] }] },
        { matchExpressions: [{ key: "rack", operator: "In", values: ["b", "c"] }] },
      ),
      /^bgp\[1\]\.nodeSelector: may select a node/,
    ],
  ],
});

const errorsOf = (instance: Partial<BgpInstance>) => checkInputs(bgp(instance)).errors.map(({ input }) => input);

test("exactly the AS numbers that are reserved are refused, for nodes and routers", () => {
  const reserved = [23456, 65535, 4294967295];
  const others = reserved.flatMap((asn) => [asn - 1, asn + 1]).filter((asn) => asn < 2 ** 32);
  for (const asn of [1, 64512, 4200000000, ...reserved, ...others]) {
    const isReserved = reserved.includes(asn);
    assert.deepEqual(errorsOf({ localAsn: asn }), isReserved ? ["bgp[0].localAsn"] : []);
    assert.deepEqual(errorsOf({ peers: [{ ...router, asn }] }), isReserved ? ["bgp[0].peers[0].asn"] : []);
  }
});

test("an instance announces nothing if, and only if, every switch is off", () => {
  const keys = ["loadBalancerIPs", "externalIPs", "clusterIPs", "podCidrs"] as const;
  for (let bits = 0; bits < 2 ** keys.length; bits++) {
    const advertise = Object.fromEntries(keys.map((key, index) => [key, ((bits >> index) & 1) === 1]));
    assert.deepEqual(errorsOf({ advertise }), bits === 0 ? ["bgp[0].advertise"] : [], JSON.stringify(advertise));
  }
});

test("every instance, peer and community with a problem is named", () => {
  const { errors } = checkInputs({
    bgp: [
      { name: "a", localAsn: 64513, peers: [router], nodeSelector: { matchLabels: { rack: "a" } } },
      {
        name: "b",
        localAsn: 65535,
        peers: [router, { address: "192.168.1.2", asn: 23456 }],
        nodeSelector: { matchLabels: { rack: "b" } },
        advertise: { communities: { standard: ["1", "-1", "1:2", "a"], large: ["1:1:4294967296"] } },
      },
    ],
  });
  assert.deepEqual(
    errors.map(({ input }) => input),
    [
      "bgp[1].localAsn",
      "bgp[1].peers[1].asn",
      "bgp[1].advertise.communities.standard[1]",
      "bgp[1].advertise.communities.standard[3]",
      "bgp[1].advertise.communities.large[0]",
    ],
  );
});

test("a preference has an effect if one of the routers is in the AS of the nodes", () => {
  const asns = [64511, 64512, 64513];
  for (const first of asns) {
    for (const second of asns) {
      const peers = [
        { address: "192.168.1.1", asn: first },
        { address: "192.168.1.2", asn: second },
      ];
      const isInternal = first === 64513 || second === 64513;
      const errors = errorsOf({ peers, advertise: { localPreference: 200 } });
      assert.deepEqual(errors, isInternal ? [] : ["bgp[0].advertise.localPreference"]);
    }
  }
});
