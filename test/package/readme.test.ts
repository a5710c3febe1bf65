// The README's programs and commands with pulumi, as printed, in a new project of each language. The projects lie beside a clone.
import assert from "node:assert/strict";
import { appendFileSync, cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { after, before, test } from "node:test";
import { Clone } from "../../commands/lib/clone.ts";
import { root } from "../../commands/lib/root.ts";
import { createPlan } from "../../components/plan.ts";
import { chart, chartArgs } from "../harness/charts.ts";
import { codeBlocks } from "../harness/codeBlocks.ts";
import { missingFor, offlineEnvironment } from "../harness/languages.ts";
import { suiteData } from "../harness/suiteData.ts";

/** What all of the README's programs render. */
const { manifest, loadBalancer } = createPlan({
  ...chartArgs(),
  lan: { subnets: ["192.168.1.0/24"], gateway: "192.168.1.1" },
  loadBalancer: { ipPools: [{ name: "lan", blocks: [{ cidr: "192.168.1.200/29" }] }], l2Policies: [{ name: "lan" }] },
});

/** Compares the files that the README's commands write with what the repository renders. The CLI adds a line break. */
function assertFiles(folder: string): void {
  const read = (file: string) => readFileSync(join(folder, file), "utf8");
  assert.equal(read("cilium.yaml"), `${manifest.yaml}\n`);
  assert.equal(read("cilium-lb.yaml"), `${loadBalancer?.yaml}\n`);
}

/** The README's only block in a language. Its chart comes from a local file, because a test downloads nothing. */
function program(language: string, line: string, withChart: string): string {
  const [block = "", ...more] = codeBlocks("README.md", language);
  assert.deepEqual(more, []);
  const local = block.replace(line, () => `${line}${withChart}`);
  assert.notEqual(local, block);
  return local;
}

const readme = readFileSync(join(root, "README.md"), "utf8");
const [, addPlugin = ""] = /begin with `(pulumi package add [^`]+)`/.exec(readme) ?? [];

let clone: Clone;
before(() => {
  clone = new Clone();
});
after(() => {
  clone.remove();
});

/** Writes the files of a project beside the clone. */
function writeProject(name: string, files: Readonly<Record<string, string>>): string {
  const folder = join(dirname(clone.folder), name);
  mkdirSync(folder, { recursive: true });
  for (const [file, text] of Object.entries(files)) writeFileSync(join(folder, file), text);
  return folder;
}

/** Runs commands in a project beside the clone, as printed, with its stack. */
function runIn(name: string, commands: string): Promise<string> {
  const environment = {
    ...offlineEnvironment(),
    PULUMI_SKIP_CONFIRMATIONS: "true",
    // The engine downloads the plugins of all packages in node_modules, also of @pulumi/kubernetes, which delivery `manifest` does not use.
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
  };
  return clone.run("bash", ["-euc", `cd ../${name}\npulumi stack select dev --create\n${commands}`], environment);
}

const inEachLanguage = `pulumi preview --diff
pulumi up
pulumi stack output manifest > cilium.yaml
pulumi stack output loadBalancerManifest > cilium-lb.yaml
`;

test("in TypeScript, what the README installs, writes and runs exports the manifest", { skip: missingFor() }, async () => {
  const commands = codeBlocks("README.md", "bash").filter((block) => block.includes("pulumi "));
  assert.deepEqual(commands, [`npm install talos-cilium-cni\n${inEachLanguage}`]);
  // Pulumi's template, into which the suite has installed the archive of the package, and nothing else, before the tests started.
  const { folder: installed } = suiteData("consumers", "commonjs");
  const { dependencies } = JSON.parse(readFileSync(join(installed, "package.json"), "utf8")) as { dependencies: object };
  assert.deepEqual(Object.keys(dependencies), ["@pulumi/pulumi", "talos-cilium-cni"]);

  const line = 'new TalosCiliumCni("cilium", {\n';
  const folder = writeProject("homelab", { "index.ts": program("ts", line, `  chart: { path: "${chart().path}" },\n`) });
  for (const file of ["Pulumi.yaml", "package.json", "tsconfig.json"]) cpSync(join(installed, file), join(folder, file));
  symlinkSync(join(installed, "node_modules"), join(folder, "node_modules"));
  const printed = await runIn("homelab", inEachLanguage);
  assert.match(printed, /\+ talos-cilium-cni:index:TalosCiliumCni: \(create\)/);
  assertFiles(folder);
});

test("in Python, the README's program exports the manifest", { skip: missingFor("language-python") }, async () => {
  const runtime = "runtime:\n  name: python\n  options:\n    toolchain: pip\n    virtualenv: venv\n";
  const folder = writeProject("homelab-python", {
    "Pulumi.yaml": `name: homelab-python\n${runtime}`,
    "requirements.txt": "pulumi>=3.0.0,<4.0.0\n",
    "__main__.py": program("python", '    "cilium",\n', `    chart={"path": "${chart().path}"},\n`),
  });
  // `pulumi new python` ends with the first command.
  await runIn("homelab-python", `pulumi install\n${addPlugin}\n${inEachLanguage}`);
  assertFiles(folder);
});

test("in YAML, the README's program exports the manifest", { skip: missingFor("language-yaml") }, async () => {
  const resources = program("yaml", "    properties:\n", `      chart: { path: ${chart().path} }\n`);
  const folder = writeProject("homelab-yaml", { "Pulumi.yaml": "name: homelab-yaml\nruntime: yaml\n" });
  await runIn("homelab-yaml", addPlugin);
  appendFileSync(join(folder, "Pulumi.yaml"), resources);
  await runIn("homelab-yaml", inEachLanguage);
  assertFiles(folder);
});
