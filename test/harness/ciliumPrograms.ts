import { agentRelease } from "../../commands/lib/suites.ts";

/** The commands of Cilium's programs by release, for the releases that are built here. */
const programs: Readonly<Record<string, { readonly agent: string; readonly operator: string }>> = {
  [agentRelease]: { agent: "cilium-agent", operator: "cilium-operator" },
  "1.19.6": { agent: "1.19-cilium-agent", operator: "1.19-cilium-operator" },
  "1.20.0": { agent: "1.20-cilium-agent", operator: "1.20-cilium-operator" },
};

/** The releases whose agent and operator are built here, the oldest first. */
export const builtReleases = Object.keys(programs);

/** The commands of Cilium's agent and operator of a release. Throws if it is not built here. */
export function ciliumPrograms(release: string): { readonly agent: string; readonly operator: string } {
  const commands = programs[release];
  if (commands === undefined) throw new Error(`Cilium ${release} is not built here, only ${builtReleases.join(", ")}`);
  return commands;
}
