import assert from "node:assert/strict";
import { test } from "node:test";
import { minorSteps, releasesBetween } from "../../../components/versions/upgradePath.ts";

test("steps are counted in minor releases, and patches do not matter", () => {
  for (const from of [16, 18, 19, 20]) {
    for (const to of [16, 18, 19, 20]) {
      for (const [patch, otherPatch] of [
        [0, 0],
        [12, 0],
        [0, 12],
      ] as const) {
        assert.equal(minorSteps(`1.${from}.${patch}`, `1.${to}.${otherPatch}`), to - from);
      }
    }
  }
});

test("before an upgrade comes the newest patch, and in both directions every minor release in between", () => {
  assert.deepEqual(releasesBetween("1.18.4", "1.20.0"), ["1.18.12", "1.19.6"]);
  assert.deepEqual(releasesBetween("1.18.12", "1.20.0"), ["1.19.6"]);
  assert.deepEqual(releasesBetween("1.18.4", "1.19.6"), ["1.18.12"]);
  assert.deepEqual(releasesBetween("1.20.0", "1.18.4"), ["1.19.6"]);
});

test("only pinned releases are named", () => {
  assert.deepEqual(releasesBetween("1.16.2", "1.19.6"), ["1.18.12"]);
  assert.deepEqual(releasesBetween("1.20.0", "1.17.9"), ["1.19.6", "1.18.12"]);
});
