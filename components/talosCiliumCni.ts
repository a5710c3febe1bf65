import * as pulumi from "@pulumi/pulumi";
import { deliverChart } from "./delivery/chart.ts";
import { catchInputError, toResourceError } from "./delivery/componentError.ts";
import { deliverMachineConfig } from "./delivery/machineConfig.ts";
import { recordedInputs } from "./delivery/recordedInputs.ts";
import { keepRecordedInputs, refuseUnsafeChanges } from "./delivery/upgradeGuard.ts";
import type { TalosCiliumCniArgs } from "./inputs/args.ts";
import { createPlan, type Plan } from "./plan.ts";
import type { BgpRouterConfig } from "./router/bgpRouterConfig.ts";
import { InputError, problemLines } from "./support/problems.ts";
import type { MachineConfigPatches } from "./talos/machineConfig.ts";
import { syncCommand } from "./talos/syncCommand.ts";

/**
 * Cilium for Talos Linux.
 *
 * Renders the Cilium chart with values for Talos, together with LoadBalancer IP pools, L2 announcement policies and BGP sessions. Inputs that cannot work
 * fail the preview with one error that names all problems.
 */
export class TalosCiliumCni extends pulumi.ComponentResource {
  /**
   * Cilium as a YAML stream of Kubernetes objects. The same inputs always give the same bytes. A secret if there are `secretValues`, or if it
   * contains a Secret or a private key.
   *
   * With delivery `chart`, this is a preview: Pulumi's Chart renders again, for the Kubernetes version and the kinds of the cluster. The
   * charts render the same objects for all Kubernetes versions that this Cilium is tested with. If the cluster is older, set
   * `kubernetesVersion`.
   */
  readonly manifest: pulumi.Output<string>;
  /** SHA-256 of `manifest`. */
  readonly manifestSha256: pulumi.Output<string>;
  /** The IP pools, L2 announcement policies and BGP objects as a YAML stream of Kubernetes objects. Undefined if there are none. */
  readonly loadBalancerManifest: pulumi.Output<string | undefined>;
  /**
   * The Helm values that render the chart into `manifest`, for a HelmRelease of Flux or an Application of Argo CD: docs/hand-off.md. Pools,
   * policies and BGP objects are in `loadBalancerManifest`, and a Namespace other than `kube-system` is in `manifest` alone. A secret if
   * `manifest` is.
   */
  // Pulumi has no type for "anything" but `any`.
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  readonly helmValues: pulumi.Output<Record<string, any>>;
  /**
   * The configuration of each router that is a peer in `bgp`, for FRR and for BIRD: the nodes in `lan.nodes` as neighbors, all paths in use, and
   * filters that take only what the nodes may announce. Undefined without peers or without `lan.nodes`.
   */
  readonly bgpRouterConfig: pulumi.Output<BgpRouterConfig[] | undefined>;
  /** A short digest of each object of both manifests, by `Kind namespace/name`, so that a preview names the objects that change. */
  readonly objects: pulumi.Output<Record<string, string>>;
  /** The container images that the cluster pulls. A secret if `secretValues` change them. */
  readonly images: pulumi.Output<string[]>;
  /** Warnings about inputs that work but deserve a look. */
  readonly warnings: pulumi.Output<string[]>;
  /** Delivery `machineConfig`: the patches for the machine configs by machine type, for talosctl and other tools. Otherwise undefined. */
  readonly machineConfigPatches: pulumi.Output<MachineConfigPatches | undefined>;
  /**
   * Delivery `machineConfig`: the commands that bring a running cluster in line with its machine config. Otherwise undefined. Talos itself
   * only creates objects that are missing. From Talos 1.13 on, the commands also delete objects that are no longer in the config: read
   * docs/hand-off.md before you remove Cilium from it.
   */
  readonly syncCommand: pulumi.Output<string | undefined>;

  constructor(name: string, args: TalosCiliumCniArgs, opts?: pulumi.ComponentResourceOptions) {
    const plan = catchInputError(() => createPlan(args));
    const type = "talos-cilium-cni:index:TalosCiliumCni";
    // Refused inputs are never recorded in the state.
    if (plan instanceof InputError) super(type, name, {}, pulumi.mergeOptions(opts, keepRecordedInputs(name, plan)));
    else super(type, name, recordedInputs(args, plan), pulumi.mergeOptions(opts, refuseUnsafeChanges(name, plan)));
    if (plan instanceof InputError) throw toResourceError(plan, this);
    const warnings = problemLines(plan.warnings);
    for (const warning of warnings) void pulumi.log.warn(warning, this);

    const { settings, manifest, loadBalancer, machineConfig, images } = plan;
    // A stack stores its outputs even if an update fails. Those of a refused change must not replace the present ones.
    const registered = new Promise<void>((resolve) =>
      this.urn.apply(() => {
        resolve();
      }),
    );
    const output = <T>(value: T) => pulumi.output(registered.then(() => value));
    const secretIf = <T>(isSecret: boolean, value: T) => (isSecret ? pulumi.secret(output(value)) : output(value));
    this.manifest = secretIf(plan.isSecret, manifest.yaml);
    this.manifestSha256 = secretIf(plan.isSecret, manifest.sha256);
    this.loadBalancerManifest = output(loadBalancer?.yaml);
    this.helmValues = secretIf<pulumi.Unwrap<typeof this.helmValues>>(plan.isSecret, { ...plan.values });
    this.bgpRouterConfig = output(plan.bgpRouterConfig);
    this.objects = output(objectDigests(plan));
    this.images = secretIf(images.isSecret, [...images.names]);
    this.warnings = output([...warnings]);
    this.machineConfigPatches = secretIf(plan.isSecret && machineConfig !== undefined, machineConfig);
    this.syncCommand = pulumi
      .all([settings.talos.controlPlanes[0]?.node, output(undefined)])
      .apply(([node]) => (machineConfig === undefined ? undefined : syncCommand(args.kubernetesVersion, node)));

    if (settings.delivery === "chart") deliverChart(name, plan, this, opts?.dependsOn);
    if (machineConfig !== undefined) deliverMachineConfig(name, plan, machineConfig, this, opts?.dependsOn);
    this.registerOutputs({
      manifest: this.manifest,
      manifestSha256: this.manifestSha256,
      loadBalancerManifest: this.loadBalancerManifest,
      helmValues: this.helmValues,
      bgpRouterConfig: this.bgpRouterConfig,
      objects: this.objects,
      images: this.images,
      warnings: this.warnings,
      machineConfigPatches: this.machineConfigPatches,
      syncCommand: this.syncCommand,
    });
  }
}

/** The digest of each object by its name. The digest of a secret object could be compared with guesses, so it is not shown. */
function objectDigests({ manifest, loadBalancer, secretObjects }: Plan): Record<string, string> {
  const entries = [...manifest.entries, ...(loadBalancer?.entries ?? [])];
  return Object.fromEntries(entries.map(({ name, digest }) => [name, secretObjects.has(name) ? "secret" : digest]));
}
