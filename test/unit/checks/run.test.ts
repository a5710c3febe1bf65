import assert from "node:assert/strict";
import { test } from "node:test";
import type { Check, Checks, InputName } from "../../../components/checks/check.ts";
import { runChecks } from "../../../components/checks/run.ts";
import { problem } from "../../../components/support/problems.ts";

/** A check that reports its subject once for each of these inputs. */
function reporting(title: string, inputs: readonly string[], needs: readonly InputName[] = []): Check<string> {
  return { title, why: "", source: "", needs, run: (subject) => inputs.map((input) => problem(input, `is ${subject}`)) };
}

const groups: Readonly<Record<string, Checks<string>>> = {
  addresses: {
    errors: [reporting("pods", ["podCidr", "serviceCidr"], ["podCidr", "serviceCidr"]), reporting("silent", [])],
    warnings: [reporting("nodes", ["lan.nodes"], ["lan"])],
  },
  names: {
    errors: [reporting("namespace", ["namespace"], ["namespace"])],
    warnings: [reporting("anything", ["args"])],
  },
};

test("each problem carries the title of its check, errors apart from warnings, in the order of the groups", () => {
  const isOdd = (input: string, check: string) => ({ ...problem(input, "is odd"), check });
  assert.deepEqual(runChecks(groups, "odd"), {
    errors: [isOdd("podCidr", "pods"), isOdd("serviceCidr", "pods"), isOdd("namespace", "namespace")],
    warnings: [isOdd("lan.nodes", "nodes"), isOdd("args", "anything")],
  });
});

test("a finding keeps the kind of its problem", () => {
  const kind = "unknownInput";
  const check: Check<undefined> = { ...reporting("a", []), run: () => [{ input: "a", message: "b", kind }] };
  const { errors } = runChecks({ group: { errors: [check], warnings: [] } }, undefined);
  assert.deepEqual(errors, [{ input: "a", message: "b", kind, check: "a" }]);
});

test("a check does not run if an input that it needs is unusable", () => {
  const titles = (unusable: readonly string[]) => {
    const { errors, warnings } = runChecks(groups, "odd", new Set(unusable));
    return [...new Set([...errors, ...warnings].map(({ check }) => check))];
  };
  assert.deepEqual(titles([]), ["pods", "namespace", "nodes", "anything"]);
  // One of several needed inputs is enough.
  assert.deepEqual(titles(["serviceCidr"]), ["namespace", "nodes", "anything"]);
  assert.deepEqual(titles(["lan", "namespace"]), ["pods", "anything"]);
  assert.deepEqual(titles(["values", "lan.nodes", "constructor"]), ["pods", "namespace", "nodes", "anything"]);
});

test("a check that needs no input always runs", () => {
  const { errors, warnings } = runChecks(groups, "odd", new Set(["podCidr", "serviceCidr", "lan", "namespace", "args"]));
  assert.deepEqual(errors, []);
  assert.deepEqual(
    warnings.map(({ check }) => check),
    ["anything"],
  );
});

test("a check with unusable inputs is not even called, because it would crash on them", () => {
  const crash = (): never => assert.fail("the check ran");
  const check: Check<undefined> = { ...reporting("a", [], ["lan"]), run: crash };
  assert.deepEqual(runChecks({ group: { errors: [check], warnings: [check] } }, undefined, new Set(["lan"])), {
    errors: [],
    warnings: [],
  });
});
