import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { parse } from "yaml";
import { generatePages } from "../../commands/generate.ts";
import { devConfig, root } from "../../commands/lib/stack.ts";
import { ciliumValues } from "../../components/cilium/values.ts";
import { configKeys } from "../../components/config.ts";
import schema from "../../components/inputs/args.schema.json" with { type: "json" };
import type { TalosCiliumCniArgs } from "../../components/inputs/args.ts";
import { inputDefaults, resolveSettings } from "../../components/inputs/settings.ts";
import { merge } from "../../components/support/merge.ts";
import { devStack } from "../fixtures/devStack.ts";

const text = (file: string) => readFileSync(join(root, file), "utf8");
const { config } = parse(text("Pulumi.yaml")) as {
  config: Record<string, { type: string; description: string; default: unknown }>;
};
// Without what is the Kubernetes provider's.
const inputs = Object.fromEntries(Object.entries(config).filter(([key]) => !key.includes(":")));

test("what is generated from args.ts is up to date", async () => {
  for (const { path, content } of await generatePages())
    assert.equal(readFileSync(path, "utf8"), content, "run npm run generate");
});

test("every input is a config key, documented, with the default that the program has", () => {
  assert.deepEqual([...configKeys].sort(), Object.keys(schema.properties).sort());
  assert.deepEqual(Object.keys(inputs), [...configKeys]);
  for (const [key, { type, description, default: value }] of Object.entries(inputs)) {
    assert.deepEqual(value, key === "kubernetesVersion" ? "" : inputDefaults[key as keyof typeof inputDefaults], key);
    assert.equal(type, Array.isArray(value) ? "array" : typeof value);
    assert(description.length > 20);
  }
});

test("the description of an object names every member that can be set", () => {
  const definitions = schema.definitions as Record<string, { properties?: object }>;
  for (const [key, property] of Object.entries(schema.properties)) {
    const definition = "$ref" in property ? definitions[property.$ref.replace("#/definitions/", "")] : undefined;
    for (const member of Object.keys(definition?.properties ?? {}))
      assert(inputs[key]?.description.includes(member), `${key}.${member}`);
  }
});

test("the config of Pulumi.yaml changes nothing for a user who sets nothing", () => {
  const configured = Object.fromEntries(Object.entries(inputs).map(([key, { default: value }]) => [key, value || undefined]));
  // A mode that is given has precedence over the user's own values. Without such values it changes nothing.
  const effective = (args: TalosCiliumCniArgs) => {
    const settings = resolveSettings(args);
    return { ...settings, routing: settings.routing.directRoutes, values: ciliumValues(settings) };
  };
  assert.deepEqual(effective(configured), effective({}));
  assert.deepEqual(effective(merge(configured, devStack)), effective(devStack));
});

test("what stands in a config file is read as the program reads it from the stack", () => {
  const folder = mkdtempSync(join(tmpdir(), "config-"));
  const read = (content: string) => {
    writeFileSync(join(folder, "Pulumi.dev.yaml"), content);
    return devConfig(join(folder, "Pulumi.dev.yaml"));
  };
  try {
    for (const empty of ["", "# nothing\n", "config:\n", "encryptionsalt: v1:abc\n"]) assert.deepEqual(read(empty), {});
    assert.deepEqual(
      read(
        "config:\n  kubernetes:context: a@b\n  homelab-talos-cni:podCidr: 10.42.0.0/16\n  namespace: cilium\n  serviceCidr:\n",
      ),
      { podCidr: "10.42.0.0/16", namespace: "cilium" },
    );
    assert.throws(() => read("config: [\n"), /Pulumi\.dev\.yaml: /);
    assert.throws(
      () => read("config:\n  homelab-talos-cni:values:\n    a:\n      secure: v1:x\n"),
      /^Error: homelab-talos-cni:values is encrypted/,
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("the dev stack is what the tests call so", () => {
  assert.deepEqual(devConfig(), devStack);
});
