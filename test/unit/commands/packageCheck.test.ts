import assert from "node:assert/strict";
import { test } from "node:test";
import { createTarGzip } from "nanotar";
import { findPackageProblems } from "../../../commands/lib/packageCheck.ts";

const manifest = {
  name: "sample",
  version: "1.0.0",
  license: "Apache-2.0",
  type: "module",
  exports: { ".": { types: "./dist/index.d.ts", default: "./dist/index.js" } },
  main: "./dist/index.js",
  types: "./dist/index.d.ts",
  sideEffects: false,
  engines: { node: ">=22.12" },
};
const goodFiles: Readonly<Record<string, string>> = {
  "package.json": JSON.stringify(manifest),
  "dist/index.js": "export const one = 1;\n",
  "dist/index.d.ts": "export declare const one: number;\n",
};

const esmFiles = { "index.mjs": goodFiles["dist/index.js"], "index.d.mts": goodFiles["dist/index.d.ts"] };

/** The problems of a package in which these files differ from a good package; `undefined` removes a file. */
function problemsOf(changes: Readonly<Record<string, string | undefined>>): Promise<readonly string[]> {
  const files = Object.entries({ ...goodFiles, ...changes }).filter(([, data]) => data !== undefined);
  return createTarGzip(files.map(([name, data = ""]) => ({ name: `package/${name}`, data }))).then(findPackageProblems);
}
const withManifest = (changes: object) => ({ "package.json": JSON.stringify({ ...manifest, ...changes }) });

test("an ES module with its types has no problem, although it is no CommonJS module", async () => {
  assert.deepEqual(await problemsOf({}), []);
});

const broken: Readonly<
  Record<string, readonly [changes: Readonly<Record<string, string | undefined>>, problems: readonly RegExp[]]>
> = {
  "types that come too late in the exports": [
    withManifest({ exports: { ".": { default: "./dist/index.js", types: "./dist/index.d.ts" } } }),
    [/^publint: .*types should be the first/, /^publint: .*default should be the last/],
  ],
  "a main file that is not in the package": [
    withManifest({ main: "./dist/other.js" }),
    [/^publint: pkg\.main is \.\/dist\/other\.js but the file does not exist/],
  ],
  "no type in the manifest, which is only a suggestion of publint": [
    { ...withManifest({ type: undefined, exports: { ".": "./index.mjs" }, main: undefined, types: undefined }), ...esmFiles },
    [/^publint: The package does not specify the "type" field/, /^arethetypeswrong: entry point \. by node10: /],
  ],
  "no types": [
    { ...withManifest({ types: undefined, exports: { ".": "./dist/index.js" } }), "dist/index.d.ts": undefined },
    [/^arethetypeswrong: the package contains no types$/],
  ],
  "types that import a file that is not in the package": [
    { "dist/index.d.ts": 'export * from "./missing.js";\n' },
    [/^arethetypeswrong: \.\/missing\.js in dist\/index\.d\.ts: .*failed to resolve.* \(https:.*\)$/],
  ],
  "types of a CommonJS module": [
    {
      ...withManifest({ exports: { ".": { types: "./dist/index.d.cts", default: "./dist/index.js" } } }),
      "dist/index.d.cts": "export declare const one: number;\n",
    },
    [/^publint: /, /^arethetypeswrong: dist\/index\.d\.cts for dist\/index\.js: /],
  ],
  "an entry point that TypeScript does not find without exports": [
    withManifest({ exports: { ...manifest.exports, "./one": manifest.exports["."] } }),
    [/^arethetypeswrong: entry point \.\/one by node10: /],
  ],
};

for (const [name, [changes, expected]] of Object.entries(broken)) {
  test(`a package is rejected: ${name}`, async () => {
    const problems = await problemsOf(changes);
    assert.equal(problems.length, expected.length, problems.join("\n"));
    for (const [index, problem] of problems.entries()) assert.match(problem, expected[index] ?? /^$/);
  });
}
