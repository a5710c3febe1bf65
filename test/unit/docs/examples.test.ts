// The READMEs of the examples. test/cluster/examples.test.ts and test/plugins run the programs themselves.
import assert from "node:assert/strict";
import { existsSync, globSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { root } from "../../../commands/lib/root.ts";
import { codeBlocks } from "../../harness/codeBlocks.ts";

const examples = readdirSync(join(root, "examples"));
const read = (file: string) => readFileSync(join(root, file), "utf8");
const pageOf = (example: string) => join("examples", example, "README.md");
/** The text of an example's program and settings. */
const programOf = (example: string) => globSync(`examples/${example}/*.{ts,py,yaml}`, { cwd: root }).map(read).join("\n");
const commandsOf = (example: string) => codeBlocks(pageOf(example), "bash").join("");

test("every example has a README with a title and its commands", () => {
  assert(examples.length >= 10);
  for (const example of examples) {
    assert.match(read(pageOf(example)), /^# .+\n\n\S/, example);
    assert.notEqual(commandsOf(example), "", example);
  }
});

test("every README of a stack selects it, and its program has every output and config key that the README names", () => {
  const stacks = examples.filter((example) => existsSync(join(root, "examples", example, "Pulumi.yaml")));
  assert(stacks.length >= 8);
  const outputs = stacks.flatMap((example) => {
    assert.match(commandsOf(example), /^pulumi stack select \w+ --create$/m, example);
    assert.match(commandsOf(example), /^pulumi up\b/m, example);
    const program = programOf(example);
    for (const [, key = ""] of commandsOf(example).matchAll(/^pulumi config set (\w+)/gm))
      assert(program.includes(key), `${example}: ${key}`);
    return Array.from(commandsOf(example).matchAll(/^pulumi stack output (\w+)/gm), ([, output = ""]) => ({
      example,
      program,
      output,
    }));
  });
  assert(outputs.length >= 10);
  for (const { example, program, output } of outputs) {
    const exported = [
      new RegExp(`^export const ${output}\\b`, "m"),
      new RegExp(`^export const \\{[^}]*\\b${output}\\b[^}]*\\} = cni;`, "m"),
      new RegExp(`^pulumi\\.export\\("${output}"`, "m"),
      new RegExp(`^outputs:\\n(?: {2}.*\\n)*? {2}${output}: `, "m"),
    ];
    assert(
      exported.some((pattern) => pattern.test(program)),
      `${example}: ${output}`,
    );
  }
});
