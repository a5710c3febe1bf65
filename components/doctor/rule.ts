import type { Facts } from "./facts.ts";
import type { Service } from "./objects.ts";

/** Why the way to the client breaks, and the way out. */
export interface Cause {
  /** Names the object, what it is, and what it should be. */
  readonly problem: string;
  /** What to do. Undefined for the remedy of the rule. */
  readonly remedy?: string;
  /** The rule of the cluster that this follows from. If that rule has found something, this is not reported again. */
  readonly followsFrom?: string;
}

/** What rules about a Service are given. */
export interface ServiceSubject {
  readonly facts: Facts;
  readonly service: Service;
}

/** One thing that can break the way to the client. `docs/doctor.md` is generated from these, and so is the list in docs/service-to-lan.md. */
export interface Rule<Subject> {
  /** The stable name in the output of `--json`. */
  readonly id: string;
  /** What is found. Unique among all rules. */
  readonly title: string;
  /** Why nothing answers then. */
  readonly why: string;
  /** What to do about it. */
  readonly remedy: string;
  /** Where that is documented, or was seen. */
  readonly source: string;
  /** The place in the list of the most likely causes in docs/service-to-lan.md. Undefined if it is not in it. */
  readonly likelihood?: number;
  /** Returns the causes that the facts show. An UnreadError means that something it needs could not be read. */
  readonly run: (subject: Subject) => readonly Cause[];
}

/** A rule about the cluster as a whole. It is reported once, not for each Service. */
export type ClusterRule = Rule<Facts>;
/** A rule about a Service. */
export type ServiceRule = Rule<ServiceSubject>;

/** Continues a remedy. */
export const restartAgents = "restart the agents: `kubectl -n kube-system rollout restart ds/cilium`";
/** Continues a remedy. */
export const restartOperator = "restart the operator: `kubectl -n kube-system rollout restart deploy/cilium-operator`";

/** The cause, if it holds. */
export function causeIf(holds: boolean, problem: string): readonly Cause[] {
  if (!holds) return [];
  return [{ problem }];
}

/** Declares a rule about the cluster. */
export function clusterRule(rule: ClusterRule): ClusterRule {
  return rule;
}

/** Declares a rule about a Service. */
export function serviceRule(rule: ServiceRule): ServiceRule {
  return rule;
}
