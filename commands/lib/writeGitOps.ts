import { relative } from "node:path";
import { assertInputs } from "../../components/checks/inputs.ts";
import type { TalosCiliumCniArgs } from "../../components/inputs/args.ts";
import { resolveSettings } from "../../components/inputs/settings.ts";
import { createPlan } from "../../components/plan.ts";
import { problemLines } from "../../components/support/problems.ts";
import { findSource } from "./ciliumSource.ts";
import { checkWritable, noLoadBalancer, writeIfChanged, writeIfNeeded } from "./files.ts";
import { gitOpsFiles, type GitOpsTool } from "./gitOps.ts";
import { step } from "./terminal.ts";

/** The paths of the files. */
export interface GitOpsPaths {
  readonly main: string;
  readonly loadBalancer: string;
  /** The Namespace, for Helm. */
  readonly namespace: string;
}

/** Writes the files for a tool, and pools, policies and BGP objects beside them. Returns a line for each file, and the warnings. */
export async function writeGitOps(tool: GitOpsTool, args: TalosCiliumCniArgs, paths: GitOpsPaths) {
  assertInputs(args);
  [paths.main, paths.loadBalancer].forEach(checkWritable);
  return step("render", () => {
    const { chart, description, warning } = findSource(resolveSettings(args));
    const { warnings, ...plan } = createPlan({ ...args, chart });
    // The chart that the user names, not the one that is available here.
    const { main, namespace } = gitOpsFiles(tool, { ...plan, settings: resolveSettings(args) });
    const output = (value: string | undefined) => (value === undefined ? undefined : { value, secret: false });
    const changes = [
      ...(tool === "helm" ? writeIfNeeded(paths.namespace, output(namespace), "this Cilium needs no Namespace of its own") : []),
      writeIfChanged(paths.main, { value: main, secret: false }),
      ...writeIfNeeded(paths.loadBalancer, output(plan.loadBalancer?.yaml), noLoadBalancer),
    ];
    const files = changes.map(({ file, change }) => `${relative(process.cwd(), file)} ${change}`);
    const lines = [...(warning === undefined ? [] : [warning]), ...problemLines(warnings)];
    return Promise.resolve([{ files, warnings: lines, settings: plan.settings }, `${description}: rendered and checked`]);
  });
}
