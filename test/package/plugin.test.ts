// The components from YAML and Python, through the real engine and the real language hosts.
import assert from "node:assert/strict";
import { cpSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { Clone } from "../../commands/lib/clone.ts";
import { root } from "../../commands/lib/root.ts";
import { createPlan } from "../../components/plan.ts";
import { manifestExamples } from "../fixtures/manifestExamples.ts";
import { chart, chartArgs } from "../harness/charts.ts";
import { missingFor, offlineEnvironment } from "../harness/languages.ts";

let clone: Clone;
before(() => {
  clone = new Clone();
});
after(() => {
  clone.remove();
});

/** An example in the clone, with a new stack. */
class Example {
  readonly #name: string;
  readonly stack: string;

  constructor(name: string, stack: string) {
    this.#name = name;
    this.stack = stack;
  }

  /** Runs the CLI in the example, on local state. */
  pulumi(...args: readonly string[]) {
    return clone.runUnchecked("pulumi", this.#arguments(args), offlineEnvironment());
  }

  /** Runs the CLI, which must succeed; resolves to its standard output. */
  succeed(...args: readonly string[]): Promise<string> {
    return clone.run("pulumi", this.#arguments(args), offlineEnvironment());
  }

  #arguments(args: readonly string[]): readonly string[] {
    return ["--non-interactive", "--color", "never", "--cwd", join("examples", this.#name), ...args];
  }

  /** Replaces a text in a file of the example. */
  change(file: string, from: string, to: string): void {
    const content = readFileSync(this.path(file), "utf8");
    assert(content.includes(from), `${file} has no ${from}`);
    this.write(
      file,
      content.replace(from, () => to),
    );
  }

  write(file: string, content: string): void {
    writeFileSync(this.path(file), content);
  }

  path(file: string): string {
    return join(clone.folder, "examples", this.#name, file);
  }
}

let stacks = 0;
/** An example as it is in the repository, with a stack of its own. */
async function stackOf(name: string): Promise<Example> {
  cpSync(join(root, "examples", name), join(clone.folder, "examples", name), { recursive: true });
  stacks += 1;
  const example = new Example(name, `stack-${stacks}`);
  await example.succeed("stack", "select", example.stack, "--create");
  await example.succeed("install");
  return example;
}

interface Schema {
  readonly version: string;
  readonly resources: Readonly<
    Record<string, { readonly inputProperties: Readonly<Record<string, { readonly description?: string }>> }>
  >;
}

/** A resource in the state of a stack. */
interface StateEntry {
  readonly urn: string;
  readonly inputs?: unknown;
  readonly outputs?: unknown;
}

const plan = createPlan({ ...chartArgs(), ...manifestExamples });
const expected = plan.manifest.yaml;
/** As the engine records them. */
const expectedValues: unknown = JSON.parse(JSON.stringify(plan.values));
const warnings = "  warnings: ${cilium.warnings}\n";

/** `podCidr` comes from a resource that does not exist before `up`. */
const programWithUnknownInput = `
import pulumi
import pulumi_talos_cilium_cni as talos_cilium_cni
from pulumi.dynamic import CreateResult, Resource, ResourceProvider

class Provider(ResourceProvider):
    def create(self, props):
        return CreateResult(id_="1", outs={"cidr": "10.42.0.0/16"})

class Network(Resource):
    cidr: pulumi.Output[str]

    def __init__(self, name):
        super().__init__(Provider(), name, {"cidr": None})

cni = talos_cilium_cni.TalosCiliumCni("cilium", chart={"path": "${chart().path}"}, pod_cidr=Network("network").cidr)
pulumi.export("manifest", cni.manifest)
`;

test("the CLI gets the schema of both components from the plugin", { skip: missingFor() }, async () => {
  const stdout = await clone.run("pulumi", ["--cwd", "plugin", "package", "get-schema", "."], offlineEnvironment());
  const schema = JSON.parse(stdout) as Schema;
  const generated = JSON.parse(readFileSync(join(root, "components", "plugin", "pulumi.schema.json"), "utf8")) as Schema;
  assert.equal(schema.version, generated.version);
  for (const [token, { inputProperties }] of Object.entries(generated.resources)) {
    const fromPlugin = schema.resources[token]?.inputProperties ?? {};
    assert.deepEqual(Object.keys(fromPlugin).toSorted(), Object.keys(inputProperties).toSorted());
    for (const [input, { description }] of Object.entries(fromPlugin)) assert(description, `${token} ${input}`);
  }
});

test("a YAML program gives the manifest of the repository", { skip: missingFor("language-yaml") }, async () => {
  const example = await stackOf("manifest-yaml");
  // A relative path is relative to the folder of the program.
  symlinkSync(chart().path, example.path("cilium.tgz"));
  example.change("Pulumi.yaml", "    properties:\n", "    properties:\n      chart: { path: cilium.tgz }\n");
  example.change("Pulumi.yaml", warnings, `${warnings}  helmValues: \${cilium.helmValues}\n`);
  assert.match(await example.succeed("preview"), /\+ +talos-cilium-cni:index:TalosCiliumCni cilium create/);
  await example.succeed("up", "--yes", "--skip-preview");
  assert.equal(await example.succeed("stack", "output", "manifest"), `${expected}\n`);
  assert.deepEqual(JSON.parse(await example.succeed("stack", "output", "helmValues", "--json")), expectedValues);
  assert.match(await example.succeed("preview"), /2 unchanged/);
});

test("a wrong pool in a YAML program is one error at its property", { skip: missingFor("language-yaml") }, async () => {
  const example = await stackOf("manifest-yaml");
  example.change("Pulumi.yaml", "    properties:\n", `    properties:\n      chart: { path: ${chart().path} }\n`);
  example.change("Pulumi.yaml", "- cidr: 192.168.1.200/29", "- cidr: 192.168.1.0/29");
  const { status, printed } = await example.pulumi("preview");
  assert.notEqual(status, 0);
  const problems = [...new Set(printed.match(/- property .*/g))];
  assert.equal(problems.length, 1, printed);
  assert.match(
    problems.join("\n"),
    /property loadBalancer\.ipPools\[0\]\.blocks\[0\] .* contains lan\.gateway 192\.168\.1\.1; choose/,
  );
});

test(
  "an existing stack of a YAML program refuses an unsafe change, and names wrong inputs",
  {
    skip: missingFor("language-yaml"),
  },
  async () => {
    const example = await stackOf("manifest-yaml");
    const properties = `    properties:\n      chart: { path: ${chart().path} }\n`;
    example.change("Pulumi.yaml", "    properties:\n", properties);
    await example.succeed("up", "--yes", "--skip-preview");
    const recorded = async () => {
      const { deployment } = JSON.parse(await example.succeed("stack", "export")) as { deployment: { resources: StateEntry[] } };
      return deployment.resources.map(({ urn, inputs, outputs }) => ({ urn, inputs, outputs }));
    };
    const before = await recorded();
    for (const [input, expectation] of [
      [
        "namespace: cilium",
        /namespace: cilium replaces kube-system, .*; set namespace to "kube-system", or set allowUnsafeChanges to /,
      ],
      ["namespace: A", /"A" is not a valid Kubernetes name/],
    ] as const) {
      example.change("Pulumi.yaml", properties, `${properties}      ${input}\n`);
      for (const operation of [["preview"], ["up", "--yes", "--skip-preview"]]) {
        const { status, printed } = await example.pulumi(...operation);
        assert.notEqual(status, 0);
        assert.match(printed, expectation);
        assert.deepEqual(await recorded(), before);
      }
      example.change("Pulumi.yaml", `      ${input}\n`, "");
    }
    example.change("Pulumi.yaml", properties, `${properties}      namespace: cilium\n      allowUnsafeChanges: [namespace]\n`);
    assert.match(await example.succeed("preview"), /~ +talos-cilium-cni:index:TalosCiliumCni cilium update/);
  },
);

test("no secret of a YAML program is printed or in the state", { skip: missingFor("language-yaml") }, async () => {
  const example = await stackOf("manifest-yaml");
  const secret = "not-for-the-eyes-of-others";
  const values = `secretValues: { extraConfig: { x: { "fn::secret": ${secret} } } }`;
  example.change(
    "Pulumi.yaml",
    "    properties:\n",
    `    properties:\n      chart: { path: ${chart().path} }\n      ${values}\n`,
  );
  example.change("Pulumi.yaml", warnings, `${warnings}  helmValues: \${cilium.helmValues}\n`);
  const printed = await example.succeed("up", "--yes", "--skip-preview");
  for (const output of [/manifest +: \[secret\]/, /helmValues +: \[secret\]/]) assert.match(printed, output);
  assert(!printed.includes(secret) && !clone.state("homelab-manifest-yaml", example.stack).includes(secret));
  assert.match(await example.succeed("stack", "output", "manifest", "--show-secrets"), new RegExp(`x: ${secret}`));

  // The engine itself prints the value of a property beside its problem.
  example.change("Pulumi.yaml", values, `secretValues: { devices: { "fn::secret": "/${secret}/" } }`);
  const refused = await example.pulumi("preview");
  assert.match(refused.printed, /property secretValues\.devices \(secret\) has a problem: /);
  assert(!refused.printed.includes(secret), refused.printed);
});

test(
  "talos.sync works from YAML: without talosctl, the preview fails before a machine gets a config",
  { skip: missingFor("language-yaml", "resource-talos") },
  async () => {
    const example = await stackOf("manifest-yaml");
    const credentials = "{ caCertificate: a, clientCertificate: a, clientKey: a }";
    const machine =
      '{ node: 127.0.0.1, machineConfiguration: "version: v1alpha1\\nmachine: { install: {} }\\ncluster: { network: { cni: { name: none } } }\\n" }';
    const talos = `talos: { sync: true, applyMode: auto, clientConfiguration: ${credentials}, controlPlanes: [${machine}] }`;
    example.change(
      "Pulumi.yaml",
      "    properties:\n",
      `    properties:\n      chart: { path: ${chart().path} }\n      delivery: machineConfig\n      kubernetesVersion: 1.34.2\n      ${talos}\n`,
    );
    const { status, printed } = await example.pulumi("preview");
    assert.notEqual(status, 0);
    assert.match(printed, /talos\.sync needs talosctl, which is not on PATH/);
  },
);

test("a Python program gives the manifest of the repository", { skip: missingFor("language-python") }, async () => {
  const example = await stackOf("manifest-python");
  example.change(
    "__main__.py",
    '    cilium_version="1.19.6",',
    `    cilium_version="1.19.6",\n    chart={"path": "${chart().path}"},`,
  );
  const exported = 'pulumi.export("manifest", cni.manifest)\n';
  example.change("__main__.py", exported, `${exported}pulumi.export("helmValues", cni.helm_values)\n`);
  assert.match(await example.succeed("preview"), /\+ +talos-cilium-cni:index:TalosCiliumCni cilium create/);
  await example.succeed("up", "--yes", "--skip-preview");
  assert.equal(await example.succeed("stack", "output", "manifest"), `${expected}\n`);
  assert.deepEqual(JSON.parse(await example.succeed("stack", "output", "helmValues", "--json")), expectedValues);
});

test("an input that is known after up is previewed as such", { skip: missingFor("language-python") }, async () => {
  const example = await stackOf("manifest-python");
  example.write("__main__.py", programWithUnknownInput);
  const preview = await example.succeed("preview");
  assert.match(preview, /\+ +talos-cilium-cni:index:TalosCiliumCni cilium create/);
  assert.match(preview, /warning: podCidr is known after up; /);
  await example.succeed("up", "--yes", "--skip-preview");
  const { manifest } = createPlan({ ...chartArgs(), podCidr: "10.42.0.0/16" });
  assert.equal(await example.succeed("stack", "output", "manifest"), `${manifest.yaml}\n`);
});
