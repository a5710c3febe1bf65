import type { SchemaObject } from "ajv";
import { closest, distance } from "fastest-levenshtein";
import { readSchema, readTemplates, type Chart } from "../../helm/chartSource.ts";
import { HelmError } from "../../helm/cli.ts";
import { talosValues, type HelmValues } from "../../cilium/values.ts";
import { merge } from "../../support/merge.ts";
import type { Problem } from "../../support/problems.ts";
import { template } from "../../helm/render.ts";
import { compiled, misfits } from "../../inputs/schema.ts";
import type { Settings } from "../../inputs/settings.ts";
import type { Checks } from "../check.ts";
import type { Effective } from "../../cilium/valueOrigins.ts";

/** The user's own values, and the chart that they are for. */
export interface ChartValues extends Effective {
  readonly chart: Chart;
}

type Path = readonly string[];

/** The values against what the chart knows. */
export const chartValueChecks: Checks<ChartValues> = {
  errors: [
    {
      finds: "a value of a type or of a word that the chart does not take",
      because: "Helm refuses it, one rendering later.",
      source: "the chart's values.schema.json",
      in: ({ chart, settings }) => {
        const given = withoutNulls(settings.values);
        if (Object.keys(given as object).length === 0) return [];
        const check = compiled(concerning(readSchema(chart), given));
        return check(given) ? [] : misfits(check.errors ?? [], "values");
      },
    },
    {
      finds: "a value that changes nothing",
      because: "The chart ignores what it does not know: what was misspelt looks as if it were set.",
      source: "the chart's values.schema.json, and a rendering without the value",
      in: (subject) => {
        const { chart, settings } = subject;
        const schema = readSchema(chart);
        const unknown = unknownIn(settings.values, schema).filter((path) => !isAllowed(path, settings));
        const gone = unknown.filter((path) => Object.hasOwn(removed, path.join(".")));
        const others = unknown.filter((path) => !gone.includes(path) && !isInTemplates(path, subject.chart));
        return [...gone, ...deadAmong(others, subject)].map((path) => problemOf(path, schema, settings));
      },
    },
  ],
  warnings: [],
};

// What earlier releases knew, and where it went.
const inKubeProxyReplacement = "it is part of kubeProxyReplacement; leave it out";
const removed: Readonly<Record<string, string>> = {
  tunnel: "set the input routing.mode, or routingMode and tunnelProtocol",
  externalIPs: inKubeProxyReplacement,
  hostPort: inKubeProxyReplacement,
  hostServices: inKubeProxyReplacement,
  "nodePort.enabled": inKubeProxyReplacement,
  sessionAffinity: inKubeProxyReplacement,
  svcSourceRangeCheck: "the check is always on; leave it out",
  enableCiliumEndpointSlice: "it is ciliumEndpointSlice.enabled now",
  nativeRoutingCIDR: "it is ipv4NativeRoutingCIDR, which the input podCidr sets",
  containerRuntime: "the runtime is found out; leave it out",
};

function problemOf(path: Path, schema: SchemaObject, { ciliumVersion }: Settings): Problem {
  const input = `values.${path.join(".")}`;
  const went = Object.hasOwn(removed, path.join(".")) ? removed[path.join(".")] : undefined;
  if (went !== undefined) return { input, message: `is no value of Cilium ${ciliumVersion} any more; ${went}` };
  const nearest = nearestTo(path, pathsOf(schema));
  const advice = nearest === undefined ? "leave it out" : `did you mean ${nearest}?`;
  return {
    input,
    message: `is not a Cilium ${ciliumVersion} value and changes nothing; ${advice} (to keep it all the same, name it in allowUnknownValues)`,
  };
}

/** The known path whose last key is most like the last one of this, and which is most like it as a whole. */
function nearestTo(path: Path, known: readonly Path[]): string | undefined {
  const last = (path.at(-1) ?? "").toLowerCase();
  const distances = known.map((candidate) => distance((candidate.at(-1) ?? "").toLowerCase(), last));
  const least = Math.min(...distances);
  if (least > last.length / 3) return undefined;
  return closest(
    path.join("."),
    known.filter((_, index) => distances[index] === least).map((candidate) => candidate.join(".")),
  );
}

function isAllowed(path: Path, { allowUnknownValues }: Settings): boolean {
  return allowUnknownValues.some((allowed) => `${path.join(".")}.`.startsWith(`${allowed}.`));
}

/** Whether a template reads it, or what is below: it is a value then, though nothing may come of it as things are. */
function isInTemplates(path: Path, chart: Chart): boolean {
  const written = `${path.join(".")}.`;
  return referencesIn(readTemplates(chart)).some((reference) => `${reference}.`.startsWith(written));
}

function referencesIn(templates: string): readonly string[] {
  return Array.from(templates.matchAll(/\.Values\.(\w+(?:\.\w+)*)/g), ([, reference = ""]) => reference);
}

/** The paths without which the chart renders the same. */
function deadAmong(paths: readonly Path[], { chart, settings, values }: ChartValues): readonly Path[] {
  if (paths.length === 0) return [];
  const printed = (values: HelmValues) => {
    try {
      return template(chart, values, settings);
    } catch (error) {
      if (!(error instanceof HelmError)) throw error;
      return undefined;
    }
  };
  // Where something else is wrong with the values, these are judged on their own.
  const alone = merge(talosValues(settings), only(settings.values, paths));
  for (const base of [values, alone]) {
    const all = printed(base);
    // It is refused, or makes new keys every time.
    if (all === undefined || printed(base) !== all) continue;
    const isDead = (paths: readonly Path[]) => printed(paths.reduce(without, base)) === all;
    if (isDead(paths)) return paths;
    return paths.length === 1 ? [] : paths.filter((path) => isDead([path]));
  }
  return [];
}

/** The topmost keys that the schema does not know. */
function unknownIn(values: unknown, schema: SchemaObject, path: Path = []): readonly Path[] {
  const known = propertiesOf(schema);
  if (!isMap(values) || isFree(known, path)) return [];
  return Object.entries(values).flatMap(([key, member]) => {
    const inner = Object.hasOwn(known, key) ? known[key] : undefined;
    return inner === undefined ? [[...path, key]] : unknownIn(member, inner, [...path, key]);
  });
}

/** Whether the keys are not the chart's to know: maps without names of its own, labels, and what Kubernetes defines. */
function isFree(known: Readonly<Record<string, SchemaObject>>, path: Path): boolean {
  const keys = Object.keys(known);
  return path.length > 0 && (keys.length === 0 || keys.some((key) => key.includes("/")) || path.at(-1) === "affinity");
}

function pathsOf(schema: SchemaObject, path: Path = []): readonly Path[] {
  return Object.entries(propertiesOf(schema)).flatMap(([key, inner]) => [[...path, key], ...pathsOf(inner, [...path, key])]);
}

/** Of a schema only what concerns these values: to compile all of the chart's takes longer than to render it. */
function concerning(schema: SchemaObject, values: unknown): SchemaObject {
  const known = propertiesOf(schema);
  if (!isMap(values) || Object.keys(known).length === 0) return schema;
  const properties = Object.entries(values).flatMap(([key, member]) => {
    const inner = Object.hasOwn(known, key) ? known[key] : undefined;
    return inner === undefined ? [] : [[key, concerning(inner, member)] as const];
  });
  return { ...schema, properties: Object.fromEntries(properties) };
}

function propertiesOf(schema: SchemaObject): Readonly<Record<string, SchemaObject>> {
  return (schema["properties"] ?? {}) as Readonly<Record<string, SchemaObject>>;
}

/** Helm takes a key out that is null. */
function withoutNulls(value: unknown): unknown {
  if (!isMap(value)) return value;
  const members = Object.entries(value).filter(([, member]) => member !== null && member !== undefined);
  return Object.fromEntries(members.map(([key, member]) => [key, withoutNulls(member)]));
}

function without(values: HelmValues, [key = "", ...rest]: Path): HelmValues {
  const { [key]: member, ...others } = values;
  return rest.length === 0 || !isMap(member) ? others : { ...others, [key]: without(member, rest) };
}

function only(values: HelmValues, paths: readonly Path[]): HelmValues {
  return paths
    .map((path) => {
      const value = path.reduce<unknown>((value, key) => (value as HelmValues)[key], values);
      return path.reduceRight<unknown>((inner, key) => ({ [key]: inner }), value) as HelmValues;
    })
    .reduce<HelmValues>(merge, {});
}

function isMap(value: unknown): value is HelmValues {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
