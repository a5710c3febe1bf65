import { nameChecks } from "../../../../components/checks/inputs/names.ts";
import type { IpPool } from "../../../../components/inputs/loadBalancerArgs.ts";
import { bgp, policy } from "../../../fixtures/validInputs.ts";
import { testExamples } from "../../../harness/checkExamples.ts";

const poolNamed = (name: string, address: string): IpPool => ({ name, blocks: [{ start: address }] });

testExamples(nameChecks, {
  "a namespace that Kubernetes does not accept, or that is not text in YAML": [
    [{ namespace: "15" }, /^namespace: "15" is not text when it is written without quotes/],
    [{ namespace: "null" }, /^namespace: "null" is not text when it is written without quotes/],
    [{ namespace: "1e3" }, /^namespace: "1e3" is not text when it is written without quotes/],
    [{ namespace: "off" }, /^namespace: "off" is not text when it is written without quotes/],
    [{ namespace: "" }, /^namespace: "" is not a valid Kubernetes name/],
    [{ namespace: "kube.system" }, /^namespace: "kube\.system" is not a valid Kubernetes name/],
    [{ namespace: "a".repeat(64) }, /^namespace: "a+\.\.\. is not a valid Kubernetes name/],
    [{ namespace: "Kube_System" }, /^namespace: "Kube_System" is not a valid Kubernetes name/],
  ],
  "the name of a pool, policy or BGP instance that Kubernetes does not accept, or that is used twice": [
    [policy({ name: "Lan" }), /^loadBalancer\.l2Policies\[0\]\.name: "Lan" is not a valid Kubernetes name/],
    [policy({ name: "" }), /^loadBalancer\.l2Policies\[0\]\.name: "" is not a valid Kubernetes name/],
    [
      { loadBalancer: { ipPools: [poolNamed("a_b", "192.168.1.200")], l2Policies: [{ name: "a" }] } },
      /^loadBalancer\.ipPools\[0\]\.name: "a_b" is not a valid Kubernetes name; write at most 253 lower case letters, digits, "-" and "\.", with a letter or digit at both ends, such as default-ip-pool$/,
    ],
    [
      {
        loadBalancer: {
          ipPools: [poolNamed("a", "192.168.1.200"), poolNamed("a", "192.168.1.201")],
          l2Policies: [{ name: "a" }],
        },
      },
      /^loadBalancer\.ipPools\[1\]\.name: "a" is also the name of loadBalancer\.ipPools\[0\]; names are unique$/,
    ],
    [
      bgp({ name: "lan.example.com" }),
      /^bgp\[0\]\.name: "lan\.example\.com" is not a valid Kubernetes name; write at most 63 lower case letters, digits and "-", with a letter or digit at both ends, such as lan$/,
    ],
    [bgp({ name: "a".repeat(64) }), /^bgp\[0\]\.name: "a+\.\.\. is not a valid Kubernetes name/],
    [bgp({ name: "" }), /^bgp\[0\]\.name: "" is not a valid/],
    [
      { bgp: ["a", "b"].flatMap((rack) => bgp({ nodeSelector: { matchLabels: { rack } } }).bgp ?? []) },
      /^bgp\[1\]\.name: "lan" is also the name of bgp\[0\]; names are unique$/,
    ],
  ],
});
