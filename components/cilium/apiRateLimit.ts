import { parseBlock, sizeOf } from "../support/ipRange.ts";
import type { L2 } from "../inputs/loadBalancerArgs.ts";
import { parseDuration } from "../support/goDuration.ts";
import type { HelmValues } from "./values.ts";
import type { Settings } from "../inputs/settings.ts";

/** The timing of the leases by which nodes agree on who announces a Service. */
export type LeaseTiming = Readonly<Record<"leaseDuration" | "leaseRenewDeadline" | "leaseRetryPeriod", string>>;

/** The timing that agents work with: the chart's own where nothing else is given. */
export function leaseTiming(given: { readonly [Key in keyof LeaseTiming]?: string | null | undefined }): LeaseTiming {
  return {
    leaseDuration: given.leaseDuration ?? "15s",
    leaseRenewDeadline: given.leaseRenewDeadline ?? "5s",
    leaseRetryPeriod: given.leaseRetryPeriod ?? "2s",
  };
}

/** What the agent has for everything else, by its own default. */
const otherRequests = 10;
/** More than this an API server at home does not want to answer to one agent. */
const mostRequests = 500;
/** Counted in steps, so that a somewhat larger pool restarts no agent. */
const step = 25;
/** Nobody at home has more Services with an address of their own. */
const mostServices = 100;

/**
 * How often an agent may ask the API server, so that it can see to the leases of as many Services as the pools have addresses: an agent
 * that is held back loses them all. Undefined where nothing is announced.
 */
export function rateLimit({ l2, loadBalancer }: Settings, own: L2): HelmValues | undefined {
  if (!l2.enabled || loadBalancer.ipPools.length === 0) return undefined;
  const blocks = loadBalancer.ipPools.flatMap(({ blocks }) => blocks.map(parseBlock));
  const addresses = blocks.reduce((sum, range) => sum + (range === undefined ? 0 : sizeOf(range)), 0);
  const period = parseDuration(leaseTiming({ ...l2, ...own }).leaseRetryPeriod);
  // One request for each lease and period, whether the node holds it or waits for it.
  const services = Math.min(Math.ceil(addresses / step) * step, mostServices);
  const leases = period === undefined ? 0 : Math.ceil((services * 1000) / period);
  const qps = Math.min(otherRequests + leases, mostRequests);
  return { qps, burst: 2 * qps };
}
