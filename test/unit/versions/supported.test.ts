import assert from "node:assert/strict";
import { test } from "node:test";
import semver from "semver";
import { inputDefaults } from "../../../components/inputs/settings.ts";
import {
  ciliumMinor,
  ciliumMinors,
  gatewayApiCrdsUrl,
  minorOf,
  supportedMinor,
  talosMinors,
} from "../../../components/versions/supported.ts";

const minorPattern = /^1\.(?:0|[1-9]\d*)$/;

test("the minor of a version has neither a patch nor a prerelease", () => {
  for (const [version, minor] of [
    ["1.18.4", "1.18"],
    ["v1.18.0", "1.18"],
    ["1.20.0-rc.1", "1.20"],
    ["10.0.11+build", "10.0"],
  ] as const) {
    assert.equal(minorOf(version), minor);
  }
});

test("every release of a supported minor is supported, prereleases included", () => {
  for (const [name, minor] of Object.entries(ciliumMinors)) {
    for (const version of [`${name}.0`, `${name}.99`, `v${name}.1`, `${name}.0-rc.1`]) {
      assert.equal(ciliumMinor(version), minor, version);
      assert.equal(supportedMinor(version), minor, version);
    }
  }
});

test("other minors and invalid versions are not supported", () => {
  for (const version of ["1.17.9", "1.21.0", "2.18.4", "0.1.18", "1.18", "1.180.0", "", "latest", "constructor", "1.18.4.1"]) {
    assert.equal(ciliumMinor(version), undefined, version);
    assert.throws(() => supportedMinor(version), { message: `Cilium ${version} is not supported` });
  }
});

test("the default Cilium release is supported", () => {
  assert(ciliumMinor(inputDefaults.ciliumVersion));
});

test("the Gateway API release of each minor is in its own range, which has both ends", () => {
  for (const [name, { gatewayApi, gatewayApiRange }] of Object.entries(ciliumMinors)) {
    assert(semver.satisfies(gatewayApi, gatewayApiRange), name);
    for (const outside of ["0.8.1", "1.99.0", "2.0.0"]) assert(!semver.satisfies(outside, gatewayApiRange), name);
  }
});

test("each minor works with a span of Kubernetes minors, and later minors never lower its bounds", () => {
  const order = (a: string, b: string) => semver.compare(`${a}.0`, `${b}.0`);
  for (const minors of [
    Object.entries(ciliumMinors).map(([name, { kubernetes }]) => [name, kubernetes] as const),
    Object.entries(talosMinors),
  ]) {
    for (const [name, { oldest, newest }] of minors) {
      for (const minor of [name, oldest, newest]) assert.match(minor, minorPattern);
      assert(order(oldest, newest) < 0, name);
    }
    const sorted = minors.toSorted(([a], [b]) => order(a, b)).map(([, kubernetes]) => kubernetes);
    for (const bound of ["oldest", "newest"] as const) {
      const bounds = sorted.map((kubernetes) => kubernetes[bound]);
      assert.deepEqual(bounds, bounds.toSorted(order));
    }
  }
});

test("every supported Cilium runs on some Kubernetes that every supported Talos runs", () => {
  for (const [cilium, { kubernetes }] of Object.entries(ciliumMinors)) {
    for (const [talos, range] of Object.entries(talosMinors)) {
      assert(semver.lte(`${range.oldest}.0`, `${kubernetes.newest}.0`), `${talos} ${cilium}`);
      assert(semver.lte(`${kubernetes.oldest}.0`, `${range.newest}.0`), `${talos} ${cilium}`);
    }
  }
});

test("the kinds for load balancing have an API version of Cilium", () => {
  for (const { ipPool, l2Policy } of Object.values(ciliumMinors)) {
    for (const apiVersion of [ipPool, l2Policy]) assert.match(apiVersion, /^cilium\.io\/v\d+(?:(?:alpha|beta)\d+)?$/);
  }
});

test("the URL of the CRDs is that of the release's standard channel", () => {
  assert.equal(
    gatewayApiCrdsUrl("v1.2.0"),
    "https://github.com/kubernetes-sigs/gateway-api/releases/download/v1.2.0/standard-install.yaml",
  );
});
