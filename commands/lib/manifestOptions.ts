import { parseArgs } from "node:util";

/** What `npm run manifest` does. */
export interface ManifestOptions {
  /** Only fail if the files are out of date. */
  readonly check: boolean;
  /** The release or the config file to compare with. */
  readonly compare: string | undefined;
}

const allowed =
  "allowed are --check, and --compare with a release or a config file, such as: npm run manifest -- --compare 1.19.6";

/** Reads the options of `npm run manifest`. Throws an error that names what is allowed. */
export function readManifestOptions(words: readonly string[]): ManifestOptions {
  const { check, compare } = parse(words);
  if (compare === "") throw new Error(`--compare has no release or file; ${allowed}`);
  if (check && compare !== undefined) throw new Error("--check and --compare cannot be used together; leave one of them out");
  return { check, compare };
}

function parse(words: readonly string[]): { readonly check: boolean; readonly compare?: string } {
  try {
    const options = { check: { type: "boolean", default: false }, compare: { type: "string" } } as const;
    return parseArgs({ args: [...words], options }).values;
  } catch (error) {
    const [reason = ""] = (error as Error).message.split(/\.\s/);
    throw new Error(`${reason.replace(/\.$/, "")}; ${allowed}`, { cause: error });
  }
}
