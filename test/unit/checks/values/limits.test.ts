import { limitChecks } from "../../../../components/checks/values/limits.ts";
import { agentRefusalsOf } from "../../../fixtures/agentRefusals.ts";
import { testExamples } from "../../../harness/checkExamples.ts";

testExamples(limitChecks, agentRefusalsOf(limitChecks));
