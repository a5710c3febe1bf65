import { readFileSync } from "node:fs";

/** The parts of the work of a program. */
export const parts = ["loading modules", "checks", "Helm", "reading and writing objects", "the rest of the program"] as const;
export type Part = (typeof parts)[number];
export type Parts = Readonly<Record<Part, number>>;

const rest: Part = "the rest of the program";

/** Which part a function of our bundle, or of Node, is. What it calls belongs to it, unless that is part of another one. */
const functions: readonly (readonly [part: Part, name: RegExp, file: RegExp])[] = [
  ["Helm", /^runHelmTemplate$/, /\/dist\/index\.js$/],
  ["reading and writing objects", /^(?:readRendering|renderCached|createManifest)$/, /\/dist\/index\.js$/],
  ["checks", /^(?:validate\d*|runChecks)$/, /\/dist\/index\.js$/],
  ["loading modules", /./, /^node:internal\/(?:modules|bootstrap|process\/pre_execution)/],
];

interface Profile {
  readonly startTime: number;
  readonly endTime: number;
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: { readonly functionName: string; readonly url: string };
    readonly children?: readonly number[];
  }[];
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
}

/** Sums up the longest of some profiles that Node has written (`--cpu-prof`), in milliseconds. The other ones are those of helpers. */
export function sumUp(files: readonly string[]): Parts {
  const profiles = files.map((file) => JSON.parse(readFileSync(file, "utf8")) as Profile);
  const length = ({ startTime, endTime }: Profile) => endTime - startTime;
  const [longest] = profiles.toSorted((one, other) => length(other) - length(one));
  if (longest === undefined) throw new Error("Node has written no profile");
  const partOf = partsByNode(longest);
  const sums = Object.fromEntries(parts.map((part) => [part, 0])) as Record<Part, number>;
  longest.samples.forEach((node, index) => {
    sums[partOf.get(node) ?? rest] += (longest.timeDeltas[index] ?? 0) / 1000;
  });
  return sums;
}

/** The part of each node: its own, or that of the function that calls it. A parent comes before its children. */
function partsByNode({ nodes }: Profile): ReadonlyMap<number, Part> {
  const partOf = new Map<number, Part>();
  for (const { id, callFrame, children = [] } of nodes) {
    const own = functions.find(([, name, file]) => name.test(callFrame.functionName) && file.test(callFrame.url))?.[0];
    const part = own ?? partOf.get(id) ?? rest;
    partOf.set(id, part);
    for (const child of children) partOf.set(child, part);
  }
  return partOf;
}
