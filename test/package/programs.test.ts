// The npm package in projects outside of this repository: each gives the same bytes as the repository.
import assert from "node:assert/strict";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import type { ConsumerName } from "../../commands/lib/consumers.ts";
import { root } from "../../commands/lib/root.ts";
import type { ProgramRun } from "../../commands/lib/upProgram.ts";
import { createPlan } from "../../components/plan.ts";
import { run, runAsync, runUnchecked } from "../../tools/childProcess.mjs";
import { chart, chartArgs } from "../harness/charts.ts";
import { missingFor } from "../harness/languages.ts";
import { suiteData } from "../harness/suiteData.ts";

/** What the programs of the projects say, for the repository. */
const { manifest, loadBalancer } = createPlan({
  ...chartArgs(),
  loadBalancer: {
    ipPools: [{ name: "lan", blocks: [{ cidr: "192.168.1.200/29" }] }],
    l2Policies: [{ name: "lan", interfaces: ["^enp.*"] }],
  },
});
const expected = { loadBalancerManifest: loadBalancer?.yaml, manifest: manifest.yaml, manifestSha256: manifest.sha256 };

const config = { chartPath: chart().path };
const programs = { commonjs: "index.ts", esm: "index.js", pnpm: "index.ts" } as const satisfies Record<ConsumerName, string>;
const skip = missingFor();

for (const name of Object.keys(programs) as ConsumerName[]) {
  const { folder } = suiteData("consumers", name);

  test(`the CLI runs the project ${name}: preview, up, the manifest as a stack output`, { skip, timeout: 120_000 }, async () => {
    const pulumi = pulumiIn(folder, name);
    await pulumi("stack", "init", "dev");
    assert.match(await pulumi("preview"), /\+ +talos-cilium-cni:index:TalosCiliumCni cilium create/);
    assert.match(await pulumi("up", "--yes", "--skip-preview"), /\+ 2 created/);
    // The CLI adds a line break.
    assert.equal(await pulumi("stack", "output", "manifest"), `${manifest.yaml}\n`);
    assert.deepEqual(JSON.parse(await pulumi("stack", "output", "--json")), expected);
    assert.match(await pulumi("preview"), /2 unchanged/);
  });

  test(`Node alone runs the project ${name} with the real engine`, { timeout: 120_000 }, async () => {
    // Node would run the TypeScript of the template as an ES module, so compile it to what Pulumi makes of it. types.test.ts checks it.
    const tsc = join("node_modules", "typescript", "bin", "tsc");
    if (name === "commonjs") run(process.execPath, [tsc, "--project", ".", "--noCheck"], { cwd: folder });
    const main = name === "commonjs" ? join("bin", "index.js") : programs[name];
    const request: ProgramRun = { folder, main, project: name, config };
    const script = join(root, "commands", "lib", "upProgram.ts");
    const printed = await runAsync(process.execPath, [script, JSON.stringify(request)], { cwd: folder });
    assert.deepEqual(JSON.parse(printed), expected);
  });
}

for (const name of Object.keys(programs) as ConsumerName[]) {
  const { folder } = suiteData("consumers", name);

  test(`npx runs the doctor in the project ${name}`, () => {
    // What npx starts in a project that has the package. `npm exec` is npx.
    const command = join("node_modules", ".bin", "talos-cilium-cni");
    const help = run(command, ["doctor", "--help"], { cwd: folder });
    assert.match(help, /^usage: npx talos-cilium-cni doctor \[/);
    assert.equal(run(command, ["--help"], { cwd: folder }), help);
    if (name !== "pnpm") {
      const options = ["exec", "--offline", "--loglevel=error", "--", "talos-cilium-cni", "doctor", "--help"];
      assert.equal(run("npm", options, { cwd: folder }), help);
    }
    const missing = runUnchecked(command, ["doctor", "--kubeconfig", "missing"], { cwd: folder });
    assert.deepEqual([missing.status, missing.stdout], [2, ""]);
    assert.match(missing.stderr, /^error: the kubeconfig\s+\S+missing\s+cannot\s+be\s+read:\s+ENOENT/);
    assert.match(runUnchecked(command, ["cure"], { cwd: folder }).stderr, /^error: there is no command cure/);

    const oldNode = 'Object.defineProperty(process, "versions", { value: { ...process.versions, node: "22.12.0" } });';
    const env = { ...process.env, NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(oldNode)}` };
    const { status, stdout, stderr } = runUnchecked(command, ["doctor"], { cwd: folder, env });
    assert.deepEqual([status, stdout], [2, ""]);
    assert.match(stderr, /^error: the doctor needs Node 22\.15 or later \(https:\/\/nodejs\.org\); this is 22\.12\.0\n$/);
  });
}

/** Returns a function that runs the CLI in a project as its user would, on local state. */
function pulumiIn(folder: string, project: string) {
  const state = join(folder, "state");
  if (!existsSync(state)) mkdirSync(state);
  const qualified = Object.entries(config).map(([key, value]) => [`${project}:${key}`, value] as const);
  writeFileSync(join(folder, "Pulumi.dev.yaml"), JSON.stringify({ config: Object.fromEntries(qualified) }));
  const env = {
    ...process.env,
    PULUMI_HOME: join(folder, "home"),
    PULUMI_BACKEND_URL: pathToFileURL(state).href,
    PULUMI_CONFIG_PASSPHRASE: "",
    PULUMI_SKIP_UPDATE_CHECK: "true",
    // The engine downloads the plugins of all packages in node_modules, also of @pulumi/kubernetes, which delivery `manifest` does not use.
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
  };
  return (...args: readonly string[]) =>
    runAsync("pulumi", ["--non-interactive", "--color", "never", ...args], { cwd: folder, env });
}
