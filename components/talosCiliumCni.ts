import { isAbsolute } from "node:path";
import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import * as talos from "@pulumiverse/talos";
import type { TalosCiliumCniArgs } from "./args.ts";
import { stageChart } from "./chartArchive.ts";
import { CiliumLoadBalancer } from "./ciliumLoadBalancer.ts";
import type { KubernetesObject } from "./kubernetesYaml.ts";
import { imagesOf, nameOf } from "./manifest.ts";
import { owned } from "./owned.ts";
import { plan, type Plan } from "./plan.ts";
import { InputError } from "./problems.ts";
import { attempt, refusal } from "./refusal.ts";
import { release } from "./render.ts";
import { isSecret } from "./secrets.ts";
import { configProblems, machinesOf, patchBefore, syncCommand, type MachineConfigPatches } from "./talos.ts";

/**
 * Cilium for Talos Linux.
 *
 * Renders the Cilium chart with values for Talos, and the LoadBalancer IP pools and L2 announcement policies with it. Inputs that
 * cannot work end the program at preview, with one error that names all of them.
 */
export class TalosCiliumCni extends pulumi.ComponentResource {
  /** Cilium as a stream of Kubernetes objects: the same bytes for the same inputs. A secret if a Secret or private key is in it. */
  readonly manifest: pulumi.Output<string>;
  /** SHA-256 of `manifest`. */
  readonly manifestSha256: pulumi.Output<string>;
  /** The IP pools and L2 announcement policies as a stream of Kubernetes objects; undefined when there are none. */
  readonly loadBalancerManifest: pulumi.Output<string | undefined>;
  /** A short digest of each object of both manifests, by `Kind namespace/name`: a preview names what changes. */
  readonly objects: pulumi.Output<Record<string, string>>;
  /** The container images that the cluster will pull. */
  readonly images: pulumi.Output<string[]>;
  /** What works but deserves a look. */
  readonly warnings: pulumi.Output<string[]>;
  /** Delivery `machineConfig`: the patches for the machine configs, by machine type, for talosctl and others; else undefined. */
  readonly machineConfigPatches: pulumi.Output<MachineConfigPatches | undefined>;
  /** Delivery `machineConfig`: the commands that bring a running cluster to what the machine config says; else undefined. */
  readonly syncCommand: pulumi.Output<string | undefined>;

  constructor(name: string, args: TalosCiliumCniArgs, opts?: pulumi.ComponentResourceOptions) {
    const planned = attempt(() => plan(args));
    super("talos-cilium-cni:index:TalosCiliumCni", name, inputsToRecord(args, planned), opts);
    if (planned instanceof InputError) throw refusal(planned, this);
    for (const warning of planned.warnings) void pulumi.log.warn(warning, this);

    const guarded = <T>(value: T) => (planned.secret ? pulumi.secret(value) : pulumi.output(value));
    const { manifest, loadBalancer, machineConfig, settings } = planned;
    const entries = [...manifest.entries, ...(loadBalancer?.entries ?? [])];
    this.manifest = guarded(manifest.yaml);
    this.manifestSha256 = guarded(manifest.sha256);
    this.loadBalancerManifest = pulumi.output(loadBalancer?.yaml);
    this.objects = pulumi.output(
      Object.fromEntries(entries.map((entry) => [entry.name, isSecret(entry) ? "secret" : entry.digest])),
    );
    this.images = pulumi.output([...imagesOf(entries.map(({ object }) => object))]);
    this.warnings = pulumi.output([...planned.warnings]);
    this.machineConfigPatches = machineConfig === undefined ? pulumi.output(undefined) : guarded(machineConfig);
    this.syncCommand = pulumi
      .output(settings.talos.controlPlanes[0]?.node)
      .apply((node) => (machineConfig === undefined ? undefined : syncCommand(args.kubernetesVersion, node)));

    if (settings.delivery === "chart") deliverChart(name, planned, this);
    if (machineConfig !== undefined) deliverMachineConfig(name, planned, machineConfig, this);
    this.registerOutputs({
      manifest: this.manifest,
      manifestSha256: this.manifestSha256,
      loadBalancerManifest: this.loadBalancerManifest,
      objects: this.objects,
      images: this.images,
      warnings: this.warnings,
      machineConfigPatches: this.machineConfigPatches,
      syncCommand: this.syncCommand,
    });
  }
}

// The engine keeps the inputs in the state, where a key among the values must not stand in clear.
function inputsToRecord(args: TalosCiliumCniArgs, planned: Plan | InputError): pulumi.Inputs {
  const { values = {} } = args;
  const harmless = Object.keys(values).length === 0 || (!(planned instanceof InputError) && !planned.secret);
  return {
    ...args,
    ...(!harmless && { values: pulumi.secret(values) }),
    ...(args.talos !== undefined && { talos: pulumi.secret(args.talos) }),
  };
}

/** Delivery `machineConfig`: one control plane after the other, then the workers. */
function deliverMachineConfig(name: string, planned: Plan, patches: MachineConfigPatches, parent: TalosCiliumCni): void {
  const { settings, secret } = planned;
  const { clientConfiguration, applyMode } = settings.talos;
  const before = patchBefore(settings);
  let previous: pulumi.Resource[] = [];
  for (const { resource, input, isControlPlane, node, endpoint, machineConfiguration } of machinesOf(settings)) {
    const configPatches = isControlPlane ? [...(before === undefined ? [] : [before]), patches.controlPlane] : [patches.worker];
    const applied = new talos.machine.ConfigurationApply(
      `${name}-${resource}`,
      {
        node,
        ...(endpoint !== undefined && { endpoint }),
        ...(clientConfiguration !== undefined && { clientConfiguration: pulumi.output(clientConfiguration) }),
        machineConfigurationInput: pulumi.output(machineConfiguration).apply((config) => {
          const problems = configProblems(config, `${input}.machineConfiguration`);
          if (problems.length > 0) throw refusal(new InputError(problems), parent);
          return config;
        }),
        configPatches: secret ? pulumi.secret(configPatches) : configPatches,
        applyMode,
      },
      { parent, dependsOn: previous },
    );
    // A cluster survives one control plane that does not come back, not several; workers need none of each other.
    if (isControlPlane) previous = [applied];
  }
}

/** Delivery `chart`: the Namespace and the Gateway API CRDs, then the chart, then the pools and policies. */
function deliverChart(name: string, planned: Plan, parent: TalosCiliumCni): void {
  const { settings, chart, values, secret, manifest, gatewayApi } = planned;
  const { ciliumVersion, namespace, loadBalancer, podCidr, serviceCidr, lan } = settings;
  const objects = manifest.entries.map(({ object }) => object);
  const first = objects.filter(({ kind, metadata }) => kind === "Namespace" && metadata.name === namespace);
  // Of secret values the Chart makes plain objects, unless they are of kind Secret.
  const exposed = manifest.entries
    .filter((entry) => isSecret(entry) && entry.object.kind !== "Secret")
    .map((entry) => entry.name);
  // Only the CLI's language host runs a program in the folder in which the provider is started, and then it names the project's root.
  const archive = attempt(() => stageChart(chart, { relative: isAbsolute(pulumi.getRootDirectory()) }));
  if (archive instanceof InputError) throw refusal(archive, parent);
  const installed = new kubernetes.helm.v4.Chart(
    name,
    { name: release, namespace, chart: archive, values: secret ? pulumi.secret(values) : values },
    {
      parent,
      dependsOn: [...first, ...gatewayApi].map((object) => keptObject(name, object, parent)),
      transforms: [chartObject(exposed)],
    },
  );
  if (planned.loadBalancer === undefined) return;
  const { ipPools, l2Policies, operatorTimeout } = loadBalancer;
  const args = { ciliumVersion, podCidr, serviceCidr, lan, ipPools, l2Policies, operatorTimeout };
  new CiliumLoadBalancer(`${name}-lb`, args, { parent, dependsOn: [installed] });
}

/**
 * An object that others may rely on too. It stays when the stack is destroyed, so it may be there already: then it is shared with its other
 * owners, and an error if they say otherwise.
 */
function keptObject(name: string, object: KubernetesObject, parent: pulumi.Resource): pulumi.Resource {
  const annotations = object.metadata["annotations"] as Record<string, string> | undefined;
  const metadata = {
    ...object.metadata,
    // One owner for all stacks, so that the next one can update what the one before it has left.
    annotations: { ...annotations, "pulumi.com/patchFieldManager": "talos-cilium-cni" },
  };
  const options = { parent, retainOnDelete: true };
  // The class for every kind knows no core group.
  return object.kind === "Namespace"
    ? new kubernetes.core.v1.NamespacePatch(`${name}-${metadata.name}`, { metadata }, options)
    : new kubernetes.apiextensions.CustomResourcePatch(`${name}-${metadata.name}`, { ...object, metadata }, options);
}

/** How the objects of the chart are made; the content of those that are named is secret. */
function chartObject(secret: readonly string[]): pulumi.ResourceTransform {
  return ({ props, opts }) => {
    const { apiVersion, kind, metadata, ...content } = props as unknown as KubernetesObject;
    if ((kind as string | undefined) === undefined) return undefined;
    const isSecret = secret.includes(nameOf({ apiVersion, kind, metadata }));
    const guarded = Object.entries(content).map(([key, value]) => [key, isSecret ? pulumi.secret(value) : value] as const);
    return { props: { apiVersion, kind, metadata: owned(metadata), ...Object.fromEntries(guarded) }, opts };
  };
}
