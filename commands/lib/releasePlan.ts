import semver from "semver";
import { type Level, readChangelog, releaseHeading, requiredLevel } from "./changelog.ts";

/** The files that contain the version. `npm version` and `npm run generate` write it there. */
export const versionFiles = ["package.json", "package-lock.json", "plugin/package.json", "components/plugin/pulumi.schema.json"];

const levels: readonly string[] = ["major", "minor", "patch"] satisfies readonly Level[];

export interface ReleasePlan {
  readonly current: string;
  readonly version: string;
  readonly tag: string;
  readonly date: string;
  /** Why it is this version. */
  readonly reason: string;
}

export interface Situation {
  /** The arguments of the command: none, or a level. */
  readonly words: readonly string[];
  /** The version in package.json. */
  readonly current: string;
  readonly changelog: string;
  /** The output of `git status --porcelain`. */
  readonly gitStatus: string;
  readonly tags: readonly string[];
  /** As in `2026-11-26`. */
  readonly date: string;
}

/** Decides on the next version. Throws an error with one message if it cannot be released. */
export function planRelease({ words, current, changelog, gitStatus, tags, date }: Situation): ReleasePlan {
  const [word] = words;
  if (words.length > 1 || (word !== undefined && !levels.includes(word))) {
    throw new Error(`${words.join(" ")}: is not the level of a release; use one of ${levels.join(", ")}, or leave it out`);
  }
  const changes = gitStatus.trimEnd();
  if (changes !== "") {
    throw new Error(
      `the work tree has changes; commit them, or put them aside with \`git stash --include-untracked\`:\n${changes}`,
    );
  }
  const { version, reason } = nextVersion(word as Level | undefined, current, changelog);
  const tag = `v${version}`;
  if (tags.includes(tag)) {
    throw new Error(
      `the tag ${tag} exists; use another level, or delete it if ${version} is not published anywhere: \`git tag --delete ${tag}\``,
    );
  }
  return { current, version, tag, date, reason };
}

function nextVersion(word: Level | undefined, current: string, changelog: string): Pick<ReleasePlan, "version" | "reason"> {
  const { unreleased, hasReleases } = readChangelog(changelog);
  if (unreleased.length === 0) {
    throw new Error(
      'CHANGELOG.md: "Unreleased" has no entries, so there is nothing to release; describe there what changes for users',
    );
  }
  const required = requiredLevel(unreleased, current);
  if (word !== undefined) {
    const difference = word === required.level ? "" : `; the changelog asks for ${required.level}: ${required.reason}`;
    return { version: increment(current, word), reason: `${word}, as you said${difference}` };
  }
  if (!hasReleases) return { version: current, reason: "the first release, with the version in package.json" };
  return { version: increment(current, required.level), reason: `${required.level}: ${required.reason}` };
}

function increment(current: string, level: Level): string {
  const version = semver.inc(current, level);
  if (version === null) throw new Error(`package.json: "${current}" is not a semantic version; use one such as 1.2.3`);
  return version;
}

export interface Command {
  readonly program: "npm" | "git";
  readonly args: readonly string[];
}

/** The commands that set the version, after the edits of CHANGELOG.md and README.md, and those that record the result in git. */
export function releaseCommands(plan: ReleasePlan): readonly Command[] {
  const { version, tag } = plan;
  return [
    ...(changesVersion(plan) ? versionCommands(version) : []),
    { program: "git", args: ["commit", "--all", "--message", `chore(release): version ${version}`] },
    { program: "git", args: ["tag", "--annotate", "--message", `talos-cilium-cni ${version}`, tag] },
  ];
}

function versionCommands(version: string): readonly Command[] {
  const setVersion = ["version", version, "--no-git-tag-version", "--ignore-scripts"];
  return [
    { program: "npm", args: setVersion },
    { program: "npm", args: ["--prefix", "plugin", ...setVersion] },
    { program: "npm", args: ["run", "generate"] },
  ];
}

/** Whether the version differs from the one in package.json. Only the first release has that one. */
function changesVersion({ current, version }: ReleasePlan): boolean {
  return current !== version;
}

/** The commands that publish. They need accounts, so a person or a workflow runs them. */
export function publishCommands({ tag }: ReleasePlan): readonly Command[] {
  return [
    { program: "git", args: ["push", "--atomic", "origin", "HEAD", tag] },
    { program: "npm", args: ["pack", "--dry-run"] },
    { program: "npm", args: ["publish", "--provenance", "--access", "public"] },
  ];
}

/** Writes a command as a user types it. */
export function formatCommand({ program, args }: Command): string {
  return [program, ...args.map((word) => (/^[\w.,:/=@-]+$/.test(word) ? word : `"${word}"`))].join(" ");
}

/** Names the plugin of the next release in the README. Pulumi takes plugins from git by their tag. */
export function releaseReadme(text: string, { current, tag }: ReleasePlan): string {
  return text.replaceAll(`/plugin@v${current}`, `/plugin@${tag}`);
}

/** Describes how the files change. */
export function describeChanges(plan: ReleasePlan): readonly string[] {
  const { current, version, tag, date } = plan;
  const dated = `CHANGELOG.md: the entries of "Unreleased" move below "${releaseHeading(version, date)}"`;
  if (!changesVersion(plan)) return [dated];
  return [
    ...versionFiles.map((file) => `${file}: "version": "${current}" becomes "${version}"`),
    `README.md: /plugin@v${current} becomes /plugin@${tag}`,
    dated,
  ];
}
