import type { TalosCiliumCniArgs } from "./inputs/args.ts";
import type { Chart } from "./helm/chartSource.ts";
import { checksOfRendering } from "./checks/catalog.ts";
import { find } from "./checks/check.ts";
import { gatewayApiObjects, installsGatewayApi } from "./cilium/gatewayApi.ts";
import { helmValues, type HelmValues } from "./cilium/values.ts";
import type { KubernetesObject } from "./kubernetes/yaml.ts";
import { loadBalancerObjects } from "./cilium/loadBalancer/objects.ts";
import { imagesOf, manifestOf, type Manifest } from "./kubernetes/manifest.ts";
import { withNamespace } from "./cilium/namespace.ts";
import { InputError, warningsOf } from "./support/problems.ts";
import { objectsOf, render } from "./helm/render.ts";
import { secretObjectsOf } from "./kubernetes/secrets.ts";
import { isGiven, secretValuesOf, withoutSecrets } from "./inputs/secretValues.ts";
import { settingsOf, type Settings } from "./inputs/settings.ts";
import { machineConfigPatches, type MachineConfigPatches } from "./talos/machineConfig.ts";
import { validateWithChart } from "./checks/validate.ts";

/** Everything that follows from the inputs. */
export interface Plan {
  readonly settings: Settings;
  readonly chart: Chart;
  readonly values: HelmValues;
  readonly manifest: Manifest;
  /** Pools and policies; undefined when there are none. */
  readonly loadBalancer: Manifest | undefined;
  /** What has to be in the cluster before Cilium, and is installed with it. */
  readonly gatewayApi: readonly KubernetesObject[];
  /** Delivery `machineConfig`: what is applied to the machines. */
  readonly machineConfig: MachineConfigPatches | undefined;
  /** The objects of `manifest` that others must not read, by name: Secrets, private keys, and what `secretValues` changes. */
  readonly secretObjects: ReadonlySet<string>;
  /** Whether `manifest` is secret. */
  readonly secret: boolean;
  /** The container images of `manifest`. Whether they are secret: an image that only `secretValues` names is. */
  readonly images: { readonly names: readonly string[]; readonly secret: boolean };
  readonly warnings: readonly string[];
}

/** From the inputs to the manifests, with no Pulumi in it. Throws an InputError if the inputs cannot work. */
export function plan(args: TalosCiliumCniArgs): Plan {
  return withoutSecrets(secretValuesOf(args), () => {
    const { settings, chart, values, warnings } = validateWithChart(args);
    const rendered = render(chart, values, settings);
    const manifest = manifestOf(withNamespace(objectsOf(rendered), settings.namespace));
    const pools = loadBalancerObjects(settings);
    const loadBalancer = pools.length === 0 ? undefined : manifestOf(pools);
    const machineConfig =
      settings.delivery === "machineConfig" ? machineConfigPatches(settings, manifest, loadBalancer) : undefined;
    const gatewayApi = installsGatewayApi(settings) ? gatewayApiObjects(settings) : [];
    const found = find(checksOfRendering, { settings, values, rendered, manifest, gatewayApi, machineConfig });
    if (found.errors.length > 0) throw new InputError(found.errors);
    const isSecret = isGiven(settings.secretValues);
    const open = isSecret ? withoutSecretValues(args, chart) : manifest;
    const secretObjects = secretObjectsOf(manifest, open);
    const names = imagesIn(manifest);
    return {
      settings,
      chart,
      values,
      manifest,
      loadBalancer,
      machineConfig,
      gatewayApi,
      secretObjects,
      secret: isSecret || secretObjects.size > 0,
      images: { names, secret: open === undefined || names.some((name) => !imagesIn(open).includes(name)) },
      warnings: [...warnings, ...warningsOf(found.warnings)],
    };
  });
}

/** The manifest that the other inputs make; undefined if Helm cannot render them without `secretValues`. */
function withoutSecretValues({ secretValues: _, ...args }: TalosCiliumCniArgs, chart: Chart): Manifest | undefined {
  const settings = settingsOf(args);
  try {
    return manifestOf(withNamespace(objectsOf(render(chart, helmValues(settings), settings)), settings.namespace));
  } catch (error) {
    if (error instanceof InputError) return undefined;
    throw error;
  }
}

function imagesIn({ entries }: Manifest): readonly string[] {
  return imagesOf(entries.map(({ object }) => object));
}
