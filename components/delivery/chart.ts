import * as pulumi from "@pulumi/pulumi";
import { releaseName } from "../helm/render.ts";
import { nameOf } from "../kubernetes/manifest.ts";
import type { KubernetesObject } from "../kubernetes/yaml.ts";
import type { Plan } from "../plan.ts";
import { InputError } from "../support/problems.ts";
import { stageChart } from "./chartArchive.ts";
import { catchInputError, toResourceError } from "./componentError.ts";
import { createLoadBalancerObjects, loadBalancerInputs, loadBalancerType } from "./loadBalancer.ts";
import { withForcedOwnership } from "./ownership.ts";
import { kubernetesSdk } from "./providerSdks.ts";

/** Delivery `chart`: creates the Namespace and the Gateway API CRDs, then the chart, then pools, policies and BGP objects. Everything waits for `dependsOn`. */
export function deliverChart(
  name: string,
  { settings, chart, values, isSecret, secretObjects, manifest, loadBalancer, gatewayApi }: Plan,
  component: pulumi.ComponentResource,
  dependsOn: pulumi.ResourceOptions["dependsOn"],
): void {
  const archive = catchInputError(() => stageChart(chart));
  if (archive instanceof InputError) throw toResourceError(archive, component);
  const { namespace } = settings;
  const options: pulumi.ResourceOptions = dependsOn === undefined ? { parent: component } : { parent: component, dependsOn };
  const namespaces = manifest.entries.map(({ object }) => object).filter(({ kind }) => kind === "Namespace");
  const ownNamespace = namespaces.filter(({ metadata }) => metadata.name === namespace);
  const retained = [...ownNamespace, ...gatewayApi].map((object) => retainedObject(name, object, options));
  const { Chart } = kubernetesSdk().helm.v4;
  const installed = new Chart(
    name,
    { name: releaseName, namespace, chart: archive, values: isSecret ? pulumi.secret(values) : values },
    pulumi.mergeOptions(options, { dependsOn: retained, transforms: [transformChartObject(secretObjects, namespaces)] }),
  );
  if (loadBalancer === undefined) return;
  const afterChart = pulumi.mergeOptions(options, { dependsOn: installed });
  const part = new pulumi.ComponentResource(loadBalancerType, `${name}-lb`, loadBalancerInputs(settings), afterChart);
  const objects = loadBalancer.entries.map(({ object }) => object);
  createLoadBalancerObjects(`${name}-lb`, objects, settings, part, afterChart.dependsOn);
}

/**
 * Creates an object that others may rely on too. It stays when the stack is destroyed, so it may already exist. It is then shared with its
 * other owners, and it is an error if they set other values.
 */
function retainedObject(name: string, object: KubernetesObject, options: pulumi.ResourceOptions): pulumi.Resource {
  const annotations = object.metadata["annotations"] as Record<string, string> | undefined;
  const metadata = {
    ...object.metadata,
    // All stacks use one field manager, so that the next stack can update what an earlier one left behind.
    annotations: { ...annotations, "pulumi.com/patchFieldManager": "talos-cilium-cni" },
  };
  const retainedOptions = { ...options, retainOnDelete: true };
  // CustomResourcePatch does not support the core group.
  const kubernetes = kubernetesSdk();
  return object.kind === "Namespace"
    ? new kubernetes.core.v1.NamespacePatch(`${name}-${metadata.name}`, { metadata }, retainedOptions)
    : new kubernetes.apiextensions.CustomResourcePatch(`${name}-${metadata.name}`, { ...object, metadata }, retainedOptions);
}

/**
 * Transforms each object of the chart: Pulumi takes it over from other owners, secret content stays secret in the state, and a Namespace gets
 * the labels that it has in the manifest.
 */
function transformChartObject(
  secretObjects: ReadonlySet<string>,
  namespaces: readonly KubernetesObject[],
): pulumi.ResourceTransform {
  return ({ props, opts }) => {
    const { apiVersion, kind, metadata, ...content } = props as unknown as KubernetesObject;
    if ((kind as string | undefined) === undefined) return undefined;
    const ownMetadata = withForcedOwnership(kind === "Namespace" ? withLabelsOf(namespaces, metadata) : metadata);
    if (!secretObjects.has(nameOf({ apiVersion, kind, metadata }))) {
      return { props: { apiVersion, kind, metadata: ownMetadata, ...content }, opts };
    }
    const { annotations, labels, ...identity } = ownMetadata;
    const secretMetadata = { ...identity, ...secretProperties({ annotations, labels }) };
    return { props: { apiVersion, kind, metadata: secretMetadata, ...secretProperties(content) }, opts };
  };
}

/** The metadata of a Namespace of the chart, with the labels of the manifest: Talos refuses Cilium's pods without some of them. */
function withLabelsOf(
  namespaces: readonly KubernetesObject[],
  metadata: KubernetesObject["metadata"],
): KubernetesObject["metadata"] {
  const labels = namespaces.find(({ metadata: { name } }) => name === metadata.name)?.metadata["labels"];
  return labels === undefined ? metadata : { ...metadata, labels };
}

/** The properties as secrets, without those that are undefined. */
function secretProperties(properties: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const defined = Object.entries(properties).filter(([, value]) => value !== undefined);
  return Object.fromEntries(defined.map(([key, value]) => [key, secretProperty(value)]));
}

/**
 * Makes a property secret, in the form in which properties travel to the engine. The Chart does not carry secretness from its values to its objects, and
 * under the Automation API the SDK (3.270) loses `pulumi.secret` in the result of a transform: the engine would record plain text.
 */
function secretProperty(value: unknown): unknown {
  const { specialSigKey, specialSecretSig } = pulumi.runtime;
  const isAlreadySecret = (value as Record<string, unknown> | null | undefined)?.[specialSigKey] === specialSecretSig;
  if (isAlreadySecret) return value;
  return {
    [specialSigKey]: specialSecretSig,
    value: pulumi.Output.isInstance(value) ? pulumi.unsecret(value) : value,
  };
}
