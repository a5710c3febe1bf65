import { parseArgs } from "node:util";
import { quote } from "../../components/support/problems.ts";
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

const allowed =
  `allowed are --no-cache, --check, --for with ${gitOpsTools.join(", ")}, and --compare with a release or a config file, such as: ` +
  "npm run manifest -- --compare 1.19.6";

/** Reads the options of `npm run manifest`. Throws an error that names what is allowed. */
export function readManifestOptions(words: readonly string[]): ManifestOptions {
  const { check, compare, for: word, "no-cache": noCache } = parse(words);
  if (compare === "") throw new Error(`--compare has no release or file; ${allowed}`);
  const tool = gitOpsTools.find((each) => each === word);
  if (word !== undefined && tool === undefined)
    throw new Error(`--for: ${quote(word)} is not a tool that is known here; ${allowed}`);
  const used = [check ? ["--check"] : [], compare === undefined ? [] : ["--compare"], tool === undefined ? [] : ["--for"]].flat();
  if (used.length > 1) throw new Error(`${used.join(" and ")} cannot be used together; use one of them`);
  return { check, compare, tool, noCache };
}

const options = {
  check: { type: "boolean", default: false },
  compare: { type: "string" },
  for: { type: "string" },
  "no-cache": { type: "boolean", default: false },
} as const;

function parse(words: readonly string[]) {
  try {
    return parseArgs({ args: [...words], options }).values;
  } catch (error) {
    const [reason = ""] = (error as Error).message.split(/\.\s/);
    throw new Error(`${reason.replace(/\.$/, "")}; ${allowed}`, { cause: error });
  }
}
