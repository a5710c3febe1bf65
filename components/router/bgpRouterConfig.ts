import type { NamedRange } from "../inputs/network.ts";
import { birdConfig } from "./bird.ts";
import { frrConfig } from "./frr.ts";
import { addressesOf, routersOf } from "./routers.ts";

/** What to configure on a router that is a BGP peer. */
export interface BgpRouterConfig {
  /** The autonomous system number of the router. */
  readonly asn: number;
  /** The addresses of the router: one, or one of each IP family. */
  readonly addresses: string[];
  /** Configuration for FRR 8.4 or later, to paste into vtysh or `frr.conf`. */
  readonly frr: string;
  /** Configuration for BIRD 2. */
  readonly bird: string;
}

/**
 * The configuration of each router that is a peer in `bgp`, with the nodes in `lan.nodes` as neighbors. Undefined without such routers or nodes.
 */
export function bgpRouterConfig(
  settings: Parameters<typeof routersOf>[0],
  podRanges: readonly NamedRange[],
): BgpRouterConfig[] | undefined {
  const routers = routersOf(settings, podRanges);
  if (routers.length === 0) return undefined;
  return routers.map((router) => ({
    asn: router.asn,
    addresses: addressesOf(router),
    frr: frrConfig(router),
    bird: birdConfig(router),
  }));
}
