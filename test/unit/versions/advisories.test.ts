import assert from "node:assert/strict";
import { test } from "node:test";
import semver from "semver";
import { knownIncompatibilities } from "../../../components/versions/advisories.ts";
import { ciliumMinors, talosMinors } from "../../../components/versions/supported.ts";

test("every known incompatibility affects supported releases of Talos and of Cilium", () => {
  for (const { talos, cilium, source } of knownIncompatibilities) {
    for (const [range, minors] of [
      [talos, talosMinors],
      [cilium, ciliumMinors],
    ] as const) {
      assert.notEqual(semver.validRange(range), null, source);
      const isSupported = Object.keys(minors).some((minor) => semver.intersects(range, `~${minor}.0`));
      assert(isSupported, `${range}: no supported release is affected`);
      // A range without an upper bound would hit releases that do not exist yet.
      assert(!semver.satisfies("99.0.0", range), source);
    }
  }
});

test("every known incompatibility has a symptom, a remedy and the page where it is reported", () => {
  for (const { symptom, remedy, source } of knownIncompatibilities) {
    for (const text of [symptom, remedy]) assert.match(text, /^[a-z].{10,}[^.]$/);
    assert.equal(new URL(source).protocol, "https:");
  }
});

test("the releases of a known incompatibility are those of its report", () => {
  const affects = (talosVersion: string, ciliumVersion: string) =>
    knownIncompatibilities.some(
      ({ talos, cilium }) => semver.satisfies(talosVersion, talos) && semver.satisfies(ciliumVersion, cilium),
    );
  for (const [talos, cilium, expected] of [
    ["1.12.2", "1.18.6", true],
    ["1.12.4", "1.19.0", true],
    ["1.12.1", "1.18.6", false],
    ["1.12.5", "1.18.6", false],
    ["1.12.4", "1.18.7", false],
    ["1.13.9", "1.20.1", true],
    ["1.13.9", "1.20.0", false],
  ] as const) {
    assert.equal(affects(talos, cilium), expected, `${talos} ${cilium}`);
  }
});
