import { durationChecks } from "../../../../components/checks/inputs/durations.ts";
import { testExamples } from "../../../harness/checkExamples.ts";

testExamples(durationChecks, {
  "a duration without a unit": [
    [{ l2: { leaseDuration: "15" } }, /^l2\.leaseDuration: "15" is not a valid Go duration; write it with a unit/],
  ],
});
