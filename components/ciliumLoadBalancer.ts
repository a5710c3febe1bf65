import * as pulumi from "@pulumi/pulumi";
import { validateLoadBalancer } from "./checks/validate.ts";
import { loadBalancerObjects } from "./cilium/loadBalancer/objects.ts";
import { catchInputError, toResourceError } from "./delivery/componentError.ts";
import { createLoadBalancerObjects, loadBalancerInputs, loadBalancerType } from "./delivery/loadBalancer.ts";
import type { BgpInstance } from "./inputs/bgpArgs.ts";
import type { IpPool, L2Policy, Lan } from "./inputs/loadBalancerArgs.ts";
import { podCidrRanges } from "./inputs/network.ts";
import type { Settings } from "./inputs/settings.ts";
import { type BgpRouterConfig, bgpRouterConfig } from "./router/bgpRouterConfig.ts";
import { InputError, type Problem, problem, problemLines, quote } from "./support/problems.ts";

/** The inputs of `CiliumLoadBalancer`. Each has the same name and meaning as in `TalosCiliumCni`. */
export interface CiliumLoadBalancerArgs {
  /**
   * The Cilium release that runs in the cluster, for example `1.19.6`.
   *
   * @default "1.19.6"
   */
  readonly ciliumVersion?: string;

  /**
   * The range of the pods in CIDR notation, or one of each IP family with a comma between them. Pools are checked against it.
   *
   * @default "10.244.0.0/16"
   */
  readonly podCidr?: string;

  /**
   * The range of the ClusterIPs in CIDR notation, or one of each IP family with a comma between them. Pools are checked against it.
   *
   * @default "10.96.0.0/12"
   */
  readonly serviceCidr?: string;

  /** Facts about the local network. Pools are checked against them. */
  readonly lan?: Lan;

  /**
   * The pools that LoadBalancer Services get their addresses from. Use addresses of your node subnet that DHCP never hands out.
   *
   * @default `[]`: LoadBalancer Services get no address
   */
  readonly ipPools?: IpPool[];

  /**
   * Which nodes answer ARP requests, and from Cilium 1.19 on neighbor discovery, for which Services.
   *
   * @default `[]`: nothing answers on your network unless you ask for it
   */
  readonly l2Policies?: L2Policy[];

  /**
   * BGP sessions to the routers of the network, which learn the addresses of Services from them. Cilium's BGP control plane must be on
   * (`bgpControlPlane.enabled`).
   *
   * @default []
   */
  readonly bgp?: BgpInstance[];

  /**
   * How long to wait for Cilium's operator to register the kinds of pools, policies and BGP objects. A Go duration.
   *
   * @default "10m"
   */
  readonly operatorTimeout?: string;
}

// TalosCiliumCni has the first group inside `loadBalancer`, and the second at the top level.
const loadBalancerKeys: readonly string[] = ["ipPools", "l2Policies", "operatorTimeout"];
const topLevelKeys: readonly string[] = ["ciliumVersion", "podCidr", "serviceCidr", "lan", "bgp"];

/**
 * LoadBalancer IP pools, L2 announcement policies and BGP sessions in a cluster that runs Cilium.
 *
 * Cilium's operator registers their kinds when it starts. Until then, and for at most `operatorTimeout`, the engine tries again.
 */
export class CiliumLoadBalancer extends pulumi.ComponentResource {
  /**
   * The configuration of each router that is a peer in `bgp`, for FRR and for BIRD: the nodes in `lan.nodes` as neighbors, all paths in use, and
   * filters that take only what the nodes may announce. Undefined without peers or without `lan.nodes`.
   */
  readonly bgpRouterConfig: pulumi.Output<BgpRouterConfig[] | undefined>;

  constructor(name: string, args: CiliumLoadBalancerArgs, opts: pulumi.ComponentResourceOptions = {}) {
    const accepted = catchInputError(() => acceptInputs(args));
    // Refused inputs are never recorded in the state.
    super(loadBalancerType, name, accepted instanceof InputError ? {} : loadBalancerInputs(accepted.settings), opts);
    if (accepted instanceof InputError) throw toResourceError(accepted, this);
    for (const warning of problemLines(accepted.warnings)) void pulumi.log.warn(warning, this);
    createLoadBalancerObjects(name, loadBalancerObjects(accepted.settings), accepted.settings, this, opts.dependsOn);
    this.bgpRouterConfig = pulumi.output(bgpRouterConfig(accepted.settings, podCidrRanges(accepted.settings)));
    this.registerOutputs({ bgpRouterConfig: this.bgpRouterConfig });
  }
}

/** Checks the inputs. Throws one InputError with all problems. */
function acceptInputs(args: unknown): { readonly settings: Settings; readonly warnings: readonly Problem[] } {
  if (typeof args !== "object" || args === null || Array.isArray(args)) {
    throw new InputError([problem("args", `are ${quote(args)}; they must be an object with the inputs`)]);
  }
  const entries = Object.entries(args);
  const pick = (keys: readonly string[]) =>
    Object.fromEntries(entries.filter(([key, value]) => keys.includes(key) && value !== undefined));
  const { settings, errors, warnings } = validateLoadBalancer({ ...pick(topLevelKeys), loadBalancer: pick(loadBalancerKeys) });
  const problems = [...unknownInputs(Object.keys(args)), ...errors.map(withOwnNames)];
  if (problems.length > 0) throw new InputError(problems);
  return { settings, warnings: warnings.map(withOwnNames) };
}

function unknownInputs(keys: readonly string[]): readonly Problem[] {
  const known = [...topLevelKeys, ...loadBalancerKeys];
  return keys
    .filter((key) => !known.includes(key))
    .map((key) => problem(key, `is not an input of CiliumLoadBalancer; known are ${known.join(", ")}`));
}

/** Names inputs as they are here: without the `loadBalancer` around them. */
function withOwnNames(original: Problem): Problem {
  const rename = (text: string) => text.replaceAll(/\bloadBalancer\.(?=ipPools|l2Policies|operatorTimeout)/g, "");
  return { ...original, input: rename(original.input), message: rename(original.message) };
}
