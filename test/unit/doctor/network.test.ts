import assert from "node:assert/strict";
import { createServer } from "node:net";
import { test } from "node:test";
import { askAddress, isInSubnetOf, readNeighbor } from "../../../components/doctor/network.ts";

test("what the programs of Linux and macOS print of a neighbor", () => {
  for (const [output, expected] of [
    ["192.168.1.200 dev eth0 lladdr 02:00:00:00:00:0a REACHABLE \n", { mac: "02:00:00:00:00:0a", isSilent: false }],
    ["2001:db8:1::200 dev lan0 lladdr 02:00:00:00:00:01 router STALE", { mac: "02:00:00:00:00:01", isSilent: false }],
    ["192.168.1.200 dev eth0  FAILED", { isSilent: true }],
    ["192.168.1.200 dev eth0 INCOMPLETE", { isSilent: true }],
    ["? (192.168.1.200) at 2:0:0:0:0:A on en0 ifscope [ethernet]", { mac: "02:00:00:00:00:0a", isSilent: false }],
    ["? (192.168.1.200) at (incomplete) on en0 ifscope [ethernet]", { isSilent: true }],
    ["192.168.1.200 (192.168.1.200) -- no entry", { isSilent: true }],
    // The kernel forgets a neighbor that nobody talks to, and a node reaches its own addresses without ARP.
    ["", { isSilent: false }],
    ["2001:db8:1::200 dev lan0", { isSilent: false }],
  ] as const)
    assert.deepEqual(readNeighbor(output), expected, output);
});

test("whether an address is in a subnet", () => {
  for (const [address, subnets, expected] of [
    ["192.168.1.200", ["10.0.0.1/8", "192.168.1.5/24"], true],
    ["192.168.2.200", ["192.168.1.5/24"], false],
    ["2001:db8:1::200", ["2001:db8:1::5/64"], true],
    ["2001:db8:2::200", ["2001:db8:1::5/64", "192.168.1.5/24"], false],
    ["not an address", ["0.0.0.0/0"], false],
  ] as const)
    assert.equal(isInSubnetOf(address, subnets), expected, address);
});

test("a port that listens, and one that does not", async () => {
  const server = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const { port } = server.address() as { port: number };
  assert.deepEqual(await askAddress("127.0.0.1", [port]), { isOnLink: false, isSilent: false, ports: { [port]: "connected" } });
  await new Promise((resolve) => server.close(resolve));
  assert.deepEqual(await askAddress("127.0.0.1", [port]), { isOnLink: false, isSilent: false, ports: { [port]: "refused" } });
});
