import { durationChecks } from "../../../../components/checks/inputs/durations.ts";
import { testExamples } from "../../../harness/checkExamples.ts";

testExamples(durationChecks, {
  "a duration without a unit": [
    [{ l2: { leaseDuration: "15" } }, /^l2\.leaseDuration: "15" is not a valid Go duration; write it with a unit/],
    [{ l2: { leaseRenewDeadline: "5 s" } }, /^l2\.leaseRenewDeadline: "5 s" is not a valid Go duration/],
    [{ l2: { leaseRetryPeriod: "" } }, /^l2\.leaseRetryPeriod: "" is not a valid Go duration/],
    [{ loadBalancer: { operatorTimeout: "1d" } }, /^loadBalancer\.operatorTimeout: "1d" is not a valid Go duration/],
  ],
});
