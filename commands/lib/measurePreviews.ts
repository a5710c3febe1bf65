import { copyFileSync, cpSync, globSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Figures, median, medians } from "../../bench/medians.ts";
import { peakMemory } from "../../bench/processMemory.ts";
import { type Parts, parts, sumUp } from "../../bench/profile.ts";
import { noCacheVariable } from "../../components/helm/renderingCache.ts";
import type { ChartSource } from "../../components/inputs/chartArgs.ts";
import { Clone } from "./clone.ts";

/** What is previewed: the folder of a program in the clone, and whether it may take the rendering from the cache. */
const previews = {
  "minimal component": { program: "bench/minimal", takesCached: false },
  "minimal, with the compile cache": { program: "minimalCompiled", takesCached: false },
  "npm package": { program: "packaged", takesCached: false },
  "npm package, nothing changed": { program: "packaged", takesCached: true },
  repository: { program: ".", takesCached: false },
  "repository, nothing changed": { program: ".", takesCached: true },
};
type Preview = keyof typeof previews;

/** The previews whose time is divided into parts. */
const profiled = ["minimal, with the compile cache", "npm package", "npm package, nothing changed"] as const;

export interface PreviewFigures {
  readonly figures: Readonly<Record<Preview, Figures>>;
  /** How long the parts of a preview take, and Pulumi's command around the program. */
  readonly parts: Readonly<Record<(typeof profiled)[number], Parts & { readonly pulumi: number }>>;
}

/** Measures `pulumi preview` of a stack that does not exist yet, as a user runs it. */
export async function measurePreviews(chart: ChartSource, rounds: number): Promise<PreviewFigures> {
  const clone = new Clone();
  try {
    await createPrograms(clone, chart);
    const preview = async (name: Preview, environment: NodeJS.ProcessEnv = {}) => {
      const { program, takesCached } = previews[name];
      await pulumi(clone, program, ["preview"], { ...(!takesCached && { [noCacheVariable]: "1" }), ...environment });
      return undefined;
    };
    const times = await medians(
      rounds,
      forEachOf(Object.keys(previews) as Preview[], (name) => () => preview(name)),
    );
    const memory = await medians(
      3,
      forEachOf(Object.keys(previews) as Preview[], (name) => async () => {
        const megabytes = await peakMemory(() => preview(name));
        return megabytes === undefined ? undefined : { megabytes };
      }),
    );
    const divided = [];
    for (const name of profiled) {
      divided.push([name, await divide(times[name].milliseconds, join(clone.folder, "profiles"), (env) => preview(name, env))]);
    }
    return {
      figures: forEachOf(Object.keys(previews) as Preview[], (name) => ({ ...memory[name], ...times[name] })),
      parts: Object.fromEntries(divided) as PreviewFigures["parts"],
    };
  } finally {
    clone.remove();
  }
}

/** Divides the time of a preview in the proportions that a profile shows. Writing the profile takes time too. Medians of three. */
async function divide(milliseconds: number, folder: string, preview: (environment: NodeJS.ProcessEnv) => Promise<unknown>) {
  const samples: Record<keyof Parts | "pulumi", number>[] = [];
  for (let round = 0; round < 3; round++) {
    const profiles = join(folder, `${process.hrtime.bigint()}`);
    const start = performance.now();
    await preview({ NODE_OPTIONS: `--cpu-prof --cpu-prof-interval=200 --cpu-prof-dir=${profiles}` });
    const all = performance.now() - start;
    const program = sumUp(globSync(join(profiles, "*.cpuprofile")));
    const rest = all - Object.values(program).reduce((sum, part) => sum + part, 0);
    const scale = milliseconds / all;
    samples.push(forEachOf([...parts, "pulumi"], (name) => scale * (name === "pulumi" ? rest : program[name])));
  }
  return forEachOf([...parts, "pulumi"], (name) => median(samples.map((sample) => sample[name])));
}

/** Creates the programs that are not in the repository, and the stacks of all. */
async function createPrograms(clone: Clone, chart: ChartSource): Promise<void> {
  // Node finds the package in dist/, because the files of a package can import it by its name.
  await clone.run("npm", ["run", "build"]);
  const path = (...names: readonly string[]) => join(clone.folder, ...names);
  const rewrite = (from: string, to: string, change: (text: string) => string) => {
    writeFileSync(path(to), change(readFileSync(path(from), "utf8")));
  };
  const compileCache = "nodeargs: --import talos-cilium-cni/compileCache";
  cpSync(path("bench/minimal"), path("minimalCompiled"), { recursive: true });
  rewrite("bench/minimal/Pulumi.yaml", "minimalCompiled/Pulumi.yaml", (text) => `${text}    ${compileCache}\n`);
  mkdirSync(path("packaged"));
  copyFileSync(path("Pulumi.dev.yaml"), path("packaged", "Pulumi.dev.yaml"));
  rewrite("Pulumi.yaml", "packaged/Pulumi.yaml", (text) => text.replace(/nodeargs: .*/, compileCache));
  rewrite("index.ts", "packaged/index.ts", (text) => text.replace("./components/index.ts", "talos-cilium-cni"));
  for (const program of new Set(Object.values(previews).map((each) => each.program))) {
    // Before each run, the language host looks through the packages next to the program.
    if (program !== ".") symlinkSync(path("node_modules"), path(program, "node_modules"));
    await pulumi(clone, program, ["stack", "select", "dev", "--create"]);
  }
  for (const program of ["packaged", "."]) {
    for (const key of ["path", "sha256"] as const) {
      await pulumi(clone, program, ["config", "set", "--path", `chart.${key}`, chart[key] ?? ""]);
    }
  }
}

async function pulumi(clone: Clone, program: string, options: readonly string[], environment: NodeJS.ProcessEnv = {}) {
  // A download of the Kubernetes plugin would be measured too.
  const noDownload = { PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true" };
  await clone.run("pulumi", ["--non-interactive", "--cwd", program, ...options], { ...environment, ...noDownload });
}

function forEachOf<Name extends string, T>(names: readonly Name[], make: (name: Name) => T): Record<Name, T> {
  return Object.fromEntries(names.map((name) => [name, make(name)])) as Record<Name, T>;
}
