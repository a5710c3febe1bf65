import { interfaceChecks } from "../../../../components/checks/values/interfaces.ts";
import { policy } from "../../../fixtures/validInputs.ts";
import { testExamples } from "../../../harness/checkExamples.ts";

testExamples(interfaceChecks, {
  "a policy whose interfaces Cilium does not manage": [
    [
      policy({ interfaces: ["^enp"] }, { devices: ["eth0", "eth1"] }),
      /^loadBalancer\.l2Policies\[0\]\.interfaces: matches none of the devices that values\.devices leaves to Cilium \(eth0, eth1\)/,
    ],
  ],
  "a policy whose interfaces Cilium may not manage": [
    [
      policy({ interfaces: ["^enp"] }, { devices: "eth+" }),
      /\.interfaces: seems to match none of the devices that values\.devices leaves to Cilium \(eth\+\)$/,
    ],
  ],
  "a policy for interface names that Talos does not use": [
    [
      policy({ interfaces: ["^eth[0-9]+"] }),
      /\.interfaces: \["\^eth\[0-9\]\+"\] matches eth0, but no name that Talos usually gives, such as enp3s0 or eno1/,
    ],
  ],
});
