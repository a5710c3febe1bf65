import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import * as pulumi from "@pulumi/pulumi";
import { parse } from "yaml";
import { root } from "../../commands/lib/root.ts";
import { checkInputs } from "../../components/checks/inputs.ts";
import { ciliumValues } from "../../components/cilium/values.ts";
import { configKeys, configuredArgs } from "../../components/config.ts";
import schema from "../../components/inputs/args.schema.json" with { type: "json" };
import type { TalosCiliumCniArgs } from "../../components/inputs/args.ts";
import { inputDefaults, resolveSettings } from "../../components/inputs/settings.ts";
import { merge } from "../../components/support/merge.ts";
import { problemLines } from "../../components/support/problems.ts";
import { devStack } from "../fixtures/devStack.ts";

/** Reads the inputs from a stack config with these keys; those in `encrypted` are secrets. */
function readConfig(
  config: Readonly<Record<string, string>>,
  {
    encrypted = [],
    ownKeys,
    project = "homelab",
  }: { encrypted?: readonly string[]; ownKeys?: readonly string[]; project?: string } = {},
): TalosCiliumCniArgs {
  pulumi.runtime.setAllConfig({ ...config }, [...encrypted]);
  return configuredArgs(new pulumi.Config(project), ownKeys);
}

test("texts are read as they are, and objects and lists as JSON", () => {
  const args = readConfig({
    "homelab:podCidr": "10.42.0.0/16",
    "homelab:ciliumVersion": "1.19",
    "homelab:kubernetesVersion": "1.30",
    "homelab:l2": '{"enabled":false}',
    "homelab:allowUnknownValues": '["a.b"]',
    "homelab:values": '{"debug":{"enabled":null}}',
  });
  assert.deepEqual(args, {
    podCidr: "10.42.0.0/16",
    ciliumVersion: "1.19",
    kubernetesVersion: "1.30",
    l2: { enabled: false },
    allowUnknownValues: ["a.b"],
    values: { debug: { enabled: null } },
  });
});

test("an empty text counts as not set, and so does a key without config", () => {
  assert.deepEqual(readConfig({ "homelab:kubernetesVersion": "", "homelab:values": "" }), {});
  assert.deepEqual(readConfig({}), {});
});

test("config of other projects and packages is not read", () => {
  const others = {
    "kubernetes:namespace": "a",
    "talos:namespace": "a",
    "garage-2:podCidr": "b",
    "other:values": "{}",
    "talos-cilium-cni:token": "c",
    "talos-cilium:token": "c",
    "cilium:namespace": "d",
    "pulumi:values": "e",
    "aws:values": "f",
    "talosconfig:talos": "g",
  };
  assert.deepEqual(readConfig(others), {});
});

test("our keys under the name of the package, of this repository's project, or a similar one are named, and not read", () => {
  const similar = ["talos-cilium", "cilium-cni", "cilium_talos", "Talos-Cilium-CNI", "homelabs", "homlab"];
  for (const name of ["talos-cilium-cni", "homelab-talos-cni", ...similar]) {
    for (const key of configKeys) {
      const args = readConfig({ [`${name}:${key}`]: "s3cr3t", "homelab:podCidr": "nonsense" });
      assert(!JSON.stringify(args).includes("s3cr3t"));
      // The other problems are reported too.
      assert.deepEqual(
        problemLines(checkInputs(args).errors).toSorted(),
        [
          `${name}:${key}: is not read, because the config keys of the inputs begin with homelab:; rename it to homelab:${key} where it is set, in the file of the stack or of the project, or remove it if homelab:${key} is set there too`,
          'podCidr: "nonsense" is not a valid range; write it as in the Talos machine config, such as 10.244.0.0/16',
        ].toSorted(),
      );
    }
  }
});

test("the config of a provider is not taken for that of a project with a similar name", () => {
  for (const provider of ["kubernetes", "talos", "cilium", "pulumi"]) {
    assert.deepEqual(readConfig({ [`${provider}:namespace`]: "a" }, { project: `${provider}2` }), {}, provider);
  }
});

test("a key that is renamed as the message says is read", () => {
  const message = problemLines(checkInputs(readConfig({ "talos-cilium-cni:podCidr": "10.42.0.0/16" })).errors).join("");
  const [, renamed = ""] = /rename it to (\S+) where/.exec(message) ?? [];
  assert.deepEqual(readConfig({ [renamed]: "10.42.0.0/16" }), { podCidr: "10.42.0.0/16" });
});

test("a misspelled key under one of our names is named with the key that is meant", () => {
  for (const name of ["talos-cilium-cni", "homelab-talos-cni"]) {
    for (const key of configKeys.filter(({ length }) => length > 5)) {
      for (const misspelled of [
        key.slice(0, -1),
        `${key}s`,
        key.toLowerCase(),
        `${key.slice(0, 2)}${key[3]}${key[2]}${key.slice(4)}`,
      ]) {
        const [line = "", ...others] = problemLines(checkInputs(readConfig({ [`${name}:${misspelled}`]: "s3cr3t" })).errors);
        assert(line.startsWith(`${name}:${misspelled}: `) && line.includes(`rename it to homelab:${key} `), line);
        assert.deepEqual(others, []);
      }
    }
    assert.deepEqual(readConfig({ [`${name}:lab`]: "a", [`${name}:version`]: "b", [`${name}:pluginDownloadURL`]: "c" }), {});
  }
});

test("a program may read keys of ours under other names, which it lists in full", () => {
  for (const other of ["homelab2:podCidr", "talos-cilium-cni:podCidr", "homelab-talos-cni:values"]) {
    assert.notDeepEqual(readConfig({ [other]: "a" }), {});
    assert.deepEqual(readConfig({ [other]: "a" }, { ownKeys: [other] }), {});
  }
});

test("malformed JSON stays text, which is then a problem of that input", () => {
  for (const text of ["{", "native", "{a: b}"]) {
    const args = readConfig({ "homelab:routing": text });
    assert.deepEqual(args, { routing: text });
    assert.match(
      problemLines(checkInputs(args).errors).join("\n"),
      /^routing: is ".*"; it must be an object with the keys mode, directRoutes$/,
    );
  }
});

test("JSON of another type is a problem of that input, and null does not count as not set", () => {
  const args = readConfig({ "homelab:values": "null", "homelab:l2": "7", "homelab:lan": "[]" });
  assert.deepEqual(problemLines(checkInputs(args).errors), [
    "l2: is 7; it must be an object with the keys enabled, leaseDuration, leaseRenewDeadline, leaseRetryPeriod",
    "lan: is []; it must be an object with the keys nodes, subnets, vip, gateway, dhcpRange",
    "values: is null; it must be an object",
  ]);
});

test("an unknown key is refused without reading its value, which may be a secret of something else", () => {
  for (const key of ["apiToken", "value", "constructor", "toString", "configKeys"]) {
    const fullKey = `homelab:${key}`;
    const args = readConfig({ [fullKey]: "s3cr3t" }, { encrypted: [fullKey] });
    assert(!JSON.stringify(args).includes("s3cr3t"), key);
    assert.match(problemLines(checkInputs(args).errors).join("\n"), new RegExp(`^${key}: is not an input`));
  }
});

test("the program's own keys are not inputs", () => {
  assert.deepEqual(readConfig({ "homelab:context": "a", "homelab:adopt": "true" }, { ownKeys: ["context", "adopt"] }), {});
});

test("every encrypted input is refused without its value, except secretValues", () => {
  for (const key of configKeys) {
    const fullKey = `homelab:${key}`;
    const args = readConfig({ [fullKey]: '{"token":"s3cr3t"}' }, { encrypted: [fullKey] });
    if (key === "secretValues") {
      assert.deepEqual(args, { secretValues: { token: "s3cr3t" } });
      continue;
    }
    assert(!JSON.stringify(args).includes("s3cr3t"), key);
    const [error = "", ...others] = problemLines(checkInputs(args).errors);
    assert(error.startsWith(`${key}: ${fullKey} is encrypted in the config, but what is rendered from it is not`), error);
    assert.deepEqual(others, []);
  }
});

const { config } = parse(readFileSync(join(root, "Pulumi.yaml"), "utf8")) as {
  config: Record<string, { type: string; description: string; default: unknown }>;
};
// Without the keys of other packages, such as the Kubernetes provider.
const declaredInputs = Object.fromEntries(Object.entries(config).filter(([key]) => !key.includes(":")));

test("every input is a config key, with a description and the program's default in Pulumi.yaml", () => {
  assert.deepEqual([...configKeys].sort(), Object.keys(schema.properties).sort());
  assert.deepEqual(Object.keys(declaredInputs), [...configKeys]);
  for (const [key, { type, description, default: value }] of Object.entries(declaredInputs)) {
    assert.deepEqual(value, key === "kubernetesVersion" ? "" : inputDefaults[key as keyof typeof inputDefaults], key);
    assert.equal(type, Array.isArray(value) ? "array" : typeof value);
    assert(description.length > 20);
  }
});

test("the description of an object in Pulumi.yaml names every member of the object", () => {
  const definitions = schema.definitions as Record<string, { properties?: object }>;
  for (const [key, property] of Object.entries(schema.properties)) {
    const definition = "$ref" in property ? definitions[property.$ref.replace("#/definitions/", "")] : undefined;
    for (const member of Object.keys(definition?.properties ?? {})) {
      assert(declaredInputs[key]?.description.includes(member), `${key}.${member}`);
    }
  }
});

test("the defaults in Pulumi.yaml change nothing", () => {
  const defaults = Object.fromEntries(
    Object.entries(declaredInputs).map(([key, { default: value }]) => [key, value || undefined]),
  );
  // A mode that is set has precedence over the user's own values. Without such values it changes nothing.
  const effective = (args: TalosCiliumCniArgs) => {
    const settings = resolveSettings(args);
    return { ...settings, routing: settings.routing.directRoutes, values: ciliumValues(settings) };
  };
  assert.deepEqual(effective(defaults), effective({}));
  assert.deepEqual(effective(merge(defaults, devStack)), effective(devStack));
});
