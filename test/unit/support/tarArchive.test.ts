import assert from "node:assert/strict";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import { createTar } from "nanotar";
import { filesInArchive } from "../../../components/support/tarArchive.ts";

test("archives of every size are read, also those that share their memory with others", () => {
  for (const size of [0, 10, 1_000, 100_000]) {
    const files = ["a", "b"].map((name) => ({ name: `chart/${name}`, data: name.repeat(size) }));
    const archive = Buffer.from(gzipSync(createTar(files)));
    const contents = filesInArchive(archive).map(({ name, text }) => ({ name, data: text }));
    assert.deepEqual(contents, files);
    assert.deepEqual(
      filesInArchive(archive, (name) => name.endsWith("b")).map(({ name }) => name),
      ["chart/b"],
    );
  }
});
