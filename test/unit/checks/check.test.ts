import assert from "node:assert/strict";
import { test } from "node:test";
import { inputCheck, renderedCheck, valuesCheck } from "../../../components/checks/check.ts";
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
