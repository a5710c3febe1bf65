import { l2Rules } from "../../../../components/doctor/rules/l2.ts";
import { agents, config, factsWith, gatewayApiCrds, operatorLease, policy, service } from "../../../fixtures/healthyFacts.ts";
import { testRules } from "../../../harness/ruleExamples.ts";

// Nobody takes the lease if no policy fits.
const leases = [operatorLease()];
const devices = (...names: string[]) => ({
  agents: { "node-1": { read: { devices: names } }, "node-2": { read: { devices: names } } },
});
const refusedBy = (type: string) =>
  policy({}, { status: { conditions: [{ type: `io.cilium/${type}`, status: "True", message: "missing )" }] } });

testRules(l2Rules, {
  "l2-off": [
    [factsWith({ configMaps: [config({ "enable-l2-announcements": "false" })], leases }), /enable-l2-announcements is off/],
    [
      factsWith({ configMaps: [config({ "enable-l2-announcements": "false" })], leases, l2Policies: [] }),
      /enable-l2-announcements is off/,
    ],
  ],
  "no-policy": [[factsWith({ l2Policies: [], leases }), /there is no CiliumL2AnnouncementPolicy/]],
  "policy-refused": [
    [factsWith({ l2Policies: [refusedBy("bad-interface-regex")], leases }), /^policy lan: bad-interface-regex: missing \)$/],
    [factsWith({ l2Policies: [refusedBy("bad-node-selector")], leases }), /bad-node-selector/],
    [factsWith({ l2Policies: [refusedBy("bad-service-selector")], leases }), /bad-service-selector/],
  ],
  "no-policy-fits": [
    [
      factsWith({ l2Policies: [policy({ serviceSelector: { matchLabels: { announce: "lan" } } })], leases }),
      /^lan selects \{"matchLabels":\{"announce":"lan"\}\}; the labels of the Service are \{"app":"web"\}$/,
    ],
  ],
  "policy-announces-nothing": [
    [factsWith({ l2Policies: [policy({ loadBalancerIPs: false })], leases }), /loadBalancerIPs of policy lan is not true/],
    [
      factsWith({ l2Policies: [{ metadata: { name: "old" }, spec: { externalIPs: true } }], leases }),
      /loadBalancerIPs of policy old/,
    ],
  ],
  "no-node-fits": [
    [
      factsWith({
        l2Policies: [policy({ nodeSelector: { matchExpressions: [{ key: "worker", operator: "Exists" }] } })],
        leases,
      }),
      /policy lan selects nodes with .*"key":"worker".*, which no node has/,
    ],
  ],
  "no-device": [[factsWith({ leases }, devices()), /Cilium manages no device on node-1, node-2/]],
  "no-interface-fits": [
    [
      factsWith({ l2Policies: [policy({ interfaces: ["^eth"] })], leases }, devices("enp3s0", "eno1")),
      /has the interfaces \["\^eth"\], and Cilium manages node-1: enp3s0, eno1; node-2: enp3s0, eno1/,
    ],
    [
      factsWith(
        {
          l2Policies: [
            policy({ interfaces: ["^enp3s0$"], nodeSelector: { matchLabels: { "kubernetes.io/hostname": "node-2" } } }),
          ],
          leases,
        },
        {
          agents: { "node-1": { read: { devices: ["enp3s0"] } }, "node-2": { read: { devices: ["eno1"] } } },
        },
      ),
      /and Cilium manages node-2: eno1$/,
    ],
  ],
  "ipv6-before-1.19": [
    [
      factsWith({
        daemonSets: [agents("1.18.12")],
        crds: gatewayApiCrds("v1.2.0"),
        services: [
          service(
            { ipFamilies: ["IPv6"] },
            {
              status: { loadBalancer: { ingress: [{ ip: "2001:db8::1" }] }, conditions: [] },
            },
          ),
        ],
      }),
      /the agents are of Cilium 1\.18\.12, which does not answer for 2001:db8::1/,
    ],
  ],
});
