/** The documents of a machine config as plain data. Nothing is known about their types. */
export type MachineConfigDocuments = readonly unknown[];

/** An object in a machine config. */
export type Section = Readonly<Record<string, unknown>>;

/**
 * The object at a path of the first document of a kind that has one. Undefined if there is none. Without a kind, it is looked for in the main
 * document, the one that Talos had before there were kinds.
 */
export function sectionOf(
  documents: MachineConfigDocuments,
  kind: string | undefined,
  ...path: readonly string[]
): Section | undefined {
  return valuesAt(documents, kind, path).find(isSection);
}

/** The list at a path, see `sectionOf`. Empty if there is none. */
export function listAt(
  documents: MachineConfigDocuments,
  kind: string | undefined,
  ...path: readonly string[]
): readonly unknown[] {
  return valuesAt(documents, kind, path).find(Array.isArray) ?? [];
}

/** The documents of a kind. */
export function documentsOf(documents: MachineConfigDocuments, kind: string | undefined): readonly Section[] {
  return documents.filter(isSection).filter((document) => document["kind"] === kind);
}

/** Returns the member of an object. Returns undefined for any other value. */
export function memberOf(value: unknown, key: string): unknown {
  return isSection(value) ? value[key] : undefined;
}

/** The member of an object if it is a list, otherwise an empty one. */
export function listIn(value: unknown, key: string): readonly unknown[] {
  const list = memberOf(value, key);
  return Array.isArray(list) ? list : [];
}

/** The texts among these values. */
export function texts(values: readonly unknown[]): readonly string[] {
  return values.filter((value) => typeof value === "string");
}

/** Whether a member is the boolean true. */
export function isTrue(value: unknown, key: string): boolean {
  return memberOf(value, key) === true;
}

function valuesAt(documents: MachineConfigDocuments, kind: string | undefined, path: readonly string[]): readonly unknown[] {
  return documentsOf(documents, kind).map((document) => path.reduce<unknown>(memberOf, document));
}

function isSection(value: unknown): value is Section {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
