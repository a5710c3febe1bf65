import assert from "node:assert/strict";
import { test } from "node:test";
import { commonReleases, updateReadme } from "../../../commands/lib/readme.ts";

test("the releases that two ranges have in common are compared as versions", () => {
  const cilium = { oldest: "1.9", newest: "1.11" };
  assert.equal(commonReleases(cilium, { oldest: "1.10", newest: "1.12" }), "1.10 to 1.11");
  assert.equal(commonReleases(cilium, { oldest: "1.2", newest: "1.30" }), "1.9 to 1.11");
  assert.equal(commonReleases(cilium, { oldest: "1.11", newest: "1.12" }), "1.11");
  assert.equal(commonReleases(cilium, { oldest: "1.12", newest: "1.13" }), "none");
});

test("the README must have the parts that are generated", () => {
  const readme = "[1 checks]\n\n## Compatibility\n\nText:\n\n| old |\n\n## Next\n";
  const updated = updateReadme(readme);
  assert.match(
    updated,
    /^\[\d{3} checks\]\n\n## Compatibility\n\nText:\n\n\| Cilium \| Talos [^]*\| 1\.18 \| [^]* \|\n\n## Next\n$/,
  );
  assert(!updated.includes("old"));
  assert.throws(() => updateReadme(readme.replace("checks", "tests")), /README\.md has no text that matches/);
  assert.throws(() => updateReadme(readme.replace("Compatibility", "Versions")), /README\.md has no text that matches/);
});
