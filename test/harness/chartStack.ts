import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type DevStack, type Program, withStack } from "../../commands/lib/stack.ts";
import type { TalosCiliumCniArgs } from "../../components/inputs/args.ts";
import { resolveSettings } from "../../components/inputs/settings.ts";
import { supportedMinor } from "../../components/versions/supported.ts";
import { devStack } from "../fixtures/devStack.ts";
import { chart } from "./charts.ts";
import type { Cluster } from "./cluster.ts";
import { readGatewayApiCrds } from "./suiteData.ts";

/** The inputs, and the config keys that belong to the program. */
export type StackConfig = TalosCiliumCniArgs & Readonly<Record<string, unknown>>;

/** A stack of delivery `chart` with the dev stack's settings, for a cluster. */
export interface ChartStack extends DevStack {
  /** Returns the config of this stack with these keys changed. */
  readonly configWith: (changes: StackConfig) => StackConfig;
}

/**
 * Runs the program in a temporary stack. The engine and its plugins work in the stack's folder, not in the folder of this process, as they
 * do with the Automation API's own project settings.
 */
export async function withChartStack<T>(
  cluster: Cluster,
  args: StackConfig,
  use: (stack: ChartStack) => Promise<T>,
  program?: Program,
): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), "chart-stack-"));
  const configWith = (changes: StackConfig): StackConfig => {
    const { ciliumVersion } = resolveSettings({ ...args, ...changes });
    const crdsPath = join(folder, `${ciliumVersion}.yaml`);
    writeFileSync(crdsPath, readGatewayApiCrds(supportedMinor(ciliumVersion).gatewayApi));
    return {
      ...devStack,
      ...args,
      ...changes,
      delivery: "chart",
      chart: { path: chart(ciliumVersion).path },
      gatewayApi: { crdsPath, ...args.gatewayApi, ...changes.gatewayApi },
    };
  };
  const { KUBECONFIG } = process.env;
  process.env["KUBECONFIG"] = cluster.kubeconfig;
  try {
    return await withStack(configWith({}), (stack) => use(Object.assign(stack, { configWith })), program);
  } finally {
    rmSync(folder, { recursive: true });
    if (KUBECONFIG === undefined) delete process.env["KUBECONFIG"];
    else process.env["KUBECONFIG"] = KUBECONFIG;
  }
}
