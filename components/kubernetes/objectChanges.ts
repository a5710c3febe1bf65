// Node 22.12, which may load this module, has no `diff`: importing it by name would end the program with the text of the whole bundle.
import * as util from "node:util";
import { nameOf } from "./manifest.ts";
import type { KubernetesObject } from "./yaml.ts";

/** Something that differs. `before` is undefined if it is new, `after` if it is gone. */
export interface Change<T = unknown> {
  readonly before: T | undefined;
  readonly after: T | undefined;
}

/** An object that differs. */
export interface ObjectChange extends Change<KubernetesObject> {
  /** The result of `nameOf`. */
  readonly name: string;
}

/** A field of an object that differs. */
export interface FieldChange extends Change {
  /** Such as `spec.template.spec.containers[cilium-agent].image`. */
  readonly path: string;
  /** Whether it is an element of a list that is new or gone. */
  readonly isElement: boolean;
}

/** `+` for what is new, `-` for what is gone, `~` for what is different. */
export function signOf({ before, after }: Change): "+" | "-" | "~" {
  if (before === undefined) return "+";
  return after === undefined ? "-" : "~";
}

/** Lists the objects that differ, in the order of `before`; new ones come last. */
export function changedObjects(before: readonly KubernetesObject[], after: readonly KubernetesObject[]): readonly ObjectChange[] {
  const [earlier, later] = [byName(before), byName(after)];
  return [...new Set([...earlier.keys(), ...later.keys()])]
    .map((name) => ({ name, before: earlier.get(name), after: later.get(name) }))
    .filter((change) => fieldChanges(change.before, change.after).length > 0);
}

function byName(objects: readonly KubernetesObject[]): ReadonlyMap<string, KubernetesObject> {
  return new Map(objects.map((object) => [nameOf(object), object]));
}

/**
 * Lists the fields that differ. The elements of a list that have names are compared by name. The lines of a text, and the data in a text that is
 * JSON, are fields too. A member that is null counts as missing, as in Kubernetes.
 */
export function fieldChanges(before: unknown, after: unknown, path = ""): readonly FieldChange[] {
  if (util.isDeepStrictEqual(before, after)) return [];
  if (Array.isArray(before) && Array.isArray(after)) return listChanges(before, after, path);
  if (isMap(before) && isMap(after)) return mapChanges(before, after, path);
  if (typeof before === "string" && typeof after === "string") return textChanges(before, after, path);
  return [{ path, before, after, isElement: false }];
}

/**
 * Lists the fields of an object that the API server has with another value than the one that was sent. No difference are what it adds, members
 * that are null, false or empty and that it leaves out, and the quantity 1 that it writes as "1".
 */
export function changesInCluster(sent: unknown, received: unknown): readonly FieldChange[] {
  return fieldChanges(sent, received).filter(({ before, after, isElement }) => {
    if (isElement) return true;
    if (before === undefined) return false;
    if (after === undefined) return !isEmpty(before);
    return typeof before !== "number" || String(before) !== after;
  });
}

function isEmpty(value: unknown): boolean {
  return typeof value === "object" && value !== null ? Object.keys(value).length === 0 : !value;
}

/** A value as JSON, with escapes for all characters that a terminal would not print. */
export function quoteText(value: unknown): string {
  return JSON.stringify(value).replaceAll(/\p{C}/gu, (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`);
}

type Members = Readonly<Record<string, unknown>>;

function isMap(value: unknown): value is Members {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function mapChanges(before: Members, after: Members, path: string): readonly FieldChange[] {
  const keys = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...keys].flatMap((key) => fieldChanges(before[key] ?? undefined, after[key] ?? undefined, memberPath(path, key)));
}

function memberPath(path: string, key: string): string {
  if (!/^[\w-]+$/.test(key)) return `${path}[${quoteText(key)}]`;
  return path === "" ? key : `${path}.${key}`;
}

type Elements = readonly unknown[];

function listChanges(before: Elements, after: Elements, path: string): readonly FieldChange[] {
  const [earlier, later] = namedElements(before, after) ?? [];
  if (earlier === undefined || later === undefined) return alignedChanges(before, after, (position) => `${path}[${position}]`);
  const changes = [...new Set([...earlier.keys(), ...later.keys()])].flatMap((name) => {
    const label = /^[\w./:-]+$/.test(name) ? name : quoteText(name);
    const change = { path: `${path}[${label}]`, before: earlier.get(name), after: later.get(name) };
    if (change.before === undefined || change.after === undefined) return [{ ...change, isElement: true }];
    return fieldChanges(change.before, change.after, change.path);
  });
  const order = [...earlier.keys()].filter((name) => later.has(name)).join(", ");
  const newOrder = [...later.keys()].filter((name) => earlier.has(name)).join(", ");
  if (order === newOrder) return changes;
  return [...changes, { path: `${path} (order)`, before: order, after: newOrder, isElement: false }];
}

/** The members that can name the elements of a list. Volume mounts may have the same `name`, and ports none. */
const names = ["name", "mountPath", "containerPort"];

/** The elements of both lists by the first of `names` that is different in each element of a list. Undefined if there is none. */
function namedElements(...lists: readonly [Elements, Elements]): readonly ReadonlyMap<string, unknown>[] | undefined {
  for (const name of names) {
    const maps = lists.map((list) => new Map(list.map((element) => [nameIn(element, name), element] as const)));
    if (maps.every((map, index) => map.size === lists[index]?.length && !map.has(undefined)))
      return maps as ReadonlyMap<string, unknown>[];
  }
  return undefined;
}

function nameIn(element: unknown, name: string): string | undefined {
  const value = isMap(element) ? element[name] : undefined;
  return typeof value === "string" || typeof value === "number" ? String(value) : undefined;
}

function textChanges(before: string, after: string, path: string): readonly FieldChange[] {
  const [earlier, later] = [jsonIn(before), jsonIn(after)];
  const changes = earlier === undefined || later === undefined ? [] : fieldChanges(earlier, later, path);
  if (changes.length > 0) return changes;
  const [lines, newLines] = [before.split("\n"), after.split("\n")];
  if (lines.length === 1 && newLines.length === 1) return [{ path, before, after, isElement: false }];
  return alignedChanges(lines, newLines, (position) => `${path} (line ${position + 1})`);
}

/** The map or the list that a text contains as JSON. */
function jsonIn(text: string): object | undefined {
  if (!/^\s*[[{]/.test(text)) return undefined;
  try {
    return JSON.parse(text) as object;
  } catch {
    return undefined;
  }
}

/**
 * Compares elements without names. Elements that changed places are gone and new. If as many are new as are gone in one place, they are compared with
 * each other.
 */
function alignedChanges(before: Elements, after: Elements, pathAt: (position: number) => string): readonly FieldChange[] {
  const changes: FieldChange[] = [];
  let gone: { readonly element: unknown; readonly position: number }[] = [];
  let added: typeof gone = [];
  const endOfPlace = () => {
    if (gone.length === added.length) {
      for (const [index, { element, position }] of added.entries())
        changes.push(...fieldChanges(gone[index]?.element, element, pathAt(position)));
    } else {
      for (const { element, position } of gone)
        changes.push({ path: pathAt(position), before: element, after: undefined, isElement: true });
      for (const { element, position } of added)
        changes.push({ path: pathAt(position), before: undefined, after: element, isElement: true });
    }
    gone = [];
    added = [];
  };
  const toTexts = (elements: Elements) => elements.map((element) => JSON.stringify(element));
  let position = 0;
  let newPosition = 0;
  for (const [operation] of util.diff(toTexts(before), toTexts(after))) {
    if (operation === 0) endOfPlace();
    if (operation === 1) gone.push({ element: before[position], position });
    if (operation === -1) added.push({ element: after[newPosition], position: newPosition });
    if (operation !== -1) position += 1;
    if (operation !== 1) newPosition += 1;
  }
  endOfPlace();
  return changes;
}
