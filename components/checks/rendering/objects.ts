import type { UserValues } from "../../cilium/valueOrigins.ts";
import { userValueInput } from "../../cilium/valueOrigins.ts";
import { type HelmValues, textLeaves } from "../../helm/values.ts";
import { type ManifestEntry, nameOf } from "../../kubernetes/manifest.ts";
import { isSecret } from "../../kubernetes/secrets.ts";
import { problem, quote } from "../../support/problems.ts";
import { type Checks, renderedCheck, type RenderedSubject } from "../check.ts";

export const objectChecks: Checks<RenderedSubject> = {
  errors: [
    renderedCheck({
      title: "a label, an annotation or a ConfigMap entry that is not text",
      why: "The chart passes it on, and the API server refuses the object.",
      source: "https://kubernetes.io/docs/concepts/overview/working-with-objects/annotations/",
      run: ({ rendered }) =>
        rendered.flatMap(({ object }) =>
          nonTextEntries(object).map(([key, value]) =>
            problem(
              "values",
              `make ${key} of ${nameOf(object)} the ${typeof value} ${quote(value)}; put it in quotes, because Kubernetes expects text`,
            ),
          ),
        ),
    }),
  ],
  warnings: [
    renderedCheck({
      title: "a manifest with a Secret or a private key in it",
      why: "Whoever can read the manifest has the key.",
      source: "docs/inputs.md",
      run: ({ settings, values, manifest, rendered }) =>
        manifest.entries.filter(isSecret).map((entry) => {
          const template = rendered.find(({ object }) => object === entry.object)?.template ?? "";
          return problem(
            causeOf(entry, template, settings, values),
            `puts ${entry.name} into the manifest, so the manifest becomes a secret output; keep it out of git and away from others`,
          );
        }),
    }),
  ],
};

const textMaps = new Set(["annotations", "labels", "matchLabels", "nodeSelector"]);

/** The entries that are not text in the maps that may only contain text, each by its path. */
function nonTextEntries(value: unknown, path: readonly string[] = []): readonly (readonly [key: string, value: unknown])[] {
  if (typeof value !== "object" || value === null) return [];
  const isTextMap = textMaps.has(path.at(-1) ?? "") || path.join(".") === "data";
  return Object.entries(value).flatMap(([key, member]) => {
    const here = [...path, key];
    if (!isTextMap) return nonTextEntries(member, here);
    return typeof member === "string" ? [] : [[here.join("."), member] as const];
  });
}

/** The values that make the chart render a Secret, by the template that does it. */
const secretTemplates: Readonly<Record<string, string>> = {
  "cilium-operator/secret.yaml": "azure",
  "clustermesh-apiserver/tls-provided": "clustermesh.apiserver.tls",
  "clustermesh-config": "clustermesh.config",
  "hubble/tls-provided": "hubble.tls",
};

/** Names the input that puts secret content into an object: the value that the object contains, otherwise the one that its template reads. */
function causeOf({ object }: ManifestEntry, template: string, settings: UserValues, values: HelmValues): string {
  const texts = textLeaves(object).map(([, text]) => text);
  const isContained = (value: string) =>
    [value.trim(), Buffer.from(value).toString("base64")].some((form) => texts.some((text) => text.includes(form)));
  const contained = textLeaves(values).find(([, value]) => value.length >= 16 && isContained(value));
  if (contained !== undefined) return userValueInput(settings, contained[0]);
  const folder = template.replace(/\/[^/]*$/, "");
  const path = secretTemplates[template] ?? secretTemplates[folder];
  return path === undefined ? `values (template ${template})` : userValueInput(settings, path);
}
