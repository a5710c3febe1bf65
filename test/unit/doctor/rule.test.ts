import assert from "node:assert/strict";
import { globSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { allRules } from "../../../components/doctor/catalog.ts";
import { clusterRule, serviceRule } from "../../../components/doctor/rule.ts";

const rules = Object.values(allRules).flat();

test("no two rules have the same id or title", () => {
  for (const key of ["id", "title"] as const) assert.equal(new Set(rules.map((rule) => rule[key])).size, rules.length);
});

test("every rule says what, why, what to do, and where that is documented", () => {
  for (const { id, title, why, remedy, source } of rules) {
    assert.match(id, /^[a-z0-9.]+(?:-[a-z0-9.]+)*$/);
    assert.match(title, /^\S.*[^\s.]$/, "a title is a phrase without a full stop");
    assert.match(why, /^\S.*\.$/, `the reason of ${id} is a sentence`);
    assert.match(remedy, /^\S.*[.?]$/, `the remedy of ${id} is a sentence`);
    assert.match(source, /^(?:https:\/\/|docs\/)/, id);
  }
});

test("every file with rules is in the catalog", async () => {
  const folder = join(import.meta.dirname, "../../../components/doctor/rules");
  const files = globSync("*.ts", { cwd: folder });
  assert(files.length > 7);
  for (const file of files) {
    const exported = Object.values((await import(join(folder, file))) as Record<string, unknown>).filter(Array.isArray);
    assert(exported.length > 0, file);
    for (const rule of exported.flat())
      assert((rules as readonly unknown[]).includes(rule), `${file} has a rule that is not in the catalog`);
  }
});

test("a declaration is the rule itself", () => {
  const rule = { id: "a", title: "a", why: "a", remedy: "a", source: "a", run: () => [] };
  assert.equal(clusterRule(rule), rule);
  assert.equal(serviceRule(rule), rule);
});
