import { wordChecks } from "../../../../components/checks/values/words.ts";
import { agentRefusalsOf } from "../../../fixtures/agentRefusals.ts";
import { testExamples } from "../../../harness/checkExamples.ts";

testExamples(wordChecks, {
  ...agentRefusalsOf(wordChecks),
  "a word that the agent ignores": [
    [
      { values: { loadBalancer: { dsrDispatch: "option" } } },
      /dsrDispatch: is "option"; allowed are "opt", "ipip", "geneve": leave/,
    ],
    [
      { values: { policyEnforcementMode: "sometimes" } },
      /policyEnforcementMode: is "sometimes"; allowed are "default", "always", "never": leave/,
    ],
  ],
});
