import assert from "node:assert/strict";
import { test } from "node:test";
import { detectsDevices, deviceEntries, managedNames } from "../../../components/cilium/devices.ts";
import { findName, namesWith } from "../../../components/inputs/interfaceNames.ts";

const releases = ["1.18.4", "1.19.6", "1.20.0"];
const withExclusions = ["1.19.6", "1.20.0"];

test("the value is split at commas, and without a comma at blanks, as the agent does", () => {
  for (const [devices, expected] of [
    [undefined, []],
    [null, []],
    ["", []],
    [" ", []],
    [[], []],
    ["eth0", ["eth0"]],
    [" eth0 ", ["eth0"]],
    ["eth0 eth1", ["eth0", "eth1"]],
    ["eth0\n  eth1\n", ["eth0", "eth1"]],
    ["eth0,eth1", ["eth0", "eth1"]],
    ["eth0, eth1", ["eth0", " eth1"]],
    ["eth0,", ["eth0", ""]],
    [
      ["eth0", "eth1"],
      ["eth0", "eth1"],
    ],
    [["eth0", null], ["eth0"]],
    [["eth0,eth1"], ["eth0", "eth1"]],
    [
      ["eth0,eth1", "eth2"],
      ["eth0", "eth1 eth2"],
    ],
    [{ eth0: true }, []],
  ] as const) {
    const entries = deviceEntries({ devices }, "1.18.4");
    assert.deepEqual(
      entries.map(({ text }) => text),
      expected,
      JSON.stringify(devices),
    );
    assert.equal(detectsDevices({ devices }), expected.length === 0, JSON.stringify(devices));
    assert(detectsDevices({ devices, forceDeviceDetection: true }));
  }
});

/** Whether a device of this name may be managed. */
function manages(values: Record<string, unknown>, ciliumVersion: string, name: string): boolean {
  const { sets, accepts } = managedNames(values, ciliumVersion);
  const search = findName([namesWith(name, true), ...sets], ([isName, ...matches]) => isName === true && accepts(matches));
  return search.name !== undefined;
}

// What isSelectedDevice answers for a device that is up and has an address and a route.
const expectations: readonly (readonly [
  devices: unknown,
  force: boolean,
  releases: readonly string[],
  managed: readonly string[],
  not: readonly string[],
])[] = [
  [undefined, false, releases, ["eth0", "enp3s0", "uplink"], ["cilium_host", "lo", "lo0", "lxc123", "cni0", "docker0"]],
  ["", false, releases, ["eth0"], ["docker0"]],
  ["eth0", false, releases, ["eth0"], ["eth1", "eth", "eth00", "veth0"]],
  ["eth+", false, releases, ["eth", "eth0", "eth0.100"], ["enp3s0", "veth0"]],
  ["eth++", false, releases, ["eth0"], ["en0"]],
  ["e+h0", false, releases, ["e+h0"], ["eth0"]],
  ["+", false, releases, ["eth0", "lo", "cilium_host"], []],
  ["docker0,lxc1", false, releases, ["docker0", "lxc1"], ["eth0"]],
  ["eth0, eth1", false, releases, ["eth0"], ["eth1"]],
  ["enp.*", false, releases, [], ["enp3s0"]],
  ["eth[0-9]", false, releases, [], ["eth0"]],
  ["eth0", true, releases, ["eth0", "enp3s0"], ["docker0"]],
  ["docker0", true, releases, ["docker0", "enp3s0"], ["docker1", "lo"]],
  ["!eth0", false, releases, [], ["eth0", "eth1"]],
  ["!eth0", true, ["1.18.4"], ["eth0", "eth1"], []],
  ["!eth0", true, withExclusions, ["eth1"], ["eth0"]],
  ["!eth+", true, withExclusions, ["enp3s0"], ["eth0", "eth1", "docker0"]],
  ["eth+,!eth0", false, releases, ["eth0", "eth1"], ["enp3s0"]],
  ["!eth0,eth+", false, ["1.18.4"], ["eth0", "eth1"], ["enp3s0"]],
  ["!eth0,eth+", false, withExclusions, ["eth1"], ["eth0", "enp3s0"]],
  ["eth0,!eth+", true, withExclusions, ["eth0", "enp3s0"], ["eth1"]],
  ["!+", true, withExclusions, [], ["eth0"]],
];

for (const [devices, forceDeviceDetection, ofReleases, managed, others] of expectations) {
  for (const release of ofReleases) {
    test(`Cilium ${release}, devices ${JSON.stringify(devices)}${forceDeviceDetection ? ", forced detection" : ""}`, () => {
      const values = { devices, forceDeviceDetection };
      for (const name of managed) assert(manages(values, release, name), `${name} is managed`);
      for (const name of others) assert(!manages(values, release, name), `${name} is not managed`);
    });
  }
}

test("an exclamation mark is part of the name up to 1.18, and excludes later", () => {
  const [old] = deviceEntries({ devices: "!eth+" }, "1.18.4");
  assert.deepEqual(old, { text: "!eth+", excludes: false, isWildcard: true, name: "!eth" });
  for (const release of withExclusions) {
    const [entry] = deviceEntries({ devices: "!eth+" }, release);
    assert.deepEqual(entry, { text: "!eth+", excludes: true, isWildcard: true, name: "eth" });
  }
});
