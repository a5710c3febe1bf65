import { wordChecks } from "../../../../components/checks/values/words.ts";
import { agentRefusalsOf } from "../../../fixtures/agentRefusals.ts";
import { testExamples } from "../../../harness/checkExamples.ts";

testExamples(wordChecks, {
  ...agentRefusalsOf(wordChecks),
});
