import assert from "node:assert/strict";
import { test } from "node:test";
import { examine } from "../../../../components/doctor/examine.ts";
import { advertisementRules, sessionRules } from "../../../../components/doctor/rules/bgp.ts";
import {
  advertisement,
  bgpFactsWith,
  bgpNode,
  config,
  factsWith,
  operatorLease,
  peerConfig,
  policy,
  service,
} from "../../../fixtures/healthyFacts.ts";
import { testRules } from "../../../harness/ruleExamples.ts";

const configWith = (type: string, message: string) => ({
  metadata: { name: "lan" },
  status: { conditions: [{ type: `cilium.io/${type}`, status: "True", message }] },
});
const missing = { status: { conditions: [{ type: "cilium.io/MissingAuthSecret", status: "True" }] } };
const lb = { addresses: ["LoadBalancerIP"] };

testRules(sessionRules, {
  "bgp-off": [
    [
      bgpFactsWith({ configMaps: [config({ "enable-l2-announcements": "false" })], bgpNodeConfigs: [] }),
      /CiliumBGPClusterConfig lan, and enable-bgp-control-plane is off/,
    ],
  ],
  "bgp-config-refused": [
    [
      bgpFactsWith({ bgpClusterConfigs: [configWith("NoMatchingNode", "No node")], bgpNodeConfigs: [] }),
      /lan: NoMatchingNode: No node/,
    ],
    [bgpFactsWith({ bgpClusterConfigs: [configWith("ConflictingClusterConfig", "other")] }), /ConflictingClusterConfig: other/],
    [bgpFactsWith({ bgpClusterConfigs: [configWith("MissingPeerConfigs", "x")] }), /MissingPeerConfigs: x/],
  ],
  "bgp-password-missing": [
    [
      bgpFactsWith({
        bgpPeerConfigs: [peerConfig({ ...peerConfig().spec, authSecretRef: "bgp" }, missing)],
        bgpNodeConfigs: [bgpNode("node-1", "active")],
      }),
      /CiliumBGPPeerConfig lan names Secret bgp, which does not exist/,
    ],
  ],
  "bgp-session-down": [
    [
      bgpFactsWith({ bgpNodeConfigs: [bgpNode("node-1"), bgpNode("node-2", "active")] }),
      /^node-2: the session to 192\.168\.1\.1 \(AS 64512\) is active$/,
    ],
    [bgpFactsWith({ bgpNodeConfigs: [bgpNode("node-1", "idle")] }), /^node-1: .* is idle$/],
  ],
});

testRules(advertisementRules, {
  "no-session": [[bgpFactsWith({ bgpNodeConfigs: [] }), /no node has a session/]],
  "no-advertisement": [
    [bgpFactsWith({ bgpAdvertisements: [] }), /there is no CiliumBGPAdvertisement/],
    [
      bgpFactsWith({ bgpAdvertisements: [advertisement([{ advertisementType: "Service", service: lb }])] }),
      /none of lan advertises default\/web/,
    ],
    [bgpFactsWith({ bgpAdvertisements: [advertisement([{ advertisementType: "PodCIDR" }])] }), /none of lan/],
    [
      bgpFactsWith({
        bgpAdvertisements: [
          advertisement([{ advertisementType: "Service", service: { addresses: ["ClusterIP"] }, selector: {} }]),
        ],
      }),
      /none of lan/,
    ],
    [
      bgpFactsWith({
        bgpAdvertisements: [
          advertisement([{ advertisementType: "Service", service: lb, selector: { matchLabels: { app: "other" } } }]),
        ],
      }),
      /none of lan/,
    ],
  ],
  "advertisement-without-peer": [
    [
      bgpFactsWith({ bgpPeerConfigs: [peerConfig({})] }),
      /no CiliumBGPPeerConfig has the family ipv4 with the advertisements lan/,
    ],
    [
      bgpFactsWith({
        bgpPeerConfigs: [peerConfig({ families: [{ afi: "ipv4", advertisements: { matchLabels: { bgp: "other" } } }] })],
      }),
      /the family ipv4/,
    ],
    [
      bgpFactsWith({
        services: [
          service({ ipFamilies: ["IPv6"] }, { status: { loadBalancer: { ingress: [{ ip: "fd00::1" }] }, conditions: [] } }),
        ],
      }),
      /the family ipv6/,
    ],
  ],
});

const both = config({ "enable-bgp-control-plane": "true" });
const l2Works = {};
const l2Fails = { l2Policies: [policy({ loadBalancerIPs: false })], leases: [operatorLease()] };
const bgpWorks = {
  bgpClusterConfigs: [{ metadata: { name: "lan" } }],
  bgpNodeConfigs: [bgpNode("node-1")],
  bgpPeerConfigs: [peerConfig()],
  bgpAdvertisements: [advertisement()],
};
const bgpFails = { ...bgpWorks, bgpAdvertisements: [] };

for (const [name, lists, expected] of [
  ["both ways work", { ...l2Works, ...bgpWorks }, []],
  ["only L2 announcements work", { ...l2Works, ...bgpFails }, []],
  ["only BGP works", { ...l2Fails, ...bgpWorks }, []],
  ["neither works", { ...l2Fails, ...bgpFails }, ["policy-announces-nothing", "no-advertisement"]],
] as const) {
  test(`with L2 announcements and BGP, a Service is announced if one of them works: ${name}`, () => {
    const { findings } = examine(factsWith({ configMaps: [both], ...lists }));
    assert.deepEqual(
      findings.map(({ rule }) => rule),
      expected,
    );
  });
}

test("a Service of the class of one way is not announced by the other", () => {
  const facts = (loadBalancerClass: string) =>
    factsWith({ configMaps: [both], ...l2Works, ...bgpFails, services: [service({ loadBalancerClass })] });
  assert.deepEqual(examine(facts("io.cilium/l2-announcer")).findings, []);
  assert.deepEqual(
    examine(facts("io.cilium/bgp-control-plane")).findings.map(({ rule }) => rule),
    ["no-advertisement"],
  );
  const withoutL2 = factsWith({
    configMaps: [both],
    ...l2Fails,
    ...bgpWorks,
    services: [service({ loadBalancerClass: "io.cilium/l2-announcer" })],
  });
  assert.deepEqual(
    examine(withoutL2).findings.map(({ rule }) => rule),
    ["policy-announces-nothing"],
  );
});
