import { serviceTrafficChecks } from "../../../../components/checks/values/serviceTraffic.ts";
import { agentRefusalsOf } from "../../../fixtures/agentRefusals.ts";
import { testExamples } from "../../../harness/checkExamples.ts";

testExamples(serviceTrafficChecks, {
  ...agentRefusalsOf(serviceTrafficChecks),
});
