import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { withStack, type DevStack, type Program } from "../../commands/lib/stack.ts";
import type { TalosCiliumCniArgs } from "../../components/inputs/args.ts";
import { settingsOf } from "../../components/inputs/settings.ts";
import { supportedMinor } from "../../components/versions/supported.ts";
import { chart } from "./charts.ts";
import type { Cluster } from "./cluster.ts";
import { devStack } from "../fixtures/devStack.ts";
import { readGatewayApiCrds } from "./suiteData.ts";

/** The inputs, and what else a program has in its config. */
type Config = TalosCiliumCniArgs & Readonly<Record<string, unknown>>;

/** A stack of delivery `chart` with the dev stack's settings, for a cluster. */
export interface ChartStack extends DevStack {
  /** The config of this stack, with some more. */
  readonly configWith: (more: Config) => Config;
}

/**
 * Runs the program in a stack of its own. The engine and its plugins work in the folder of the stack, not in that of this process, as with
 * the Automation API's own project settings.
 */
export async function withChartStack<T>(
  cluster: Cluster,
  args: Config,
  use: (stack: ChartStack) => Promise<T>,
  program?: Program,
): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), "chart-stack-"));
  const given = (more: Config): Config => {
    const { ciliumVersion } = settingsOf({ ...args, ...more });
    const crdsPath = join(folder, `${ciliumVersion}.yaml`);
    writeFileSync(crdsPath, readGatewayApiCrds(supportedMinor(ciliumVersion).gatewayApi));
    const gatewayApi = { crdsPath, ...args.gatewayApi, ...more.gatewayApi };
    return { ...devStack, ...args, ...more, delivery: "chart", chart: { path: chart(ciliumVersion).path }, gatewayApi };
  };
  const { KUBECONFIG } = process.env;
  process.env["KUBECONFIG"] = cluster.kubeconfig;
  try {
    return await withStack(given({}), (stack) => use(Object.assign(stack, { configWith })), program);
  } finally {
    rmSync(folder, { recursive: true });
    if (KUBECONFIG === undefined) delete process.env["KUBECONFIG"];
    else process.env["KUBECONFIG"] = KUBECONFIG;
  }
}
