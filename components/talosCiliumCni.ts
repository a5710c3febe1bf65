import * as pulumi from "@pulumi/pulumi";
import type { TalosCiliumCniArgs } from "./inputs/args.ts";
import { deliverChart } from "./delivery/chart.ts";
import { catchInputError, toResourceError } from "./delivery/componentError.ts";
import { deliverMachineConfig } from "./delivery/machineConfig.ts";
import { recordedInputs } from "./delivery/recordedInputs.ts";
import { plan } from "./plan.ts";
import { InputError } from "./support/problems.ts";
import { syncCommand, type MachineConfigPatches } from "./talos/machineConfig.ts";

/**
 * Cilium for Talos Linux.
 *
 * Renders the Cilium chart with values for Talos, and the LoadBalancer IP pools and L2 announcement policies with it. Inputs that
 * cannot work end the program at preview, with one error that names all of them.
 */
export class TalosCiliumCni extends pulumi.ComponentResource {
  /**
   * Cilium as a stream of Kubernetes objects: the same bytes for the same inputs. A secret if `secretValues` are given, or if a Secret or a
   * private key is in it.
   */
  readonly manifest: pulumi.Output<string>;
  /** SHA-256 of `manifest`. */
  readonly manifestSha256: pulumi.Output<string>;
  /** The IP pools and L2 announcement policies as a stream of Kubernetes objects; undefined when there are none. */
  readonly loadBalancerManifest: pulumi.Output<string | undefined>;
  /** A short digest of each object of both manifests, by `Kind namespace/name`: a preview names what changes. */
  readonly objects: pulumi.Output<Record<string, string>>;
  /** The container images that the cluster will pull. A secret if `secretValues` change them. */
  readonly images: pulumi.Output<string[]>;
  /** What works but deserves a look. */
  readonly warnings: pulumi.Output<string[]>;
  /** Delivery `machineConfig`: the patches for the machine configs, by machine type, for talosctl and others; else undefined. */
  readonly machineConfigPatches: pulumi.Output<MachineConfigPatches | undefined>;
  /**
   * Delivery `machineConfig`: the commands that bring a running cluster to what the machine config says; else undefined. Talos itself only
   * creates what is missing. From Talos 1.13 on, they also delete what has left the config: read docs/hand-off.md before Cilium does.
   */
  readonly syncCommand: pulumi.Output<string | undefined>;

  constructor(name: string, args: TalosCiliumCniArgs, opts?: pulumi.ComponentResourceOptions) {
    const planned = catchInputError(() => plan(args));
    // What is refused is never recorded in the state.
    const recorded = planned instanceof InputError ? {} : recordedInputs(args, planned);
    super("talos-cilium-cni:index:TalosCiliumCni", name, recorded, opts);
    if (planned instanceof InputError) throw toResourceError(planned, this);
    for (const warning of planned.warnings) void pulumi.log.warn(warning, this);

    const guarded = <T>(value: T) => (planned.secret ? pulumi.secret(value) : pulumi.output(value));
    const { manifest, loadBalancer, machineConfig, settings, secretObjects, images } = planned;
    const entries = [...manifest.entries, ...(loadBalancer?.entries ?? [])];
    this.manifest = guarded(manifest.yaml);
    this.manifestSha256 = guarded(manifest.sha256);
    this.loadBalancerManifest = pulumi.output(loadBalancer?.yaml);
    this.objects = pulumi.output(
      Object.fromEntries(entries.map((entry) => [entry.name, secretObjects.has(entry.name) ? "secret" : entry.digest])),
    );
    this.images = images.secret ? pulumi.secret([...images.names]) : pulumi.output([...images.names]);
    this.warnings = pulumi.output([...planned.warnings]);
    this.machineConfigPatches = machineConfig === undefined ? pulumi.output(undefined) : guarded(machineConfig);
    this.syncCommand = pulumi
      .output(settings.talos.controlPlanes[0]?.node)
      .apply((node) => (machineConfig === undefined ? undefined : syncCommand(args.kubernetesVersion, node)));

    if (settings.delivery === "chart") deliverChart(name, planned, this, opts?.dependsOn);
    if (machineConfig !== undefined) deliverMachineConfig(name, planned, machineConfig, this, opts?.dependsOn);
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
