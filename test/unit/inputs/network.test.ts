import assert from "node:assert/strict";
import { test } from "node:test";
import type { IpPoolBlock } from "../../../components/inputs/loadBalancerArgs.ts";
import {
  addressesInUse,
  dhcpRanges,
  type NamedRange,
  nodeAddresses,
  nodeCount,
  nodeSubnets,
  outsideOf,
  parseBlock,
  parseDhcpRange,
  podCidrRanges,
  poolBlocks,
  serviceRanges,
} from "../../../components/inputs/network.ts";
import { resolveSettings } from "../../../components/inputs/settings.ts";
import { parseAddress, parseCidr, sizeOf } from "../../../components/support/ipRange.ts";

const named = (ranges: readonly NamedRange[]) => ranges.map(({ input, range }) => [input, range.text]);

test("a block is a CIDR, one address, or the addresses from start to stop", () => {
  for (const [block, text, size] of [
    [{ cidr: "10.0.0.0/29" }, "10.0.0.0/29", 8],
    [{ cidr: "fd00::/120" }, "fd00::/120", 256],
    [{ start: "10.0.0.1" }, "10.0.0.1", 1],
    [{ start: "10.0.0.1", stop: "10.0.0.1" }, "10.0.0.1", 1],
    [{ start: "fd00::1", stop: "fd00::4" }, "fd00::1-fd00::4", 4],
  ] as const) {
    const range = parseBlock(block) ?? assert.fail(text);
    assert.deepEqual([range.text, sizeOf(range)], [text, size]);
  }
});

test("podCidr and serviceCidr are one range, or one of each IP family in the order that is written", () => {
  for (const [text, ...ranges] of [
    ["10.244.0.0/16", "10.244.0.0/16"],
    ["fd00::/56", "fd00::/56"],
    ["10.244.0.0/16,fd00::/56", "10.244.0.0/16", "fd00::/56"],
    ["fd00::/56,10.244.0.0/16", "fd00::/56", "10.244.0.0/16"],
    ["10.244.0.0/16, fd00::/56", "10.244.0.0/16", "fd00::/56"],
    // Whatever is malformed is a problem of its own, so nothing follows from it.
    ["10.244.0.0/16,10.245.0.0/16"],
    ["fd00::/56,fd01::/56"],
    ["10.244.0.0/16,fd00::/56,10.245.0.0/16"],
    ["10.244.0.0/16,x"],
    ["10.244.0.0/16,"],
    [","],
    [""],
  ] as const) {
    const settings = resolveSettings({ podCidr: text, serviceCidr: text });
    assert.deepEqual(
      named(podCidrRanges(settings)),
      ranges.map((range) => ["podCidr", range]),
      text,
    );
    assert.deepEqual(
      named(serviceRanges(settings)),
      ranges.map((range) => ["serviceCidr", range]),
      text,
    );
  }
});

test("a node with an address of each IP family counts once", () => {
  const countOf = (...nodes: string[]) => nodeCount(resolveSettings({ lan: { nodes } }));
  assert.equal(countOf(), 0);
  assert.equal(countOf("192.168.1.10", "192.168.1.11"), 2);
  assert.equal(countOf("192.168.1.10", "fd00::10"), 1);
  assert.equal(countOf("192.168.1.10", "fd00::10", "fd00::11", "192.168.1.11", "192.168.1.12"), 3);
  assert.equal(countOf("192.168.1.10", "router"), 1);
});

test("an incomplete, contradictory or malformed block is rejected", () => {
  const blocks: readonly IpPoolBlock[] = [
    {},
    { stop: "10.0.0.5" },
    { cidr: "10.0.0.0/29", start: "10.0.0.1" },
    { cidr: "10.0.0.0/29", stop: "10.0.0.1" },
    { cidr: "10.0.0.1" },
    { cidr: "" },
    { start: "" },
    { start: "10.0.0.5", stop: "10.0.0.1" },
    { start: "10.0.0.5", stop: "fd00::5" },
    { start: "10.0.0.0/29" },
  ];
  for (const block of blocks) assert.equal(parseBlock(block), undefined, JSON.stringify(block));
});

test("a DHCP range is two addresses, with or without spaces, or a CIDR", () => {
  for (const [text, first, last] of [
    ["192.168.1.100-192.168.1.150", "192.168.1.100", "192.168.1.150"],
    [" 192.168.1.100  -  192.168.1.150 ", "192.168.1.100", "192.168.1.150"],
    ["192.168.1.100-192.168.1.100", "192.168.1.100", "192.168.1.100"],
    ["192.168.1.0/24", "192.168.1.0", "192.168.1.255"],
    ["fd00::1-fd00::ff", "fd00::1", "fd00::ff"],
  ] as const) {
    const range = parseDhcpRange(text);
    assert.deepEqual([range?.first, range?.last], [parseAddress(first)?.first, parseAddress(last)?.first], text);
  }
});

test("text that is not a DHCP range is rejected", () => {
  for (const text of [
    "",
    "-",
    "192.168.1.100",
    "192.168.1.100-",
    "-192.168.1.150",
    "192.168.1.100-150",
    "192.168.1.150-192.168.1.100",
    "192.168.1.100-192.168.1.150-192.168.1.200",
    "192.168.1.100-192.168.1.150-",
    "192.168.1.100 to 192.168.1.150",
    "192.168.1.0/24-192.168.2.0/24",
  ]) {
    assert.equal(parseDhcpRange(text), undefined, text);
  }
});

const lan = {
  nodes: ["192.168.1.10", "node-2", "fd00::10"],
  subnets: ["192.168.1.0/24", "192.168.2.0", "fd00::/64"],
  vip: "192.168.1.5",
  gateway: "192.168.1.1",
  dhcpRange: "192.168.1.100-192.168.1.150",
};

test("every valid address has its input, and malformed ones are left out without a shift of the others", () => {
  const settings = resolveSettings({ lan });
  assert.deepEqual(named(nodeAddresses(settings)), [
    ["lan.nodes[0]", "192.168.1.10"],
    ["lan.nodes[2]", "fd00::10"],
  ]);
  assert.deepEqual(named(nodeSubnets(settings)), [
    ["lan.subnets[0]", "192.168.1.0/24"],
    ["lan.subnets[2]", "fd00::/64"],
  ]);
  assert.deepEqual(named(addressesInUse(settings)), [
    ["lan.nodes[0]", "192.168.1.10"],
    ["lan.nodes[2]", "fd00::10"],
    ["lan.vip", "192.168.1.5"],
    ["lan.gateway", "192.168.1.1"],
  ]);
  assert.deepEqual(named(dhcpRanges(settings)), [["lan.dhcpRange", "192.168.1.100-192.168.1.150"]]);
});

test("without facts about the network, there are no addresses", () => {
  const settings = resolveSettings({});
  for (const rangesOf of [nodeAddresses, nodeSubnets, addressesInUse, dhcpRanges, poolBlocks]) {
    assert.deepEqual(rangesOf(settings), []);
  }
  const malformed = resolveSettings({ lan: { vip: "vip", gateway: "", dhcpRange: "dhcp" } });
  assert.deepEqual([...addressesInUse(malformed), ...dhcpRanges(malformed)], []);
});

test("the Service range is a list, so that a malformed one is left out", () => {
  assert.deepEqual(named(serviceRanges(resolveSettings({}))), [["serviceCidr", "10.96.0.0/12"]]);
  assert.deepEqual(named(serviceRanges({ serviceCidr: "a" })), []);
});

test("every valid block has its input and its pool", () => {
  const one = { name: "one", blocks: [{ cidr: "10.0.0.0/99" }, { cidr: "10.0.0.0/29" }] };
  const two = { name: "two", blocks: [{ start: "fd00::1", stop: "fd00::2" }] };
  const blocks = poolBlocks(resolveSettings({ loadBalancer: { ipPools: [one, { name: "empty", blocks: [] }, two] } }));
  assert.deepEqual(named(blocks), [
    ["loadBalancer.ipPools[0].blocks[1]", "10.0.0.0/29"],
    ["loadBalancer.ipPools[2].blocks[0]", "fd00::1-fd00::2"],
  ]);
  assert.deepEqual(
    blocks.map(({ pool }) => pool.name),
    ["one", "two"],
  );
});

test("a range is outside only if no network of its family contains all of it", () => {
  const ranges = (...texts: readonly string[]) =>
    texts.map((text) => ({ input: text, range: parseCidr(text) ?? assert.fail(text) }));
  const outside = (networks: readonly NamedRange[], ...texts: readonly string[]) =>
    outsideOf(networks, ranges(...texts)).map((each) => [each.input, each.networks]);
  const networks = ranges("192.168.1.0/24", "192.168.3.0/24", "fd00::/64");
  assert.deepEqual(outside(networks, "192.168.1.0/24", "192.168.3.128/25", "fd00::ff/128"), []);
  assert.deepEqual(outside(networks, "192.168.2.0/24", "192.168.0.0/16", "fd01::/64"), [
    ["192.168.2.0/24", "192.168.1.0/24, 192.168.3.0/24"],
    ["192.168.0.0/16", "192.168.1.0/24, 192.168.3.0/24"],
    ["fd01::/64", "fd00::/64"],
  ]);
  assert.deepEqual(outside(ranges("192.168.1.0/24"), "fd00::/64"), []);
  assert.deepEqual(outside([], "192.168.1.0/24"), []);
});
