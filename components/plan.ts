import type { TalosCiliumCniArgs } from "./args.ts";
import { findChart, type Chart } from "./chart.ts";
import { chartDeliveryProblems, gatewayApiWarnings, installsGatewayApi } from "./chartDelivery.ts";
import { gatewayApiObjects } from "./gatewayApi.ts";
import { helmValues, type HelmValues } from "./helmValues.ts";
import type { KubernetesObject } from "./kubernetesYaml.ts";
import { loadBalancerObjects } from "./loadBalancer.ts";
import { manifestOf, type Manifest } from "./manifest.ts";
import { withNamespace } from "./namespace.ts";
import { InputError } from "./problems.ts";
import { objectsOf, render } from "./render.ts";
import { isSecret, secretWarnings } from "./secrets.ts";
import { settingsOf, type Settings } from "./settings.ts";
import { machineConfigPatches, machineConfigProblems, machineConfigWarnings, type MachineConfigPatches } from "./talos.ts";
import { validate } from "./validate.ts";

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
  /** Whether `manifest` holds a Secret or a private key. */
  readonly secret: boolean;
  readonly warnings: readonly string[];
}

/** From the inputs to the manifests, with no Pulumi in it. Throws an InputError if the inputs cannot work. */
export function plan(args: TalosCiliumCniArgs): Plan {
  validate(args);
  const settings = settingsOf(args);
  const chart = findChart(settings);
  const values = helmValues(settings);
  const rendered = render(chart, values, settings);
  const objects = objectsOf(rendered);
  const manifest = manifestOf(withNamespace(objects, settings.namespace));
  const pools = loadBalancerObjects(settings);
  const loadBalancer = pools.length === 0 ? undefined : manifestOf(pools);
  const machineConfig =
    settings.delivery === "machineConfig" ? machineConfigPatches(settings, manifest, loadBalancer) : undefined;
  const problems = [
    ...chartDeliveryProblems(settings, objects),
    ...(machineConfig === undefined ? [] : machineConfigProblems(settings, machineConfig)),
  ];
  if (problems.length > 0) throw new InputError(problems);
  return {
    settings,
    chart,
    values,
    manifest,
    loadBalancer,
    machineConfig,
    gatewayApi: installsGatewayApi(settings) ? gatewayApiObjects(settings) : [],
    secret: manifest.entries.some(isSecret),
    warnings: [
      ...chart.warnings,
      ...gatewayApiWarnings(settings),
      ...secretWarnings(manifest.entries, values, rendered),
      ...(machineConfig === undefined ? [] : machineConfigWarnings(machineConfig)),
    ],
  };
}
