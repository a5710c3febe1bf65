import { type Document, parseAllDocuments } from "yaml";
import type { TalosCiliumCniArgs } from "../../components/inputs/args.ts";
import { releases } from "./charts.ts";

type Tree = Readonly<Record<string, unknown>>;
type Branch = Record<string, unknown>;
/** Does one thing that an error advises. `own` is the input that the error is about. */
type Step = (inputs: Tree, own: string) => Tree;

interface Phrase {
  /** The words of an error that a reader can follow literally. */
  readonly words: RegExp;
  /** Reads the groups of `words`. */
  readonly read: (...groups: readonly string[]) => Step;
}

const value = String.raw`("[^"]*"|\[.*?\](?=$|[,; ])|[^\s,;:]+)`;

const phrases: readonly Phrase[] = [
  {
    words: new RegExp(String.raw`\bset (\S+?)(?: of (\w+))? to ${value} in the config\b`, "g"),
    read: (path = "", kind = "", text = "") =>
      changeConfig(kind, (document) => {
        document.setIn(path.split("."), parse(text));
      }),
  },
  {
    words: /\bleave (\S+?) out of the config\b/g,
    read: (path = "") => changeConfig("", (document) => document.deleteIn(path.split("."))),
  },
  {
    words: new RegExp(String.raw`\bset (\S+?)(?:, which replaces the whole list,)? to ${value}`, "g"),
    read: (input = "", text = "") => changeInput(input, (parent, key) => (parent[key] = parse(text))),
  },
  { words: /\bleave (\S+) out\b/g, read: (input = "") => changeInput(input, remove) },
  { words: /\bdid you mean (\S+)\?/g, read: (input = "") => renameTo(input) },
  {
    words: /\bis the (?:boolean|number) \S+; put it in quotes\b/g,
    read: () => changeInput("it", (parent, key) => (parent[key] = String(parent[key]))),
  },
  { words: /\bturn hostDNS\.forwardKubeDNSToHost off in the machine config\b/g, read: () => turnKubeDnsOff },
  {
    words: /\buse Cilium (\d+\.\d+)(\.\d+)?(?: or later)?/g,
    read: (minor = "", patch = "") => changeInput("ciliumVersion", (parent, key) => (parent[key] = releaseOf(minor, patch))),
  },
  {
    words: /\buse Talos (\d+\.\d+\.\d+)/g,
    read: (version = "") => changeInput("talos.version", (parent, key) => (parent[key] = version)),
  },
];

/**
 * Follows the ways out in the text of an error, `input: message`, literally: `set values.a to true and leave values.b out, or set it to 1`.
 * Returns the inputs of each way. Steps outside of the inputs, such as those in the DHCP server, are left to the reader of the error.
 */
export function followAdvice(problem: string, args: TalosCiliumCniArgs): readonly TalosCiliumCniArgs[] {
  const [own = ""] = problem.split(": ", 1);
  return problem.split(/, or /).flatMap((way) => {
    const steps = readSteps(way);
    if (steps.length === 0) return [];
    return [steps.reduce<Tree>((inputs, step) => step(inputs, own), args as Tree)];
  });
}

/** The text of an error without what a reader can follow. */
export function withoutAdvice(problem: string): string {
  return phrases.reduce((text, { words }) => text.replaceAll(words, ""), problem);
}

function readSteps(text: string): readonly Step[] {
  let rest = text;
  const steps: { readonly index: number; readonly step: Step }[] = [];
  for (const { words, read } of phrases) {
    // What one phrase has read is blank for the next.
    rest = rest.replaceAll(words, (match: string, ...details: readonly unknown[]) => {
      const index = details.findIndex((detail) => typeof detail === "number");
      const groups = details.slice(0, index).map((group) => (group as string | undefined) ?? "");
      steps.push({ index: details[index] as number, step: read(...groups) });
      return " ".repeat(match.length);
    });
  }
  return steps.toSorted((a, b) => a.index - b.index).map(({ step }) => step);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** Changes the parent of an input such as `loadBalancer.ipPools[0].name`. `it` is the input that the error is about. */
function changeInput(input: string, change: (parent: Branch, key: string) => void): Step {
  return (inputs, own) => {
    const keys = (input === "it" ? own : input).match(/[^.[\]]+/g) ?? [];
    const result = structuredClone(inputs) as Branch;
    let parent = result;
    for (const key of keys.slice(0, -1)) parent = (parent[key] ??= {}) as Branch;
    change(parent, keys.at(-1) ?? "");
    return result;
  };
}

function remove(parent: Branch, key: string): void {
  if (Array.isArray(parent)) parent.splice(Number(key), 1);
  else Reflect.deleteProperty(parent, key);
}

function renameTo(path: string): Step {
  return (inputs, own) => {
    let moved: unknown;
    const without = changeInput("it", (parent, key) => {
      moved = parent[key];
      remove(parent, key);
    })(inputs, own);
    const [topLevel = ""] = own.split(".", 1);
    return changeInput(`${topLevel}.${path}`, (parent, key) => (parent[key] = moved))(without, own);
  };
}

/** Changes the document of a kind in the machine config that the error is about, or in the main document. */
function changeConfig(kind: string, change: (document: Document) => void): Step {
  return changeInput("it", (parent, key) => {
    const documents = parseAllDocuments(String(parent[key])) as readonly Document[];
    const document = documents.find((each) => (each.get("kind") ?? "") === kind);
    if (document === undefined) throw new Error(`the config has no document ${kind}`);
    change(document);
    parent[key] = documents.map(String).join("---\n");
  });
}

/** Turns Talos' answers for the DNS of the cluster off in every machine config that is an input. */
const turnKubeDnsOff: Step = (inputs) => {
  const { talos = {} } = inputs as TalosCiliumCniArgs;
  const steps = (["controlPlanes", "workers"] as const).flatMap((list) =>
    (talos[list] ?? []).map((_, index) => `talos.${list}[${index}].machineConfiguration`),
  );
  const turnOff = changeConfig("", (document) => {
    document.setIn(["machine", "features", "hostDNS", "forwardKubeDNSToHost"], false);
  });
  return steps.reduce((result, own) => turnOff(result, own), inputs);
};

/** The release that the suites know of a minor version. */
function releaseOf(minor: string, patch: string): string {
  const known = releases.find(({ ciliumVersion }) => ciliumVersion.startsWith(`${minor}.`))?.ciliumVersion;
  return patch === "" ? (known ?? minor) : `${minor}${patch}`;
}
