import assert from "node:assert/strict";
import { test } from "node:test";
import { parseDuration } from "../../../components/support/goDuration.ts";

test("a duration is read as Go reads it", () => {
  for (const [text, milliseconds] of Object.entries({
    "15s": 15_000,
    "1m30s": 90_000,
    "500ms": 500,
    "1.5h": 5_400_000,
    "2us": 0.002,
    "2µs": 0.002,
    "3ns": 3e-6,
    "1h1m1s1ms": 3_661_001,
    "0h1s": 1000,
  })) {
    assert.equal(parseDuration(text), milliseconds, text);
  }
});

test("text that is not a positive Go duration is rejected", () => {
  for (const text of ["", "15", "s", "-1s", "+1s", "1 s", "1d", "1m 30s", ".s", "1s;", "1S", "1e3s", "0s", "0h0m"]) {
    assert.equal(parseDuration(text), undefined, text);
  }
});

test("a value that is not text is not a duration", () => {
  for (const value of [undefined, null, 15, true, ["15s"], {}]) assert.equal(parseDuration(value), undefined);
});
