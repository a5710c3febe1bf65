import type { HelmValues } from "../helm/values.ts";
import { poolBlocks } from "../inputs/network.ts";
import type { Settings } from "../inputs/settings.ts";
import { parseDuration } from "../support/goDuration.ts";
import { sizeOf } from "../support/ipRange.ts";
import { announcesOnLan } from "./facts.ts";
import { leaseTiming } from "./leaseTiming.ts";

/** Requests per second for everything but leases: the agent's own default. */
const otherRequests = 10;
/** The most requests per second that a homelab's API server should have to answer for one agent. */
const maximumRequests = 500;
/** Addresses are counted in steps, so that a slightly larger pool restarts no agent. */
const addressStep = 25;
/** No homelab has more Services with an address of their own. */
const maximumServices = 100;

/** Requests per second that an agent may send to the API server, on average and in a burst. */
export interface RateLimit {
  readonly qps: number;
  readonly burst: number;
}

/**
 * Calculates the rate limit that lets an agent renew the leases of as many Services as the pools have addresses. An agent that exceeds its
 * limit loses all its leases. Pools that are created elsewhere, such as by CiliumLoadBalancer, are not known here, so there is room for one
 * step of Services in any case. Returns undefined if agents may not announce.
 */
export function apiRateLimit(values: HelmValues, settings: Pick<Settings, "loadBalancer">): RateLimit | undefined {
  if (!announcesOnLan(values)) return undefined;
  const addresses = poolBlocks(settings).reduce((sum, { range }) => sum + sizeOf(range), 0);
  const services = Math.min(Math.ceil(Math.max(addresses, 1) / addressStep) * addressStep, maximumServices);
  // Every node sends one request for each lease and period, whether it holds the lease or waits for it.
  const period = parseDuration(leaseTiming(values).leaseRetryPeriod);
  const qps = Math.min(otherRequests + leaseRequests(services, period), maximumRequests);
  return { qps, burst: 2 * qps };
}

/** The requests per second that an agent sends for leases, each of which it asks for once per period of milliseconds. */
export function leaseRequests(leases: number, period: number | undefined): number {
  return period === undefined ? 0 : Math.ceil((leases * 1000) / period);
}
