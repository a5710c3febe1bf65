import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import {
  cidrsOf,
  contains,
  type IpRange,
  networkOf,
  overlap,
  parseAddress,
  parseCidr,
  parseSpan,
  sizeOf,
} from "../../../components/support/ipRange.ts";

const cidr = (text: string) => parseCidr(text) ?? assert.fail(text);
const span = (start: string, stop: string) => parseSpan(start, stop) ?? assert.fail(`${start}-${stop}`);
const bounds = ({ family, first, last }: IpRange) => [family, first, last];

/** Writes a number as an IPv4 address. */
const ipv4 = (value: number) => [24, 16, 8, 0].map((shift) => (value >>> shift) & 255).join(".");
/** Writes a number as an IPv6 address, without abbreviation. */
const ipv6 = (value: bigint) => (value.toString(16).padStart(32, "0").match(/.{4}/g) ?? []).join(":");

const v4 = fc.nat({ max: 2 ** 32 - 1 });
const v6 = fc.bigInt({ min: 0n, max: 2n ** 128n - 1n });

test("an address is a range of one address, in every notation", () => {
  for (const [text, family, value] of [
    ["0.0.0.0", 4, 0n],
    ["192.168.1.10", 4, 0xc0a8010an],
    ["255.255.255.255", 4, 0xffffffffn],
    ["::", 6, 0n],
    ["::1", 6, 1n],
    ["FD00::A", 6, (0xfdn << 120n) | 0xan],
    ["fd00:0:0:0:0:0:0:000a", 6, (0xfdn << 120n) | 0xan],
    ["::ffff:192.168.1.10", 6, 0xffffc0a8010an],
  ] as const) {
    assert.deepEqual(parseAddress(text), { family, first: value, last: value, written: value, text }, text);
  }
});

test("every written address is parsed back to its number", () => {
  fc.assert(fc.property(v4, (value) => parseAddress(ipv4(value))?.first === BigInt(value)));
  fc.assert(fc.property(v6, (value) => parseAddress(ipv6(value))?.first === value));
});

test("text that is not one address is rejected", () => {
  for (const text of [
    "",
    " ",
    "localhost",
    "1.2.3",
    "1.2.3.4.5",
    "1.2.3.256",
    "1.2.3.04",
    "0x1.2.3.4",
    "1.2.3.4 ",
    " 1.2.3.4",
    "1.2.3.4/32",
    "1.2.3.4:80",
    "::1/128",
    ":::1",
    "1::2::3",
    "12345::",
    "[::1]",
    // Valid on one machine only.
    "fe80::1%eth0",
    "1.2.3.4\n",
  ]) {
    assert.equal(parseAddress(text), undefined, JSON.stringify(text));
  }
});

test("a CIDR is its network, even if it is written with the address of a host", () => {
  assert.deepEqual(bounds(cidr("192.168.1.77/24")), [4, 0xc0a80100n, 0xc0a801ffn]);
  assert.deepEqual(bounds(cidr("0.0.0.0/0")), [4, 0n, 2n ** 32n - 1n]);
  assert.deepEqual(bounds(cidr("10.0.0.1/32")), bounds(parseAddress("10.0.0.1") ?? assert.fail()));
  assert.deepEqual(bounds(cidr("::/0")), [6, 0n, 2n ** 128n - 1n]);
  assert.deepEqual(bounds(cidr("fd00::ff/120")), [6, 0xfdn << 120n, (0xfdn << 120n) | 0xffn]);
  assert.deepEqual(bounds(cidr("fd00::1/128")), bounds(parseAddress("fd00::1") ?? assert.fail()));
  assert.equal(cidr("192.168.1.77/24").text, "192.168.1.77/24");
});

test("a CIDR has 2^(length - prefix) addresses, contains its own address and starts at a multiple of its size", () => {
  fc.assert(
    fc.property(v4, fc.nat({ max: 32 }), (value, prefix) => {
      const range = cidr(`${ipv4(value)}/${prefix}`);
      assert.equal(sizeOf(range), 2 ** (32 - prefix));
      assert.equal(range.first % BigInt(sizeOf(range)), 0n);
      assert(contains(range, parseAddress(ipv4(value)) ?? assert.fail()));
    }),
  );
  fc.assert(
    fc.property(v6, fc.nat({ max: 128 }), (value, prefix) => {
      const range = cidr(`${ipv6(value)}/${prefix}`);
      assert.equal(sizeOf(range), 2 ** (128 - prefix));
      assert.equal(range.first % (1n << BigInt(128 - prefix)), 0n);
      assert(contains(range, parseAddress(ipv6(value)) ?? assert.fail()));
    }),
  );
});

test("text that is not a CIDR is rejected", () => {
  for (const text of [
    "",
    "/",
    "/24",
    "10.0.0.0",
    "10.0.0.0/",
    "10.0.0.0/33",
    "10.0.0.0/-1",
    "10.0.0.0/016",
    "10.0.0.0/1.5",
    "10.0.0.0/255.0.0.0",
    "10.0.0.0/8/8",
    "10.0.0.0 /8",
    "10.0.0/8",
    "fd00::/129",
    "fd00::/1000",
    "fe80::1%eth0/64",
    "a/8",
  ]) {
    assert.equal(parseCidr(text), undefined, JSON.stringify(text));
  }
});

test("a span includes both ends, and one address is written once", () => {
  assert.deepEqual(span("10.0.0.3", "10.0.0.5"), {
    family: 4,
    first: 0x0a000003n,
    last: 0x0a000005n,
    written: 0x0a000003n,
    text: "10.0.0.3-10.0.0.5",
  });
  assert.equal(sizeOf(span("10.0.0.3", "10.0.0.5")), 3);
  assert.deepEqual(span("::5", "::5"), { family: 6, first: 5n, last: 5n, written: 5n, text: "::5" });
});

test("a span needs two valid addresses of one family in their order", () => {
  for (const [start, stop] of [
    ["10.0.0.5", "10.0.0.3"],
    ["10.0.0.1", "fd00::1"],
    ["::1", "10.0.0.1"],
    ["10.0.0.1", ""],
    ["", "10.0.0.1"],
    ["10.0.0.0/24", "10.0.0.5"],
  ] as const) {
    assert.equal(parseSpan(start, stop), undefined, `${start}-${stop}`);
  }
});

test("ranges overlap if they share an address, and adjacent ranges do not", () => {
  for (const [a, b, expected] of [
    ["10.0.0.0/24", "10.0.0.0/24", true],
    ["10.0.0.0/24", "10.0.0.255/32", true],
    ["10.0.0.0/24", "10.0.1.0/24", false],
    ["10.0.0.0/8", "10.20.30.0/24", true],
    ["::/0", "0.0.0.0/0", false],
    ["fd00::/64", "fd00::ffff:0:0:0/128", true],
    ["fd00::/64", "fd00:0:0:1::/64", false],
  ] as const) {
    assert.equal(overlap(cidr(a), cidr(b)), expected, `${a} ${b}`);
    assert.equal(overlap(cidr(b), cidr(a)), expected, `${b} ${a}`);
  }
  assert(overlap(span("10.0.0.1", "10.0.0.5"), span("10.0.0.5", "10.0.0.9")));
});

test("a range contains another only if it has all of its addresses", () => {
  for (const [outer, inner, expected] of [
    ["10.0.0.0/24", "10.0.0.0/24", true],
    ["10.0.0.0/24", "10.0.0.128/25", true],
    ["10.0.0.128/25", "10.0.0.0/24", false],
    ["10.0.0.0/24", "10.0.1.0/24", false],
    ["::/0", "10.0.0.0/24", false],
    ["0.0.0.0/0", "::ffff:10.0.0.0/128", false],
  ] as const) {
    assert.equal(contains(cidr(outer), cidr(inner)), expected, `${outer} ${inner}`);
  }
  assert(!contains(cidr("10.0.0.0/24"), span("10.0.0.200", "10.0.1.1")));
});

test("the network of a range with host bits is the range that it means", () => {
  for (const [text, network] of [
    ["10.244.3.7/16", "10.244.0.0/16"],
    ["192.168.1.201/29", "192.168.1.200/29"],
    ["fd00::5/64", "fd00::/64"],
    ["0.0.0.1/0", "0.0.0.0/0"],
  ] as const) {
    const range = parseCidr(text) ?? assert.fail(text);
    assert.equal(networkOf(range), network);
  }
});

test("a range without host bits, an address and a span have no other network", () => {
  const ranges = ["10.244.0.0/16", "fd00::/64", "10.0.0.1/32", "::1/128"].map(parseCidr);
  for (const range of [...ranges, parseAddress("10.0.0.1"), parseSpan("10.0.0.1", "10.0.0.9")]) {
    assert.equal(networkOf(range ?? assert.fail()), undefined, range?.text);
  }
});

test("a range is made of the fewest CIDRs, which have its addresses and no others", () => {
  const texts = (start: string, stop: string) => cidrsOf(parseSpan(start, stop) ?? assert.fail());
  assert.deepEqual(texts("10.0.0.3", "10.0.0.9"), ["10.0.0.3/32", "10.0.0.4/30", "10.0.0.8/31"]);
  assert.deepEqual(texts("10.0.0.0", "10.0.0.255"), ["10.0.0.0/24"]);
  assert.deepEqual(texts("0.0.0.0", "255.255.255.255"), ["0.0.0.0/0"]);
  assert.deepEqual(texts("fd00::1", "fd00::4"), ["fd00::1/128", "fd00::2/127", "fd00::4/128"]);
  assert.deepEqual(texts("::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"), ["::/0"]);
  fc.assert(
    fc.property(fc.nat(0xffff), fc.nat(700), (start, size) => {
      const address = (value: number) => `10.1.${value >> 8}.${value & 255}`;
      const range = parseSpan(address(start), address(Math.min(0xffff, start + size))) ?? assert.fail();
      const parts = cidrsOf(range).map((text) => parseCidr(text) ?? assert.fail(text));
      assert.equal(parts[0]?.first, range.first);
      assert.equal(parts.at(-1)?.last, range.last);
      for (const [index, part] of parts.entries()) {
        assert.equal(part.first, part.written);
        const next = parts[index + 1];
        if (next === undefined) continue;
        assert.equal(next.first, part.last + 1n);
        // Two of the same size that together begin at a multiple of their size would be one.
        assert(sizeOf(part) !== sizeOf(next) || part.first % BigInt(2 * sizeOf(part)) !== 0n);
      }
    }),
  );
});
