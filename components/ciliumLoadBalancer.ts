import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { resourceType } from "@pulumi/pulumi/resource.js";
import type { LoadBalancer, TalosCiliumCniArgs } from "./args.ts";
import type { KubernetesObject } from "./kubernetesYaml.ts";
import { loadBalancerObjects } from "./loadBalancer.ts";
import { merge } from "./merge.ts";
import { owned } from "./owned.ts";
import { InputError } from "./problems.ts";
import { attempt, refusal } from "./refusal.ts";
import { untilKindExists } from "./untilKindExists.ts";
import { validate, type Valid } from "./validate.ts";

/** What `CiliumLoadBalancer` takes: the same as `TalosCiliumCni` by the same names. */
export interface CiliumLoadBalancerArgs
  extends
    Pick<TalosCiliumCniArgs, "ciliumVersion" | "podCidr" | "serviceCidr" | "lan">,
    Pick<LoadBalancer, "ipPools" | "l2Policies" | "operatorTimeout"> {}

/**
 * LoadBalancer IP pools and L2 announcement policies in a cluster that runs Cilium.
 *
 * Cilium's operator registers their kinds when it starts: until then, up to `operatorTimeout`, the engine tries again.
 */
export class CiliumLoadBalancer extends pulumi.ComponentResource {
  constructor(name: string, args: CiliumLoadBalancerArgs, opts: pulumi.ComponentResourceOptions = {}) {
    const valid = attempt(() => validated(args));
    // What addresses are only checked against changes nothing, so that no preview shows it as a change.
    const { ciliumVersion, ipPools, l2Policies, operatorTimeout } = args;
    super("talos-cilium-cni:index:CiliumLoadBalancer", name, { ciliumVersion, ipPools, l2Policies, operatorTimeout }, opts);
    if (valid instanceof InputError) throw refusal(valid, this);
    const { settings, warnings } = valid;
    // What it is a part of has warned already.
    const isPart = opts.parent !== undefined && resourceType(opts.parent) === "talos-cilium-cni:index:TalosCiliumCni";
    for (const warning of isPart ? [] : warnings) void pulumi.log.warn(asGiven(warning), this);

    // Pulumi's mocks know no error hooks.
    const hooks = "registerErrorHook" in (pulumi.runtime.getMonitor() ?? {}) && {
      hooks: {
        onError: [new pulumi.ErrorHook(`${name}-until-kind-exists`, untilKindExists(settings.loadBalancer.operatorTimeout))],
      },
    };
    // Children of a component do not wait for what the component depends on.
    const options: pulumi.CustomResourceOptions = { parent: this, dependsOn: opts.dependsOn ?? [], ...hooks };
    const make = (object: KubernetesObject, options: pulumi.CustomResourceOptions) =>
      new kubernetes.apiextensions.CustomResource(
        `${name}-${object.metadata.name}`,
        { ...object, metadata: owned(object.metadata) },
        options,
      );
    // One waits for the operator, the others for that one: when it does not come, this is one error and not many.
    const [first, ...others] = loadBalancerObjects(settings);
    if (first !== undefined) {
      const dependsOn = make(first, options);
      for (const object of others) make(object, pulumi.mergeOptions(options, { dependsOn }));
    }
    this.registerOutputs();
  }
}

function validated({ ipPools, l2Policies, operatorTimeout, ...others }: CiliumLoadBalancerArgs): Valid {
  try {
    return validate(merge<TalosCiliumCniArgs>({}, { ...others, loadBalancer: { ipPools, l2Policies, operatorTimeout } }));
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    throw new InputError(error.problems.map(({ input, message }) => ({ input: asGiven(input), message: asGiven(message) })));
  }
}

/** Here the inputs stand a level higher. */
function asGiven(text: string): string {
  return text.replaceAll(/\bloadBalancer\.(?=ipPools|l2Policies|operatorTimeout)/g, "");
}
