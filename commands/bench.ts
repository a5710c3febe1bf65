// npm run bench: measures median time and memory, compared with Helm alone (the lower bound) and with cdk8s.
// `npm run bench -- <file>` also writes the figures as JSON, to compare them with later ones.
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Report } from "../bench/report.ts";
import { validate } from "../components/checks/validate.ts";
import { runHelmTemplate } from "../components/helm/render.ts";
import type { TalosCiliumCniArgs } from "../components/inputs/args.ts";
import { resolveSettings } from "../components/inputs/settings.ts";
import { createPlan } from "../components/plan.ts";
import { run, runAsync } from "../tools/childProcess.mjs";
import { findSource } from "./lib/ciliumSource.ts";
import { Clone } from "./lib/clone.ts";
import { findPluginFolder, missingPluginMessage } from "./lib/plugins.ts";
import { putOnPath } from "./lib/putOnPath.ts";
import { root } from "./lib/root.ts";
import { devConfig } from "./lib/stack.ts";
import { dim, fail, progress, say } from "./lib/terminal.ts";
import type { ProgramRun } from "./lib/upProgram.ts";

/** Runs what is measured, once. A program of bench/ reports its own memory. */
type Work = () => Report | undefined | Promise<void>;
/** Medians of several runs. */
interface Figures {
  readonly milliseconds: number;
  readonly megabytes?: number;
}

/** Runs all works in turn, so that a slow moment of the machine affects all of them. The first round is a warm-up and does not count. */
async function medians<Name extends string>(
  rounds: number,
  works: Readonly<Record<Name, Work>>,
): Promise<Readonly<Record<Name, Figures>>> {
  const names = Object.keys(works) as Name[];
  const samples = new Map(names.map((name) => [name, [] as { milliseconds: number; megabytes: number | undefined }[]]));
  for (let round = 0; round <= rounds; round++) {
    for (const name of names) {
      const start = performance.now();
      const report = await works[name]();
      const milliseconds = performance.now() - start;
      if (round > 0) samples.get(name)?.push({ milliseconds, megabytes: report?.megabytes });
    }
  }
  const median = (all: readonly number[]) => all.toSorted((one, other) => one - other)[Math.floor(all.length / 2)] ?? NaN;
  return Object.fromEntries(
    names.map((name) => {
      const samplesOfWork = samples.get(name) ?? [];
      const megabytes = samplesOfWork.flatMap((sample) => sample.megabytes ?? []);
      const figures = { milliseconds: median(samplesOfWork.map(({ milliseconds }) => milliseconds)) };
      return [name, megabytes.length === 0 ? figures : { ...figures, megabytes: median(megabytes) }];
    }),
  ) as Record<Name, Figures>;
}

/** Runs a program of bench/ and returns its report. */
function runProgram(program: string, ...options: readonly string[]): Report {
  return JSON.parse(run(process.execPath, [join(root, "bench", program), ...options])) as Report;
}

/** Returns a function that runs the CLI in a folder of a clone. */
function pulumiIn(clone: Clone, folder: string) {
  // A download of the Kubernetes plugin would be measured too.
  const environment = { PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true" };
  return (...options: readonly string[]) => clone.run("pulumi", ["--non-interactive", "--cwd", folder, ...options], environment);
}

/** Measures `pulumi preview` as a user runs it. */
async function measurePreviews(args: TalosCiliumCniArgs) {
  const clone = new Clone();
  try {
    const preview = async (folder: string) => {
      const pulumi = pulumiIn(clone, folder);
      await pulumi("stack", "select", "dev", "--create");
      if (folder === ".") await pulumi("config", "set", "--path", "chart.path", args.chart?.path ?? "");
      return async () => {
        await pulumi("preview");
      };
    };
    return await medians(9, { "minimal component": await preview("bench/minimal"), "dev stack": await preview(".") });
  } finally {
    clone.remove();
  }
}

/**
 * Measures `pulumi up` of the program of this repository, with the component from its sources and from the npm package. Without a language host,
 * the Automation API runs the program in a process of its own.
 */
async function measureUps(args: TalosCiliumCniArgs, hasLanguageHost: boolean) {
  const clone = new Clone();
  try {
    // Node finds the package in dist/, because the files of a package can import it by its name.
    await clone.run("npm", ["run", "build"]);
    const packaged = join(clone.folder, "packaged");
    mkdirSync(packaged);
    for (const file of ["Pulumi.yaml", "Pulumi.dev.yaml"]) copyFileSync(join(clone.folder, file), join(packaged, file));
    const program = readFileSync(join(clone.folder, "index.ts"), "utf8");
    writeFileSync(join(packaged, "index.ts"), program.replace("./components/index.ts", "talos-cilium-cni"));

    const up = async (folder: string): Promise<Work> => {
      if (!hasLanguageHost) return () => upInProcess({ folder: clone.folder, main: join(folder, "index.ts"), args });
      const pulumi = pulumiIn(clone, folder);
      await pulumi("stack", "select", "dev", "--create");
      await pulumi("config", "set", "--path", "chart.path", args.chart?.path ?? "");
      return async () => {
        await pulumi("up", "--yes", "--skip-preview");
      };
    };
    return await medians(5, { "component from its sources": await up("."), "npm package": await up("packaged") });
  } finally {
    clone.remove();
  }
}

async function upInProcess({ folder, main, args }: Pick<ProgramRun, "folder" | "main"> & { readonly args: object }) {
  const config = Object.fromEntries(Object.entries(args).map(([key, value]) => [key, value as unknown]));
  const programRun: ProgramRun = { folder, main, project: "homelab-talos-cni", config };
  await runAsync(process.execPath, [join(root, "commands", "lib", "upProgram.ts"), JSON.stringify(programRun)]);
}

/** A LAN with this many nodes, and a pool with this many blocks that are not adjacent. */
function lanOf(nodes: number, blocks: number): TalosCiliumCniArgs {
  const address = (third: number, index: number) =>
    `172.${third + Math.floor(index / 65536)}.${Math.floor(index / 256) % 256}.${index % 256}`;
  return {
    lan: { nodes: Array.from({ length: nodes }, (_, index) => address(20, index + 1)), subnets: ["172.16.0.0/12"] },
    loadBalancer: {
      ipPools: [{ name: "lan", blocks: Array.from({ length: blocks }, (_, index) => ({ start: address(24, 2 * index + 1) })) }],
      l2Policies: [{ name: "lan" }],
    },
  };
}

async function main(): Promise<void> {
  await putOnPath("pulumi", "helm");
  const dev = devConfig();
  const args = { ...dev, chart: findSource(resolveSettings(dev)).chart };
  const { chart, values, settings } = createPlan(args);
  const { namespace, kubernetesVersion } = settings;
  const inThisProcess = (work: () => unknown) => () => void work();
  const checks = (nodes: number, blocks: number) => inThisProcess(() => validate({ ...args, ...lanOf(nodes, blocks) }));

  say("measuring; this takes about two minutes");
  progress("rendering");
  const rendering = await medians(15, {
    "helm template": inThisProcess(() => runHelmTemplate(chart, values, settings)),
    "our process": () => runProgram("planOnce.ts", JSON.stringify(args)),
    "cdk8s' process": () => runProgram("cdk8s.ts", chart.path, JSON.stringify(values), namespace, kubernetesVersion),
    "our work without starting Node": inThisProcess(() => createPlan(args)),
  });
  progress("checks");
  const checking = await medians(15, {
    "dev stack": inThisProcess(() => validate(args)),
    "1 node, 1 block": checks(1, 1),
    "10 nodes, 100 blocks": checks(10, 100),
    "100 nodes, 1,000 blocks": checks(100, 1000),
  });
  const tables: Record<string, Readonly<Record<string, Figures>>> = { rendering, checking };
  const hasLanguageHost = findPluginFolder("language-nodejs") !== undefined;
  if (!hasLanguageHost) say(missingPluginMessage("language-nodejs"));
  else {
    progress("previews");
    tables["previews"] = await measurePreviews(args);
  }
  progress("ups");
  tables["ups"] = await measureUps(args, hasLanguageHost);

  process.stdout.write(Object.entries(tables).map(table).join("\n"));
  const [, , file] = process.argv;
  if (file !== undefined) writeFileSync(file, `${JSON.stringify(tables, null, 2)}\n`);
}

function table([title, figures]: [string, Readonly<Record<string, Figures>>]): string {
  const [baseline] = Object.values(figures);
  const lines = Object.entries(figures).map(([name, { milliseconds, megabytes }]) => {
    const ratio = (milliseconds / (baseline?.milliseconds ?? NaN)).toFixed(2);
    const memory = megabytes === undefined ? "" : `${megabytes.toFixed(0)} MB`;
    return `  ${name.padEnd(46)}${milliseconds.toFixed(1).padStart(8)} ms${ratio.padStart(8)}${memory.padStart(10)}\n`;
  });
  return `${title} ${dim("(medians; ratio to the first row)")}\n${lines.join("")}`;
}

await main().catch(fail);
