import { quote } from "../../components/support/problems.ts";
import { readCommandLine } from "./commandLine.ts";
import { type GitOpsTool, gitOpsTools } from "./gitOps.ts";

/** What `npm run manifest` does. */
export interface ManifestOptions {
  /** Only fail if the files are out of date. */
  readonly check: boolean;
  /** The release or the config file to compare with. */
  readonly compare: string | undefined;
  /** Write the files for this tool in place of the manifest. */
  readonly tool: GitOpsTool | undefined;
  /** Let Helm render, whatever is in the cache. */
  readonly noCache: boolean;
}

const usage = `usage: npm run manifest [-- option...]

Writes the manifest of Cilium, and one of the IP pools and what announces them, into the folder manifests. The settings are in
Pulumi.dev.yaml. It changes no cluster and no stack of yours.

  --check            writes nothing, and fails unless the files are what the settings make
  --compare RELEASE  writes nothing, and prints what changes with another release of Cilium, such as 1.19.6
  --compare FILE     the same for another config file, such as Pulumi.prod.yaml
  --for TOOL         writes the files for ${gitOpsTools.slice(0, -1).join(", ")} or ${gitOpsTools.at(-1)} in place of the manifest (docs/hand-off.md)
  --no-cache         lets Helm render, even if the result of an earlier run is in the cache
  --help             prints this

These variables come before the settings: CILIUM_VERSION, POD_CIDR, SERVICE_CIDR, OUTPUT_FILE. For example:
  CILIUM_VERSION=1.19.6 OUTPUT_FILE=cilium.yaml npm run manifest
`;

const config = {
  options: {
    check: { type: "boolean", default: false },
    compare: { type: "string" },
    for: { type: "string" },
    "no-cache": { type: "boolean", default: false },
  },
} as const;

/** Reads the options of `npm run manifest`. Ends the command if a word is not allowed, and throws an error if options do not fit together. */
export function readManifestOptions(words: readonly string[]): ManifestOptions {
  const {
    check,
    compare,
    for: word,
    "no-cache": noCache,
  } = readCommandLine({ command: "npm run manifest", usage, config }, words).values;
  if (compare === "")
    throw new Error("--compare: names no release and no file; write it as `npm run manifest -- --compare 1.19.6`");
  const tool = gitOpsTools.find((each) => each === word);
  if (word !== undefined && tool === undefined)
    throw new Error(`--for: is ${quote(word)}; allowed are ${gitOpsTools.join(", ")}`);
  const used = [check ? ["--check"] : [], compare === undefined ? [] : ["--compare"], tool === undefined ? [] : ["--for"]].flat();
  if (used.length > 1) throw new Error(`${used.join(" and ")} cannot be used together; use one of them`);
  return { check, compare, tool, noCache };
}
