import assert from "node:assert/strict";
import { test } from "node:test";
import semver from "semver";
import {
  advisories,
  advisoriesFor,
  type Advisory,
  type AdvisoryId,
  advisoryName,
  knownIncompatibilities,
  nearestFixedRelease,
} from "../../../components/versions/advisories.ts";
import { ciliumMinors, minorOf, talosMinors } from "../../../components/versions/supported.ts";

test("every known incompatibility affects releases of Talos and of Cilium that are supported, or newer", () => {
  for (const { talos, cilium, source } of knownIncompatibilities) {
    for (const [range, minors] of [
      [talos, talosMinors],
      [cilium, ciliumMinors],
    ] as const) {
      assert.notEqual(semver.validRange(range), null, source);
      const oldest = Object.keys(minors).map((minor) => `${minor}.0`)[0] ?? "";
      assert(semver.intersects(range, `>=${oldest}`), `${range}: no supported release is affected`);
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
    ["1.13.9", "1.20.7", true],
    ["1.13.9", "1.20.0", false],
    ["1.15.0", "1.20.1", true],
    ["1.16.2", "1.19.6", true],
    ["1.16.2", "1.19.8", false],
    ["1.15.0", "1.18.14", false],
    ["1.15.0", "1.20.2", false],
    ["1.14.1", "1.20.0", false],
  ] as const) {
    assert.equal(affects(talos, cilium), expected, `${talos} ${cilium}`);
  }
});

const all = Object.entries(advisories) as readonly (readonly [AdvisoryId, Advisory])[];

test("an advisory has a CVE, a title, and affected releases of supported minors, each with its fix in the same minor", () => {
  for (const [id, { cve, title, affected }] of all) {
    assert.match(id, /^GHSA(?:-[23456789cfghjmpqrvwx]{4}){3}$/);
    if (cve !== undefined) assert.match(cve, /^CVE-20\d\d-\d{4,}$/);
    assert.match(title, /^[a-z].{10,}[^.]$/);
    assert(affected.length > 0, id);
    for (const { from, fixed } of affected) {
      assert(semver.lt(from, fixed), id);
      assert.equal(minorOf(from), minorOf(fixed), id);
      assert(minorOf(from) in ciliumMinors, id);
    }
  }
  assert.equal(new Set(all.map(([id]) => advisoryName(id))).size, all.length);
});

test("a release is affected from the first one to the one before the fix", () => {
  for (const [id, { affected }] of all) {
    for (const { from, fixed } of affected) {
      const lastAffected = `${minorOf(fixed)}.${semver.patch(fixed) - 1}`;
      for (const release of [from, lastAffected]) assert(advisoriesFor(release).includes(id), `${id} ${release}`);
      for (const release of [fixed, semver.inc(fixed, "patch") ?? ""])
        assert(!advisoriesFor(release).includes(id), `${id} ${release}`);
    }
  }
});

test("the nearest fixed release is the first of the same minor without advisories", () => {
  for (const [release, expected] of [
    ["1.18.0", "1.18.12"],
    ["1.18.4", "1.18.12"],
    ["1.18.11", "1.18.12"],
    ["1.18.12", "1.18.12"],
    ["1.19.0", "1.19.6"],
    ["1.19.5", "1.19.6"],
    ["1.19.6", "1.19.6"],
    ["1.20.0", "1.20.0"],
  ] as const) {
    assert.equal(nearestFixedRelease(release), expected, release);
    assert.deepEqual(advisoriesFor(expected), []);
  }
});
