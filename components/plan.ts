import { renderedChecks } from "./checks/catalog.ts";
import type { Problems } from "./checks/inputs.ts";
import { runChecks } from "./checks/run.ts";
import { validate, type Validation } from "./checks/validate.ts";
import { apiServerAddress, replacesKubeProxy } from "./cilium/facts.ts";
import { gatewayApiObjects, installsGatewayApi } from "./cilium/gatewayApi.ts";
import { loadBalancerObjects } from "./cilium/loadBalancer/objects.ts";
import { withNamespaces } from "./cilium/namespace.ts";
import { podRanges } from "./cilium/podRanges.ts";
import { ciliumValues } from "./cilium/values.ts";
import type { Chart } from "./helm/chartContents.ts";
import { render, type RenderedObject } from "./helm/render.ts";
import type { HelmValues } from "./helm/values.ts";
import type { TalosCiliumCniArgs } from "./inputs/args.ts";
import { redactSecrets, secretValuesOf } from "./inputs/secretValues.ts";
import { resolveSettings, type Settings } from "./inputs/settings.ts";
import { createManifest, imagesOf, type Manifest } from "./kubernetes/manifest.ts";
import { secretObjectNames } from "./kubernetes/secrets.ts";
import type { KubernetesObject } from "./kubernetes/yaml.ts";
import { type BgpRouterConfig, bgpRouterConfig } from "./router/bgpRouterConfig.ts";
import { InputError, type Problem } from "./support/problems.ts";
import { type MachineConfigPatches, machineConfigPatches } from "./talos/machineConfig.ts";
import { gatewayApiCrdsUrl, supportedMinor } from "./versions/supported.ts";

/** Everything that follows from the inputs. */
export interface Plan {
  readonly settings: Settings;
  readonly chart: Chart;
  readonly values: HelmValues;
  readonly manifest: Manifest;
  /** Pools, policies and BGP objects. Undefined if there are none. */
  readonly loadBalancer: Manifest | undefined;
  /** The configuration of the routers that are BGP peers. Undefined if none is, or if their neighbors are unknown. */
  readonly bgpRouterConfig: BgpRouterConfig[] | undefined;
  /** The Gateway API objects that are installed before Cilium. */
  readonly gatewayApi: readonly KubernetesObject[];
  /** Delivery `machineConfig`: the URL from which Talos downloads the CRDs of Gateway API. Undefined if it does not. */
  readonly gatewayApiUrl: string | undefined;
  /** Delivery `machineConfig`: the patches that are applied to the machines. */
  readonly machineConfig: MachineConfigPatches | undefined;
  /** The names of the objects of `manifest` that must stay secret: Secrets, private keys, and what `secretValues` changes. */
  readonly secretObjects: ReadonlySet<string>;
  /** Whether `manifest` is secret. */
  readonly isSecret: boolean;
  /** The container images of `manifest`. They are secret if `secretValues` change them. */
  readonly images: { readonly names: readonly string[]; readonly isSecret: boolean };
}

/** Inputs with everything that was found wrong with them, and the plan if nothing was. */
export interface Examination extends Problems {
  readonly plan: Plan | undefined;
}

/** Makes the plan, without Pulumi. Throws one InputError with all problems if the inputs cannot work. */
export function createPlan(args: TalosCiliumCniArgs): Plan & { readonly warnings: readonly Problem[] } {
  const { errors, warnings, plan } = examine(args);
  if (plan === undefined) throw new InputError(errors);
  return { ...plan, warnings };
}

/** Makes the plan and returns it together with all problems. Throws an InputError only for what Helm itself refuses. */
export function examine(args: TalosCiliumCniArgs): Examination {
  return redactSecrets(secretValuesOf(args), () => {
    const validation = validate(args);
    const { errors, warnings, chart } = validation;
    if (chart === undefined || errors.length > 0) return { errors, warnings, plan: undefined };
    return planValidated(args, { ...validation, chart });
  });
}

function planValidated(
  args: TalosCiliumCniArgs,
  { settings, values, chart, ...validation }: Validation & { readonly chart: Chart },
): Examination {
  const rendered = render(chart, values, settings);
  const manifest = manifestOf(rendered, settings);
  const pools = loadBalancerObjects(settings);
  const loadBalancer = pools.length === 0 ? undefined : createManifest(pools);
  const { delivery } = settings;
  const installsCrds = installsGatewayApi(settings, values);
  const gatewayApi = delivery === "chart" && installsCrds ? gatewayApiObjects(settings) : [];
  const gatewayApiCrds = installsCrds ? gatewayApiCrdsUrl(supportedMinor(settings.ciliumVersion).gatewayApi) : undefined;
  const installed = {
    manifest,
    loadBalancer,
    gatewayApiCrds,
    replacesKubeProxy: replacesKubeProxy(values),
    apiServer: apiServerAddress(values),
  };
  const machineConfig = delivery === "machineConfig" ? machineConfigPatches(settings, installed) : undefined;
  const findings = runChecks(renderedChecks, { settings, values, chart, rendered, manifest, gatewayApi, machineConfig });
  const warnings = [...validation.warnings, ...findings.warnings];
  if (findings.errors.length > 0) return { errors: findings.errors, warnings, plan: undefined };
  const routers = bgpRouterConfig(settings, podRanges(settings, values));
  const gatewayApiUrl = machineConfig === undefined ? undefined : gatewayApiCrds;
  const objects = { manifest, loadBalancer, gatewayApi, gatewayApiUrl };
  const plan = { settings, chart, values, ...objects, bgpRouterConfig: routers, machineConfig };
  return { errors: [], warnings, plan: { ...plan, ...secrecyOf(args, chart, manifest) } };
}

/** Renders without `secretValues` to learn what they change. */
function secrecyOf(
  args: TalosCiliumCniArgs,
  chart: Chart,
  manifest: Manifest,
): Pick<Plan, "secretObjects" | "isSecret" | "images"> {
  const hasSecretValues = Object.keys(args.secretValues ?? {}).length > 0;
  const publicManifest = hasSecretValues ? manifestWithoutSecretValues(args, chart) : manifest;
  const secretObjects = secretObjectNames(manifest, publicManifest);
  const names = imagesIn(manifest);
  const publicNames = publicManifest === undefined ? undefined : imagesIn(publicManifest);
  const areImagesSecret = publicNames === undefined || names.some((name) => !publicNames.includes(name));
  return {
    secretObjects,
    isSecret: hasSecretValues || secretObjects.size > 0,
    images: { names, isSecret: areImagesSecret },
  };
}

/** The manifest of the other inputs. Undefined if Helm cannot render them without `secretValues`. */
function manifestWithoutSecretValues({ secretValues: _, ...args }: TalosCiliumCniArgs, chart: Chart): Manifest | undefined {
  const settings = resolveSettings(args);
  try {
    return manifestOf(render(chart, ciliumValues(settings), settings), settings);
  } catch (error) {
    if (error instanceof InputError) return undefined;
    throw error;
  }
}

function manifestOf(rendered: readonly RenderedObject[], { namespace }: Pick<Settings, "namespace">): Manifest {
  const written = new Map(rendered.map(({ object, yaml }) => [object, yaml]));
  return createManifest(withNamespaces([...written.keys()], namespace), written);
}

function imagesIn({ entries }: Manifest): readonly string[] {
  return imagesOf(entries.map(({ object }) => object));
}
