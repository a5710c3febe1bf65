import assert from "node:assert/strict";
import { test } from "node:test";
import { parseDuration } from "../../../components/support/goDuration.ts";

test("a duration is read as Go reads it", () => {
  const read = { "15s": 15_000, "1m30s": 90_000, "500ms": 500, "1.5h": 5_400_000, "2us": 0.002, "1h1m1s1ms": 3_661_001 };
  for (const [text, milliseconds] of Object.entries(read)) assert.equal(parseDuration(text), milliseconds, text);
});

test("what Go does not read is no duration", () => {
  for (const text of ["", "15", "s", "-1s", "1 s", "1d", "1m 30s", ".s", "1s;"])
    assert.equal(parseDuration(text), undefined, text);
});
