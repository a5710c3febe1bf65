import { ipFamilyChecks } from "../../../../components/checks/values/ipFamilies.ts";
import { agentRefusalsOf } from "../../../fixtures/agentRefusals.ts";
import { testExamples } from "../../../harness/checkExamples.ts";

testExamples(ipFamilyChecks, {
  ...agentRefusalsOf(ipFamilyChecks),
  "tunnels over an IP family that is off, from Cilium 1.20 on": [
    [
      { ciliumVersion: "1.20.0", values: { underlayProtocol: "ipv6" } },
      /^values\.underlayProtocol: is "ipv6", an IP family that is off; leave values\.underlayProtocol out$/,
    ],
  ],
});
