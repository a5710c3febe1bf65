import * as pulumi from "@pulumi/pulumi";
import type { TalosCiliumCniArgs } from "./inputs/args.ts";
import type { LoadBalancer } from "./inputs/loadBalancerArgs.ts";
import { catchInputError, toResourceError } from "./delivery/componentError.ts";
import { createLoadBalancerObjects, loadBalancerInputs, loadBalancerType } from "./delivery/loadBalancer.ts";
import { loadBalancerObjects } from "./cilium/loadBalancer/objects.ts";
import { merge } from "./support/merge.ts";
import { InputError, shown, type Problem } from "./support/problems.ts";
import { validate, type Valid } from "./checks/validate.ts";

/** What `CiliumLoadBalancer` takes: the same as `TalosCiliumCni` by the same names. */
export interface CiliumLoadBalancerArgs
  extends
    Pick<TalosCiliumCniArgs, "ciliumVersion" | "podCidr" | "serviceCidr" | "lan">,
    Pick<LoadBalancer, "ipPools" | "l2Policies" | "operatorTimeout"> {}

// The inputs that belong to `loadBalancer` in TalosCiliumCni, and those of the same place.
const loadBalancerKeys: readonly string[] = ["ipPools", "l2Policies", "operatorTimeout"];
const otherKeys: readonly string[] = ["ciliumVersion", "podCidr", "serviceCidr", "lan"];

/**
 * LoadBalancer IP pools and L2 announcement policies in a cluster that runs Cilium.
 *
 * Cilium's operator registers their kinds when it starts: until then, up to `operatorTimeout`, the engine tries again.
 */
export class CiliumLoadBalancer extends pulumi.ComponentResource {
  constructor(name: string, args: CiliumLoadBalancerArgs, opts: pulumi.ComponentResourceOptions = {}) {
    const valid = catchInputError(() => validated(args));
    // What is refused is never recorded in the state.
    super(loadBalancerType, name, valid instanceof InputError ? {} : loadBalancerInputs(valid.settings), opts);
    if (valid instanceof InputError) throw toResourceError(valid, this);
    for (const warning of valid.warnings) void pulumi.log.warn(asGiven(warning), this);
    createLoadBalancerObjects(name, loadBalancerObjects(valid.settings), valid.settings, this, opts.dependsOn);
    this.registerOutputs();
  }
}

function validated(args: unknown): Valid {
  if (typeof args !== "object" || args === null || Array.isArray(args)) {
    throw new InputError([{ input: "args", message: `are ${shown(args)}; they must be an object with the inputs` }]);
  }
  const entries = Object.entries(args);
  const pick = (keys: readonly string[]) => Object.fromEntries(entries.filter(([key]) => keys.includes(key)));
  const unknown = entries.filter(([key]) => ![...loadBalancerKeys, ...otherKeys].includes(key)).map(([key]) => unknownInput(key));
  const loadBalancer = catchInputError(() =>
    validate(merge<TalosCiliumCniArgs>({}, { ...pick(otherKeys), loadBalancer: pick(loadBalancerKeys) })),
  );
  if (!(loadBalancer instanceof InputError) && unknown.length === 0) return loadBalancer;
  const problems = loadBalancer instanceof InputError ? loadBalancer.problems : [];
  const renamed = problems.map(({ input, message }) => ({ input: asGiven(input), message: asGiven(message) }));
  throw new InputError([...unknown, ...renamed]);
}

function unknownInput(key: string): Problem {
  const known = [...otherKeys, ...loadBalancerKeys].join(", ");
  return { input: key, message: `is not an input of CiliumLoadBalancer; known are ${known}` };
}

/** Paths as the user wrote them: here the inputs of `loadBalancer` stand one level higher. */
function asGiven(text: string): string {
  return text.replaceAll(/\bloadBalancer\.(?=ipPools|l2Policies|operatorTimeout)/g, "");
}
