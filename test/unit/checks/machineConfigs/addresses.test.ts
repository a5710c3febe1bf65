import assert from "node:assert/strict";
import { test } from "node:test";
import { machineConfigAddressChecks } from "../../../../components/checks/machineConfigs/addresses.ts";
import type { TalosCiliumCniArgs } from "../../../../components/inputs/args.ts";
import { withConfig } from "../../../fixtures/machineConfigs.ts";
import { lan, pool } from "../../../fixtures/validInputs.ts";
import { testExamples } from "../../../harness/checkExamples.ts";
import { checkResults } from "../../../harness/findings.ts";

const vip = (ip: string) => ({ machine: { network: { interfaces: [{ interface: "eth0", dhcp: true, vip: { ip } }] } } });
const address = (...addresses: readonly string[]) => ({
  machine: { network: { interfaces: [{ interface: "eth0", addresses }] } },
});
const vipDocument = (ip: string) => `kind: Layer2VIPConfig\nname: ${ip}\nlink: eth0\n`;
const { vip: _, ...lanWithoutVip } = lan;

testExamples(machineConfigAddressChecks, {
  "a pool that contains an address of a machine config": [
    [
      withConfig(vip("192.168.1.201"), pool({ cidr: "192.168.1.200/29" })),
      /^loadBalancer\.ipPools\[0\]\.blocks\[0\]: 192\.168\.1\.200\/29 contains the virtual address in talos\.controlPlanes\[0\]\.machineConfiguration 192\.168\.1\.201; choose a range without it/,
    ],
    [
      withConfig(vipDocument("192.168.1.201"), pool({ start: "192.168.1.201" })),
      /: 192\.168\.1\.201 is the virtual address in talos/,
    ],
    [
      withConfig(address("192.168.1.201/24"), pool({ cidr: "192.168.1.200/29" }), "workers"),
      /contains the address in talos\.workers\[0\]\.machineConfiguration 192\.168\.1\.201; choose a range without it/,
    ],
    [
      withConfig("kind: LinkConfig\nname: eth0\naddresses: [{ address: 10.1.0.9/24 }]\n", pool({ cidr: "10.1.0.0/28" })),
      /: 10\.1\.0\.0\/28 contains the address in talos\..* 10\.1\.0\.9;/,
    ],
  ],
  "a pod or Service range that contains an address of a machine config": [
    [
      withConfig(vip("10.244.3.3")),
      /^podCidr: 10\.244\.0\.0\/16 contains the virtual address in talos\.controlPlanes\[0\]\.machineConfiguration 10\.244\.3\.3; choose/,
    ],
    [
      withConfig(address("10.100.0.9/24")),
      /^serviceCidr: 10\.96\.0\.0\/12 contains the address in talos\..* 10\.100\.0\.9; choose/,
    ],
  ],
  "a virtual address that differs from the one in a machine config": [
    [
      withConfig(vip("192.168.1.6"), { lan }),
      /^lan\.vip: is 192\.168\.1\.5, but talos\.controlPlanes\[0\]\.machineConfiguration has the virtual address 192\.168\.1\.6; leave/,
    ],
  ],
  "a virtual address of a machine config that is the address of a node or of the router": [
    [
      withConfig(vip("192.168.1.11"), { lan: lanWithoutVip }),
      /^talos\.controlPlanes\[0\]\.machineConfiguration: has the virtual address 192\.168\.1\.11, which is also lan\.nodes\[1\]/,
    ],
    [
      withConfig(vipDocument("192.168.1.1"), { lan: lanWithoutVip }),
      /has the virtual address 192\.168\.1\.1, which is also lan\.gateway/,
    ],
  ],
  "a virtual address of a machine config outside of the node networks": [
    [
      withConfig(vip("192.168.2.5"), { lan: lanWithoutVip }),
      /has the virtual address 192\.168\.2\.5, which is in none of lan\.subnets \(192\.168\.1\.0\/24\); correct it, or add/,
    ],
  ],
});

test("addresses that fit are accepted", () => {
  const links = [
    { interface: "lo", addresses: ["192.168.1.201/32"] },
    { interface: "dummy0", dummy: true, addresses: ["192.168.1.202/32"] },
    { interface: "wg0", wireguard: {}, addresses: ["10.100.0.1/24"] },
  ];
  const accepted: readonly TalosCiliumCniArgs[] = [
    withConfig(vip("192.168.1.5"), { lan, ...pool({ cidr: "192.168.1.200/29" }) }),
    withConfig(vip("192.168.1.5"), { lan: lanWithoutVip }),
    withConfig(vip("192.168.1.5")),
    // The node's own address, in the config and in `lan`.
    withConfig(address("192.168.1.10/24"), { lan }),
    withConfig({ machine: { network: { interfaces: links } } }, pool({ cidr: "192.168.1.200/29" })),
    // One of several virtual addresses is the input's.
    withConfig(`${vipDocument("10.5.0.9")}---\n${vipDocument("192.168.1.5")}`, { lan }),
    // A virtual address that the config does not have, because something else than Talos answers for it.
    withConfig("{}", { lan }),
  ];
  for (const args of accepted) assert.deepEqual(checkResults(args), [], JSON.stringify(args));
});

test("an address that lan has too is reported once", () => {
  const problems = checkResults(withConfig(vip("192.168.1.5"), { lan, ...pool({ cidr: "192.168.1.0/29" }) })).flatMap(
    (result) => result.problems,
  );
  assert.deepEqual(problems.filter((problem) => problem.includes("192.168.1.5")).length, 1, problems.join("\n"));
});

test("a pool without the address, split in two around it, is accepted", () => {
  for (const config of [vip("192.168.1.204"), address("192.168.1.204/24"), vipDocument("192.168.1.204")]) {
    const around = pool({ start: "192.168.1.200", stop: "192.168.1.203" }, { start: "192.168.1.205", stop: "192.168.1.207" });
    assert.deepEqual(checkResults(withConfig(config, around)), []);
    assert.equal(checkResults(withConfig(config, pool({ cidr: "192.168.1.200/29" }))).length, 1);
  }
});
