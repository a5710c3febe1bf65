import { isDeepStrictEqual } from "node:util";
import {
  type Change,
  changedObjects,
  type FieldChange,
  fieldChanges,
  type ObjectChange,
  quoteText,
  signOf,
} from "../../components/kubernetes/objectChanges.ts";
import type { KubernetesObject } from "../../components/kubernetes/yaml.ts";
import type { Plan } from "../../components/plan.ts";

/** What is compared of a plan. */
export type ComparedPlan = Pick<Plan, "manifest" | "loadBalancer" | "secretObjects">;

/**
 * Describes what changes from one plan to another, for a terminal: each object with `+`, `-` or `~`, below it each field with its old and new value,
 * and the numbers of objects at the end. Leaves out checksums and the label with the chart's version, which only repeat other changes, and the fields
 * of objects that are secret in one of the plans.
 */
export function describeChanges(before: ComparedPlan, after: ComparedPlan): readonly string[] {
  const isSecret = (name: string) => before.secretObjects.has(name) || after.secretObjects.has(name);
  const changes = changedObjects(objectsOf(before), objectsOf(after));
  const lines: string[] = [];
  const counts = { "+": 0, "-": 0, "~": 0, repeating: 0 };
  for (const change of changes) {
    const description = describeObject(change, isSecret(change.name));
    if (description.length === 0) counts.repeating += 1;
    else counts[signOf(change)] += 1;
    lines.push(...description);
  }
  return [...lines, ...(lines.length === 0 ? [] : [""]), summary(counts)];
}

function objectsOf({ manifest, loadBalancer }: ComparedPlan): readonly KubernetesObject[] {
  return [...manifest.entries, ...(loadBalancer?.entries ?? [])].map(({ object }) => object);
}

/** The lines about an object. Empty if it only repeats the changes of others. */
function describeObject(change: ObjectChange, isSecret: boolean): readonly string[] {
  const { before, after, name } = change;
  const title = `${signOf(change)} ${name}`;
  if (before === undefined || after === undefined) return [title];
  const restarts = restartsPods(before, after);
  const notes = [...(restarts ? ["its pods restart"] : []), ...(isSecret ? ["secret, so its fields are not printed"] : [])];
  const heading = notes.length === 0 ? title : `${title} (${notes.join("; ")})`;
  if (isSecret) return [heading];
  const fields = fieldChanges(withoutRepetition(before), withoutRepetition(after));
  return fields.length === 0 && !restarts ? [] : [heading, ...describeFields(fields)];
}

function restartsPods(before: KubernetesObject, after: KubernetesObject): boolean {
  if (!["DaemonSet", "Deployment", "StatefulSet"].includes(before.kind)) return false;
  const template = ({ spec }: KubernetesObject) => (spec as { template?: unknown } | undefined)?.template;
  return !isDeepStrictEqual(template(before), template(after));
}

/** Checksums of other objects, and the version of the chart. */
const repetition = /checksum|^helm\.sh\/chart$/;

/** The value without the labels and annotations that only repeat other changes. */
function withoutRepetition(value: unknown, parent = ""): unknown {
  if (Array.isArray(value)) return value.map((element) => withoutRepetition(element));
  if (typeof value !== "object" || value === null) return value;
  const isMarked = parent === "labels" || parent === "annotations";
  const members = Object.entries(value).filter(
    ([key, member]) => !isMarked || typeof member !== "string" || !repetition.test(key),
  );
  // A map that has no other members is like none at all.
  if (isMarked && members.length === 0) return undefined;
  return Object.fromEntries(members.map(([key, member]) => [key, withoutRepetition(member, key)]));
}

/** The longest line of a field whose old and new value stand next to each other. */
const width = 120;

/** Describes fields. Fields that change in the same way, such as the image of several containers, have one description. */
function describeFields(fields: readonly FieldChange[]): readonly string[] {
  const groups = Map.groupBy(fields, ({ path, before, after }) => JSON.stringify([/[^.\]]*$/.exec(path)?.[0], before, after]));
  return [...groups.values()].flatMap((group) => {
    const [first, ...others] = group;
    if (first === undefined) return [];
    const [before, after] = printedValues(first);
    const [values, indented] = [
      [before, after].filter((value) => value !== undefined).join(" -> "),
      [before, after].flatMap((value, index) =>
        value === undefined ? [] : [`${index === 1 && before !== undefined ? "     -> " : "        "}${value}`],
      ),
    ];
    const paths = [`    ${signOf(first)} ${first.path}`, ...others.map(({ path }) => `      ${path}`)];
    const line = `${paths.join("")}: ${values}`;
    return others.length === 0 && line.length <= width ? [line] : [...paths, ...indented];
  });
}

/** The longest excerpt of a value. */
const excerptLength = 240;

/** The old and the new value as text. Of long values, the part that differs. */
function printedValues({ before, after }: Change): readonly (string | undefined)[] {
  const texts = [before, after].map((value) => (value === undefined ? undefined : shortenDigests(toText(value))));
  const [one = "", other = ""] = texts;
  if (one.length <= excerptLength && other.length <= excerptLength) return texts;
  const isNewOrGone = before === undefined || after === undefined;
  const start = isNewOrGone ? 0 : Math.max(0, commonStart(one, other) - 40);
  return texts.map((text) => text && excerpt(text, start));
}

/** A value as YAML would have it on one line: text without quotes if nobody can take it for something else. */
function toText(value: unknown): string {
  const isPlain = typeof value === "string" && /^[\w./-][\w./:@=,+*-]*$/.test(value) && Number.isNaN(Number(value));
  return isPlain && !["true", "false", "null"].includes(value) ? value : quoteText(value);
}

/** Cuts digests and hashes of commits after 12 digits. */
function shortenDigests(text: string): string {
  return text.replaceAll(/\b([0-9a-f]{12})[0-9a-f]{28,}\b/g, "$1...");
}

function commonStart(one: string, other: string): number {
  let length = 0;
  while (length < one.length && one[length] === other[length]) length += 1;
  return length;
}

function excerpt(text: string, start: number): string {
  const end = start + excerptLength;
  return `${start === 0 ? "" : "..."}${text.slice(start, end)}${end < text.length ? "..." : ""}`;
}

function summary(counts: Readonly<Record<"+" | "-" | "~" | "repeating", number>>): string {
  const repeating =
    counts.repeating === 0 ? "" : `; ${counts.repeating} more only have the new version of the chart in their labels`;
  if (counts["+"] + counts["-"] + counts["~"] === 0) return `no object changes${repeating}`;
  return `${counts["+"]} new, ${counts["-"]} gone, ${counts["~"]} different${repeating}`;
}
