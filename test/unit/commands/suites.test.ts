import assert from "node:assert/strict";
import { chmodSync, globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, afterEach, test } from "node:test";
import { pathToFileURL } from "node:url";
import { provide, suiteDataVariable, SuiteObstacle } from "../../../commands/lib/provide.ts";
import { selectFiles } from "../../../commands/lib/selection.ts";
import { root } from "../../../commands/lib/stack.ts";
import { type Suite, type SuiteName, suites, systemCommands } from "../../../commands/lib/suites.ts";
import { run, runUnchecked } from "../../../tools/childProcess.mjs";
import { chart, chartArgs, chartFolder } from "../../harness/charts.ts";
import { readGatewayApiCrds } from "../../harness/suiteData.ts";

const folder = mkdtempSync(join(tmpdir(), "suites-"));
const environment = { ...process.env };
afterEach(() => {
  process.env = { ...environment };
});
after(() => {
  rmSync(folder, { recursive: true });
});

/** A machine that has these commands and no others; each says its name. */
function machineWith(...commands: readonly string[]): void {
  const machine = mkdtempSync(join(folder, "machine-"));
  for (const command of commands) {
    writeFileSync(join(machine, command), `#!/bin/sh\necho ${command}\n`);
    chmodSync(join(machine, command), 0o755);
  }
  process.env["PATH"] = machine;
}
const empty: Suite = { files: "none", tools: [] };

test("a suite finds what it declares, and nothing else that the machine has", async () => {
  machineWith("git", "kubectl");
  assert.equal(run("kubectl", []), "kubectl\n");
  const env = { ...process.env, ...(await provide({ ...empty, commands: ["git"] }, mkdtempSync(join(folder, "suite-")))) };
  assert.equal(run("git", [], { env }), "git\n");
  assert.equal(run("node", ["--version"], { env }), `${process.version}\n`);
  assert.throws(
    () => runUnchecked("kubectl", [], { env }),
    /^ChildProcessError: kubectl: could not be started: there is no kubectl on PATH$/,
  );
});

test("a test file gets the environment of its suite, and so does what it starts", () => {
  const file = join(folder, "some.test.ts");
  writeFileSync(
    file,
    `
    import { execFileSync } from "node:child_process";
    console.log(process.env.PATH, execFileSync(process.execPath, ["--print", "process.env.PATH"], { encoding: "utf8" }).trim());
  `,
  );
  const environments = join(folder, "environments.json");
  writeFileSync(environments, JSON.stringify({ [file]: { PATH: "/only/this" } }));
  const env = { ...process.env, CILIUM_TEST_ENVIRONMENTS: environments };
  const hook = pathToFileURL(join(root, "commands", "lib", "suiteEnvironment.ts")).href;
  assert.equal(run(process.execPath, ["--import", hook, file], { env }), "/only/this /only/this\n");
  assert.throws(
    () => run(process.execPath, ["--import", hook, environments], { env }),
    /has no environment for .*environments\.json/,
  );
});

test("a command that is missing is named with its Debian package", async () => {
  machineWith("git");
  await assert.rejects(provide({ ...empty, commands: ["git", "lsns", "unshare", "ip"] }, join(folder, "missing")), (error) => {
    assert(error instanceof SuiteObstacle);
    assert.equal(error.message, "missing commands: lsns, unshare, ip; on Debian, install util-linux iproute2");
    assert.equal(error.isExcused, false);
    return true;
  });
});

test("without Go, one sentence says what to install", async () => {
  machineWith();
  process.env["XDG_CACHE_HOME"] = join(folder, "empty-cache");
  const unready = [
    [
      { gatewayApi: ["v1.2.0"] },
      /^Go 1\.25 or later is needed to download sigs\.k8s\.io\/gateway-api@v1\.2\.0: install it \(https:\/\/go\.dev\/dl\/\)$/,
    ],
    [
      { ciliumSources: ["1.18.4"] },
      /^Go 1\.25 or later is needed to download github\.com\/cilium\/cilium@v1\.18\.4: install it \(https:/,
    ],
    [{ tools: ["yamlread"] }, /^yamlread is needed: install Go 1\.25 or later \(https:/],
  ] as const satisfies readonly (readonly [Partial<Suite>, RegExp])[];
  for (const [needs, message] of unready) {
    await assert.rejects(provide({ ...empty, ...needs }, mkdtempSync(join(folder, "suite-"))), { message });
  }
});

test("what Go says when a module cannot be downloaded is in the error", async () => {
  machineWith();
  const go = join(process.env["PATH"] ?? "", "go");
  // As Go does: with -json its reason is on standard output, and nothing is on the other one.
  writeFileSync(go, `#!/bin/sh\n[ "$1" = version ] || { echo '{"Error": "dial tcp: network is unreachable"}'; exit 1; }\n`);
  chmodSync(go, 0o755);
  process.env["XDG_CACHE_HOME"] = join(folder, "empty-cache");
  await assert.rejects(provide({ ...empty, gatewayApi: ["v1.2.0"] }, join(folder, "offline")), {
    name: "ChildProcessError",
    message: /^go mod download -json sigs\.k8s\.io\/gateway-api@v1\.2\.0: exit status 1\n.*network is unreachable/,
  });
});

test("a chart, CRDs or a source that the suite does not declare are an error that says where to add them", () => {
  process.env[suiteDataVariable] = JSON.stringify({ charts: {}, gatewayApi: {}, ciliumSources: {} });
  const message = "the suite does not declare the chart of Cilium 1.19.6; add it in commands/lib/suites.ts";
  assert.throws(() => chartArgs("1.19.6"), { message });
  assert.throws(() => chart("1.19.6"), { message });
  assert.throws(() => chartFolder("1.19.6"), { message });
  assert.throws(() => readGatewayApiCrds("v1.4.1"), {
    message: "the suite does not declare the CRDs of Gateway API v1.4.1; add it in commands/lib/suites.ts",
  });
  const { [suiteDataVariable]: _, ...unprovided } = environment;
  process.env = unprovided;
  assert.throws(
    () => readGatewayApiCrds("v1.4.1"),
    /^Error: nothing was fetched for this process; start a test file with npm test -- <file>$/,
  );
});

const names = (selected: ReadonlyMap<SuiteName, readonly string[]>) => [...selected.keys()];

test("npm test runs three suites, test:all every one, and --rest the others", () => {
  delete process.env["INIT_CWD"];
  const daily = names(selectFiles({}));
  assert.deepEqual(daily.toSorted(), ["charts", "engine", "unit"]);
  assert.deepEqual(names(selectFiles({ all: true })), Object.keys(suites));
  assert.deepEqual([...daily, ...names(selectFiles({ rest: true }))].toSorted(), Object.keys(suites).toSorted());
});

test("suites and files are run as they are named, seen from the user's folder", () => {
  process.env["INIT_CWD"] = join(root, "test");
  assert.deepEqual(names(selectFiles({ words: ["unit", "lan"] })), ["lan", "unit"]);
  const selected = selectFiles({ words: ["lan/native.test.ts", "unit/config.test.ts", "charts"] });
  assert.deepEqual(names(selected), ["lan", "charts", "unit"]);
  assert.deepEqual(selected.get("lan"), [join(root, "test", "lan", "native.test.ts")]);
  assert.deepEqual(selected.get("unit"), [join(root, "test", "unit", "config.test.ts")]);
  assert((selected.get("charts")?.length ?? 0) > 3);
  assert.throws(
    () => selectFiles({ words: ["unit", "nonsense"] }),
    /^Error: nonsense is neither a suite, a test file nor a folder with test files; suites are lan, /,
  );
  assert.throws(
    () => selectFiles({ words: ["harness/virtualLan.ts", "unit", "harness"] }),
    /^Error: harness\/virtualLan\.ts, harness is neither a suite, a test file nor a folder with test files; suites are lan, /,
  );
});

test("a folder stands for all test files in it, each with its own suite", () => {
  process.env["INIT_CWD"] = root;
  const below = (pattern: string) =>
    globSync(pattern, { cwd: root })
      .map((file) => join(root, file))
      .sort();
  const checks = below("test/unit/checks/**/*.test.ts");
  assert(checks.length > 2);
  for (const folder of ["test/unit/checks", "test/unit/checks/", join(root, "test", "unit", "checks")]) {
    assert.deepEqual([...selectFiles({ words: [folder] })], [["unit", checks]]);
  }
  // A folder with files of several suites, and the name of a suite as a path.
  assert.deepEqual(selectFiles({ words: ["test"] }), selectFiles({ all: true }));
  assert.deepEqual(selectFiles({ words: ["test/lan", "test/charts/"] }), selectFiles({ words: ["charts", "lan"] }));
  // A file that is in a selected folder runs once, and a name that only begins like a folder is not one.
  assert.deepEqual([...selectFiles({ words: ["test/unit/checks", checks[0] ?? ""] })], [["unit", checks]]);
  assert.throws(() => selectFiles({ words: ["test/unit/check"] }), /^Error: test\/unit\/check is neither a suite, a test file/);

  process.env["INIT_CWD"] = join(root, "test", "unit");
  assert.deepEqual([...selectFiles({ words: ["checks/inputs"] })], [["unit", below("test/unit/checks/inputs/*.test.ts")]]);
});

test("every suite has its script, and what the commands of lan are in is installed by CI and named in the README", () => {
  const { scripts } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { scripts: Record<string, string> };
  for (const name of Object.keys(suites)) assert.equal(scripts[`test:${name}`], `node tools/run.mjs commands/test.ts ${name}`);
  // Every Debian has these.
  const essential: readonly string[] = ["coreutils", "dash", "findutils", "mount"];
  const packages = new Set<string>(suites.lan.commands.map((command) => systemCommands[command]));
  for (const file of [".ci/run", "README.md"]) {
    const text = readFileSync(join(root, file), "utf8");
    const missing = [...packages].filter((name) => !essential.includes(name) && !text.includes(name));
    assert.deepEqual(missing, [], file);
  }
});

test("every test file is in exactly one suite", () => {
  const selected = [...selectFiles({ all: true }).values()].flat();
  const present = globSync("test/**/*.test.ts", { cwd: root }).map((file) => join(root, file));
  assert.deepEqual(selected.toSorted(), present.toSorted());
});
