import { encryptsBy } from "../../cilium/facts.ts";
import { admittingLabel, namespacesOfRefusedPods } from "../../cilium/namespace.ts";
import { originOf, type UserValues } from "../../cilium/valueOrigins.ts";
import { type HelmValues, isOn, textLeaves, valueAt } from "../../helm/values.ts";
import { type MissingObject, missingObjects } from "../../kubernetes/references.ts";
import { problem } from "../../support/problems.ts";
import { type Checks, renderedCheck, type RenderedSubject } from "../check.ts";

export const podChecks: Checks<RenderedSubject> = {
  errors: [],
  warnings: [
    renderedCheck({
      title: "pods that wait for a Secret or ConfigMap that nothing creates",
      why: "The kubelet does not start a container before everything exists that its pod mounts. With IPsec, that is every agent.",
      source: "https://docs.cilium.io/en/stable/security/network/encryption-ipsec/#generate-import-the-psk",
      run: ({ settings, values, manifest }) =>
        missingObjects(manifest.entries.map(({ object }) => object)).map((missing) =>
          problem(
            causeOf(missing, settings, values),
            `needs ${missing.kind} ${missing.namespace}/${missing.name}, which nothing here creates; without it, the pods of ` +
              `${missing.users.join(" and ")} do not start${creationOf(missing, values)}`,
          ),
        ),
    }),
    renderedCheck({
      title: "pods that use the host, in a namespace that others create",
      why: "Talos enforces the PodSecurity level baseline in a namespace without labels, and refuses these pods.",
      source: "https://docs.siderolabs.com/kubernetes-guides/security/pod-security",
      run: ({ settings, values, manifest }) => {
        const objects = manifest.entries.map(({ object }) => object);
        const created = objects.filter(({ kind }) => kind === "Namespace").map(({ metadata }) => metadata.name);
        return namespacesOfRefusedPods(objects)
          .filter((name) => !created.includes(name))
          .map((name) =>
            problem(
              isOn(values, existingNamespace) ? originOf(settings, existingNamespace) : "values",
              `leaves Namespace ${name} to others, and Talos refuses the pods there unless it has a label; run: kubectl label namespace ` +
                `${name} ${admittingLabel}`,
            ),
          );
      },
    }),
  ],
};

const existingNamespace = "authentication.mutual.spire.install.existingNamespace";
const ipsecKeys = "cilium-ipsec-keys";

/** The values that make pods need an object whose name is not among the values. The user has set at least one of them. */
const causes: Readonly<Record<string, readonly [string, ...string[]]>> = {
  [ipsecKeys]: ["encryption.type", "encryption.enabled"],
  "cilium-config": ["preflight.enabled"],
  "cilium-root-ca.crt": ["tls.caBundle.enabled"],
  "cilium-ztunnel-secrets": ["encryption.type"],
  "clustermesh-remote-users": ["clustermesh.useAPIServer"],
};

/** Names the input that makes pods need an object: the value that is its name, otherwise the one that is known to need it. */
function causeOf({ name }: MissingObject, settings: UserValues, values: HelmValues): string {
  const path = textLeaves(values).find(([, text]) => text === name)?.[0];
  const paths = path === undefined ? causes[name] : ([path] as const);
  return paths === undefined ? "values" : originOf(settings, ...paths).replaceAll(/\.(\d+)(?=\.|$)/g, "[$1]");
}

/** How to create the keys of IPsec. The value is of the form that Cilium's documentation has; od is on every machine, and xxd is not. */
function creationOf({ namespace, name }: MissingObject, values: HelmValues): string {
  const { secretName = ipsecKeys, keyFile = "keys" } = (valueAt(values, "encryption.ipsec") ?? {}) as Record<string, unknown>;
  if (!encryptsBy(values, "ipsec") || name !== secretName) return "";
  const key = "$(od -An -N20 -tx1 /dev/urandom | tr -d ' \\n')";
  return (
    `; run: kubectl create secret generic ${name} --namespace ${namespace} ` +
    `--from-literal=${String(keyFile)}="3+ rfc4106(gcm(aes)) ${key} 128"`
  );
}
