import assert from "node:assert/strict";
import { InputError, type Problem } from "../../components/support/problems.ts";

/** Returns the only problem of the InputError that `work` throws. Fails if it throws nothing or something else. */
export function problemOf(work: () => unknown): Problem {
  const { problems } = inputErrorOf(work);
  assert.equal(problems.length, 1);
  return problems[0] ?? assert.fail();
}

/** Returns the InputError that `work` throws. */
export function inputErrorOf(work: () => unknown): InputError {
  try {
    work();
  } catch (error) {
    assert(error instanceof InputError, String(error));
    return error;
  }
  return assert.fail("there is no problem");
}
