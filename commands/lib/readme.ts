import semver from "semver";
import { allChecks } from "../../components/checks/catalog.ts";
import type { Checks } from "../../components/checks/check.ts";
import { ciliumMinors, talosMinors } from "../../components/versions/supported.ts";
import { tableRow } from "./page.ts";

/** Replaces the generated parts of the README: the number of checks, and the table of the supported versions. */
export function updateReadme(readme: string): string {
  const checks = Object.values<Checks<never>>(allChecks).flatMap(({ errors, warnings }) => [errors.length, warnings.length]);
  const count = checks.reduce((sum, each) => sum + each, 0);
  const withCount = replaceIn(readme, /\[\d+ checks\]/, () => `[${count} checks]`);
  return replaceIn(withCount, /(^## Compatibility\n[^|]*)(?:\|.*\n)+/m, (_, heading) => `${heading}${compatibilityTable()}\n`);
}

/** Replaces what a pattern matches. Throws if that is nothing, because the text would no longer follow the code. */
function replaceIn(text: string, pattern: RegExp, replacement: (match: string, group: string) => string): string {
  if (!pattern.test(text)) throw new Error(`README.md has no text that matches ${pattern}`);
  return text.replace(pattern, replacement);
}

function compatibilityTable(): string {
  const talosReleases = Object.keys(talosMinors);
  const rows = Object.entries(ciliumMinors).map(([cilium, { kubernetes, gatewayApi }]) =>
    tableRow(cilium, ...Object.values(talosMinors).map((talos) => commonReleases(kubernetes, talos)), gatewayApi),
  );
  const header = tableRow("Cilium", ...talosReleases.map((release) => `Talos ${release}`), "Gateway API");
  const line = tableRow(...Array<string>(talosReleases.length + 2).fill("---"));
  return [header, line, ...rows].join("\n");
}

/** The oldest and the newest minor release of Kubernetes, such as 1.32. */
interface KubernetesReleases {
  readonly oldest: string;
  readonly newest: string;
}

/** The releases in both ranges, such as `1.32 to 1.34`. */
export function commonReleases(one: KubernetesReleases, other: KubernetesReleases): string {
  const oldest = compareMinors(one.oldest, other.oldest) > 0 ? one.oldest : other.oldest;
  const newest = compareMinors(one.newest, other.newest) < 0 ? one.newest : other.newest;
  const order = compareMinors(oldest, newest);
  if (order > 0) return "none";
  return order === 0 ? oldest : `${oldest} to ${newest}`;
}

function compareMinors(one: string, other: string): number {
  return semver.compare(`${one}.0`, `${other}.0`);
}
