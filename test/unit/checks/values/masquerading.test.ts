import { masqueradingChecks } from "../../../../components/checks/values/masquerading.ts";
import { agentRefusalsOf } from "../../../fixtures/agentRefusals.ts";
import { testExamples } from "../../../harness/checkExamples.ts";

testExamples(masqueradingChecks, {
  ...agentRefusalsOf(masqueradingChecks),
});
