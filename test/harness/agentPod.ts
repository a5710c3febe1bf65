import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { KubernetesObject } from "../../components/kubernetes/yaml.ts";

/** What Kubernetes gives to the agent's container. */
export interface AgentContainer {
  /** The release of its image. */
  readonly release: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly capabilities: readonly string[];
}

/** The environment and the capabilities of the agent's container in the DaemonSet. */
export function agentContainer(daemonSet: KubernetesObject | undefined): AgentContainer {
  const { spec } = daemonSet as unknown as {
    spec: {
      template: {
        spec: {
          containers: {
            name: string;
            image: string;
            env: { name: string; value?: string }[];
            securityContext: { capabilities: { add: string[] } };
          }[];
        };
      };
    };
  };
  const agent = spec.template.spec.containers.find(({ name }) => name === "cilium-agent");
  if (agent === undefined) throw new Error("the DaemonSet has no container cilium-agent");
  const environment: Record<string, string> = {};
  // Variables without a value come from the pod's fields.
  for (const { name, value } of agent.env) if (value !== undefined) environment[name] = value;
  const [, release] = /:v(\d+\.\d+\.\d+)(?:@|$)/.exec(agent.image) ?? [];
  if (release === undefined) throw new Error(`the image ${agent.image} has no release`);
  return { release, environment, capabilities: agent.securityContext.capabilities.add };
}

/** Writes the rendered `cilium-config` as the agent's pod mounts it: a file for each key. */
export function writeAgentConfig(folder: string, configMap: KubernetesObject | undefined): void {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (const [key, value] of Object.entries((configMap?.["data"] ?? {}) as Readonly<Record<string, string>>)) {
    writeFileSync(join(folder, key), value);
  }
}

/** The command that starts a program with the view of its node that the agent's pod has, and with these capabilities. */
export function inAgentPod(group: string, folder: string, { capabilities }: Pick<AgentContainer, "capabilities">): string[] {
  const script = join(import.meta.dirname, "..", "processes", "agentPod.sh");
  const boundingSet = `--bounding-set=-all${capabilities.map((name) => `,+${name.toLowerCase()}`).join("")}`;
  return [script, group, folder, "setpriv", boundingSet];
}
