// npm run bench: how long it takes and how much memory, in medians, against what it cannot be faster than and what others do.
// `npm run bench -- <file>` keeps the figures as JSON, to be compared with later ones.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { TalosCiliumCniArgs } from "../components/inputs/args.ts";
import { plan } from "../components/plan.ts";
import { template } from "../components/helm/render.ts";
import { settingsOf } from "../components/inputs/settings.ts";
import { validateWithChart } from "../components/checks/validate.ts";
import type { Report } from "../bench/report.ts";
import { Clone } from "./lib/clone.ts";
import { run } from "../tools/childProcess.mjs";
import { findSource } from "./lib/ciliumSource.ts";
import { findPluginFolder, missingPluginMessage } from "./lib/plugins.ts";
import { putOnPath } from "./lib/putOnPath.ts";
import { dim, fail, progress, say } from "./lib/terminal.ts";
import { devConfig, root } from "./lib/stack.ts";

/** Does something once; a process of bench/ says what it needed. */
type Work = () => Report | undefined | Promise<void>;
/** Medians of several times. */
interface Figures {
  readonly milliseconds: number;
  readonly megabytes?: number;
}

/** Does all of some works in turn, so that a slow moment of the machine meets them all, once more than it counts. */
async function medians<Name extends string>(
  rounds: number,
  works: Readonly<Record<Name, Work>>,
): Promise<Readonly<Record<Name, Figures>>> {
  const names = Object.keys(works) as Name[];
  const found = new Map(names.map((name) => [name, [] as { milliseconds: number; megabytes: number | undefined }[]]));
  for (let round = 0; round <= rounds; round++) {
    for (const name of names) {
      const start = performance.now();
      const said = await works[name]();
      const milliseconds = performance.now() - start;
      if (round > 0) found.get(name)?.push({ milliseconds, megabytes: said?.megabytes });
    }
  }
  const median = (all: readonly number[]) => all.toSorted((one, other) => one - other)[Math.floor(all.length / 2)] ?? NaN;
  return Object.fromEntries(
    names.map((name) => {
      const all = found.get(name) ?? [];
      const megabytes = all.flatMap((one) => one.megabytes ?? []);
      const figures = { milliseconds: median(all.map(({ milliseconds }) => milliseconds)) };
      return [name, megabytes.length === 0 ? figures : { ...figures, megabytes: median(megabytes) }];
    }),
  ) as Record<Name, Figures>;
}

/** Runs a program of bench/. */
function start(program: string, ...options: readonly string[]): Report {
  return JSON.parse(run(process.execPath, [join(root, "bench", program), ...options])) as Report;
}

/** How long `pulumi preview` takes, as one types it. */
async function previewing(args: TalosCiliumCniArgs) {
  const clone = new Clone();
  try {
    const preview = async (folder: string) => {
      const pulumi = (...options: readonly string[]) => clone.run("pulumi", ["--non-interactive", "--cwd", folder, ...options]);
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

/** A LAN of so many nodes, and a pool of so many blocks, which are apart. */
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
  const args = { ...dev, chart: findSource(settingsOf(dev)).chart };
  const { chart, values, settings } = validateWithChart(args);
  const { namespace, kubernetesVersion } = settings;
  const alone = (work: () => unknown) => () => void work();
  const checks = (nodes: number, blocks: number) => alone(() => validateWithChart({ ...args, ...lanOf(nodes, blocks) }));

  say("measuring, for about a minute");
  progress("rendering");
  const rendering = await medians(15, {
    "helm template": alone(() => template(chart, values, settings)),
    "our process": () => start("planOnce.ts", JSON.stringify(args)),
    "cdk8s' process": () => start("cdk8s.ts", chart.path, JSON.stringify(values), namespace, kubernetesVersion),
    "the same as ours, without a start of Node": alone(() => plan(args)),
  });
  progress("checks");
  const checking = await medians(15, {
    "dev stack": alone(() => validateWithChart(args)),
    "1 node, 1 block": checks(1, 1),
    "10 nodes, 100 blocks": checks(10, 100),
    "100 nodes, 1,000 blocks": checks(100, 1000),
  });
  let tables: Readonly<Record<string, Readonly<Record<string, Figures>>>> = { rendering, checking };
  if (findPluginFolder("language-nodejs") === undefined) say(missingPluginMessage("language-nodejs"));
  else {
    progress("previews");
    tables = { ...tables, previews: await previewing(args) };
  }

  process.stdout.write(Object.entries(tables).map(table).join("\n"));
  const [, , file] = process.argv;
  if (file !== undefined) writeFileSync(file, `${JSON.stringify(tables, null, 2)}\n`);
}

function table([title, found]: [string, Readonly<Record<string, Figures>>]): string {
  const [floor] = Object.values(found);
  const lines = Object.entries(found).map(([name, { milliseconds, megabytes }]) => {
    const ratio = (milliseconds / (floor?.milliseconds ?? NaN)).toFixed(2);
    const memory = megabytes === undefined ? "" : `${megabytes.toFixed(0)} MB`;
    return `  ${name.padEnd(46)}${milliseconds.toFixed(1).padStart(8)} ms${ratio.padStart(8)}${memory.padStart(10)}\n`;
  });
  return `${title} ${dim("(medians, of the first one)")}\n${lines.join("")}`;
}

await main().catch(fail);
