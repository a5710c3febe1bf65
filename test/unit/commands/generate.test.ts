import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { generatePages } from "../../../commands/generate.ts";

test("the generated files are up to date", async () => {
  for (const { path, content } of await generatePages()) {
    assert.equal(readFileSync(path, "utf8"), content, "run npm run generate");
  }
});
