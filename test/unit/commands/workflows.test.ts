import assert from "node:assert/strict";
import { globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { test } from "node:test";
import { parse } from "yaml";
import { formatCommand, publishCommands } from "../../../commands/lib/releasePlan.ts";
import { root } from "../../../commands/lib/root.ts";
import { findWorkflowProblems } from "../../../commands/lib/workflows.ts";

interface Step {
  readonly uses?: string;
  readonly run?: string;
}
interface Workflow {
  readonly on: Readonly<Record<string, unknown>>;
  readonly permissions: Readonly<Record<string, string>>;
  readonly concurrency: unknown;
  readonly jobs: Readonly<
    Record<
      string,
      {
        readonly steps: readonly Step[];
        readonly permissions?: Readonly<Record<string, string>>;
        readonly strategy?: {
          readonly matrix: { readonly include: readonly { readonly runner: string; readonly command: string }[] };
        };
      }
    >
  >;
}

const read = (file: string) => readFileSync(join(root, file), "utf8");
const files = globSync(".github/workflows/*.yml", { cwd: root });
const workflows = new Map(files.map((file) => [basename(file, ".yml"), parse(read(file)) as Workflow]));
const workflow = (name: string) => workflows.get(name) ?? assert.fail(name);
const stepsOf = ({ jobs }: Workflow) => Object.values(jobs).flatMap(({ steps }) => steps);
const commandsOf = (each: Workflow) => stepsOf(each).flatMap(({ run }) => run ?? []);

/** What actionlint says of a folder with this workflow alone. */
function problemsOf(text: string): readonly string[] {
  const folder = mkdtempSync(join(tmpdir(), "workflows-"));
  try {
    mkdirSync(join(folder, ".github", "workflows"), { recursive: true });
    writeFileSync(join(folder, ".github", "workflows", "sample.yml"), text);
    return findWorkflowProblems("actionlint", folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

test("actionlint finds nothing wrong with the workflows of this repository", () => {
  assert.deepEqual(findWorkflowProblems("actionlint"), []);
});

for (const [mistake, from, to, problem] of [
  ["a job that does not exist", "needs: npm", "needs: nmp", /needs job "nmp" which does not exist/],
  ["an unknown property", "runs-on: ubuntu-24.04", "runs-on: ubuntu-24.04\n    run-as: root", /unexpected key "run-as"/],
  ["an unknown runner", "runs-on: ubuntu-24.04", "runs-on: ubuntu-2404", /label "ubuntu-2404" is unknown/],
  ["an unknown permission", "id-token: write", "id-tokens: write", /unknown permission scope "id-tokens"/],
  ["a context that does not exist", "github.token", "githup.token", /undefined variable "githup"/],
] as const) {
  test(`a workflow with ${mistake} is a problem that names the file and the line`, () => {
    const good = read(".github/workflows/release.yml");
    assert.deepEqual(problemsOf(good), []);
    const broken = good.replace(from, to);
    assert.notEqual(broken, good);
    const [first = ""] = problemsOf(broken);
    assert.match(first, problem);
    assert.match(first, /sample\.yml:\d+:\d+:/);
  });
}

test("a folder without workflows is an error: nothing was checked", () => {
  assert.throws(() => findWorkflowProblems("actionlint", tmpdir()), /has no workflow/);
});

test("every npm command of a workflow exists", () => {
  const { scripts } = JSON.parse(read("package.json")) as { readonly scripts: Readonly<Record<string, string>> };
  const matrix = workflow("test").jobs["test"]?.strategy?.matrix.include.map(({ command }) => command) ?? [];
  const commands = [...[...workflows.values()].flatMap(commandsOf), ...matrix];
  const names = commands.flatMap((text) => Array.from(text.matchAll(/npm run ([\w:]+)/g), ([, name = ""]) => name));
  assert(names.length >= 5);
  for (const name of names) assert(Object.hasOwn(scripts, name), `npm run ${name}`);
});

test("every push is checked, and tested on Linux x64 and arm64, and by the suite unit on macOS", () => {
  for (const name of ["check", "test"]) assert("push" in workflow(name).on, name);
  assert(commandsOf(workflow("check")).includes("npm run check"));
  assert.deepEqual(workflow("test").jobs["test"]?.strategy?.matrix.include, [
    { runner: "ubuntu-24.04", command: "npm test" },
    { runner: "ubuntu-24.04-arm", command: "npm test" },
    { runner: "macos-15", command: "npm run test:unit" },
  ]);
});

test("a pushed tag is published by the commands that npm run release prints", () => {
  assert.deepEqual(workflow("release").on, { push: { tags: ["v*"] } });
  const [push, ...others] = publishCommands({
    current: "1.0.0",
    version: "1.0.1",
    tag: "v1.0.1",
    date: "2026-01-01",
    reason: "",
  });
  assert.equal(push?.program, "git");
  const commands = commandsOf(workflow("release"));
  const positions = ["npm run check", "npm test", ...others.map(formatCommand)].map((command) => commands.indexOf(command));
  assert(!positions.includes(-1), positions.join(" "));
  assert.deepEqual(
    positions,
    positions.toSorted((a, b) => a - b),
  );
});

test("every action is pinned by a commit, with its version beside it", () => {
  const uses = files.flatMap((file) => Array.from(read(file).matchAll(/^ *(?:- )?uses: (.*)$/gm), ([, action = ""]) => action));
  assert.equal(uses.length, [...workflows.values()].flatMap(stepsOf).filter(({ uses: action }) => action !== undefined).length);
  for (const action of uses) assert.match(action, /^[\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
  // One version of each action.
  const names = new Set(uses.map((action) => action.split("@")[0]));
  assert.equal(new Set(uses).size, names.size);
});

test("a workflow may only read, unless a job says what it writes", () => {
  const writes = [...workflows].flatMap(([name, { permissions, jobs }]) => {
    assert.deepEqual(permissions, { contents: "read" }, name);
    return Object.entries(jobs).flatMap(([job, own]) =>
      Object.entries(own.permissions ?? {}).flatMap(([scope, level]) => (level === "write" ? `${name} ${job} ${scope}` : [])),
    );
  });
  assert.deepEqual(writes.toSorted(), [
    "docs deploy id-token",
    "docs deploy pages",
    "release github contents",
    "release npm id-token",
  ]);
  for (const [name, { concurrency }] of workflows) assert.notEqual(concurrency, undefined, name);
});

test("the job of all suites installs the packages of .ci/run", () => {
  const [, packages = ""] = /packages=\((.*)\)/.exec(read(".ci/run")) ?? assert.fail();
  const install = commandsOf(workflow("test")).find((command) => command.includes("apt-get install")) ?? "";
  assert(install.includes(packages), install);
});
