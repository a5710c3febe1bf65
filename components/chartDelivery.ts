import type { KubernetesObject } from "./kubernetesYaml.ts";
import { nameOf } from "./manifest.ts";
import type { Problem } from "./problems.ts";
import type { Settings } from "./settings.ts";
import { gatewayApiCrdsUrl, supportedMinor } from "./versions.ts";

/** Whether the Gateway API CRDs are installed together with Cilium. */
export function installsGatewayApi({ delivery, gatewayApi }: Settings): boolean {
  return delivery === "chart" && gatewayApi.enabled && gatewayApi.installCrds;
}

/** What Pulumi's Chart would leave out of the rendered objects, or make twice. */
export function chartDeliveryProblems(
  { delivery, namespace, ciliumVersion }: Settings,
  objects: readonly KubernetesObject[],
): readonly Problem[] {
  if (delivery !== "chart") return [];
  const isHook = ({ metadata }: KubernetesObject) => "helm.sh/hook" in ((metadata["annotations"] as object | undefined) ?? {});
  const hooks = objects.filter(isHook).map(nameOf);
  const twice = objects.some(({ kind, metadata }) => kind === "Namespace" && metadata.name === namespace);
  return [
    ...hooks.map((name) => ({
      input: "values",
      message:
        `make ${name} of Cilium ${ciliumVersion}, a Helm hook, which Pulumi's Chart leaves out; take the value back that asks for ` +
        'it, or delivery "manifest"',
    })),
    ...(twice
      ? [{ input: "namespace", message: `${namespace} is one that the chart makes for other purposes; choose another name` }]
      : []),
  ];
}

/** What the user has to see to where the CRDs would be installed. */
export function gatewayApiWarnings({ delivery, ciliumVersion, gatewayApi }: Settings): readonly string[] {
  if (delivery === "manifest" || !gatewayApi.enabled || gatewayApi.installCrds) return [];
  return [
    "gatewayApi.installCrds: is false, so the CRDs have to be in the cluster before Cilium's operator starts, which looks for them once: " +
      gatewayApiCrdsUrl(supportedMinor(ciliumVersion).gatewayApi),
  ];
}
