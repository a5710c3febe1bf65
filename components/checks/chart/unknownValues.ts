import type { SchemaObject } from "ajv";
import { userValueInput } from "../../cilium/valueOrigins.ts";
import { ciliumValues } from "../../cilium/values.ts";
import { type Chart, readSchema, readTemplates } from "../../helm/chartContents.ts";
import { pathsWithoutEffect } from "../../helm/trialRendering.ts";
import { pickPaths, type ValuePath } from "../../helm/values.ts";
import { pathsIn, unknownPaths } from "../../helm/valuesSchema.ts";
import type { Settings } from "../../inputs/settings.ts";
import { problem } from "../../support/problems.ts";
import type { ChartSubject, Check, Checks } from "../check.ts";
import { nearestValue } from "./nearestValue.ts";

/** Values of earlier releases, with what replaced them. */
const removedValues: Readonly<Record<string, string>> = {
  tunnel: "leave it out; routing.mode and values.tunnelProtocol took its place",
  externalIPs: "it is part of kubeProxyReplacement; leave it out",
  hostPort: "it is part of kubeProxyReplacement; leave it out",
  hostServices: "it is part of kubeProxyReplacement; leave it out",
  "nodePort.enabled": "it is part of kubeProxyReplacement; leave it out",
  sessionAffinity: "it is part of kubeProxyReplacement; leave it out",
  svcSourceRangeCheck: "the check is always on; leave it out",
  enableCiliumEndpointSlice: "it is ciliumEndpointSlice.enabled now",
  nativeRoutingCIDR: "it is ipv4NativeRoutingCIDR now, which the input podCidr sets",
  containerRuntime: "Cilium detects the runtime; leave it out",
};

// This check renders the chart, so it needs all inputs.
const unknownValue: Check<ChartSubject> = {
  title: "a value that changes nothing",
  why: "The chart ignores values that it does not know, so a misspelled value looks as if it were set.",
  source: "the chart's values.schema.json, and a rendering without the value",
  needs: ["ciliumVersion", "kubernetesVersion", "namespace", "allowUnknownValues"],
  run: ({ chart, settings, values }) => {
    if (Object.keys(settings.userValues).length === 0) return [];
    const schema = readSchema(chart);
    const unknown = unknownPaths(settings.userValues, schema).filter((path) => !isAllowed(path, settings));
    const removed = unknown.filter((path) => Object.hasOwn(removedValues, nameOf(path)));
    const suspects = unknown.filter((path) => !removed.includes(path) && !isInTemplates(path, chart));
    return [
      ...removed.map((path) => {
        const message = `is not a value of Cilium ${settings.ciliumVersion} any more; ${removedValues[nameOf(path)] ?? ""}`;
        return problem(userValueInput(settings, nameOf(path)), message);
      }),
      ...ineffective(suspects, { chart, settings, values }).map((path) => {
        const message = `is not a value of Cilium ${settings.ciliumVersion} and changes nothing; ${advice(path, schema, chart)}`;
        return problem(userValueInput(settings, nameOf(path)), `${message} (to keep it anyway, name it in allowUnknownValues)`);
      }),
    ];
  },
};

export const unknownValueChecks: Checks<ChartSubject> = { errors: [unknownValue], warnings: [] };

function nameOf(path: ValuePath): string {
  return path.join(".");
}

function isAllowed(path: ValuePath, { allowUnknownValues }: Pick<Settings, "allowUnknownValues">): boolean {
  return allowUnknownValues.some((allowed) => `${nameOf(path)}.`.startsWith(`${allowed}.`));
}

/** Whether a template reads the value or something inside it. It is then a value, even if it has no effect at the moment. */
function isInTemplates(path: ValuePath, chart: Chart): boolean {
  return referencesIn(readTemplates(chart)).some((reference) => `${reference}.`.startsWith(`${nameOf(path)}.`));
}

/** The values that templates read, also through a variable such as `$socketLB`. */
function referencesIn(templates: string): readonly string[] {
  const references = Array.from(templates.matchAll(/\.Values\.(\w+(?:\.\w+)*)/g), ([, path = ""]) => path);
  for (const [, variable = "", expression = ""] of templates.matchAll(/\$(\w+)\s*:?=([^}]*)/g)) {
    for (const [, path = ""] of expression.matchAll(/\.Values\.(\w+(?:\.\w+)*)/g)) {
      const uses = templates.matchAll(new RegExp(`\\$${variable}((?:\\.\\w+)+)`, "g"));
      references.push(...Array.from(uses, ([, keys = ""]) => `${path}${keys}`));
    }
  }
  return references;
}

function ineffective(paths: readonly ValuePath[], { chart, settings, values }: ChartSubject): readonly ValuePath[] {
  if (paths.length === 0) return [];
  const result = pathsWithoutEffect(chart, values, paths, settings);
  if (result !== undefined) return result;
  // Something else is wrong with the user's values, so judge these alone.
  const alone = ciliumValues({ ...settings, userValues: pickPaths(settings.userValues, paths) });
  return pathsWithoutEffect(chart, alone, paths, settings) ?? [];
}

function advice(path: ValuePath, schema: SchemaObject, chart: Chart): string {
  const references = referencesIn(readTemplates(chart)).map((reference) => reference.split("."));
  const known = [...pathsIn(schema), ...references].filter((candidate) => !Object.hasOwn(removedValues, nameOf(candidate)));
  const nearest = nearestValue(path, unique(known));
  return nearest === undefined ? "leave it out" : `did you mean ${nearest}?`;
}

function unique(paths: readonly ValuePath[]): readonly ValuePath[] {
  return [...new Map(paths.map((path) => [nameOf(path), path])).values()];
}
