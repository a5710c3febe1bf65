import assert from "node:assert/strict";
import { test } from "node:test";
import { overlappingPairs, overlapProblems, pairs } from "../../../components/checks/overlaps.ts";
import type { NamedRange } from "../../../components/inputs/network.ts";
import { parseCidr } from "../../../components/support/ipRange.ts";

function named(...cidrs: readonly string[]): readonly NamedRange[] {
  return cidrs.map((cidr, index) => ({ input: `r[${index}]`, range: parseCidr(cidr) ?? assert.fail(cidr) }));
}

test("each overlap is found once, and the later input is the one to change", () => {
  const ranges = named("10.0.0.0/8", "192.168.1.0/24", "10.1.0.0/16", "10.1.2.0/24", "fd00::/64", "192.168.0.0/16");
  const inputs = overlappingPairs(ranges).map(([one, other]) => `${one.input} ${other.input}`);
  assert.deepEqual(inputs.toSorted(), ["r[2] r[0]", "r[3] r[0]", "r[5] r[1]"]);
});

test("the problem says how the two ranges overlap", () => {
  const [one, other, inside] = named("10.0.0.0/8", "10.0.0.0/8", "10.1.0.0/16") as [NamedRange, NamedRange, NamedRange];
  const messages = [
    ...overlapProblems(pairs([one], [other, inside]), "move it"),
    ...overlapProblems(pairs([inside], [one]), "move it"),
  ].map(({ message }) => message);
  assert.deepEqual(messages, [
    "10.0.0.0/8 is r[1] 10.0.0.0/8; move it",
    "10.0.0.0/8 contains r[2] 10.1.0.0/16; move it",
    "10.1.0.0/16 is inside r[0] 10.0.0.0/8; move it",
  ]);
});
