import { progress } from "../../commands/lib/terminal.ts";
import { nameOf } from "../../components/kubernetes/manifest.ts";
import type { KubernetesObject } from "../../components/kubernetes/yaml.ts";
import { createPlan } from "../../components/plan.ts";
import { supportedMinor } from "../../components/versions/supported.ts";
import { devStack } from "../fixtures/devStack.ts";
import { chartArgs, readAsKubernetes } from "../harness/charts.ts";
import { differences } from "../harness/differences.ts";
import { type Observation, observe } from "../harness/faults.ts";
import { readGatewayApiCrds } from "../harness/suiteData.ts";
import type { VirtualLan } from "../harness/virtualLan.ts";
import { resetTo } from "./upgrade.ts";

/** What became of an upgrade that was interrupted after each object. */
export interface Interruptions {
  readonly objects: number;
  readonly noticed: Observation;
  /** The objects after which a program did not start until more was applied. */
  readonly failedAfter: readonly string[];
  /** The objects that were not as sent after the last apply, which was not interrupted. */
  readonly different: readonly string[];
}

/**
 * Upgrades Cilium, and interrupts this after each object of the manifest: with this state of the cluster, the operator and the agent of one node
 * restart, as after a power cut.
 */
export async function interruptApply(lan: VirtualLan, address: string): Promise<Interruptions> {
  const newer = createPlan({ ...devStack, ...chartArgs("1.19.6"), values: { upgradeCompatibility: "1.18" } });
  await resetTo(lan, createPlan({ ...devStack, ...chartArgs("1.18.4") }));
  lan.cluster.apply(readGatewayApiCrds(supportedMinor("1.19.6").gatewayApi));
  const { entries } = newer.manifest;
  const failedAfter: string[] = [];
  const noticed = await observe(address, async () => {
    for (const [index, { object, yaml }] of entries.entries()) {
      lan.cluster.apply(yaml);
      const node = lan.nodes[index % lan.nodes.length];
      try {
        await lan.killOperator();
        await lan.startOperator();
        await node?.restartAgent();
      } catch (error) {
        failedAfter.push(nameOf(object));
        progress(`after ${nameOf(object)}: ${(error as Error).message}`);
      }
    }
  });
  lan.cluster.apply(newer.manifest.yaml);
  await lan.restartAgents();
  return { objects: entries.length, noticed, failedAfter, different: differentObjects(lan, newer.manifest.yaml) };
}

/** The names of the objects that the API server returns otherwise than they were sent. */
function differentObjects({ cluster }: VirtualLan, manifest: string): readonly string[] {
  const { output } = cluster.kubectl(["get", "--filename", "-", "--output", "json"], manifest);
  const { items } = JSON.parse(output) as { items: KubernetesObject[] };
  const sent = readAsKubernetes(manifest) as readonly KubernetesObject[];
  return items.filter((item, index) => differences(sent[index], item).length > 0).map(nameOf);
}
