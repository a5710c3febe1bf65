import type { ClusterRule, ServiceRule } from "./rule.ts";
import { addressRules, poolRules } from "./rules/addresses.ts";
import { answerRules } from "./rules/answers.ts";
import { backendRules } from "./rules/backends.ts";
import { advertisementRules, sessionRules } from "./rules/bgp.ts";
import { ciliumRules } from "./rules/cilium.ts";
import { configurationRules } from "./rules/configuration.ts";
import { gatewayApiRules } from "./rules/gatewayApi.ts";
import { l2Rules } from "./rules/l2.ts";
import { leaseRules } from "./rules/leases.ts";

/** What has to work before any Service does, by the step that the report names. */
export const firstClusterSteps = {
  Cilium: ciliumRules,
  Pools: poolRules,
  "BGP sessions": sessionRules,
} as const satisfies Readonly<Record<string, readonly ClusterRule[]>>;

/** The way of a Service to the client. */
export const serviceSteps = {
  Pods: backendRules,
  Address: addressRules,
  "L2 announcement": [...l2Rules, ...leaseRules],
  "BGP advertisement": advertisementRules,
  Answer: answerRules,
} as const satisfies Readonly<Record<string, readonly ServiceRule[]>>;
export type ServiceStep = keyof typeof serviceSteps;

/** The rest of the cluster. */
export const lastClusterSteps = {
  "Gateway API": gatewayApiRules,
  Configuration: configurationRules,
} as const satisfies Readonly<Record<string, readonly ClusterRule[]>>;

/** All rules by step, in the order of the report. */
export const allRules: Readonly<Record<string, readonly (ClusterRule | ServiceRule)[]>> = {
  ...firstClusterSteps,
  ...serviceSteps,
  ...lastClusterSteps,
};
