import assert from "node:assert/strict";
import { test } from "node:test";
import { deviceChecks } from "../../../../components/checks/values/devices.ts";
import { values } from "../../../fixtures/validInputs.ts";
import { testExamples } from "../../../harness/checkExamples.ts";
import { valuesFindings } from "../../../harness/valuesFindings.ts";

const releases = ["1.18.4", "1.19.6", "1.20.0"];
const newer = ["1.19.6", "1.20.0"];

testExamples(deviceChecks, {
  "a device that is written as a pattern": [
    [
      values({ devices: "^enp.*" }),
      /^values\.devices: "\^enp\.\*" is compared as a name, and no interface has it; write enp\+ for all/,
    ],
    [values({ devices: ["eth0", "enp[0-9]s0"] }), /^values\.devices: "enp\[0-9\]s0" .*; write enp\+ for all names/],
    [values({ devices: "*" }), /; write a name such as enp3s0, or enp\+ for all names/],
    [values({ devices: "^(eth|enp).*" }), /; write a name such as enp3s0, or enp\+ for all names/],
    [{ secretValues: { devices: "enp*" } }, /^secretValues\.devices: /],
  ],
  "a device that no interface can be": [
    [values({ devices: "eth0, eth1" }), /^values\.devices: " eth1" is one name with a blank, because the agent splits at commas/],
    [values({ devices: "eth0:1" }), /^values\.devices: "eth0:1" is not the name of an interface; write a name such as enp3s0/],
    [values({ devices: "enp193s0f0np0v12" }), /is longer than the name of an interface can be \(15 bytes\)/],
  ],
  "devices that are only exclusions": [
    [
      values({ devices: "!eth0" }, { ciliumVersion: "1.18.4" }),
      /leaves no device to Cilium, because !eth0 only excludes; add the devices .* such as enp\+$/,
    ],
    [values({ devices: "!eth0" }, { ciliumVersion: "1.19.6" }), /or set values\.forceDeviceDetection to true$/],
  ],
  "an exclusion of devices that excludes nothing": [
    [
      values({ devices: "!enp3s0,enp+" }, { ciliumVersion: "1.18.4" }),
      /"!enp3s0" excludes nothing, because Cilium 1\.18 has no exclusions; list/,
    ],
    [
      values({ devices: "!enp3s0", forceDeviceDetection: true }, { ciliumVersion: "1.18.4" }),
      /because Cilium 1\.18 has no exclusions/,
    ],
    [
      values({ devices: "enp+,!enp3s0" }, { ciliumVersion: "1.20.0" }),
      /because the first entry that matches decides; write it before/,
    ],
  ],
  "devices that Cilium creates itself": [
    [values({ devices: "+" }), /^values\.devices: "\+" matches cilium_host or the devices of pods \(lxc\)/],
    [values({ devices: ["eth0", "lx+"] }), /^values\.devices: "lx\+" matches/],
  ],
});

const accepted: readonly (readonly [releases: readonly string[], values: Record<string, unknown>])[] = [
  [releases, { devices: "" }],
  [releases, { devices: "eth0 eth1" }],
  [releases, { devices: "eth0,eth1," }],
  [releases, { devices: ["enp3s0", "bond0.100"] }],
  [releases, { devices: "enp+,!eth1" }],
  [releases, { devices: "enp3s0.+" }],
  [releases, { devices: "br-lan,vlan_10,enx001122334455" }],
  [releases, { devices: "docker0" }],
  [releases, { devices: "!lo", forceDeviceDetection: true }],
  [newer, { devices: "!enp3s0,enp+" }],
  [newer, { devices: "enp3s0,!enp+", forceDeviceDetection: true }],
  [newer, { devices: "!eth+", forceDeviceDetection: true }],
  // Alternative names are longer.
  [["1.20.0"], { devices: "enp193s0f0np0v12" }],
];

for (const [ofReleases, accepting] of accepted) {
  for (const ciliumVersion of ofReleases) {
    test(`Cilium ${ciliumVersion} accepts ${JSON.stringify(accepting)}`, () => {
      assert.deepEqual(valuesFindings(values(accepting, { ciliumVersion })), []);
    });
  }
}

/** What an error says to write instead, once done: no check reports anything. */
const advice: readonly (readonly [devices: string, followed: string])[] = [
  ["^enp.*", "enp+"],
  ["enp*", "enp+"],
  ["^enp12s0$", "enp12s0"],
  ["eth[0-9]", "eth+"],
  ["eth?", "eth+"],
  [String.raw`eno\d+`, "eno+"],
  ["enp.+", "enp+"],
  ["(bond0)", "bond0+"],
];

for (const [devices, followed] of advice) {
  test(`${devices}: the advice is ${followed}, and works`, () => {
    for (const ciliumVersion of releases) {
      const [finding] = valuesFindings(values({ devices }, { ciliumVersion }));
      assert.equal(finding?.check, "a device that is written as a pattern");
      const [, advised] = /; write (\S+)/.exec(finding.message) ?? [];
      assert.equal(advised, followed);
      assert.deepEqual(valuesFindings(values({ devices: followed }, { ciliumVersion })), []);
    }
  });
}
