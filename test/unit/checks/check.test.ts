import assert from "node:assert/strict";
import { test } from "node:test";
import { inputCheck, renderedCheck, valuesCheck } from "../../../components/checks/check.ts";
import { resolveSettings } from "../../../components/inputs/settings.ts";
import { problem } from "../../../components/support/problems.ts";

const documentation = { title: "a", why: "b.", source: "c" };

test("a check of the rendering needs no input, because all of them have the right type by then", () => {
  const run = () => [];
  assert.deepEqual(renderedCheck({ ...documentation, run }), { ...documentation, needs: [], run });
});

test("the compiler rejects a check that reads an input that it does not need", () => {
  const needs = ["podCidr"] as const;
  const ofInputs = inputCheck({
    ...documentation,
    needs,
    // @ts-expect-error It does not need lan.
    run: ({ podCidr, lan }) => [problem(podCidr, String(lan))],
  });
  const ofValues = valuesCheck({
    ...documentation,
    needs,
    // @ts-expect-error It does not need lan.
    run: ({ settings: { podCidr, lan } }) => [problem(podCidr, String(lan))],
  });
  assert.deepEqual([ofInputs.needs, ofValues.needs], [needs, needs]);
});

test("a check of some releases runs for those only, and needs the version", () => {
  const check = valuesCheck({ ...documentation, needs: [], releases: ">=1.19.0", run: () => [problem("values", "is wrong")] });
  assert.deepEqual(check.needs, ["ciliumVersion"]);
  const problemsWith = (ciliumVersion: string) => check.run({ settings: resolveSettings({ ciliumVersion }), values: {} }).length;
  assert.deepEqual(["1.18.12", "1.19.0", "1.20.0"].map(problemsWith), [0, 1, 1]);
});
