import semver from "semver";
import { pinnedCharts } from "./pins.ts";
import { minorOf } from "./supported.ts";

/** The number of minor releases from one release to another: 2 from 1.18.4 to 1.20.0, and -1 from 1.19.6 to 1.18.12. */
export function minorSteps(from: string, to: string): number {
  return semver.minor(to) - semver.minor(from);
}

/**
 * The releases to go by on the way from one release to another: before an upgrade the newest patch of the present minor release, and then the
 * newest patch of each minor release in between. Only pinned releases count.
 */
export function releasesBetween(from: string, to: string): readonly string[] {
  const direction = Math.sign(minorSteps(from, to));
  const minors = Array.from(
    { length: Math.abs(minorSteps(from, to)) - 1 },
    (_, index) => `${semver.major(from)}.${semver.minor(from) + direction * (index + 1)}`,
  );
  const newest = direction > 0 ? newestPatch(minorOf(from)) : undefined;
  const first = newest !== undefined && semver.gt(newest, from) ? [newest] : [];
  return [...first, ...minors.map(newestPatch).filter((release) => release !== undefined)];
}

/** The newest pinned patch of a minor release such as `1.18`. */
function newestPatch(minor: string): string | undefined {
  return Object.keys(pinnedCharts)
    .filter((release) => minorOf(release) === minor)
    .toSorted(semver.rcompare)[0];
}
