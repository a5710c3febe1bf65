import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after } from "node:test";
import { renderedChecks } from "../../components/checks/catalog.ts";
import { checkChanges } from "../../components/checks/changes.ts";
import type { Finding } from "../../components/checks/run.ts";
import { validate } from "../../components/checks/validate.ts";
import { ciliumValues } from "../../components/cilium/values.ts";
import type { TalosCiliumCniArgs } from "../../components/inputs/args.ts";
import { resolveSettings } from "../../components/inputs/settings.ts";
import { examine } from "../../components/plan.ts";
import { type Problem, problemLines } from "../../components/support/problems.ts";
import { ciliumMinor, minorOf } from "../../components/versions/supported.ts";
import { advisoryTitles } from "./advisories.ts";
import { cacheRenderings } from "./cachedRenderings.ts";
import { chartArgs, chartFolder, defaultRelease, releases } from "./charts.ts";

cacheRenderings();

/** A check by its title, and what it found: `input: message` for each problem. */
export interface CheckResult {
  readonly check: string | undefined;
  readonly problems: readonly string[];
}

/**
 * Runs the checks on the inputs, with the real chart of the release. Returns those that find something, errors first, without advisories.
 */
export function checkResults(args: TalosCiliumCniArgs): readonly CheckResult[] {
  return allCheckResults(args).filter(({ check = "" }) => !advisoryTitles.includes(check));
}

/** Runs every check on the inputs, those for advisories too. With `before`, also those of the change from these inputs. */
export function allCheckResults(args: TalosCiliumCniArgs, before?: TalosCiliumCniArgs): readonly CheckResult[] {
  const { errors, warnings } = examine({ ...realChart(args.ciliumVersion), ...args });
  const problems: readonly (Problem & Partial<Finding>)[] = [...errors, ...warnings, ...changeFindings(args, before)];
  return [...Map.groupBy(problems, ({ check }) => check)].map(([check, ofCheck]) => ({ check, problems: problemLines(ofCheck) }));
}

/** What the checks of changes say to inputs after others, which are in the state of the stack. */
export function changeFindings(args: TalosCiliumCniArgs, before?: TalosCiliumCniArgs): readonly Finding[] {
  if (before === undefined) return [];
  const settings = resolveSettings(args);
  const inputs = { ciliumVersion: defaultRelease, ...before };
  return checkChanges({ settings, values: ciliumValues(settings) }, { inputs, images: [] }).errors;
}

const renderedTitles = Object.values(renderedChecks).flatMap(({ errors, warnings }) =>
  [...errors, ...warnings].map(({ title }) => title),
);

/** What is found after the advice of a check was followed. Renders only if the check looks at the rendering. */
export function findingsAfter(
  args: TalosCiliumCniArgs,
  check: string,
  before?: TalosCiliumCniArgs,
): Record<"errors" | "warnings", readonly Partial<Finding>[]> {
  const inputs = { ...realChart(args.ciliumVersion), ...args };
  const { errors, warnings } = renderedTitles.includes(check) ? examine(inputs) : validate(inputs);
  return { errors: [...errors, ...changeFindings(args, before)], warnings };
}

/** The chart of a release. For one whose chart the suite does not have: the chart of the same minor, under the name of this release. */
function realChart(ciliumVersion = defaultRelease): Pick<TalosCiliumCniArgs, "chart"> {
  if (ciliumMinor(ciliumVersion) === undefined) return {};
  const release = releases.find((each) => minorOf(each.ciliumVersion) === minorOf(ciliumVersion))?.ciliumVersion;
  if (release === undefined) return {};
  const { chart = {} } = chartArgs(release);
  return { chart: release === ciliumVersion ? chart : { path: renamedChart(release, ciliumVersion) } };
}

const folder = mkdtempSync(join(tmpdir(), "renamed-charts-"));
after(() => {
  rmSync(folder, { recursive: true });
});
const renamedCharts = new Map<string, string>();

function renamedChart(release: string, ciliumVersion: string): string {
  const path = renamedCharts.get(ciliumVersion) ?? join(folder, ciliumVersion);
  if (renamedCharts.has(ciliumVersion)) return path;
  cpSync(chartFolder(release), path, { recursive: true });
  const metadata = join(path, "Chart.yaml");
  writeFileSync(metadata, readFileSync(metadata, "utf8").replaceAll(/^(version|appVersion): .*$/gm, `$1: ${ciliumVersion}`));
  renamedCharts.set(ciliumVersion, path);
  return path;
}
