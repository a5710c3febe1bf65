import assert from "node:assert/strict";
import { test } from "node:test";
import type { Checks } from "../../components/checks/check.ts";
import type { TalosCiliumCniArgs } from "../../components/inputs/args.ts";
import { followAdvice, withoutAdvice } from "./advice.ts";
import { advisoryTitles } from "./advisories.ts";
import { allCheckResults, findingsAfter } from "./findings.ts";

/** Inputs that a check reports, and its only problem. For a check of a change: also the inputs of the last `pulumi up`. */
export type Example = readonly [args: TalosCiliumCniArgs, problem: RegExp, before?: TalosCiliumCniArgs];

/** Examples by the title of their check. Each check has at least one. */
export type Examples = Readonly<Record<string, readonly [Example, ...Example[]]>>;

interface Options {
  /** For a check that cannot find something alone: the titles of the checks that report its examples too. */
  readonly besides?: Readonly<Record<string, readonly string[]>>;
}

/**
 * Registers the tests of the checks of one file. Of all checks, exactly the one that an example belongs to reports it, with one problem.
 * Whoever follows the advice of the problem has inputs that are accepted. Fails if a check has no example.
 */
export function testExamples<Subject>(
  { errors, warnings }: Checks<Subject>,
  examples: Examples,
  { besides = {} }: Options = {},
): void {
  test("every check of this file has an example, and every example belongs to one of its checks", () => {
    const titles = [...errors, ...warnings].map(({ title }) => title);
    assert.deepEqual(Object.keys(examples).toSorted(), titles.toSorted());
  });

  for (const [check, ofCheck] of Object.entries(examples)) {
    for (const [args, problem, before] of ofCheck) {
      const change = before === undefined ? "" : ` after ${JSON.stringify(before)}`;
      test(`${check}: ${JSON.stringify(args).slice(0, 120)}${change}`, () => {
        const message = assertOnlyFinding({ args, before }, check, problem, besides[check] ?? []);
        assertAdviceWorks({ args, before }, check, message, besides[check] ?? []);
      });
    }
  }
}

interface Inputs {
  readonly args: TalosCiliumCniArgs;
  readonly before: TalosCiliumCniArgs | undefined;
}

function assertOnlyFinding({ args, before }: Inputs, check: string, expected: RegExp, besides: readonly string[]): string {
  const ignored = [...besides, ...advisoryTitles].filter((title) => title !== check);
  const results = allCheckResults(args, before).filter((result) => !ignored.includes(result.check ?? ""));
  assert.deepEqual(
    results.map((result) => result.check),
    [check],
    JSON.stringify(results, null, 2),
  );
  const [problem = "", ...others] = results[0]?.problems ?? [];
  assert.match(problem, expected);
  assert.deepEqual(others, []);
  return problem;
}

/**
 * Each way out that the error names leads to inputs that are accepted, and about which the check says nothing. `set`, `leave` and `use` are
 * for what can be followed literally, so none of them may be left over.
 */
function assertAdviceWorks({ args, before }: Inputs, check: string, problem: string, besides: readonly string[]): void {
  assert.doesNotMatch(withoutAdvice(problem), /\b(?:set|leave|use) /);
  // Nobody can follow what is hidden.
  if (problem.includes("[secret]")) return;
  for (const way of followAdvice(problem, args)) {
    const { errors, warnings } = findingsAfter(way, check, before);
    const remaining = [...errors, ...warnings.filter((warning) => warning.check === check)];
    assert.deepEqual(
      remaining.filter((finding) => !besides.includes(finding.check ?? "")),
      [],
      `${problem}\n${JSON.stringify(way)}`,
    );
  }
}
