import * as pulumi from "@pulumi/pulumi";
import type { Settings } from "../inputs/settings.ts";
import type { KubernetesObject } from "../kubernetes/yaml.ts";
import { withForcedOwnership } from "./ownership.ts";
import { kubernetesSdk } from "./providerSdks.ts";
import { retryUntilKindExists } from "./retryUntilKindExists.ts";

/** The type of the component that IP pools, policies and BGP objects belong to. */
export const loadBalancerType = "talos-cilium-cni:index:CiliumLoadBalancer";

/** The inputs of that component as the state records them: what makes objects, not what addresses are only checked against. */
export function loadBalancerInputs({
  ciliumVersion,
  loadBalancer,
  bgp,
}: Pick<Settings, "ciliumVersion" | "loadBalancer" | "bgp">) {
  const { ipPools, l2Policies, operatorTimeout } = loadBalancer;
  return { ciliumVersion, ipPools, l2Policies, ...(bgp.length > 0 && { bgp }), operatorTimeout };
}

/** Creates IP pools, policies and BGP objects as children of `component`. They are retried until Cilium's operator has registered their kinds. */
export function createLoadBalancerObjects(
  name: string,
  objects: readonly KubernetesObject[],
  { loadBalancer }: Pick<Settings, "loadBalancer">,
  component: pulumi.ComponentResource,
  dependsOn: pulumi.ResourceOptions["dependsOn"],
): void {
  const options: pulumi.CustomResourceOptions = {
    parent: component,
    ...(dependsOn !== undefined && { dependsOn }),
    ...retryUntilKindExists(loadBalancer.operatorTimeout),
  };
  const { CustomResource } = kubernetesSdk().apiextensions;
  const create = (object: KubernetesObject, more: pulumi.CustomResourceOptions) =>
    new CustomResource(
      `${name}-${object.metadata.name}`,
      { ...object, metadata: withForcedOwnership(object.metadata) },
      pulumi.mergeOptions(options, more),
    );
  // One object waits for the operator and the others wait for that one: an operator that does not start is one error, not many.
  const [first, ...others] = objects;
  if (first === undefined) return;
  const waiting = create(first, {});
  for (const object of others) create(object, { dependsOn: waiting });
}
