import semver from "semver";
import type { PinnedChart } from "../../components/versions/pinnedChart.ts";
import { minorOf } from "../../components/versions/supported.ts";
import { formatPage, type Page } from "./page.ts";

/** Everything that is pinned, by release. */
export interface Pins {
  readonly charts: Readonly<Record<string, PinnedChart>>;
  readonly gatewayApi: Readonly<Record<string, string>>;
}

/** The newest of these releases in each minor, in order. */
export function newestOfEachMinor(releases: readonly string[]): readonly string[] {
  const newest = new Map(releases.toSorted(semver.compare).map((release) => [minorOf(release), release]));
  return [...newest.values()];
}

/** Writes components/versions/pins.ts. The same pins give the same content, in whatever order they are. */
export function formatPins({ charts, gatewayApi }: Pins): Promise<Page> {
  const newest = newestOfEachMinor(Object.keys(charts)).map((release) => `// renovate: cilium ${release}`);
  return formatPage(
    "components/versions/pins.ts",
    `// \`npm run pin\` writes this file (commands/lib/pinsFile.ts). pinnedChart.ts says what the members mean.
//
// The newest release of each minor. Renovate changes these lines when there is a newer one, and \`npm run pin\` then adds its digests.
${newest.join("\n")}
import type { PinnedChart } from "./pinnedChart.ts";

/** The releases with a pinned chart. Other releases of a supported minor work too, with a warning that the archive was not checked. */
export const pinnedCharts: Readonly<Record<string, PinnedChart>> = ${writeSorted(charts)};

/** SHA-256 of \`standard-install.yaml\` of each Gateway API release that a supported Cilium needs. */
export const gatewayApiDigests = ${writeSorted(gatewayApi)} as const;

/** A Gateway API release whose CRDs are pinned. */
export type GatewayApiRelease = keyof typeof gatewayApiDigests;
`,
  );
}

function writeSorted(byRelease: Readonly<Record<string, unknown>>): string {
  const sorted = Object.entries(byRelease).toSorted(([one], [other]) => semver.compare(one, other));
  return JSON.stringify(Object.fromEntries(sorted));
}
