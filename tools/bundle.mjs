// Bundles what is published, each as one ES module: `package` is the npm package, `plugin` the Pulumi plugin.
import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { Ajv } from "ajv";
import standalone from "ajv/dist/standalone/index.js";
import * as esbuild from "esbuild";

const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** @returns {unknown} */
function readJson(/** @type {string} */ file) {
  return JSON.parse(readFileSync(join(root, file), "utf8"));
}

/**
 * Compiles the validator of the inputs beforehand, which is half of the work of loading it.
 * @type {import("esbuild").Plugin}
 */
const compiledValidator = {
  name: "compiled validator",
  setup(build) {
    build.onLoad({ filter: /argsValidator\.ts$/ }, () => {
      const schema = /** @type {object} */ (readJson("components/inputs/args.schema.json"));
      const ajv = new Ajv({ allErrors: true, strict: false, verbose: true, code: { source: true, esm: true } });
      const code = standalone.default(ajv, ajv.compile(schema));
      const contents = `${code}\nexport const validateArgs = (args) => (validate(args) ? [] : (validate.errors ?? []));`;
      return { contents, loader: "js", resolveDir: root };
    });
  },
};

/**
 * Packages that are loaded on demand stay so: inside the bundle, `require` loads a module when it is called.
 * @type {import("esbuild").Plugin}
 */
const requireOnDemand = {
  name: "require on demand",
  setup(build) {
    build.onLoad({ filter: /components\/.*\.ts$/ }, ({ path }) => {
      const contents = readFileSync(path, "utf8").replace(/^const require = createRequire\(.*$/m, "");
      return { contents, loader: "ts" };
    });
  },
};

/** The licenses of the packages inside the bundle, which their authors ask to be passed on. */
function licensesOf(/** @type {readonly string[]} */ files) {
  const folders = new Set(files.flatMap((file) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file) ?? []));
  return [...folders].toSorted().map((folder) => {
    const { name, version } = /** @type {{ name: string, version: string }} */ (readJson(join(folder, "package.json")));
    const license = readdirSync(join(root, folder)).find((file) => /^(?:un)?licen[cs]e/i.test(file));
    if (license === undefined) throw new Error(`${name} has no license file`);
    return `${name} ${version}\n\n${readFileSync(join(root, folder, license), "utf8").trim()}\n`;
  });
}

/** What can be bundled. The command of the package is minified, because nobody steps through its Kubernetes client. */
const bundles = {
  package: [
    { entry: "components/index.ts", file: "dist/index.js" },
    { entry: "components/compileCache.mjs", file: "dist/compileCache.js" },
    { entry: "commands/cli.ts", file: "dist/cli.js", isCommand: true },
  ],
  plugin: [{ entry: "components/plugin/main.ts", file: "plugin/dist/plugin.js" }],
};

/** Writes a bundle, its source map and the licenses of the packages inside. */
export async function bundle(/** @type {keyof typeof bundles} */ name) {
  const folder = dirname(join(root, bundles[name][0]?.file ?? ""));
  rmSync(folder, { recursive: true, force: true });
  const inputs = [];
  for (const entry of bundles[name]) inputs.push(...(await bundleModule(entry)));
  writeFileSync(join(folder, "licenses.txt"), licensesOf(inputs).join(`\n${"-".repeat(80)}\n\n`));
}

/** Writes one module; returns the files that are in it. */
export async function bundleModule(
  /** @type {{ entry: string, file: string, isCommand?: boolean }} */ { entry, file, isCommand = false },
) {
  const { metafile } = await esbuild.build({
    absWorkingDir: root,
    entryPoints: [entry],
    outfile: file,
    bundle: true,
    minify: isCommand,
    format: "esm",
    platform: "node",
    target: "node22",
    // Without a link to it: Pulumi's SDK asks for the stack at every resource, and reads a linked source map for it, which takes 0.2 s.
    sourcemap: isCommand ? false : "external",
    external: ["@pulumi/pulumi", "@pulumi/kubernetes"],
    metafile: true,
    plugins: [compiledValidator, requireOnDemand],
    // CommonJS packages inside the bundle load Node's own modules with it.
    banner: {
      js: `${isCommand ? "#!/usr/bin/env node\n" : ""}import { createRequire } from "node:module";\nconst require = createRequire(import.meta.url);`,
    },
  });
  return Object.keys(metafile.inputs);
}

// The script "install" of the plugin runs this file. `npm run build` bundles the package, and adds its types.
const [, script, name] = process.argv;
if (script === fileURLToPath(import.meta.url)) {
  if (name !== "package" && name !== "plugin") throw new Error("usage: node tools/run.mjs tools/bundle.mjs package|plugin");
  await bundle(name);
}
