// npm run manifest: a real `pulumi up` of index.ts on local state, and its outputs as files. With `-- --check` no file is written: the
// files that are there have to be what would be written.
import { existsSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { parseArgs } from "node:util";
import type { OutputMap } from "@pulumi/pulumi/automation/index.js";
import type { TalosCiliumCniArgs } from "../components/inputs/args.ts";
import { readDocuments } from "../components/kubernetes/yaml.ts";
import { settingsOf } from "../components/inputs/settings.ts";
import { validate } from "../components/checks/validate.ts";
import { ciliumMinor, gatewayApiCrdsUrl } from "../components/versions/supported.ts";
import { findSource } from "./lib/ciliumSource.ts";
import { drift } from "./lib/drift.ts";
import { checkWritable, writeIfChanged } from "./lib/files.ts";
import { putOnPath } from "./lib/putOnPath.ts";
import { dim, fail, say, step } from "./lib/terminal.ts";
import { devConfig, root, withStack } from "./lib/stack.ts";

const env = (name: string) => process.env[name] || undefined;

/** The inputs: Pulumi.dev.yaml, with the old script's environment variables on top. */
function inputs(): TalosCiliumCniArgs {
  const given = Object.entries({
    ciliumVersion: env("CILIUM_VERSION"),
    podCidr: env("POD_CIDR"),
    serviceCidr: env("SERVICE_CIDR"),
  }).filter(([, value]) => value !== undefined);
  // Whatever the stack does with it: this command touches no cluster.
  return { ...devConfig(), ...Object.fromEntries(given), delivery: "manifest" };
}

/** Where the two files go: as OUTPUT_FILE says, seen from the folder the user is in. */
function outputFiles(version: string): { readonly manifest: string; readonly loadBalancer: string } {
  const asked = env("OUTPUT_FILE");
  if (asked === undefined) {
    const file = (kind: string) => join(root, "manifests", `cilium-${kind}-${version}.yaml`);
    return { manifest: file("cni"), loadBalancer: file("lb") };
  }
  const manifest = resolve(env("INIT_CWD") ?? process.cwd(), asked);
  return { manifest, loadBalancer: manifest.replace(/(?=(?:\.[^./\\]+)?$)/, "-lb") };
}

async function main(): Promise<void> {
  const { check } = parseArgs({ options: { check: { type: "boolean", default: false } } }).values;
  const args = inputs();
  validate(args);
  const settings = settingsOf(args);
  const files = outputFiles(settings.ciliumVersion);
  if (!check) Object.values(files).forEach(checkWritable);

  await step("tools", async () => {
    await putOnPath("pulumi", "helm");
    return [undefined, "pulumi and helm are ready"];
  });
  const source = await step("chart", () => {
    const found = findSource(settings);
    return Promise.resolve([found, found.description]);
  });
  const outputs = await step("pulumi", async () => {
    const result = await withStack({ ...args, chart: source.chart }, (stack) => stack.up());
    return [result, "up: rendered, checked and exported"];
  });

  if (check) {
    compare(files, outputs);
    return;
  }
  const left = outputs["loadBalancerManifest"] === undefined && existsSync(files.loadBalancer);
  const written = [
    [files.manifest, outputs["manifest"]] as const,
    [files.loadBalancer, outputs["loadBalancerManifest"]] as const,
  ].flatMap(([file, output]) => (output === undefined ? [] : [writeIfChanged(file, output)]));
  if (left) written.push({ file: files.loadBalancer, change: "of an earlier run; no pool or policy is configured any more" });
  say(`\n${table(settings, outputs, written, source.warning)}`);
}

/** Ends the command with what differs, unless the files are what they should be. */
function compare(files: ReturnType<typeof outputFiles>, outputs: OutputMap): void {
  const stale = (["manifest", "loadBalancer"] as const).flatMap((key) => {
    const output = outputs[key === "manifest" ? "manifest" : "loadBalancerManifest"]?.value as string | undefined;
    const lines = drift(files[key], output);
    return lines.length === 0
      ? []
      : [`${relative(process.cwd(), files[key])} is out of date:\n${lines.map((line) => `  ${line}`).join("\n")}`];
  });
  if (stale.length > 0) fail(`${stale.join("\n")}\n(npm run manifest writes what it should be)`);
  say("\nthe files are up to date");
}

function table(
  { ciliumVersion, kubernetesVersion, gatewayApi }: ReturnType<typeof settingsOf>,
  outputs: OutputMap,
  written: readonly { readonly file: string; readonly change: string }[],
  sourceWarning: string | undefined,
): string {
  const output = (name: string) => outputs[name]?.value as unknown;
  const manifest = output("manifest") as string;
  const kinds = Object.entries(Object.groupBy(readDocuments(manifest), ({ object }) => object.kind));
  const warnings = [...(sourceWarning === undefined ? [] : [sourceWarning]), ...(output("warnings") as string[])];
  const minor = ciliumMinor(ciliumVersion);
  const rows: [name: string, lines: readonly string[]][] = [
    ["Cilium", [`${ciliumVersion}, for Kubernetes ${kubernetesVersion}`]],
    ["objects", [kinds.map(([kind, objects]) => `${objects?.length} ${kind}`).join(", ")]],
    ["size", [`${(Buffer.byteLength(manifest) / 1000).toFixed(1)} KB`]],
    ["sha256", [outputs["manifestSha256"]?.secret === true ? "(secret)" : (output("manifestSha256") as string)]],
    ["images", output("images") as string[]],
    ["files", written.map(({ file, change }) => `${relative(process.cwd(), file)} ${dim(change)}`)],
    ["warnings", warnings.length === 0 ? ["none"] : warnings],
  ];
  if (gatewayApi.enabled && minor !== undefined)
    rows.push(["first", [`kubectl apply --server-side -f ${gatewayApiCrdsUrl(minor.gatewayApi)}`]]);
  return rows.flatMap(([name, lines]) => lines.map((line, index) => `${(index === 0 ? name : "").padEnd(9)} ${line}`)).join("\n");
}

await main().catch(fail);
