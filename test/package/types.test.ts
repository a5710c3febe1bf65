// The types of the npm package, as the compiler of a user's project reads them.
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { runUncheckedAsync } from "../../tools/childProcess.mjs";
import { suiteData } from "../harness/suiteData.ts";

const words = `import { Delivery, TalosCiliumCni } from "talos-cilium-cni";

new TalosCiliumCni("word", { delivery: "chart" });
new TalosCiliumCni("constant", { delivery: Delivery.Chart });
new TalosCiliumCni("wrong", { delivery: "helm" });
new TalosCiliumCni("misspelled", { podCird: "10.244.0.0/16" });
`;

for (const name of ["commonjs", "pnpm"] as const) {
  test(`the compiler of the project ${name} accepts its program and both ways to write a word, but no wrong input`, async () => {
    const { folder } = suiteData("consumers", name);
    writeFileSync(join(folder, "words.ts"), words);
    const config = { extends: "./tsconfig.json", files: ["index.ts", "words.ts"] };
    writeFileSync(join(folder, "tsconfig.words.json"), JSON.stringify(config));
    const options = [
      join("node_modules", "typescript", "bin", "tsc"),
      "--project",
      "tsconfig.words.json",
      "--noEmit",
      "--pretty",
      "false",
    ];
    const { stdout, stderr } = await runUncheckedAsync(process.execPath, options, { cwd: folder });
    const errors = stdout.trimEnd().split("\n");
    assert.equal(errors.length, 2, stdout + stderr);
    assert.match(
      errors[0] ?? "",
      /^words\.ts\(5,31\): error TS2322: Type '"helm"' is not assignable to type 'Delivery \| undefined'\.$/,
    );
    assert.match(errors[1] ?? "", /^words\.ts\(6,36\): error TS2561: .* Did you mean to write 'podCidr'\?$/);
  });
}
