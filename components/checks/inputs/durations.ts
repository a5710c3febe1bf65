import type { Settings } from "../../inputs/settings.ts";
import { parseDuration } from "../../support/goDuration.ts";
import { type Problem, problem, quote } from "../../support/problems.ts";
import { type Checks, inputCheck } from "../check.ts";

export const durationChecks: Checks<Settings> = {
  errors: [
    inputCheck({
      title: "a duration without a unit",
      why: "Go does not parse a bare number as a duration.",
      source: "https://pkg.go.dev/time#ParseDuration",
      needs: ["l2", "loadBalancer"],
      run: ({ l2, loadBalancer: { operatorTimeout } }) => [
        ...durationProblems("loadBalancer.operatorTimeout", operatorTimeout),
        ...durationProblems("l2.leaseDuration", l2.leaseDuration),
        ...durationProblems("l2.leaseRenewDeadline", l2.leaseRenewDeadline),
        ...durationProblems("l2.leaseRetryPeriod", l2.leaseRetryPeriod),
      ],
    }),
  ],
  warnings: [],
};

function durationProblems(input: string, duration: string | undefined): readonly Problem[] {
  if (duration === undefined || parseDuration(duration) !== undefined) return [];
  return [problem(input, `${quote(duration)} is not a valid Go duration; write it with a unit, such as 15s or 500ms`)];
}
