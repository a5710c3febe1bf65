import { interfacePatterns } from "../inputs/interfacePatterns.ts";
import { matchesLabels } from "../inputs/labelSelection.ts";
import { labelledNodes, selectableLabels } from "./cluster.ts";
import { type Facts, list } from "./facts.ts";
import type { L2Policy } from "./objects.ts";
import type { ServiceSubject } from "./rule.ts";

/** The policies that select a Service. */
export function policiesForService({ facts, service }: ServiceSubject): readonly L2Policy[] {
  return list(facts, "l2Policies").filter(({ spec }) => matchesLabels(spec?.serviceSelector, selectableLabels(service)));
}

/** Those of them that announce addresses from pools. */
export function policiesWithAddresses(subject: ServiceSubject): readonly L2Policy[] {
  return policiesForService(subject).filter(({ spec }) => spec?.loadBalancerIPs === true);
}

/** The nodes that a policy selects. */
export function policyNodes(facts: Facts, { spec }: L2Policy): readonly string[] {
  return [...labelledNodes(facts)].filter(([, labels]) => matchesLabels(spec?.nodeSelector, labels)).map(([name]) => name);
}

/** Whether a policy announces on a device. Without interfaces, it does on all that Cilium manages. */
export function fitsInterface({ metadata: { name }, spec }: L2Policy, device: string): boolean {
  const patterns = interfacePatterns({ name, interfaces: [...(spec?.interfaces ?? [])] }, 0);
  return patterns.length === 0 || patterns.some(({ expression }) => expression?.matcher(device).find() === true);
}
