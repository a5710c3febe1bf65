import { nameOf } from "./manifest.ts";
import { containersOf, type ObjectReference, podSpecOf } from "./podTemplates.ts";
import { type KubernetesObject, writeDocument } from "./yaml.ts";

/** A Secret or ConfigMap that pods cannot start without. */
export interface MissingObject {
  readonly kind: "ConfigMap" | "Secret";
  readonly namespace: string;
  readonly name: string;
  /** What creates the pods, such as `DaemonSet kube-system/cilium`. */
  readonly users: readonly string[];
}

/**
 * Finds the Secrets and ConfigMaps that pods mount or read, that are not optional, and that neither the objects nor what runs in them creates.
 *
 * The kubelet does not start a container as long as one of them does not exist.
 */
export function missingObjects(objects: readonly KubernetesObject[]): readonly MissingObject[] {
  const existing = new Set(objects.map(nameOf));
  const missing = objects
    .flatMap((object) => referencesOf(object).map((reference) => ({ ...reference, user: nameOf(object) })))
    .filter(({ kind, namespace, name }) => !existing.has(`${kind} ${namespace}/${name}`))
    .filter((reference) => !isCreatedInCluster(objects, reference));
  const byName = Map.groupBy(missing, ({ kind, namespace, name }) => `${kind} ${namespace}/${name}`);
  return [...byName.values()].flatMap((references) => {
    const [first] = references;
    if (first === undefined) return [];
    const { kind, namespace, name } = first;
    return [{ kind, namespace, name, users: [...new Set(references.map(({ user }) => user))] }];
  });
}

type Reference = Pick<MissingObject, "kind" | "namespace" | "name">;

/** The Secrets and ConfigMaps that the pods of an object need. */
function referencesOf(object: KubernetesObject): readonly Reference[] {
  const pod = podSpecOf(object);
  const { namespace } = object.metadata;
  if (pod === undefined || namespace === undefined) return [];
  const needed = (kind: Reference["kind"], references: readonly (ObjectReference | undefined)[]): readonly Reference[] =>
    references
      .filter((reference) => reference !== undefined && reference.optional !== true)
      .map(({ name = "", secretName = name } = {}) => ({ kind, namespace, name: secretName }))
      .filter(({ name }) => name !== "");
  const volumes = pod.volumes ?? [];
  const sources = [...volumes, ...volumes.flatMap(({ projected }) => projected?.sources ?? [])];
  const containers = containersOf(pod);
  const variables = containers.flatMap(({ env }) => env ?? []).map(({ valueFrom }) => valueFrom);
  const groups = containers.flatMap(({ envFrom }) => envFrom ?? []);
  const secrets = [
    ...sources.map(({ secret }) => secret),
    ...variables.map((variable) => variable?.secretKeyRef),
    ...groups.map(({ secretRef }) => secretRef),
  ];
  const configMaps = [
    ...sources.map(({ configMap }) => configMap),
    ...variables.map((variable) => variable?.configMapKeyRef),
    ...groups.map(({ configMapRef }) => configMapRef),
  ];
  return [...needed("Secret", secrets), ...needed("ConfigMap", configMaps)];
}

/**
 * Whether something in the cluster creates an object: Kubernetes itself, a Job whose specification names it, such as the one that creates
 * certificates, or cert-manager for a Certificate.
 */
function isCreatedInCluster(objects: readonly KubernetesObject[], { kind, namespace, name }: Reference): boolean {
  if (kind === "ConfigMap" && name === "kube-root-ca.crt") return true;
  return objects.some((object) => {
    if (object.metadata.namespace !== namespace) return false;
    if (object.kind === "Certificate") return (object["spec"] as { secretName?: string } | undefined)?.secretName === name;
    return (
      ["Job", "CronJob"].includes(object.kind) &&
      writeDocument(object)
        .split(/[^\w.-]+/)
        .includes(name)
    );
  });
}
