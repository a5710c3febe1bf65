import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { type Figures, medians, type Work } from "../../bench/medians.ts";
import type { Report } from "../../bench/report.ts";
import { validate } from "../../components/checks/validate.ts";
import { runHelmTemplate } from "../../components/helm/render.ts";
import { noCacheVariable } from "../../components/helm/renderingCache.ts";
import type { TalosCiliumCniArgs } from "../../components/inputs/args.ts";
import { createPlan } from "../../components/plan.ts";
import { bundleModule } from "../../tools/bundle.mjs";
import { run } from "../../tools/childProcess.mjs";
import { root } from "./root.ts";

/** Measures rendering: as processes with all that they load, and in this process, which is warm. */
export async function measureRendering(args: TalosCiliumCniArgs, rounds: number): Promise<Readonly<Record<string, Figures>>> {
  const { chart, values, settings } = createPlan(args);
  const { namespace, kubernetesVersion } = settings;
  const cdk8s = [join(root, "bench", "cdk8s.ts"), chart.path, JSON.stringify(values), namespace, kubernetesVersion];
  const parent = join(root, "node_modules", ".cache");
  mkdirSync(parent, { recursive: true });
  const folder = mkdtempSync(join(parent, "bench-"));
  try {
    const planOnce = join(folder, "planOnce.js");
    await bundleModule({ entry: "bench/planOnce.ts", file: planOnce });
    return await medians(rounds, {
      "helm template": quietly(() => runHelmTemplate(chart, values, settings)),
      "our process": () => runProgram([planOnce, JSON.stringify(args)], { [noCacheVariable]: "1" }),
      "our process, from the cache": () => runProgram([planOnce, JSON.stringify(args)]),
      "cdk8s' process": () => runProgram(cdk8s),
      "our work without starting Node": withoutCache(() => createPlan(args)),
      "our work, from the cache": quietly(() => createPlan(args)),
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Measures how the work grows with the cluster, the pools and the values. */
export async function measureScale(args: TalosCiliumCniArgs, rounds: number): Promise<Readonly<Record<string, Figures>>> {
  const checks = (nodes: number, blocks: number) => quietly(() => validate({ ...args, ...lanOf(nodes, blocks) }));
  const withValues = (kilobytes: number) => withoutCache(() => createPlan({ ...args, values: valuesOf(kilobytes) }));
  return medians(rounds, {
    "checks of 10 nodes, 100 blocks": checks(10, 100),
    "checks of 100 nodes, 1,000 blocks": checks(100, 1000),
    "checks of 1,000 nodes, 10,000 blocks": checks(1000, 10_000),
    "helm template and our work, values of 10 KB": withValues(10),
    "helm template and our work, values of 100 KB": withValues(100),
    "helm template and our work, values of 1 MB": withValues(1000),
  });
}

function quietly(work: () => unknown): Work {
  return () => void work();
}

function withoutCache(work: () => unknown): Work {
  return () => {
    process.env[noCacheVariable] = "1";
    work();
    Reflect.deleteProperty(process.env, noCacheVariable);
    return undefined;
  };
}

/** Runs a program of bench/, which reports its memory. */
function runProgram(command: readonly string[], environment: NodeJS.ProcessEnv = {}): Report {
  return JSON.parse(run(process.execPath, command, { env: { ...process.env, ...environment } })) as Report;
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

/** Values of about this size: settings of the agent, 100 bytes each. */
function valuesOf(kilobytes: number): Record<string, unknown> {
  const entries = Array.from({ length: kilobytes * 10 }, (_, index) => [
    `bench-${String(index).padStart(8, "0")}`,
    "x".repeat(80),
  ]);
  return { extraConfig: Object.fromEntries(entries) as Record<string, string> };
}
