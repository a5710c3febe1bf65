// What the npm package contains, and what installing it brings.
import assert from "node:assert/strict";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { isBuiltin } from "node:module";
import { homedir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import ts from "typescript";
import { root } from "../../commands/lib/root.ts";
import { filesInArchive } from "../../components/support/tarArchive.ts";
import { run } from "../../tools/childProcess.mjs";
import { suiteData } from "../harness/suiteData.ts";

const { archive, folder } = suiteData("consumers", "esm");
const files = filesInArchive(readFileSync(archive)).map(({ name, data }) => ({
  name: name.replace(/^package\//, ""),
  text: Buffer.from(data ?? []).toString(),
}));
const textOf = (name: string) => files.find((file) => file.name === name)?.text ?? assert.fail(`there is no ${name}`);
const installed = join(folder, "node_modules", "talos-cilium-cni");

test("the package has the bundle, its types and what a reader needs, and nothing else", () => {
  const names = files.map(({ name }) => name).filter((name) => name !== "CHANGELOG.md");
  assert.deepEqual(names.toSorted(), [
    "LICENSE",
    "README.md",
    "dist/cli.js",
    "dist/compileCache.d.ts",
    "dist/compileCache.js",
    "dist/compileCache.js.map",
    "dist/index.d.ts",
    "dist/index.js",
    "dist/index.js.map",
    "dist/licenses.txt",
    "package.json",
  ]);
});

test("no file of the package names a folder of the machine that built it", () => {
  for (const { name, text } of files)
    for (const machine of [root, `${homedir()}/`, "file:///"]) assert(!text.includes(machine), `${name} names ${machine}`);
  const { sources } = JSON.parse(textOf("dist/index.js.map")) as { sources: readonly string[] };
  assert(sources.length > 100);
  assert.deepEqual(
    sources.filter((source) => !/^\.\.\/(?:components|node_modules|sdks)\//.test(source)),
    [],
  );
});

test("Pulumi's SDK reads no source map at every run, because the bundle does not link to its own", () => {
  assert(!/\/\/[#@]\s*sourceMappingURL=[^\s'"]+\s*$/m.test(textOf("dist/index.js")));
});

test("the bundle loads Pulumi's packages and Node's own modules, and the types name Pulumi's packages alone", () => {
  const importsOf = (name: string) => ts.preProcessFile(textOf(name), true, true).importedFiles.map(({ fileName }) => fileName);
  const isPeer = (specifier: string) => /^@pulumi\/(?:pulumi|kubernetes)(?:\/|$)/.test(specifier);
  const bundle = importsOf("dist/index.js").filter((specifier) => !isBuiltin(specifier));
  const types = importsOf("dist/index.d.ts");
  for (const imports of [bundle, types]) {
    assert(imports.length > 0);
    assert.deepEqual(
      imports.filter((specifier) => !isPeer(specifier)),
      [],
    );
  }
});

test("the command of the package loads Node's own modules alone", () => {
  assert.match(textOf("dist/cli.js"), /^#!\/usr\/bin\/env node\n/);
  const imports = ts.preProcessFile(textOf("dist/cli.js"), true, true).importedFiles.map(({ fileName }) => fileName);
  assert(imports.length > 5);
  assert.deepEqual(
    imports.filter((specifier) => !isBuiltin(specifier)),
    [],
  );
});

test("the manifest of the package asks npm for no other package and starts no program at installation", () => {
  const manifest = JSON.parse(textOf("package.json")) as Record<string, object>;
  assert.deepEqual(
    ["dependencies", "optionalDependencies", "bundleDependencies", "bundledDependencies"].filter((key) => key in manifest),
    [],
  );
  assert.deepEqual(Object.keys(manifest["peerDependencies"] ?? {}), ["@pulumi/kubernetes", "@pulumi/pulumi"]);
  const scripts = ["preinstall", "install", "postinstall", "prepare"];
  assert.deepEqual(
    scripts.filter((script) => script in (manifest["scripts"] ?? {})),
    [],
  );
});

test("next to Pulumi's packages, an installation is one package of less than 15 MB", () => {
  // Without the package, npm would remove everything that came with it. The project itself depends on Pulumi's packages.
  const options = ["--dry-run", "--json", "--offline", "--loglevel=error"];
  const printed = run("npm", ["uninstall", "talos-cilium-cni", ...options], { cwd: folder });
  const { remove } = JSON.parse(printed.slice(printed.indexOf("{\n"))) as { remove: readonly { name: string }[] };
  assert.deepEqual(
    remove.map(({ name }) => name),
    ["talos-cilium-cni"],
  );
  const sizes = readdirSync(installed, { recursive: true, encoding: "utf8" }).map((name) => statSync(join(installed, name)).size);
  const megabytes = sizes.reduce((sum, size) => sum + size, 0) / 1e6;
  assert(megabytes > 1 && megabytes < 15, `${megabytes} MB`);
});
