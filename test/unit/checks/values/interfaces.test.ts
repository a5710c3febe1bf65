import assert from "node:assert/strict";
import { test } from "node:test";
import { interfaceChecks } from "../../../../components/checks/values/interfaces.ts";
import { withConfig } from "../../../fixtures/machineConfigs.ts";
import { policy } from "../../../fixtures/validInputs.ts";
import { testExamples } from "../../../harness/checkExamples.ts";
import { checkResults } from "../../../harness/findings.ts";
import { valuesFindings } from "../../../harness/valuesFindings.ts";

const releases = ["1.18.4", "1.19.6", "1.20.0"];

testExamples(interfaceChecks, {
  "a policy whose interfaces Cilium does not manage": [
    [
      policy({ interfaces: ["^enp"] }, { devices: ["eth0", "eth1"] }),
      /^loadBalancer\.l2Policies\[0\]\.interfaces: \["\^enp"\] matches none of the devices that values\.devices leaves to Cilium \(eth0, eth1\)/,
    ],
    [
      policy({ interfaces: ["^enp"] }, { devices: "eth+" }),
      /matches none of the devices .* \(eth\+\); leave loadBalancer\.l2Policies\[0\]\.interfaces out, or leave values\.devices out$/,
    ],
    [
      policy({ interfaces: ["^docker0$"] }),
      /matches no device that Cilium detects; it leaves out names that begin with cilium_, lo,/,
    ],
    [
      policy({ interfaces: ["^$"] }),
      /matches no device that Cilium detects; .*; leave loadBalancer\.l2Policies\[0\]\.interfaces out/,
    ],
    [
      { ...policy({ interfaces: ["^enp3s0$"] }, { devices: "!enp3s0", forceDeviceDetection: true }), ciliumVersion: "1.20.0" },
      /docker, and those that values\.devices excludes; leave loadBalancer\.l2Policies\[0\]\.interfaces out/,
    ],
  ],
  "a policy whose interfaces Cilium may not manage": [
    [
      { ...policy({ interfaces: ["^enp"] }, { devices: "eth+" }), ciliumVersion: "1.20.0" },
      /values\.devices leaves to Cilium \(eth\+\), unless these are alternative names of others; leave loadBalancer\.l2Policies\[0\]\.interfaces out, or leave values\.devices out$/,
    ],
  ],
  "a policy for interfaces that Cilium leaves out": [
    [
      policy({ interfaces: ["^br.*"] }),
      /\["\^br\.\*"\] is for a bridge, which Cilium leaves out unless values\.devices names it; name it there/,
    ],
    [policy({ interfaces: ["^ib[0-9]+$"] }), /is for an IPoIB device/],
    [policy({ interfaces: ["^veth"] }), /is for a veth pair/],
    [
      policy({ interfaces: ["docker0"] }),
      /is for a device of a container runtime .* leaves out; leave loadBalancer\.l2Policies\[0\]\.interfaces out/,
    ],
  ],
  "a policy for interface names that Talos does not use": [
    [
      policy({ interfaces: ["^eth[0-9]+"] }),
      /\.interfaces: \["\^eth\[0-9\]\+"\] matches eth0, but no name that Talos usually gives, such as enp3s0 or eno1/,
    ],
    [policy({ interfaces: ["^eth1$"] }), /matches eth1, but no name that Talos usually gives/],
  ],
});

const notManaged = "a policy whose interfaces Cilium does not manage";
const perhapsNotManaged = "a policy whose interfaces Cilium may not manage";
const leftOut = "a policy for interfaces that Cilium leaves out";

type Titles = readonly [of18: string | undefined, of19: string | undefined, of20: string | undefined];
const always = (title: string | undefined): Titles => [title, title, title];
const outside: Titles = [notManaged, notManaged, perhapsNotManaged];

/** Patterns with values, and the only check that reports them in Cilium 1.18, 1.19 and 1.20. */
const verdicts: readonly (readonly [interfaces: readonly string[], values: Record<string, unknown>, titles: Titles])[] = [
  // A wildcard and a pattern fit if some name has the beginning and matches.
  [["^enp12s0$"], { devices: "enp+" }, always(undefined)],
  [["^enp12s0f[01]$"], { devices: "enp12+" }, always(undefined)],
  [["s0$"], { devices: "enp+" }, always(undefined)],
  [["^(?i)ENP"], { devices: "enp+" }, always(undefined)],
  [["^bond0$", "^eno"], { devices: "bond+" }, always(undefined)],
  [["^enp.{13}$"], { devices: "enp+" }, outside],
  [["^enp12s0$"], { devices: "enp13+" }, outside],
  [["^ENP"], { devices: "enp+" }, outside],
  [["^eno1$"], { devices: "enp+ ens+" }, outside],
  [["^eno1$"], { devices: ["enp3s0", "eno1"] }, always(undefined)],
  [["^eno1$"], { devices: "enp3s0,eno1" }, always(undefined)],
  // Exclusions, which 1.18 does not have.
  [["^enp3s0$"], { devices: "!eno1,enp3s0" }, always(undefined)],
  [["^eno1$"], { devices: "!eno1,enp3s0" }, outside],
  [
    ["^eno1$"],
    { devices: "!eno2", forceDeviceDetection: true },
    ["an exclusion of devices that excludes nothing", undefined, undefined],
  ],
  [["^eno2$"], { devices: "enp3s0,!eno2" }, outside],
  // Bridges and the like.
  [["^br0$"], {}, always(leftOut)],
  [["br0"], {}, always(leftOut)],
  [["^br-lan$"], {}, always(leftOut)],
  [["^bridge[0-9]"], {}, always(leftOut)],
  [["^virbr0", "^vmbr"], {}, always(leftOut)],
  [["^ovs-system$"], {}, always(leftOut)],
  [["^lxc", "br0"], {}, always(leftOut)],
  [["^br0$"], { devices: "" }, always(leftOut)],
  [["^br0$"], { devices: "enp3s0", forceDeviceDetection: true }, always(leftOut)],
  [["^lxc"], {}, always(notManaged)],
  [["^cilium_host$"], {}, always(notManaged)],
  [["^lo$"], {}, always(notManaged)],
  [["^br.*"], { devices: "br0" }, always(undefined)],
  [["^br.*"], { devices: "br+" }, always(undefined)],
  [["^br0$"], { devices: "enp3s0 br0" }, always(undefined)],
  [["^br0$"], { devices: "br0", forceDeviceDetection: true }, always(undefined)],
  [["br"], { devices: "br0" }, always(undefined)],
  [["br"], { devices: "br0", forceDeviceDetection: true }, always(undefined)],
  [["^docker0$"], { devices: "docker0" }, always(undefined)],
  [["^br.*"], { devices: "enp+" }, outside],
  // A VLAN on a bridge is a device of its own, and these say more than a bridge.
  [[String.raw`^br0\.100$`], {}, always(undefined)],
  [["^br.*", "^en"], {}, always(undefined)],
  [["^(br|en)"], {}, always(undefined)],
  [["^b"], {}, always(undefined)],
  [["^(br0)?"], {}, always(undefined)],
  [["0$"], {}, always(undefined)],
  [[".*"], {}, always(undefined)],
  [[""], {}, always(undefined)],
  [["^uplink$"], {}, always(undefined)],
  [["^bond0"], {}, always(undefined)],
  [["^wlan0$"], {}, always(undefined)],
  [["^ens"], {}, always(undefined)],
  // Names that Talos does not give.
  [["eth0"], {}, always("a policy for interface names that Talos does not use")],
  [["^eth"], { devices: "" }, always("a policy for interface names that Talos does not use")],
  [[String.raw`^eth0\.100$`], {}, always("a policy for interface names that Talos does not use")],
  // People may give an interface such a name.
  [["^(eth|net)0$"], {}, always(undefined)],
  [["^eth0$", "^lan0$"], {}, always(undefined)],
  [["(?i)^ETH[0-9]$"], {}, always("a policy for interface names that Talos does not use")],
  [["^eth"], { devices: "eth+" }, always(undefined)],
  [["^e"], {}, always(undefined)],
  [["^(eth0|enp12s0)$"], {}, always(undefined)],
  [["^eth", "^enx00"], {}, always(undefined)],
  [["^(eth|eno)[0-9]+$"], {}, always(undefined)],
  [["^(eth0|enp193s0f0np0)$"], {}, always(undefined)],
  [["^(eth0|wlp2s0)$"], {}, always(undefined)],
  [["^(eth0|bond7)$"], {}, always(undefined)],
];

for (const [interfaces, values, titles] of verdicts) {
  for (const [index, ciliumVersion] of releases.entries()) {
    test(`Cilium ${ciliumVersion}: ${JSON.stringify(interfaces)} with ${JSON.stringify(values)}`, () => {
      const findings = valuesFindings({ ...policy({ interfaces: [...interfaces] }, values), ciliumVersion });
      const expected = titles[index];
      assert.deepEqual(
        findings.map(({ check }) => check),
        expected === undefined ? [] : [expected],
      );
    });
  }
}

test("what is wrong with `devices` alone is not reported for the policies too", () => {
  for (const [devices, pattern] of [
    ["^enp.*", "^enp"],
    ["^br.*", "^br"],
    ["eth0, enp3s0", "^enp"],
    ["!eth0", "^enp"],
  ] as const) {
    const findings = valuesFindings(policy({ interfaces: [pattern] }, { devices }));
    assert.deepEqual(
      findings.map(({ input }) => input),
      ["values.devices"],
    );
  }
});

test("names such as eth0 are accepted if a machine config has them, in both forms of Talos", () => {
  const args = policy({ interfaces: ["^eth0$"] });
  for (const [config, isAccepted] of [
    [{ machine: { install: { extraKernelArgs: ["net.ifnames=0"] } } }, true],
    [{ machine: { network: { interfaces: [{ interface: "eth1" }, { interface: "enp3s0" }] } } }, true],
    [{ kind: "LinkConfig", name: "eth0" }, true],
    [{ machine: { install: { extraKernelArgs: ["net.ifnames=1", "quiet"] } } }, false],
    [{ machine: { network: { interfaces: [{ interface: "enp3s0" }, { deviceSelector: { driver: "eth0" } }] } } }, false],
    [{ kind: "LinkConfig", name: "enp3s0" }, false],
    [{}, false],
  ] as const) {
    for (const list of ["controlPlanes", "workers"] as const) {
      const titles = checkResults(withConfig(config, args, list)).map(({ check }) => check);
      assert.deepEqual(
        titles.includes("a policy for interface names that Talos does not use"),
        !isAccepted,
        JSON.stringify(config),
      );
    }
  }
});
