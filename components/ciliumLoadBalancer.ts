import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { LoadBalancer, TalosCiliumCniArgs } from "./args.ts";
import type { KubernetesObject } from "./kubernetesYaml.ts";
import { loadBalancerObjects } from "./loadBalancer.ts";
import { owned } from "./owned.ts";
import { InputError } from "./problems.ts";
import { attempt, refusal } from "./refusal.ts";
import { settingsOf, type Settings } from "./settings.ts";
import { untilKindExists } from "./untilKindExists.ts";
import { validate } from "./validate.ts";

/** What `CiliumLoadBalancer` takes: the same as `TalosCiliumCni` by the same names. */
export interface CiliumLoadBalancerArgs
  extends Pick<TalosCiliumCniArgs, "ciliumVersion">, Pick<LoadBalancer, "ipPools" | "l2Policies" | "operatorTimeout"> {}

/**
 * LoadBalancer IP pools and L2 announcement policies in a cluster that runs Cilium.
 *
 * Cilium's operator registers their kinds when it starts: until then, up to `operatorTimeout`, the engine tries again.
 */
export class CiliumLoadBalancer extends pulumi.ComponentResource {
  constructor(name: string, args: CiliumLoadBalancerArgs, opts: pulumi.ComponentResourceOptions = {}) {
    const settings = attempt(() => settingsOfArgs(args));
    super("talos-cilium-cni:index:CiliumLoadBalancer", name, args, opts);
    if (settings instanceof InputError) throw refusal(settings, this);

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

function settingsOfArgs({ ciliumVersion, ...loadBalancer }: CiliumLoadBalancerArgs): Settings {
  const args = { ...(ciliumVersion !== undefined && { ciliumVersion }), loadBalancer };
  try {
    validate(args);
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    // Here the inputs stand a level higher.
    throw new InputError(error.problems.map(({ input, message }) => ({ input: input.replace(/^loadBalancer\./, ""), message })));
  }
  return settingsOf(args);
}
