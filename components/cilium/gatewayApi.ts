import { readFileSync } from "node:fs";
import type { HelmValues } from "../helm/values.ts";
import type { Settings } from "../inputs/settings.ts";
import { type KubernetesObject, readObjects } from "../kubernetes/yaml.ts";
import { download, DownloadError } from "../support/download.ts";
import { refuse } from "../support/problems.ts";
import { gatewayApiDigests, type GatewayApiRelease } from "../versions/pins.ts";
import { gatewayApiCrdsUrl, supportedMinor } from "../versions/supported.ts";
import { servesGatewayApi } from "./facts.ts";

/** Whether this component installs the Gateway API CRDs, because Cilium needs them and nothing else does. */
export function installsGatewayApi({ gatewayApi }: Pick<Settings, "gatewayApi">, values: HelmValues): boolean {
  return servesGatewayApi(values) && gatewayApi.installCrds;
}

/**
 * Loads the objects of the Gateway API release that the documentation of this Cilium names: its CRDs, and from v1.5 on the policy that protects them.
 * They come from `gatewayApi.crdsPath`, otherwise from the release.
 *
 * Throws an InputError if they can be neither downloaded nor read.
 */
export function gatewayApiObjects({
  ciliumVersion,
  gatewayApi: { crdsPath },
}: Pick<Settings, "ciliumVersion" | "gatewayApi">): readonly KubernetesObject[] {
  const objects = crdsPath === undefined ? downloadObjects(supportedMinor(ciliumVersion).gatewayApi) : objectsAt(crdsPath);
  // The released file contains an empty status, which belongs to the API server.
  return objects.map(({ status: _, ...object }) => object);
}

/** The Gateway API release of an object. Undefined if the object does not name one. */
export function gatewayApiRelease({ metadata }: KubernetesObject): string | undefined {
  return (metadata["annotations"] as Record<string, string> | undefined)?.["gateway.networking.k8s.io/bundle-version"];
}

function downloadObjects(release: GatewayApiRelease): readonly KubernetesObject[] {
  try {
    return kubernetesObjects(download(gatewayApiCrdsUrl(release), gatewayApiDigests[release]));
  } catch (error) {
    if (!(error instanceof DownloadError)) throw error;
    return refuse(
      "gatewayApi.installCrds",
      `the Gateway API CRDs are missing: ${error.message}; download the file yourself and name it as gatewayApi.crdsPath, or set ` +
        "gatewayApi.installCrds to false and install them before Cilium",
    );
  }
}

function objectsAt(path: string): readonly KubernetesObject[] {
  try {
    const objects = kubernetesObjects(readFileSync(path, "utf8"));
    if (objects.length === 0) throw new Error("it contains no Kubernetes object");
    return objects;
  } catch (error) {
    return refuse(
      "gatewayApi.crdsPath",
      `${path} cannot be read: ${(error as Error).message}; name the file standard-install.yaml of the release`,
    );
  }
}

/** The Kubernetes objects in a YAML stream. Other documents are left out. */
function kubernetesObjects(stream: string): readonly KubernetesObject[] {
  const isObject = (object: Partial<KubernetesObject>) => object.kind !== undefined && object.metadata !== undefined;
  return readObjects(stream).filter(isObject);
}
