import assert from "node:assert/strict";
import { test } from "node:test";
import { largeNumberChecks } from "../../../../components/checks/rendering/largeNumbers.ts";
import { agentRefusalsOf } from "../../../fixtures/agentRefusals.ts";
import { testExamples } from "../../../harness/checkExamples.ts";
import { checkResults } from "../../../harness/findings.ts";

testExamples(largeNumberChecks, agentRefusalsOf(largeNumberChecks));

test("large numbers that the chart writes in full are accepted, in every release", () => {
  for (const ciliumVersion of ["1.18.4", "1.19.6", "1.20.0"]) {
    const bpf = { ctTcpMax: 2_000_000, ctAnyMax: 1_000_000, natMax: 2_500_000, lbMapMax: 1_000_000 };
    assert.deepEqual(checkResults({ ciliumVersion, values: { bpf } }), [], ciliumVersion);
  }
});

test("a number is named with the exponent that Helm writes", () => {
  for (const [number, text] of [
    [1_234_567, "1.234567e+06"],
    [12_000_000, "1.2e+07"],
    [1_000_000_000, "1e+09"],
  ] as const) {
    const [result] = checkResults({ values: { bpf: { nodeMapMax: number } } });
    assert(result?.problems[0]?.includes(`is ${number}, which Helm writes as ${text} into`), JSON.stringify(result));
  }
  assert.deepEqual(checkResults({ values: { bpf: { nodeMapMax: 999_999 } } }), []);
});
