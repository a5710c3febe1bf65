import assert from "node:assert/strict";
import { test } from "node:test";
import { commonReleases } from "../../../commands/lib/readme.ts";

test("the releases that two ranges have in common are compared as versions", () => {
  const cilium = { oldest: "1.9", newest: "1.11" };
  assert.equal(commonReleases(cilium, { oldest: "1.10", newest: "1.12" }), "1.10 to 1.11");
  assert.equal(commonReleases(cilium, { oldest: "1.2", newest: "1.30" }), "1.9 to 1.11");
  assert.equal(commonReleases(cilium, { oldest: "1.11", newest: "1.12" }), "1.11");
  assert.equal(commonReleases(cilium, { oldest: "1.12", newest: "1.13" }), "none");
});
