// renovate.json: what Renovate would find in this repository. `renovate-config-validator` judges the file itself.
import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { newestOfEachMinor } from "../../commands/lib/pinsFile.ts";
import { root } from "../../commands/lib/root.ts";
import { gatewayApiDigests, pinnedCharts } from "../../components/versions/pins.ts";
import { ciliumMinors } from "../../components/versions/supported.ts";
import { tools } from "../../tools/tools.mjs";
import { askGo } from "../harness/goRegexp.ts";

interface CustomManager {
  readonly description: string;
  readonly managerFilePatterns: readonly string[];
  readonly matchStrings: readonly string[];
  readonly depNameTemplate?: string;
  readonly datasourceTemplate: string;
  readonly autoReplaceStringTemplate?: string;
}

interface Finding {
  readonly file: string;
  readonly depName: string;
  readonly version: string;
  readonly digest: string | undefined;
}

const read = (file: string) => readFileSync(join(root, file), "utf8");
const config = JSON.parse(read("renovate.json")) as {
  readonly customManagers: readonly CustomManager[];
  readonly gomod: { readonly managerFilePatterns: readonly string[] };
  readonly "github-actions": { readonly managerFilePatterns: readonly string[] };
  readonly packageRules: readonly {
    readonly matchFileNames?: readonly string[];
    readonly matchPackageNames?: readonly string[];
    readonly matchUpdateTypes?: readonly string[];
    readonly enabled?: boolean;
    readonly groupName?: string;
  }[];
};
const { customManagers, packageRules } = config;

const filesOf = ({ managerFilePatterns }: CustomManager) =>
  managerFilePatterns.flatMap((pattern) => globSync(pattern, { cwd: root }));

function findIn(manager: CustomManager, matchString: string): readonly Finding[] {
  return filesOf(manager).flatMap((file) =>
    Array.from(read(file).matchAll(new RegExp(matchString, "g")), ({ groups = {} }) => ({
      file,
      depName: manager.depNameTemplate ?? groups["depName"] ?? "",
      version: groups["currentValue"] ?? "",
      digest: groups["currentDigest"],
    })),
  );
}

const findings = customManagers.flatMap((manager) => manager.matchStrings.flatMap((text) => findIn(manager, text)));
const versionsIn = (file: string, depName: string) =>
  findings.filter((each) => each.file === file && each.depName === depName).map(({ version }) => version);

test("every expression of a custom manager finds a version with its name, and every pattern a file in which there is one", () => {
  assert(customManagers.length > 0);
  for (const manager of customManagers) {
    for (const matchString of manager.matchStrings) {
      const matches = findIn(manager, matchString);
      assert(matches.length > 0, `${manager.description} ${matchString}`);
      for (const { depName, version } of matches) {
        assert.match(depName, /^[@\w./-]+$/, matchString);
        assert.match(version, /^v?\d+\.\d+\.\d+$/, matchString);
      }
    }
    for (const pattern of manager.managerFilePatterns) {
      const files: readonly string[] = globSync(pattern, { cwd: root });
      const reached = manager.matchStrings.flatMap((text) => findIn(manager, text)).map(({ file }) => file);
      assert(
        files.some((file) => reached.includes(file)),
        pattern,
      );
    }
  }
});

test("Renovate's engine for regular expressions, RE2 as in Go, takes every expression", () => {
  const expressions = customManagers.flatMap(({ matchStrings }) => matchStrings);
  const errors = askGo(expressions).map(({ error }) => error);
  assert.deepEqual(
    errors,
    expressions.map(() => ""),
  );
});

test("every version that a built tool reports is found, and is the one in its go.mod", () => {
  const reported = Object.values(tools)
    .map((tool) => ({ ...tool, version: /v\d+\.\d+\.\d+/.exec("ldflags" in tool ? tool.ldflags : "")?.[0] }))
    .filter(({ version }) => version !== undefined);
  assert(reported.length >= 4);
  const inTools = findings.filter(({ file }) => file === "tools/tools.mjs").map(({ version }) => version);
  assert.deepEqual(new Set(inTools), new Set(reported.map(({ version }) => version)));
  // Every version in the text of the file is in a flag.
  const written = read("tools/tools.mjs").match(/(?<=ersion=)v\d[\w.-]*/g);
  assert.deepEqual(inTools.toSorted(), written?.toSorted());
  for (const { executable, module, package: target, version } of reported) {
    const required = Array.from(read(`tools/${module}/go.mod`).matchAll(/^(?:require )?\s*([\w./-]+) (v\S+)/gm));
    const [, , pinned] = required.find(([, name = ""]) => target === name || target.startsWith(`${name}/`)) ?? [];
    assert.equal(version, pinned, executable);
  }
});

test("the reported version and go.mod are in one group", () => {
  const groupOf = (packageName: string) =>
    packageRules.find(
      ({ matchPackageNames = [], groupName }) => groupName !== undefined && matchPackageNames.includes(packageName),
    );
  for (const name of ["github.com/pulumi/pulumi/pkg/v3", "helm.sh/helm/v4", "helm.sh/helm/v3", "k8s.io/**"]) {
    assert.notEqual(groupOf(name)?.groupName, undefined, name);
  }
});

test("the text that replaces the version of Kubernetes has its minor number too, and is found again", () => {
  const manager =
    customManagers.find(({ autoReplaceStringTemplate }) => autoReplaceStringTemplate !== undefined) ?? assert.fail();
  const values = new Map(Object.entries({ newValue: "v1.37.2", newMajor: "1", newMinor: "37" }));
  const written = manager.autoReplaceStringTemplate?.replaceAll(
    /\{{2,3}(\w+)\}{2,3}/g,
    (_, name: string) => values.get(name) ?? "",
  );
  const expression = new RegExp(manager.matchStrings.join("|"));
  const [before = ""] = expression.exec(read("tools/tools.mjs")) ?? [];
  assert.equal(written, before.replace(/v1\.\d+\.\d+/, "v1.37.2").replace(/(?<=gitMinor=)\d+/, "37"));
  assert.equal(expression.exec(written)?.groups?.["currentValue"], "v1.37.2");
});

test("the newest pinned release of each minor is found, and every digest of Gateway API", () => {
  const pins = "components/versions/pins.ts";
  const newest = newestOfEachMinor(Object.keys(pinnedCharts));
  assert.equal(newest.length, Object.keys(ciliumMinors).length);
  assert.deepEqual(versionsIn(pins, "cilium"), newest);
  const digests = findings.filter(({ file, digest }) => file === pins && digest !== undefined);
  assert.deepEqual(Object.fromEntries(digests.map(({ version, digest }) => [version, digest])), gatewayApiDigests);
  const needed = Object.values(ciliumMinors).map(({ gatewayApi }) => gatewayApi);
  assert.deepEqual(versionsIn("components/versions/supported.ts", "kubernetes-sigs/gateway-api"), needed);
});

test("the Cilium release of every example is found", () => {
  const written = globSync("examples/**/*.{ts,py,yaml}", { cwd: root }).flatMap((file) =>
    Array.from(read(file).matchAll(/cilium_?version\W+(\d+\.\d+\.\d+)/gi), ([, version]) => `${file} ${version ?? ""}`),
  );
  assert(written.length >= 5);
  const reached = findings.filter(({ file }) => file.startsWith("examples/")).map(({ file, version }) => `${file} ${version}`);
  assert.deepEqual(reached.toSorted(), written.toSorted());
});

test("every mod file of a tool is found, and those of one minor release stay there", () => {
  const [pattern = "", ...others] = config.gomod.managerFilePatterns;
  assert.deepEqual(others, []);
  const expression = new RegExp(pattern.slice(1, -1));
  const files = globSync("tools/*/*.mod", { cwd: root });
  const ofOneMinor = files.filter((file) => !file.endsWith("/go.mod"));
  assert(ofOneMinor.length >= 4);
  for (const file of ofOneMinor) assert.match(file, expression);
  const held = packageRules
    .filter(({ enabled, matchUpdateTypes = [] }) => enabled === false && matchUpdateTypes.includes("minor"))
    .flatMap(({ matchFileNames = [] }) => matchFileNames.flatMap((glob) => globSync(glob, { cwd: root })));
  for (const file of files) {
    // A folder with a file for each minor release.
    if (ofOneMinor.some((other) => dirname(other) === dirname(file))) assert(held.includes(file), file);
  }
});

test("the workflow that users copy is found, and its actions are pinned by a commit as in the workflows of this repository", () => {
  const [pattern = "", ...others] = config["github-actions"].managerFilePatterns;
  assert.deepEqual(others, []);
  const files = globSync("examples/**/*.yaml", { cwd: root }).filter((file) => /^ *(?:- )?uses: /m.test(read(file)));
  assert.deepEqual(files, ["examples/gitops/check.yaml"]);
  for (const file of files) assert.match(file, new RegExp(pattern.slice(1, -1)));
  const actionsIn = (file: string) => Array.from(read(file).matchAll(/uses: (actions\/[\w-]+@.*)/g), ([, action = ""]) => action);
  const own = globSync(".github/workflows/*.yml", { cwd: root }).flatMap(actionsIn);
  const copied = files.flatMap(actionsIn);
  assert(copied.length >= 3);
  for (const action of copied) assert(own.includes(action), action);
});
