import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { isolate } from "../harness/isolation.ts";
import { testNative } from "../harness/nativeLan.ts";
import { observeDefaults } from "../pages/defaults.ts";

isolate();

testNative("1.19.6", {
  title: "every default does what docs/defaults.md says, or the page says why this cannot be seen",
  add: async (lan, firstNode) => {
    const page = await observeDefaults(lan, firstNode);
    assert.equal(readFileSync(page.path, "utf8"), page.content, "run npm run measure -- defaults");
    return page.secondNode;
  },
});
