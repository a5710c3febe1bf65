import { merge } from "../support/merge.ts";

/** Values of a Helm chart. */
export type HelmValues = Readonly<Record<string, unknown>>;

/** Reads the value at a path such as `bpf.masquerade`. Returns undefined if it is not set, so that the chart's default applies. */
export function valueAt(values: HelmValues, path: string): unknown {
  let value: unknown = values;
  for (const key of path.split(".")) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, key)) return undefined;
    value = (value as HelmValues)[key];
  }
  return value ?? undefined;
}

/** Whether the value at a path is set, be it to null, which deletes the chart's default. */
export function hasPath(values: HelmValues, path: string): boolean {
  const [parent, key] = [path.split(".").slice(0, -1), path.split(".").at(-1) ?? ""];
  const member = parent.length === 0 ? values : valueAt(values, parent.join("."));
  return isMap(member) && Object.hasOwn(member, key);
}

/** Reads text or a number as text. Undefined if it is unset, empty, or something else, so that the chart's default applies. */
export function textAt(values: HelmValues, path: string): string | undefined {
  const value = valueAt(values, path);
  if (typeof value === "number") return String(value);
  return typeof value === "string" && value !== "" ? value : undefined;
}

/** Whether a value is set to true. The chart also accepts the text "true" for some switches. */
export function isOn(values: HelmValues, path: string): boolean {
  return String(valueAt(values, path)) === "true";
}

/** Whether a value is set to false. An unset value is neither on nor off. */
export function isOff(values: HelmValues, path: string): boolean {
  return String(valueAt(values, path)) === "false";
}

/** The keys that lead to a value. */
export type ValuePath = readonly string[];

/** Whether a value is a map, so that Helm merges it with the chart's default. */
export function isMap(value: unknown): value is HelmValues {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The values without the one at a path. */
export function omitPath(values: HelmValues, [key = "", ...rest]: ValuePath): HelmValues {
  const { [key]: member, ...others } = values;
  return rest.length === 0 || !isMap(member) ? others : { ...others, [key]: omitPath(member, rest) };
}

/** Only the values at these paths. */
export function pickPaths(values: HelmValues, paths: readonly ValuePath[]): HelmValues {
  return merge<HelmValues>({}, ...paths.map((path) => pickPath(values, path)));
}

function pickPath(values: HelmValues, path: ValuePath): HelmValues {
  const value = path.reduce<unknown>((inner, key) => (inner as HelmValues)[key], values);
  return path.reduceRight<unknown>((inner, key) => ({ [key]: inner }), value) as HelmValues;
}

/** Every text in the values, or in any other data, with its path. */
export function textLeaves(value: unknown, path: readonly string[] = []): readonly (readonly [path: string, text: string])[] {
  if (typeof value === "string") return [[path.join("."), value]];
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, member]) => textLeaves(member, [...path, key]));
}
