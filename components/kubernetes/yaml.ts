import { boolYaml11Tag, defineScalarTag, FAILSAFE_SCHEMA, loadAll, mergeTag, NOT_RESOLVED, nullYaml11Tag } from "js-yaml";
import { Document, type ScalarTag, type Tags } from "yaml";

/** The file of this reader. What it has read may be cached with the digest of this file. */
export const readerFile = import.meta.filename;

/** Any Kubernetes object. */
export interface KubernetesObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string; readonly [key: string]: unknown };
  readonly [key: string]: unknown;
}

/**
 * Parses a plain scalar as Kubernetes does. Returns the number, or undefined if Kubernetes reads it as something else.
 *
 * Kubernetes uses sigs.k8s.io/yaml, which reads YAML 1.1 as Go's yaml.v2 does: `0400`, `0o400` and `1_000` are numbers, dates and `12:30:45`
 * are not.
 */
function parseNumber(scalar: string): number | bigint | undefined {
  if (!/^[-+.0-9]/.test(scalar)) return undefined;
  // Underscores are allowed anywhere, except that a number that starts with a point may have them only between digits.
  if (/^\.(?!\d+(?:_\d+)*(?:e[-+]?\d+(?:_\d+)*)?$)/i.test(scalar)) return undefined;
  const plain = scalar.replaceAll("_", "");
  const [integer, sign, digits] = /^([-+]?)(0b[01]+|0x[0-9a-f]+|0o?[0-7]+|[1-9][0-9]*|0)$/i.exec(plain) ?? [];
  if (integer !== undefined && digits !== undefined) {
    const value = BigInt(digits.replace(/^0(?=[0-7])/, "0o")) * (sign === "-" ? -1n : 1n);
    // A number that fits neither int64 nor uint64 is a float.
    if (value >= -(2n ** 63n) && value < (sign === "" ? 2n ** 64n : 2n ** 63n)) {
      return Number.isSafeInteger(Number(value)) ? Number(value) : value;
    }
  }
  const float = /^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:e[-+]?[0-9]+)?$/i.test(plain) ? Number(plain) : Infinity;
  return Number.isFinite(float) ? float : undefined;
}

const number: ScalarTag = {
  tag: "tag:yaml.org,2002:float",
  default: true,
  test: { test: (scalar: string) => parseNumber(scalar) !== undefined } as RegExp,
  resolve: (scalar) => parseNumber(scalar),
};
const mergeKey: ScalarTag = { tag: "tag:yaml.org,2002:merge", default: true, test: /^<<$/, resolve: (scalar) => scalar };

// YAML 1.1 also breaks lines at U+0085, U+2028 and U+2029, and forbids other characters. The library writes all of them unescaped.
const unsafe = /[^\t\n\r\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\u{10000}-\u{10ffff}]/gu;
const escaped: ScalarTag = {
  tag: "tag:yaml.org,2002:str",
  default: true,
  identify: (value) => typeof value === "string" && value.search(unsafe) !== -1,
  resolve: (scalar) => scalar,
  stringify: ({ value }) =>
    JSON.stringify(value).replaceAll(unsafe, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`),
};

const resolvesMergeKey = (tag: Tags[number]) => typeof tag === "object" && "test" in tag && tag.test.test("<<");
// `number` and `mergeKey` write nothing themselves. They make the library quote every text that Kubernetes would read as one of them.
const tagsForWriting = (tags: Tags): Tags => [
  escaped,
  ...tags.filter((tag) => !resolvesMergeKey(tag)),
  ...[number, mergeKey].map((tag) => ({ ...tag, identify: () => false })),
];

const schemaForReading = FAILSAFE_SCHEMA.withTags(
  nullYaml11Tag,
  boolYaml11Tag,
  mergeTag,
  defineScalarTag("tag:yaml.org,2002:binary", {
    resolve: (scalar) => Buffer.from(scalar, "base64").toString("utf8"),
    identify: () => false,
  }),
  ["int", "float"].map((type) =>
    defineScalarTag(`tag:yaml.org,2002:${type}`, {
      implicit: true,
      implicitFirstChars: Array.from("-+.0123456789"),
      resolve: (scalar) => parseNumber(scalar) ?? NOT_RESOLVED,
      identify: () => false,
    }),
  ),
);

/** Reads a YAML stream as Go's YAML libraries do, which Kubernetes and Talos use. An empty document is null. Throws a YAMLException. */
export function readStream(stream: string, { uniqueKeys }: { readonly uniqueKeys: boolean }): readonly unknown[] {
  // Few aliases of aliases of aliases can stand for a billion values.
  return loadAll(stream, { schema: schemaForReading, json: !uniqueKeys, maxAliases: 20 });
}

/** Reads the objects of a YAML stream as Kubernetes does. */
export function readObjects(stream: string): readonly KubernetesObject[] {
  // The chart prints a key twice if `extraConfig` sets it again. Kubernetes uses the last one.
  return readStream(stream, { uniqueKeys: false }).filter((object) => object !== null) as KubernetesObject[];
}

/** Writes one object as YAML that every reader of YAML 1.1 or 1.2 reads back as the same object. */
export function writeDocument(object: unknown): string {
  const document = new Document(object, { version: "1.1", customTags: tagsForWriting, aliasDuplicateObjects: false });
  return document.toString({ lineWidth: 0 }).replace(/^%YAML 1\.1\n---\n/, "");
}
