// npm run manifest: runs a real `pulumi up` of index.ts on local state and writes its outputs to files. With `-- --check` it writes nothing
// and fails unless the present files have the content that it would write. With `-- --compare 1.19.6`, or another config file in place of the
// release, it writes nothing and prints what changes. With `-- --for flux` (or argocd, helm) it writes what makes this tool render the same objects.
import { join, relative, resolve } from "node:path";
import { styleText } from "node:util";
import type { OutputMap } from "@pulumi/pulumi/automation/index.js";
import { assertInputs } from "../components/checks/inputs.ts";
import { configKeys } from "../components/config.ts";
import { noCacheVariable } from "../components/helm/renderingCache.ts";
import type { TalosCiliumCniArgs } from "../components/inputs/args.ts";
import { resolveSettings, type Settings } from "../components/inputs/settings.ts";
import { readObjects } from "../components/kubernetes/yaml.ts";
import { wrap } from "../components/support/wrap.ts";
import { ciliumMinor, gatewayApiCrdsUrl } from "../components/versions/supported.ts";
import { findSource } from "./lib/ciliumSource.ts";
import { compareManifests } from "./lib/compareManifests.ts";
import { drift } from "./lib/drift.ts";
import { checkWritable, type FileChange, noLoadBalancer, writeIfChanged, writeIfNeeded } from "./lib/files.ts";
import type { GitOpsTool } from "./lib/gitOps.ts";
import { readManifestOptions } from "./lib/manifestOptions.ts";
import { putOnPath } from "./lib/putOnPath.ts";
import { root } from "./lib/root.ts";
import { devConfig, devConfigFile, withStack } from "./lib/stack.ts";
import { dim, fail, outputWidth, say, step, twoColumns } from "./lib/terminal.ts";
import { writeGitOps } from "./lib/writeGitOps.ts";

const env = (name: string) => process.env[name] || undefined;

/** The folder in which the user runs the command. */
const userFolder = env("INIT_CWD") ?? process.cwd();

/** The variables of the old script that come before the inputs of Pulumi.dev.yaml. */
const variablesOfInputs = { ciliumVersion: "CILIUM_VERSION", podCidr: "POD_CIDR", serviceCidr: "SERVICE_CIDR" } as const;

/** The inputs: Pulumi.dev.yaml, overridden by the old script's environment variables. */
function inputs(leaveOut?: () => void): TalosCiliumCniArgs {
  const overrides = Object.entries(variablesOfInputs)
    .map(([key, variable]) => [key, env(variable)] as const)
    .filter(([, value]) => value !== undefined);
  // This command changes no cluster, whatever delivery the stack uses.
  return { ...devConfig(devConfigFile, leaveOut), ...Object.fromEntries(overrides), delivery: "manifest" };
}

/** The paths of the files: OUTPUT_FILE, relative to the user's folder, and names beside it, or the defaults in manifests/. */
function outputFiles(version: string, kind = "cni") {
  const outputFile = env("OUTPUT_FILE");
  if (outputFile === undefined) {
    const file = (name: string) => join(root, "manifests", `cilium-${name}-${version}.yaml`);
    return { main: file(kind), loadBalancer: file("lb"), namespace: file("namespace") };
  }
  const main = resolve(userFolder, outputFile);
  const beside = (name: string) => main.replace(/(?=(?:\.[^./\\]+)?$)/, `-${name}`);
  return { main, loadBalancer: beside("lb"), namespace: beside("namespace") };
}

async function main(): Promise<void> {
  const { check, compare, tool, noCache } = readManifestOptions(process.argv.slice(2));
  if (noCache) process.env[noCacheVariable] = "1";
  if (compare !== undefined) {
    await printComparison(compare);
    return;
  }
  const args = inputs();
  if (tool !== undefined) {
    await handOver(tool, args);
    return;
  }
  assertInputs(args);
  const settings = resolveSettings(args);
  const files = outputFiles(settings.ciliumVersion);
  if (!check) [files.main, files.loadBalancer].forEach(checkWritable);

  await step("tools", async () => {
    await putOnPath("pulumi", "helm");
    return [undefined, "pulumi and helm are ready"];
  });
  const source = await step("chart", () => {
    const available = findSource(settings);
    return Promise.resolve([available, available.description]);
  });
  const outputs = await step("pulumi", async () => {
    const result = await withStack({ ...args, chart: source.chart }, (stack) => stack.up());
    return [result, "rendered, checked and exported; no cluster was touched"];
  });

  if (check) {
    checkFiles(files, outputs);
    return;
  }
  const changes: FileChange[] = [];
  const { manifest, loadBalancerManifest } = outputs;
  if (manifest !== undefined) changes.push(writeIfChanged(files.main, manifest));
  changes.push(...writeIfNeeded(files.loadBalancer, loadBalancerManifest, noLoadBalancer));
  say(`\n${table(settings, outputs, changes, source.warning)}`);
}

/** Prints what changes from the present config to another release or config. */
async function printComparison(target: string): Promise<void> {
  await putOnPath("helm");
  const lines = await compareManifests({ target, folder: userFolder, readPresent: inputs });
  const colors = { "+": "green", "-": "red", "~": "yellow" } as const;
  for (const line of ["", ...lines]) {
    const sign = /^ *([-+~]) /.exec(line)?.[1] as keyof typeof colors | undefined;
    process.stdout.write(`${sign === undefined ? line : styleText(colors[sign], line, { stream: process.stdout })}\n`);
  }
}

const toolNames = { flux: "Flux", argocd: "Argo CD", helm: "Helm" } as const satisfies Record<GitOpsTool, string>;

/** Writes the files for Flux, Argo CD or Helm. */
async function handOver(tool: GitOpsTool, args: TalosCiliumCniArgs): Promise<void> {
  await putOnPath("helm");
  const kind = tool === "helm" ? "values" : tool;
  const { files, warnings, settings } = await writeGitOps(tool, args, outputFiles(resolveSettings(args).ciliumVersion, kind));
  const crds = crdsCommand(settings);
  const rows = [
    ["Cilium", [settings.ciliumVersion]],
    ["files", files],
    ["warnings", warnings.length === 0 ? ["none"] : warnings],
    ["first", crds === undefined ? [] : [crds]],
    ["next", [`if Cilium runs already, docs/hand-off.md says how ${toolNames[tool]} takes it over`]],
  ] as const;
  say(`\n${formatRows(rows)}`);
}

/** Ends the command with the differences, unless the files have the content of the outputs. */
function checkFiles(files: ReturnType<typeof outputFiles>, outputs: OutputMap): void {
  const expected = [
    [files.main, outputs["manifest"]],
    [files.loadBalancer, outputs["loadBalancerManifest"]],
  ] as const;
  const reports: string[] = [];
  for (const [file, output] of expected) {
    const differences = drift(file, output?.value as string | undefined);
    if (differences.length === 0) continue;
    reports.push(`${relative(process.cwd(), file)} is out of date:\n${differences.map((line) => `  ${line}`).join("\n")}`);
  }
  if (reports.length > 0)
    fail(`${reports.join("\n")}\n(+ is missing there, - is too much, ~ differs; run \`${writeCommand()}\` to update the files)`);
  say("\nthe files are up to date");
}

/** The command that writes the files of this run: with the same variables. */
function writeCommand(): string {
  const variables = [...Object.values(variablesOfInputs), "OUTPUT_FILE"].flatMap((name) => {
    const value = env(name);
    return value === undefined ? [] : [`${name}=${value}`];
  });
  return [...variables, "npm run manifest"].join(" ");
}

function table(
  settings: Settings,
  outputs: OutputMap,
  changes: readonly FileChange[],
  sourceWarning: string | undefined,
): string {
  const { ciliumVersion, kubernetesVersion } = settings;
  const output = (name: string) => outputs[name]?.value as unknown;
  const manifest = output("manifest") as string;
  const kinds = Object.entries(Object.groupBy(readObjects(manifest), ({ kind }) => kind));
  const warnings = [sourceWarning, ...(output("warnings") as string[])].filter((warning) => warning !== undefined);
  const rows: [name: string, lines: readonly string[]][] = [
    ["Cilium", [`${ciliumVersion}, for Kubernetes ${kubernetesVersion}`]],
    ["objects", [kinds.map(([kind, objects]) => `${objects?.length} ${kind}`).join(", ")]],
    ["size", [`${(Buffer.byteLength(manifest) / 1000).toFixed(1)} KB`]],
    ["sha256", [outputs["manifestSha256"]?.secret === true ? "(secret)" : (output("manifestSha256") as string)]],
    ["images", output("images") as string[]],
    ["files", changes.map(({ file, change }) => `${relative(process.cwd(), file)} ${dim(change)}`)],
    ["warnings", warnings.length === 0 ? ["none"] : warnings],
  ];
  const crds = crdsCommand(settings);
  if (crds !== undefined) rows.push(["first", [crds]]);
  rows.push(["next", ["docs/getting-started/manifest.md says how the files get into the cluster"]]);
  return formatRows(rows);
}

/** The command that installs the Gateway API CRDs. Undefined if Cilium needs none. */
function crdsCommand({ ciliumVersion, gatewayApi }: Settings): string | undefined {
  const minor = ciliumMinor(ciliumVersion);
  if (!gatewayApi.enabled || minor === undefined) return undefined;
  return `kubectl apply --server-side -f ${gatewayApiCrdsUrl(minor.gatewayApi)}`;
}

/** Two columns. Commands stay on one line, so that they can be copied. */
function formatRows(rows: readonly (readonly [name: string, lines: readonly string[]])[]): string {
  const format = (name: string, line: string) => (name === "first" ? [line] : wrap(line, 2, outputWidth() - 10));
  return rows
    .flatMap(([name, lines]) =>
      twoColumns(
        name,
        lines.flatMap((line) => format(name, line)),
      ),
    )
    .join("\n");
}

/** Adds where the inputs that an error names come from: a check does not know it. */
function withOrigins(error: unknown): unknown {
  const { message } = error as Error;
  const named = Array.from(message.matchAll(/^ *(\w+)(?:[.[][^: ]*)?: /gm), ([, key = ""]) => key);
  const keys = [...new Set(named.filter((key) => (configKeys as readonly string[]).includes(key)))];
  if (keys.length === 0) return error;
  const variables = Object.entries(variablesOfInputs).filter(([key, name]) => keys.includes(key) && env(name) !== undefined);
  const origins = variables.map(([key, name]) => `${key} is set by the variable ${name}`);
  const file = relative(process.cwd(), devConfigFile);
  if (variables.length === 0) origins.push(`inputs are set in ${file}`);
  else if (variables.length < keys.length) origins.push(`the others are in ${file}`);
  return new Error(`${message}\n(${origins.join("; ")})`, { cause: error });
}

await main().catch((error: unknown) => fail(withOrigins(error)));
