import assert from "node:assert/strict";
import { test } from "node:test";
import type { Checks } from "../../components/checks/check.ts";
import type { TalosCiliumCniArgs } from "../../components/inputs/args.ts";
import { checkResults } from "./findings.ts";

/** Inputs that a check reports, and its only problem. */
export type Example = readonly [args: TalosCiliumCniArgs, problem: RegExp];

/** Examples by the title of their check. Each check has at least one. */
export type Examples = Readonly<Record<string, readonly [Example, ...Example[]]>>;

interface Options {
  /** For a check that cannot find something alone: the titles of the checks that report its examples too. */
  readonly besides?: Readonly<Record<string, readonly string[]>>;
}

/**
 * Registers the tests of the checks of one file. Of all checks, exactly the one that an example belongs to reports it, with one problem.
 * Fails if a check has no example.
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
    for (const [args, problem] of ofCheck) {
      test(`${check}: ${JSON.stringify(args).slice(0, 120)}`, () => {
        assertOnlyFinding(args, check, problem, besides[check] ?? []);
      });
    }
  }
}

function assertOnlyFinding(args: TalosCiliumCniArgs, check: string, expected: RegExp, besides: readonly string[]): void {
  const results = checkResults(args).filter((result) => !besides.includes(result.check ?? ""));
  assert.deepEqual(
    results.map((result) => result.check),
    [check],
    JSON.stringify(results, null, 2),
  );
  const [problem = "", ...others] = results[0]?.problems ?? [];
  assert.match(problem, expected);
  assert.deepEqual(others, []);
}
