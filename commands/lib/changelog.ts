// Reads and releases CHANGELOG.md, which follows https://keepachangelog.com.

/** The level of a release, as semantic versioning names it. */
export type Level = "major" | "minor" | "patch";

/** What the entries of a section mean for users who upgrade. */
const sections: Readonly<Record<string, "breaking" | "addition" | "fix">> = {
  Added: "addition",
  Changed: "addition",
  Deprecated: "addition",
  Removed: "breaking",
  Fixed: "fix",
  Security: "fix",
};
const sectionNames = Object.keys(sections).map((name) => `### ${name}`);
/** The beginning of an entry that breaks something, in whatever section. */
const breakingEntry = "- **Breaking:**";

export interface Section {
  readonly name: string;
  readonly entries: string;
}

export interface Changelog {
  /** The sections of "Unreleased" that have entries. */
  readonly unreleased: readonly Section[];
  /** Whether it has the entries of an earlier release. */
  readonly hasReleases: boolean;
}

/** Reads a changelog. Throws an error if "Unreleased" is not written by the conventions. */
export function readChangelog(text: string): Changelog {
  const [, unreleased, ...releases] = text.split(/^## /m);
  if (!unreleased?.startsWith("Unreleased\n")) {
    throw new Error('CHANGELOG.md: the first heading is not "## Unreleased"; add it above the latest release');
  }
  const [start = "", ...parts] = unreleased.replace("Unreleased\n", "").split(/^### /m);
  if (start.trim() !== "") throw new Error(`CHANGELOG.md: "Unreleased" has text before its first section; ${useSections()}`);
  const present = parts.map((part) => {
    const [name = "", ...lines] = part.split("\n");
    if (!Object.hasOwn(sections, name)) throw new Error(`CHANGELOG.md: "### ${name}" is not a section; ${useSections()}`);
    return { name, entries: lines.join("\n").trim() };
  });
  return { unreleased: present.filter(({ entries }) => entries !== ""), hasReleases: releases.length > 0 };
}

/** The level that the entries ask for, and the reason. Before 1.0.0, a breaking change raises the minor version: npm then installs it for nobody unasked. */
export function requiredLevel(
  unreleased: readonly Section[],
  current: string,
): { readonly level: Level; readonly reason: string } {
  const breaking = unreleased.find(
    ({ name, entries }) => sections[name] === "breaking" || entries.split("\n").some((line) => line.startsWith(breakingEntry)),
  );
  if (breaking !== undefined) {
    const reason = `"${breaking.name}" breaks something`;
    return current.startsWith("0.") ? { level: "minor", reason: `${reason}, before 1.0.0` } : { level: "major", reason };
  }
  const addition = unreleased.find(({ name }) => sections[name] === "addition");
  if (addition !== undefined) return { level: "minor", reason: `"${addition.name}" has entries` };
  return { level: "patch", reason: `only ${unreleased.map(({ name }) => `"${name}"`).join(" and ")}` };
}

/** The heading of a release. */
export function releaseHeading(version: string, date: string): string {
  return `## ${version} - ${date}`;
}

/** Moves the entries of "Unreleased" below the heading of a release. */
export function releaseChangelog(text: string, version: string, date: string): string {
  return text.replace(/^## Unreleased\n/m, `## Unreleased\n\n${releaseHeading(version, date)}\n`);
}

function useSections(): string {
  return `write each entry below one of ${sectionNames.join(", ")}`;
}
