import assert from "node:assert/strict";
import { test } from "node:test";
import semver from "semver";
import { inputDefaults } from "../../../components/inputs/settings.ts";
import { gatewayApiDigests, pinnedCharts } from "../../../components/versions/pins.ts";
import { ciliumMinors, minorOf } from "../../../components/versions/supported.ts";

const hexDigest = /^[0-9a-f]{64}$/;
/** A hash in go.sum: the base64 form of a SHA-256. */
const goHash = /^h1:[A-Za-z0-9+/]{43}=$/;

test("every pinned chart is an exact release of a supported minor, with a SHA-256", () => {
  for (const [version, { sha256 }] of Object.entries(pinnedCharts)) {
    assert.equal(semver.valid(version), version);
    assert(Object.hasOwn(ciliumMinors, minorOf(version)), version);
    assert.match(sha256, hexDigest, version);
  }
});

test("every supported minor has a pinned chart whose source is pinned too, and so has the default release", () => {
  const withSource = Object.keys(pinnedCharts).filter((version) => pinnedCharts[version]?.source !== undefined);
  assert.deepEqual(new Set(withSource.map(minorOf)), new Set(Object.keys(ciliumMinors)));
  assert(withSource.includes(inputDefaults.ciliumVersion));
});

test("a pinned source has the hash of a Go module and the digests of its images", () => {
  for (const [version, { source }] of Object.entries(pinnedCharts)) {
    if (source === undefined) continue;
    assert.match(source.goModule, goHash, version);
    for (const digest of Object.values(source.images)) assert.match(digest, /^sha256:[0-9a-f]{64}$/, version);
  }
});

test("no digest is pinned twice", () => {
  const digests = Object.values(pinnedCharts).flatMap(({ sha256, source }) => [
    sha256,
    source?.goModule ?? [],
    Object.values(source?.images ?? {}),
  ]);
  const all = [...digests.flat(), ...Object.values(gatewayApiDigests)];
  assert.deepEqual([...new Set(all)], all);
});

test("the pinned Gateway API releases are those that the supported minors need, each with a SHA-256", () => {
  const needed = new Set(Object.values(ciliumMinors).map(({ gatewayApi }) => gatewayApi));
  assert.deepEqual(new Set(Object.keys(gatewayApiDigests)), needed);
  for (const [release, digest] of Object.entries(gatewayApiDigests)) {
    assert.equal(`v${semver.valid(release) ?? ""}`, release);
    assert.match(digest, hexDigest, release);
  }
});
