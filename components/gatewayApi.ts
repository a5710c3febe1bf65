import { readFileSync } from "node:fs";
import { download, DownloadError } from "./download.ts";
import { readDocuments, type KubernetesObject } from "./kubernetesYaml.ts";
import { nameOf } from "./manifest.ts";
import { refuse } from "./problems.ts";
import type { Settings } from "./settings.ts";
import { gatewayApiCrdsUrl, gatewayApiDigests, supportedMinor } from "./versions.ts";

/**
 * The objects of the Gateway API release that this Cilium was made for: its CRDs, and from v1.5 on the policy that guards them.
 *
 * Throws an InputError if they cannot be had, or are of another release.
 */
export function gatewayApiObjects({
  ciliumVersion,
  gatewayApi: { crdsPath },
}: Pick<Settings, "ciliumVersion" | "gatewayApi">): readonly KubernetesObject[] {
  const release = supportedMinor(ciliumVersion).gatewayApi;
  const objects = crdsPath === undefined ? published(release) : local(crdsPath);
  for (const object of objects) {
    const found = releaseOf(object);
    if (found === release) continue;
    refuse(
      "gatewayApi.crdsPath",
      `${nameOf(object)} is of ${found === undefined ? "no Gateway API release" : `Gateway API ${found}`}, and Cilium ` +
        `${ciliumVersion} was made for ${release}: with an older one its Gateways stay dead, a newer one can crash its operator; ` +
        `take ${gatewayApiCrdsUrl(release)}`,
    );
  }
  return objects.map(({ status: _, ...object }) => object);
}

function releaseOf({ metadata }: KubernetesObject): string | undefined {
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
