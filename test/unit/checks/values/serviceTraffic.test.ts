import { serviceTrafficChecks } from "../../../../components/checks/values/serviceTraffic.ts";
import { agentRefusalsOf } from "../../../fixtures/agentRefusals.ts";
import { testExamples } from "../../../harness/checkExamples.ts";

testExamples(serviceTrafficChecks, {
  ...agentRefusalsOf(serviceTrafficChecks),
  "a dispatch that does not exist": [
    [
      { values: { loadBalancer: { dsrDispatch: "option" } } },
      /dsrDispatch: is "option"; allowed are "opt", "ipip", "geneve": leave/,
    ],
  ],
});
