import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { test } from "node:test";
import ts from "typescript";
import { root } from "../../commands/lib/root.ts";

/** The floors of the house, from the top. A file imports from floors below its own, and from its own room. */
const floors = [
  ["test"],
  ["commands", "examples", "index.ts"],
  ["bench"],
  ["components/index.ts", "components/plugin"],
  ["components/talosCiliumCni.ts", "components/ciliumLoadBalancer.ts"],
  ["components/delivery", "components/doctor"],
  ["components/plan.ts"],
  ["components/checks"],
  ["components/cilium"],
  ["components/helm", "components/talos", "components/router", "components/config.ts"],
  ["components/inputs"],
  ["components/kubernetes", "components/versions", "components/support"],
] as const;
const rooms: readonly string[] = floors.flat();

// The tools run before any npm package is there, and everybody may start programs with them. They only need the cache folder.
const tools = { room: "tools", mayImport: "components/support/cacheFolder.mjs" };

interface Import {
  readonly from: string;
  readonly to: string;
}

/** Every import of a file of this project by another one. Types count, because they tell what a file must know. */
function readImports(): readonly Import[] {
  const files = globSync("{components,commands,bench,examples,test,tools}/**/*.{ts,mjs}", { cwd: root });
  return [...files, "index.ts"].flatMap((from) =>
    ts
      .preProcessFile(readFileSync(join(root, from), "utf8"))
      .importedFiles.filter(({ fileName }) => fileName.startsWith("."))
      .map(({ fileName }) => ({ from, to: relative(root, join(root, dirname(from), fileName)) })),
  );
}

function roomOf(file: string): string | undefined {
  return rooms.find((room) => file === room || file.startsWith(`${room}/`));
}

function floorOf(room: string): number {
  return floors.findIndex((floor) => (floor as readonly string[]).includes(room));
}

/** Why an import breaks the order. Undefined if it does not. */
function violation({ from, to }: Import): string | undefined {
  if (from.startsWith(`${tools.room}/`)) {
    return to.startsWith(`${tools.room}/`) || to === tools.mayImport
      ? undefined
      : `${from} imports ${to}, but tools need nothing else`;
  }
  const [room, target] = [roomOf(from), roomOf(to)];
  if (room === undefined || room === target) return undefined;
  if (to.startsWith(`${tools.room}/`)) {
    return room.startsWith("components") ? `${from} imports ${to}, which is not part of the package` : undefined;
  }
  if (target === undefined) return `${from} imports ${to}, which belongs to no room`;
  return floorOf(target) > floorOf(room) ? undefined : `${from} imports ${to}, which is not below it`;
}

/** The files of one circle of imports, in order. Empty if there is none. */
function findCircle(imports: readonly Import[]): readonly string[] {
  const targets = Map.groupBy(imports, ({ from }) => from);
  const visited = new Set<string>();
  const visit = (file: string, path: readonly string[]): readonly string[] => {
    if (path.includes(file)) return [...path.slice(path.indexOf(file)), file];
    if (visited.has(file)) return [];
    visited.add(file);
    for (const { to } of targets.get(file) ?? []) {
      const circle = visit(to, [...path, file]);
      if (circle.length > 0) return circle;
    }
    return [];
  };
  for (const file of targets.keys()) {
    const circle = visit(file, []);
    if (circle.length > 0) return circle;
  }
  return [];
}

const imports = readImports();

test("imports only go down the floors of the house", () => {
  assert(imports.length > 300, `only ${imports.length} imports were read`);
  assert.deepEqual(imports.map(violation).filter(Boolean), []);
});

test("no files import each other in a circle", () => {
  assert.deepEqual(findCircle(imports), []);
});

test("an import that is turned round breaks the order, and closes a circle", () => {
  const downward = imports.filter(({ from, to }) => roomOf(from) !== roomOf(to) && roomOf(to)?.startsWith("components") === true);
  assert(downward.length > 100);
  for (const { from, to } of downward.filter((each) => !each.from.startsWith("tools/"))) {
    const turned = { from: to, to: from };
    assert.notEqual(violation(turned), undefined, `${to} may import ${from}`);
    assert.notDeepEqual(findCircle([...imports, turned]), [], `${to} and ${from} may import each other`);
  }
});
