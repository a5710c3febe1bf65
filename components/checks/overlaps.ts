import type { NamedRange } from "../inputs/network.ts";
import { contains, overlap } from "../support/ipRange.ts";
import { type Problem, problem } from "../support/problems.ts";

/** A problem for each pair of ranges that overlap. `remedy` says what to do. */
export function overlapProblems(ranges: readonly (readonly [NamedRange, NamedRange])[], remedy: string): readonly Problem[] {
  return ranges
    .filter(([one, other]) => overlap(one.range, other.range))
    .map(([one, other]) =>
      problem(one.input, `${one.range.text} ${relation(one, other)} ${other.input} ${other.range.text}; ${remedy}`),
    );
}

function relation({ range: one }: NamedRange, { range: other }: NamedRange): string {
  if (one.family === other.family && one.first === other.first && one.last === other.last) return "is";
  if (contains(one, other)) return "contains";
  return contains(other, one) ? "is inside" : "overlaps";
}

/** Every range of the first list with every range of the second. */
export function pairs<One extends NamedRange>(
  ones: readonly One[],
  others: readonly NamedRange[],
): readonly (readonly [One, NamedRange])[] {
  return ones.flatMap((one) => others.map((other) => [one, other] as const));
}

/**
 * Pairs of overlapping ranges, the later input first. Sorted by address, a range only has to be compared with the furthest-reaching one
 * before it.
 */
export function overlappingPairs(ranges: readonly NamedRange[]): readonly (readonly [NamedRange, NamedRange])[] {
  const sorted = [...ranges.entries()].sort(([, { range: a }], [, { range: b }]) => {
    if (a.family !== b.family) return a.family - b.family;
    return a.first < b.first ? -1 : 1;
  });
  const result: (readonly [NamedRange, NamedRange])[] = [];
  let furthest: (typeof sorted)[number] | undefined;
  for (const next of sorted) {
    const before = furthest;
    if (before?.[1].range.family !== next[1].range.family || before[1].range.last < next[1].range.last) furthest = next;
    if (before === undefined || !overlap(before[1].range, next[1].range)) continue;
    result.push(next[0] > before[0] ? [next[1], before[1]] : [before[1], next[1]]);
  }
  return result;
}
