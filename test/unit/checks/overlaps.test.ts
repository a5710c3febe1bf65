import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { overlapProblems, overlapsBetween, overlapsIn } from "../../../components/checks/overlaps.ts";
import type { NamedRange } from "../../../components/inputs/network.ts";
import { overlap, parseCidr, parseSpan } from "../../../components/support/ipRange.ts";

function named(...cidrs: readonly string[]): readonly NamedRange[] {
  return cidrs.map((cidr, index) => ({ input: `r[${index}]`, range: parseCidr(cidr) ?? assert.fail(cidr) }));
}

test("each overlap is found once, and the later input is the one to change", () => {
  const ranges = named("10.0.0.0/8", "192.168.1.0/24", "10.1.0.0/16", "10.1.2.0/24", "fd00::/64", "192.168.0.0/16");
  const inputs = overlapsIn(ranges).map(([one, other]) => `${one.input} ${other.input}`);
  assert.deepEqual(inputs.toSorted(), ["r[2] r[0]", "r[3] r[0]", "r[5] r[1]"]);
});

test("the overlaps of two lists are those of comparing each with each, in the order of the inputs", () => {
  const address = fc.integer({ min: 0, max: 60 });
  const range = fc.tuple(address, address, fc.constantFrom("10.0.0.", "fd00::")).map(([one, other, prefix]) => {
    const [first, last] = one < other ? [one, other] : [other, one];
    return parseSpan(`${prefix}${first}`, `${prefix}${last}`) ?? assert.fail();
  });
  const list = (name: string) =>
    fc.array(range).map((ranges) => ranges.map((each, index) => ({ input: `${name}[${index}]`, range: each })));
  const naive = (ones: readonly NamedRange[], others: readonly NamedRange[]) =>
    ones.flatMap((one) => others.filter((other) => overlap(one.range, other.range)).map((other) => [one.input, other.input]));
  fc.assert(
    fc.property(list("a"), list("b"), (ones, others) => {
      const inputs = overlapsBetween(ones, others).map((pair) => pair.map(({ input }) => input));
      assert.deepEqual(inputs, naive(ones, others));
    }),
  );
});

test("the problem says how the two ranges overlap", () => {
  const [one, other, inside] = named("10.0.0.0/8", "10.0.0.0/8", "10.1.0.0/16") as [NamedRange, NamedRange, NamedRange];
  const messages = [
    ...overlapProblems(overlapsBetween([one], [other, inside]), "move it"),
    ...overlapProblems(overlapsBetween([inside], [one]), "move it"),
  ].map(({ message }) => message);
  assert.deepEqual(messages, [
    "10.0.0.0/8 is r[1] 10.0.0.0/8; move it",
    "10.0.0.0/8 contains r[2] 10.1.0.0/16; move it",
    "10.1.0.0/16 is inside r[0] 10.0.0.0/8; move it",
  ]);
});
