import { statSync } from "node:fs";
import { relative, resolve } from "node:path";
import { assertInputs } from "../../components/checks/inputs.ts";
import type { TalosCiliumCniArgs } from "../../components/inputs/args.ts";
import { resolveSettings, type Settings } from "../../components/inputs/settings.ts";
import { createPlan, type Plan } from "../../components/plan.ts";
import { InputError, problemLines, quote, topLevelKey } from "../../components/support/problems.ts";
import { wrap } from "../../components/support/wrap.ts";
import { pinnedCharts } from "../../components/versions/pins.ts";
import { ciliumMinor, gatewayApiCrdsUrl } from "../../components/versions/supported.ts";
import { findSource } from "./ciliumSource.ts";
import { describeChanges } from "./comparison.ts";
import { devConfig, devConfigFile } from "./stack.ts";
import { outputWidth, step, twoColumns } from "./terminal.ts";

/** What is compared with the present config. */
export interface Comparison {
  /** A release of Cilium, or the path of a config file. */
  readonly target: string;
  /** The folder that the path is relative to. */
  readonly folder: string;
  /** Reads the inputs of the present config. Calls `leaveOut` for encrypted secretValues. */
  readonly readPresent: (leaveOut: () => void) => TalosCiliumCniArgs;
}

interface Rendering {
  readonly plan: Plan;
  readonly warnings: readonly string[];
}

const presentConfig = relative(process.cwd(), devConfigFile);
const isRelease = (target: string) => /^v?\d+(?:\.\d+)*(?:-[0-9A-Za-z.-]+)?$/.test(target);

/**
 * Renders the present config, and the same for another release or another config. Returns the lines that say what changes from the first to the
 * second, with the warnings of the second. Writes no file except the cache.
 */
export async function compareManifests({ target, folder, readPresent }: Comparison): Promise<readonly string[]> {
  const leftOut: string[] = [];
  const leaveOut = () => {
    leftOut.push("secretValues is encrypted, so it was left out of both");
  };
  const present = readPresent(leaveOut);
  const other = isRelease(target) ? argsOfRelease(present, target) : argsOfFile(target, folder, leaveOut);
  const compared = (args: TalosCiliumCniArgs) => (leftOut.length > 0 ? withoutSecretValues(args) : args);

  const refuseOther = (error: unknown): never => {
    throw new Error(`--compare ${target}: ${messageOf(error, target)}`, { cause: error });
  };
  // Inputs that cannot work are reported before anything is rendered.
  assertInputs(compared(present));
  try {
    assertInputs(compared(other));
  } catch (error) {
    refuseOther(error);
  }
  const before = await renderAs("present", compared(present));
  const after = await renderAs("other", compared(other)).catch(refuseOther);
  const configs = isRelease(target) ? [] : [["Config", `${presentConfig} -> ${target}`] as const];
  return [
    ...rows([
      ...configs,
      ...versionRows(before.plan.settings, after.plan.settings),
      ...leftOut.slice(0, 1).map((note) => ["note", note] as const),
    ]),
    "",
    ...describeChanges(before.plan, after.plan),
    "",
    ...rows((after.warnings.length === 0 ? ["none"] : after.warnings).map((warning) => ["warnings", warning] as const)),
  ];
}

/** The inputs for another release. A chart file contains one release, so the chart of another comes from the repository. */
function argsOfRelease(present: TalosCiliumCniArgs, ciliumVersion: string): TalosCiliumCniArgs {
  const args = { ...present, ciliumVersion };
  if (present.chart === undefined || resolveSettings(present).ciliumVersion === ciliumVersion) return args;
  const { repository } = present.chart;
  return { ...args, chart: repository === undefined ? {} : { repository } };
}

function argsOfFile(target: string, folder: string, leaveOut: () => void): TalosCiliumCniArgs {
  const file = resolve(folder, target);
  if (statSync(file, { throwIfNoEntry: false })?.isFile() !== true) {
    const releases = Object.keys(pinnedCharts).join(", ");
    throw new Error(
      `--compare: ${quote(target)} is neither a release nor a file; name a release of Cilium (${releases} or another), or a config ` +
        `file such as ${presentConfig}`,
    );
  }
  const args = devConfig(file, leaveOut);
  if (Object.keys(args).length === 0) {
    throw new Error(
      `--compare: ${target} has no config key that begins with homelab-talos-cni:; name the config file of a stack of this project`,
    );
  }
  return { ...args, delivery: "manifest" };
}

function withoutSecretValues({ secretValues: _, ...args }: TalosCiliumCniArgs): TalosCiliumCniArgs {
  return args;
}

async function renderAs(name: string, args: TalosCiliumCniArgs): Promise<Rendering> {
  return step(name, () => {
    const { chart, description, warning } = findSource(resolveSettings(args));
    const { warnings, ...plan } = createPlan({ ...args, chart });
    const lines = [...(warning === undefined ? [] : [warning]), ...problemLines(warnings)];
    return Promise.resolve([{ plan, warnings: lines }, `${description}: rendered and checked`]);
  });
}

function messageOf(error: unknown, target: string): string {
  const { message } = error as Error;
  const isChart = error instanceof InputError && error.problems.some((problem) => topLevelKey(problem) === "chart");
  if (!isChart || !isRelease(target)) return message;
  return (
    `${message}; set this, and ciliumVersion: ${target}, in a copy of ${presentConfig}, and compare with the copy: ` +
    "`npm run manifest -- --compare <copy>`"
  );
}

type Row = readonly [name: string, text: string];

function versionRows(before: Settings, after: Settings): readonly Row[] {
  const arrow = (one: string, other: string) => (one === other ? one : `${one} -> ${other}`);
  const [crds, newCrds] = [gatewayApiOf(before), gatewayApiOf(after)];
  return [
    [
      "Cilium",
      `${arrow(before.ciliumVersion, after.ciliumVersion)}, for Kubernetes ${arrow(before.kubernetesVersion, after.kubernetesVersion)}`,
    ],
    ...(newCrds === undefined || crds === newCrds
      ? []
      : [["first", `kubectl apply --server-side -f ${gatewayApiCrdsUrl(newCrds)}`] as const]),
  ];
}

/** The Gateway API release whose CRDs Cilium needs. Undefined if it needs none. */
function gatewayApiOf({ ciliumVersion, gatewayApi }: Settings): string | undefined {
  return gatewayApi.enabled ? ciliumMinor(ciliumVersion)?.gatewayApi : undefined;
}

/** Two columns. The name is printed once for rows that follow each other. */
function rows(all: readonly Row[]): readonly string[] {
  return all.flatMap(([name, text], index) => {
    // A command stays on one line, so that it can be copied.
    const lines = name === "first" ? [text] : wrap(text, 2, outputWidth(process.stdout) - 10);
    return twoColumns(name === all[index - 1]?.[0] ? "" : name, lines);
  });
}
