import type { TalosCiliumCniArgs } from "./args.ts";
import type { Chart } from "./chart.ts";
import { checksOfRendering } from "./checks/all.ts";
import { find } from "./checks/check.ts";
import { gatewayApiObjects, installsGatewayApi } from "./gatewayApi.ts";
import type { HelmValues } from "./helmValues.ts";
import type { KubernetesObject } from "./kubernetesYaml.ts";
import { loadBalancerObjects } from "./loadBalancer.ts";
import { manifestOf, type Manifest } from "./manifest.ts";
import { withNamespace } from "./namespace.ts";
import { InputError, warningsOf } from "./problems.ts";
import { objectsOf, render } from "./render.ts";
import { isSecret } from "./secrets.ts";
import type { Settings } from "./settings.ts";
import { machineConfigPatches, type MachineConfigPatches } from "./talos.ts";
import { validateWithChart } from "./validate.ts";

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
  return {
    ...{ settings, chart, values, manifest, loadBalancer, machineConfig, gatewayApi },
    secret: manifest.entries.some(isSecret),
    warnings: [...warnings, ...warningsOf(found.warnings)],
  };
}
