// The commands that the pages name, in code and in text. test/cluster/gettingStarted.test.ts and others run those of some pages.
import assert from "node:assert/strict";
import { existsSync, globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { parse } from "yaml";
import { doctorUsage } from "../../../commands/lib/doctor.ts";
import { readManifestOptions } from "../../../commands/lib/manifestOptions.ts";
import { root } from "../../../commands/lib/root.ts";
import { suites } from "../../../commands/lib/suites.ts";
import { schemaProblems } from "../../../components/inputs/schema.ts";

const read = (file: string) => readFileSync(join(root, file), "utf8");
const pages = globSync(["*.md", "renovate.json", "{docs,examples,bench}/**/*.md"], { cwd: root });
/** The pages of this repository's own program, whose config has the inputs. Those of the examples have a program each. */
const programPages = pages.filter((page) => page.endsWith(".md") && !page.startsWith("examples"));

/** What a pattern finds in pages, with its groups. */
const findIn = (from: readonly string[], pattern: RegExp) =>
  from.flatMap((page) => Array.from(read(page).matchAll(pattern), ([, ...groups]) => ({ page, groups })));
/** The arguments of a command of a page, which ends with the line, the code or the comment. */
const argumentsOf = (command: string) =>
  findIn(pages, new RegExp(`${command} -- ([^\`|\\n#]+)`, "g")).map(({ page, groups: [text = ""] }) => ({
    page,
    words: text.trim().split(/\s+/),
  }));

test("every npm script that a page names exists, and so does the one that Renovate's pull requests name", () => {
  const { scripts } = JSON.parse(read("package.json")) as { readonly scripts: Readonly<Record<string, string>> };
  const names = findIn(pages, /npm run (?:--silent )?([\w:]+)/g);
  assert(names.length > 20);
  for (const { page, groups } of names) assert(Object.hasOwn(scripts, groups[0] ?? ""), `${page}: npm run ${groups[0]}`);
  for (const page of ["CONTRIBUTING.md", "renovate.json"]) {
    assert(
      names.some((each) => each.page === page && each.groups[0] === "pin"),
      page,
    );
  }
});

test("every option and argument of an npm script that a page names is one that it takes", () => {
  const manifest = argumentsOf("npm run manifest");
  assert(manifest.length >= 8);
  for (const { page, words } of manifest) {
    // The text may name the option alone.
    const isName = words.length === 1 && ["--compare", "--for"].includes(words[0] ?? "");
    if (!isName) assert.doesNotThrow(() => readManifestOptions(words), `${page}: ${words.join(" ")}`);
  }
  const doctor = argumentsOf("npm run doctor");
  assert(doctor.length >= 2);
  const usage = doctorUsage("");
  for (const { page, words } of doctor) {
    const options = words.filter((word) => word.startsWith("--"));
    for (const option of options) assert(usage.includes(`  ${option} `), `${page}: ${option}`);
  }
  const measured = argumentsOf("npm run measure");
  assert(measured.length >= 5);
  const [, knownPages = ""] = /^const pages: .* = \{\n([^]*?)^\};/m.exec(read("test/processes/measure.ts")) ?? [];
  for (const { page, words } of measured) assert.match(knownPages, new RegExp(`^ *"?${words.join(" ")}"?: `, "m"), page);
  const tested = argumentsOf("npm test");
  assert(tested.length >= 3);
  for (const { page, words } of tested) {
    for (const word of words.filter((each) => each !== "<file>"))
      assert(Object.hasOwn(suites, word) || existsSync(join(root, word)), `${page}: ${word}`);
  }
});

test("every command of the npm package that a page names exists", () => {
  const names = findIn(pages, /npx talos-cilium-cni (\S+?)[`\s.]/g);
  assert(names.length >= 2);
  const commands = Array.from(read("commands/cli.ts").matchAll(/command === "(\w+)"/g), ([, name]) => name);
  for (const { page, groups } of names) assert(commands.includes(groups[0]), `${page}: npx talos-cilium-cni ${groups[0]}`);
});

test("every config key that a page sets or removes is one of the program or of the Kubernetes provider", () => {
  const { config } = parse(read("Pulumi.yaml")) as { readonly config: Readonly<Record<string, unknown>> };
  const keys = findIn(programPages, /pulumi config (set|rm)\s+((?:--\w+\s+)*)'?([\w:.[\]]+)'?(?:[ \t]+([^\s`)]+))?/g);
  assert(keys.length > 20);
  const values = keys.flatMap(({ page, groups: [command, options = "", key = "", value] }) => {
    const place = `${page}: pulumi config ${command} ${options}${key}`;
    if (key.startsWith("kubernetes:")) return [];
    const path = options.includes("--path") ? segmentsOf(key) : [key];
    assert(Object.hasOwn(config, path[0] ?? ""), place);
    if (value === undefined || options.includes("--secret")) return [];
    return [{ place, path, value }];
  });
  assert(values.filter(({ path }) => path.length > 1).length > 8);
  for (const { place, path, value } of values) assert.deepEqual(problemsOf(path, value), [], `${place} ${value}`);
});

test("the checks of config keys report unknown keys and forbidden values", () => {
  for (const [key, value, problem] of [
    ["loadBalancer.ipPools[0].block[0].cidr", "192.168.1.0/24", /^loadBalancer\.ipPools\[0\]\.block is not an input/],
    ["lan.gatway", "192.168.1.1", /^lan\.gatway is not an input/],
    ["gatewayApi.installCrds", "no", /^gatewayApi\.installCrds is "no"/],
    ["delivery", "helm", /^delivery is "helm"/],
  ] as const)
    assert.match(problemsOf(segmentsOf(key), value).join("\n"), problem);
  assert.deepEqual(problemsOf(segmentsOf("loadBalancer.ipPools[0].name"), "lan"), []);
});

test("every output of a stack that a page reads exists", () => {
  const [, names = ""] = /^export const \{\n([^]*?)^\}/m.exec(read("index.ts")) ?? [];
  const outputs = findIn(programPages, /pulumi stack output (\w+)/g);
  assert(outputs.length >= 6);
  for (const { page, groups } of outputs) assert.match(names, new RegExp(`^ *${groups[0]},$`, "m"), `${page}: ${groups[0]}`);
});

/** The segments of a path as Pulumi reads them: `a.b[0].c`. */
function segmentsOf(path: string): readonly string[] {
  return path.replaceAll(/\[(\d+)\]/g, ".$1").split(".");
}

/** The problems of inputs that have only this value. What is missing beside it, another command sets. */
function problemsOf(path: readonly string[], value: string): readonly string[] {
  // Pulumi reads numbers and booleans at a path as such.
  const leaf: unknown = /^(?:true|false|\d+)$/.test(value) ? parse(value) : value;
  const args = path.reduceRight((inner: unknown, segment) => (/^\d+$/.test(segment) ? [inner] : { [segment]: inner }), leaf);
  return schemaProblems(args as object)
    .filter(({ message }) => message !== "is missing")
    .map(({ input, message }) => `${input} ${message}`);
}
