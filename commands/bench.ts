// npm run bench: how long it takes, in medians, against what it cannot be faster than.
import type { TalosCiliumCniArgs } from "../components/args.ts";
import { plan } from "../components/plan.ts";
import { template } from "../components/render.ts";
import { settingsOf } from "../components/settings.ts";
import { validateWithChart } from "../components/validate.ts";
import { findSource } from "./chartSource.ts";
import { putOnPath } from "./putOnPath.ts";
import { fail, say } from "./report.ts";
import { devConfig } from "./stack.ts";

const rounds = 15;

/** The medians of some works in milliseconds, all done in turn, so that a slow moment of the machine meets them all. */
function medians<Name extends string>(works: Readonly<Record<Name, () => unknown>>): Readonly<Record<Name, number>> {
  const times = Object.fromEntries(Object.keys(works).map((name) => [name, [] as number[]])) as Record<Name, number[]>;
  for (let round = 0; round <= rounds; round++) {
    for (const [name, work] of Object.entries(works) as [Name, () => unknown][]) {
      const start = performance.now();
      work();
      // The first time, code is compiled.
      if (round > 0) times[name].push(performance.now() - start);
    }
  }
  const median = (all: number[]) => all.sort((a, b) => a - b)[Math.floor(all.length / 2)] ?? NaN;
  return Object.fromEntries(Object.entries<number[]>(times).map(([name, all]) => [name, median(all)])) as Record<Name, number>;
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
  await putOnPath("helm");
  const dev = devConfig();
  const args = { ...dev, chart: findSource(settingsOf(dev)).chart };
  const { chart, values, settings } = validateWithChart(args);
  const checks = (nodes: number, blocks: number) => () => validateWithChart({ ...args, ...lanOf(nodes, blocks) });
  say("measuring, for half a minute");
  const found = medians({
    "helm template": () => template(chart, values, settings),
    "checked, rendered, canonical": () => plan(args),
    "checks alone": () => validateWithChart(args),
    "checks, 1 node, 1 block": checks(1, 1),
    "checks, 10 nodes, 100 blocks": checks(10, 100),
    "checks, 100 nodes, 1,000 blocks": checks(100, 1000),
  });
  const floor = found["helm template"];
  const lines = Object.entries(found).map(([name, time]) => {
    return `${name.padEnd(34)}${time.toFixed(1).padStart(8)} ms ${(time / floor).toFixed(2).padStart(8)}`;
  });
  process.stdout.write(`${"".padEnd(34)}${"median".padStart(11)} ${"of helm".padStart(8)}\n${lines.join("\n")}\n`);
}

await main().catch(fail);
