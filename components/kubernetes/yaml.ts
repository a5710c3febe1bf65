import { Document, parseAllDocuments, type ScalarTag, type Tags } from "yaml";

/** Any Kubernetes object. */
export interface KubernetesObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string; readonly [key: string]: unknown };
  readonly [key: string]: unknown;
}

/**
 * The number that Kubernetes sees in a plain scalar, or undefined when it sees none.
 *
 * Kubernetes reads YAML through sigs.k8s.io/yaml, that is YAML 1.1 as Go's yaml.v2 understands it: `0400`, `0o400` and `1_000` are
 * numbers, dates and `12:30:45` are not.
 */
function numberIn(scalar: string): number | bigint | undefined {
  if (!/^[-+.0-9]/.test(scalar)) return undefined;
  // Underscores may stand anywhere, but in a number that begins with a point only between digits.
  if (/^\.(?!\d+(?:_\d+)*(?:e[-+]?\d+(?:_\d+)*)?$)/i.test(scalar)) return undefined;
  const plain = scalar.replaceAll("_", "");
  const [integer, sign, digits] = /^([-+]?)(0b[01]+|0x[0-9a-f]+|0o?[0-7]+|[1-9][0-9]*|0)$/i.exec(plain) ?? [];
  if (integer !== undefined && digits !== undefined) {
    const value = BigInt(digits.replace(/^0(?=[0-7])/, "0o")) * (sign === "-" ? -1n : 1n);
    // What fits neither int64 nor uint64 is a float.
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
  test: { test: (scalar: string) => numberIn(scalar) !== undefined } as RegExp,
  resolve: (scalar) => numberIn(scalar),
};
const mergeKey: ScalarTag = { tag: "tag:yaml.org,2002:merge", default: true, test: /^<<$/, resolve: (scalar) => scalar };

// YAML 1.1 breaks lines at U+0085, U+2028 and U+2029 too, and forbids other characters that the library writes as they are.
const unsafe = /[^\t\n\r\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\u{10000}-\u{10ffff}]/gu;
const escaped: ScalarTag = {
  tag: "tag:yaml.org,2002:str",
  default: true,
  identify: (value) => typeof value === "string" && value.search(unsafe) !== -1,
  resolve: (scalar) => scalar,
  stringify: ({ value }) =>
    JSON.stringify(value).replaceAll(unsafe, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`),
};

type Tag = Tags[number];
const resolves = (tag: Tag, scalar: string) => typeof tag === "object" && "test" in tag && tag.test.test(scalar);
const isNumberOrDate = (tag: Tag) =>
  ["1", "010", "0x1", "0b1", "1.5", "1e3", "1:30", "1:30.5", "2001-01-01"].some((scalar) => resolves(tag, scalar));

// The library asks for each document.
let known: Tags | undefined;
const reading = (tags: Tags): Tags => (known ??= [...tags.filter((tag) => !isNumberOrDate(tag)), number]);
// For writing, these only tell what has to be quoted, beside all that the library quotes for other readers.
const writing = (tags: Tags): Tags => [
  escaped,
  ...tags.filter((tag) => !resolves(tag, "<<")),
  ...[number, mergeKey].map((tag) => ({ ...tag, identify: () => false })),
];

/** Reads a YAML stream as Kubernetes does: each object with the comments before it, empty documents left out. */
export function readDocuments(stream: string): { readonly object: KubernetesObject; readonly comment: string }[] {
  const documents = parseAllDocuments(stream, {
    version: "1.1",
    customTags: reading,
    logLevel: "error",
    // Of a key that comes twice, as `extraConfig` makes the chart print it, the last counts.
    uniqueKeys: false,
  });
  return [...documents].flatMap((document) => {
    const [error] = document.errors;
    if (error !== undefined) throw error;
    const object = document.toJS() as KubernetesObject | null;
    return object === null
      ? []
      : [{ object, comment: `${document.commentBefore ?? ""}\n${document.contents?.commentBefore ?? ""}` }];
  });
}

/** Writes one object, without comments, so that every reader of YAML 1.1 or 1.2 gets back the same. */
export function writeDocument(object: unknown): string {
  const document = new Document(object, { version: "1.1", customTags: writing, aliasDuplicateObjects: false });
  return document.toString({ lineWidth: 0 }).replace(/^%YAML 1\.1\n---\n/, "");
}
