import { readFileSync } from "node:fs";
import { download, DownloadError } from "../support/download.ts";
import { readDocuments, type KubernetesObject } from "../kubernetes/yaml.ts";
import { refuse } from "../support/problems.ts";
import type { Settings } from "../inputs/settings.ts";
import { gatewayApiCrdsUrl, gatewayApiDigests, supportedMinor } from "../versions/supported.ts";

/** Whether the Gateway API CRDs are installed together with Cilium. */
export function installsGatewayApi({ delivery, gatewayApi }: Pick<Settings, "delivery" | "gatewayApi">): boolean {
  return delivery === "chart" && gatewayApi.enabled && gatewayApi.installCrds;
}

/**
 * The objects of the Gateway API release that this Cilium was made for: its CRDs, and from v1.5 on the policy that guards them.
 *
 * Throws an InputError if they can be neither downloaded nor read.
 */
export function gatewayApiObjects({
  ciliumVersion,
  gatewayApi: { crdsPath },
}: Pick<Settings, "ciliumVersion" | "gatewayApi">): readonly KubernetesObject[] {
  const objects = crdsPath === undefined ? published(supportedMinor(ciliumVersion).gatewayApi) : local(crdsPath);
  return objects.map(({ status: _, ...object }) => object);
}

/** The Gateway API release that an object is of, or undefined when it is of none. */
export function releaseOf({ metadata }: KubernetesObject): string | undefined {
  return (metadata["annotations"] as Record<string, string> | undefined)?.["gateway.networking.k8s.io/bundle-version"];
}

function published(release: string): readonly KubernetesObject[] {
  const sha256 = gatewayApiDigests[release];
  if (sha256 === undefined) throw new Error(`Gateway API ${release} is not pinned`);
  try {
    return objectsIn(download(gatewayApiCrdsUrl(release), sha256));
  } catch (error) {
    if (!(error instanceof DownloadError)) throw error;
    return refuse(
      "gatewayApi.installCrds",
      `the Gateway API CRDs are missing: ${error.message}; download the file yourself and name it as gatewayApi.crdsPath, or set ` +
        "gatewayApi.installCrds to false and install them before Cilium",
    );
  }
}

function local(path: string): readonly KubernetesObject[] {
  try {
    const objects = objectsIn(readFileSync(path, "utf8"));
    if (objects.length === 0) throw new Error("there is no Kubernetes object in it");
    return objects;
  } catch (error) {
    return refuse(
      "gatewayApi.crdsPath",
      `${path} cannot be read: ${(error as Error).message}; name the file standard-install.yaml of the release`,
    );
  }
}

function objectsIn(stream: string): readonly KubernetesObject[] {
  const isObject = (object: Partial<KubernetesObject>) => object.kind !== undefined && object.metadata !== undefined;
  return readDocuments(stream)
    .map(({ object }) => object)
    .filter(isObject);
}
