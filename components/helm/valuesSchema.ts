import type { SchemaObject } from "ajv";
import { isMap, type ValuePath } from "./values.ts";

// The functions below read the JSON schema of a chart's values (values.schema.json).

/** The keys of a map, each with its schema. */
export function propertiesOf(schema: SchemaObject): Readonly<Record<string, SchemaObject>> {
  return (schema["properties"] ?? {}) as Readonly<Record<string, SchemaObject>>;
}

/** Every path that the schema describes. */
export function pathsIn(schema: SchemaObject, path: ValuePath = []): readonly ValuePath[] {
  return Object.entries(propertiesOf(schema)).flatMap(([key, inner]) => {
    const here = [...path, key];
    return [here, ...pathsIn(inner, here)];
  });
}

/** The part of a schema that describes these values. Compiling all of Cilium's schema takes longer than rendering the chart. */
export function relevantPart(schema: SchemaObject, values: unknown): SchemaObject {
  const known = propertiesOf(schema);
  if (!isMap(values) || Object.keys(known).length === 0) return schema;
  const properties: Record<string, SchemaObject> = {};
  for (const [key, member] of Object.entries(values)) {
    const inner = Object.hasOwn(known, key) ? known[key] : undefined;
    if (inner !== undefined) properties[key] = relevantPart(inner, member);
  }
  return { ...schema, properties };
}

/** The topmost paths of the values that the schema does not describe. */
export function unknownPaths(values: unknown, schema: SchemaObject, path: ValuePath = []): readonly ValuePath[] {
  const known = propertiesOf(schema);
  if (!isMap(values) || takesAnyKey(known, path)) return [];
  return Object.entries(values).flatMap(([key, member]) => {
    const here = [...path, key];
    const inner = Object.hasOwn(known, key) ? known[key] : undefined;
    return inner === undefined ? [here] : unknownPaths(member, inner, here);
  });
}

/** Whether the chart does not define the keys of a map: maps without keys of their own, labels, and what Kubernetes defines. */
function takesAnyKey(known: Readonly<Record<string, SchemaObject>>, path: ValuePath): boolean {
  if (path.length === 0) return false;
  const keys = Object.keys(known);
  return keys.length === 0 || keys.some((key) => key.includes("/")) || path.at(-1) === "affinity";
}
