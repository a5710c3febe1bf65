import type { NamedRange } from "../inputs/network.ts";
import { contains, type IpRange, overlap } from "../support/ipRange.ts";
import { type Problem, problem } from "../support/problems.ts";

/** Two ranges that overlap. */
type Overlap<One extends NamedRange = NamedRange> = readonly [One, NamedRange];

/** A problem for each overlap. `remedy` says what to do. */
export function overlapProblems(overlaps: readonly Overlap[], remedy: string): readonly Problem[] {
  return overlaps.map(([one, other]) =>
    problem(one.input, `${one.range.text} ${relation(one, other)} ${other.input} ${other.range.text}; ${remedy}`),
  );
}

function relation({ range: one }: NamedRange, { range: other }: NamedRange): string {
  if (one.family === other.family && one.first === other.first && one.last === other.last) return "is";
  if (contains(one, other)) return "contains";
  return contains(other, one) ? "is inside" : "overlaps";
}

/** The overlaps of ranges of the first list with ranges of the second. Only the neighbours of a range by address are compared with it. */
export function overlapsBetween<One extends NamedRange>(
  ones: readonly One[],
  others: readonly NamedRange[],
): readonly Overlap<One>[] {
  const neighboursOf = { 4: neighboursIn(sortedByAddress(others, 4)), 6: neighboursIn(sortedByAddress(others, 6)) };
  return ones.flatMap((one) => neighboursOf[one.range.family](one.range).map((other) => [one, other] as const));
}

/** Returns a function that finds the ranges that overlap with a range, in the order of their list. */
function neighboursIn(sorted: readonly (readonly [index: number, NamedRange])[]): (range: IpRange) => readonly NamedRange[] {
  // How far the ranges up to each one reach.
  const reach: bigint[] = [];
  for (const [position, [, { range }]] of sorted.entries()) {
    const before = reach[position - 1];
    reach.push(before === undefined || before < range.last ? range.last : before);
  }
  return (range) => {
    const result: (typeof sorted)[number][] = [];
    for (let position = countUntil(sorted, range.last) - 1; position >= 0; position--) {
      if ((reach[position] ?? 0n) < range.first) break;
      const entry = sorted[position];
      if (entry !== undefined && entry[1].range.last >= range.first) result.push(entry);
    }
    return result.toSorted(([one], [other]) => one - other).map(([, named]) => named);
  };
}

/** The number of ranges that begin at this address or before it. */
function countUntil(sorted: readonly (readonly [number, NamedRange])[], address: bigint): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle]?.[1].range.first ?? 0n) <= address) low = middle + 1;
    else high = middle;
  }
  return low;
}

function sortedByAddress(ranges: readonly NamedRange[], family: 4 | 6): readonly (readonly [index: number, NamedRange])[] {
  return [...ranges.entries()]
    .filter(([, { range }]) => range.family === family)
    .sort(([, { range: a }], [, { range: b }]) => (a.first < b.first ? -1 : 1));
}

/**
 * The overlaps within a list, the later input first. Sorted by address, a range only has to be compared with the furthest-reaching one before it.
 */
export function overlapsIn(ranges: readonly NamedRange[]): readonly Overlap[] {
  const result: Overlap[] = [];
  for (const family of [4, 6] as const) {
    let furthest: readonly [index: number, NamedRange] | undefined;
    for (const next of sortedByAddress(ranges, family)) {
      const before = furthest;
      if (before === undefined || before[1].range.last < next[1].range.last) furthest = next;
      if (before === undefined || !overlap(before[1].range, next[1].range)) continue;
      result.push(next[0] > before[0] ? [next[1], before[1]] : [before[1], next[1]]);
    }
  }
  return result;
}
