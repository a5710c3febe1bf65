import { inspect } from "node:util";
import * as pulumi from "@pulumi/pulumi";
import type { TalosCiliumCniArgs } from "./args.ts";
import { imagesOf } from "./manifest.ts";
import { plan, type Plan } from "./plan.ts";
import { InputError } from "./problems.ts";
import { isSecret } from "./secrets.ts";

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

  constructor(name: string, args: TalosCiliumCniArgs, opts?: pulumi.ComponentResourceOptions) {
    const planned = attempt(() => plan(args));
    super("talos-cilium-cni:index:TalosCiliumCni", name, inputsToRecord(args, planned), opts);
    if (planned instanceof InputError) throw refusal(planned, this);
    for (const warning of planned.warnings) void pulumi.log.warn(warning, this);

    const guarded = <T>(value: T) => (planned.secret ? pulumi.secret(value) : pulumi.output(value));
    const { manifest, loadBalancer } = planned;
    const entries = [...manifest.entries, ...(loadBalancer?.entries ?? [])];
    this.manifest = guarded(manifest.yaml);
    this.manifestSha256 = guarded(manifest.sha256);
    this.loadBalancerManifest = pulumi.output(loadBalancer?.yaml);
    this.objects = pulumi.output(
      Object.fromEntries(entries.map((entry) => [entry.name, isSecret(entry) ? "secret" : entry.digest])),
    );
    this.images = pulumi.output([...imagesOf(entries.map(({ object }) => object))]);
    this.warnings = pulumi.output([...planned.warnings]);
    this.registerOutputs({
      manifest: this.manifest,
      manifestSha256: this.manifestSha256,
      loadBalancerManifest: this.loadBalancerManifest,
      objects: this.objects,
      images: this.images,
      warnings: this.warnings,
    });
  }
}

function attempt(work: () => Plan): Plan | InputError {
  try {
    return work();
  } catch (error) {
    if (error instanceof InputError) return error;
    throw error;
  }
}

// The engine keeps the inputs in the state, where a key among the values must not stand in clear.
function inputsToRecord(args: TalosCiliumCniArgs, planned: Plan | InputError): pulumi.Inputs {
  const { values = {} } = args;
  const harmless = Object.keys(values).length === 0 || (!(planned instanceof InputError) && !planned.secret);
  return harmless ? args : { ...args, values: pulumi.secret(values) };
}

function refusal({ message }: InputError, component: pulumi.Resource): pulumi.ResourceError {
  const error = new pulumi.ResourceError(message, component, true);
  // Pulumi inspects every error of a program, and this one leads to all of the program by way of the component: that takes 15 seconds.
  return Object.assign(error, { [inspect.custom]: () => message });
}
