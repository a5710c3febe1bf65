import assert from "node:assert/strict";
import { test } from "node:test";
import type { TalosCiliumCniArgs } from "../../../components/inputs/args.ts";
import { inputDefaults, resolveSettings } from "../../../components/inputs/settings.ts";
import { ciliumMinors, talosMinors } from "../../../components/versions/supported.ts";

test("without inputs, every setting is the default", () => {
  const { values, routing, ...defaults } = inputDefaults;
  assert.deepEqual(resolveSettings({}), {
    ...defaults,
    // The default mode is left out, so that `values` can set it.
    routing: { directRoutes: routing.directRoutes },
    userValues: values,
    kubernetesVersion: "1.35",
  });
});

test("an input replaces its own default and keeps those beside it", () => {
  const settings = resolveSettings({ kubePrism: { port: 6443 }, hubble: { enabled: true }, namespace: "cilium" });
  assert.deepEqual(settings.kubePrism, { host: "localhost", port: 6443 });
  assert.deepEqual(settings.hubble, { enabled: true, relay: false, ui: false });
  assert.equal(settings.namespace, "cilium");
  assert.equal(settings.podCidr, inputDefaults.podCidr);
});

test("undefined counts as not set, at every depth", () => {
  const args = { podCidr: undefined, kubePrism: { port: undefined }, routing: undefined, l2: { leaseDuration: undefined } };
  const settings = resolveSettings(args as unknown as TalosCiliumCniArgs);
  // A member without a default may stay as undefined.
  assert.deepEqual(JSON.parse(JSON.stringify(settings)), resolveSettings({}));
});

test("a list replaces the whole list", () => {
  assert.deepEqual(resolveSettings({ lan: { nodes: ["10.0.0.1"] } }).lan, { nodes: ["10.0.0.1"], subnets: [] });
});

test("the defaults and the inputs are not changed", () => {
  const args = { values: { a: { b: 1 } }, secretValues: { a: { c: 2 } }, lan: { nodes: ["10.0.0.1"] } };
  const copies = structuredClone([args, inputDefaults]);
  resolveSettings(args);
  assert.deepEqual([args, inputDefaults], copies);
});

test("only a routing mode that the user sets is in the settings", () => {
  assert.deepEqual(resolveSettings({ routing: { directRoutes: false } }).routing, { directRoutes: false });
  for (const mode of ["native", "tunnel"] as const) {
    assert.deepEqual(resolveSettings({ routing: { mode } }).routing, { directRoutes: true, mode });
  }
});

test("the user's values are `values` with `secretValues` merged over them", () => {
  const values = { map: { a: 1, b: 2 }, list: [1], other: "stays" };
  const secretValues = { map: { b: null }, list: [], token: "secret" };
  assert.deepEqual(resolveSettings({ values, secretValues }).userValues, {
    map: { a: 1, b: null },
    list: [],
    other: "stays",
    token: "secret",
  });
  assert.deepEqual(resolveSettings({ values }).userValues, values);
  assert.deepEqual(resolveSettings({ secretValues }).userValues, secretValues);
});

const kubernetesFor = (ciliumVersion: string, talosVersion?: string) =>
  resolveSettings({ ciliumVersion, talos: talosVersion === undefined ? {} : { version: talosVersion } }).kubernetesVersion;

test("the default Kubernetes is the newest that this Cilium is tested with", () => {
  for (const [minor, { kubernetes }] of Object.entries(ciliumMinors))
    assert.equal(kubernetesFor(`${minor}.0`), kubernetes.newest);
});

test("the default Kubernetes is not newer than Talos runs, however its version is written", () => {
  for (const version of ["1.11.0", "v1.11.5", "1.11", "1.11.0-beta.1"]) {
    assert.equal(kubernetesFor("1.19.6", version), "1.34");
    assert.equal(kubernetesFor("1.18.4", version), "1.33");
  }
  for (const cilium of Object.keys(ciliumMinors)) {
    for (const [talos, { newest }] of Object.entries(talosMinors)) {
      const expected = [newest, ciliumMinors[cilium]?.kubernetes.newest ?? ""].map((minor) => Number(minor.slice(2)));
      assert.equal(kubernetesFor(`${cilium}.0`, `${talos}.0`), `1.${Math.min(...expected)}`, `${cilium} ${talos}`);
    }
  }
});

test("a Talos version that is unknown or invalid does not limit Kubernetes", () => {
  for (const version of ["1.99.0", "2.0.0", "latest", ""]) assert.equal(kubernetesFor("1.19.6", version), "1.35");
});

test("a Cilium version that is not supported has no default Kubernetes", () => {
  for (const version of ["1.0.0", "latest", "", "1.18"]) assert.equal(kubernetesFor(version), "");
});

test("the user's Kubernetes version is used as it is", () => {
  assert.equal(resolveSettings({ kubernetesVersion: "v1.30.1", talos: { version: "1.13.0" } }).kubernetesVersion, "v1.30.1");
});
