import { parseArgs, type ParseArgsConfig } from "node:util";

/** What a command of this project takes. */
export interface CommandLine<Config extends ParseArgsConfig> {
  /** How a user starts it, such as `npm run manifest`. */
  readonly command: string;
  /** What `--help` prints. */
  readonly usage: string;
  /** Its options, as parseArgs takes them. */
  readonly config: Config;
}

/**
 * Reads the words after the name of a command. Prints the usage and ends the command if one of them is `--help` or `-h`. Throws an error that says
 * how to print the usage if a word is not allowed.
 */
export function readCommandLine<const Config extends ParseArgsConfig>(
  { command, usage, config }: CommandLine<Config>,
  words: readonly string[] = process.argv.slice(2),
): ReturnType<typeof parseArgs<Config>> {
  if (words.some((word) => word === "--help" || word === "-h")) {
    process.stdout.write(usage);
    process.exit(0);
  }
  refuseOptionsThatNpmTook(command, Object.keys(config.options ?? {}), words);
  try {
    return parseArgs({ ...config, args: [...words] }) as ReturnType<typeof parseArgs<Config>>;
  } catch (error) {
    throw new Error(`${reasonOf(error)}; \`${command} -- --help\` prints what is allowed`, { cause: error });
  }
}

/** The first sentence of an error of parseArgs, without the advice about positional arguments that follows it. */
export function reasonOf(error: unknown): string {
  const [reason = ""] = (error as Error).message.split(/\.\s/);
  return reason.replace(/\.$/, "").replace(/^[A-Z]/, (letter) => letter.toLowerCase());
}

/** These mean something to npm too, and people have them in their .npmrc. */
const optionsOfNpm: readonly string[] = ["all", "json"];

/**
 * Throws an error if the user wrote an option without the `--` that npm needs before it. npm then keeps the option, and the command would do
 * something else than the user asked for: `npm run manifest --check` would write the files.
 */
export function refuseOptionsThatNpmTook(
  command: string,
  options: readonly string[],
  words: readonly string[],
  env: NodeJS.ProcessEnv = process.env,
): void {
  // npm names the option in a variable: npm_config_dry_run for --dry-run, and an empty npm_config_network for --no-network.
  const taken = options.find(
    (option) => !optionsOfNpm.includes(option) && env[`npm_config_${option.replaceAll("-", "_")}`] !== undefined,
  );
  if (taken === undefined || words.some((word) => /^--(?:no-)?([^=]*)/.exec(word)?.[1] === taken)) return;
  const name = env[`npm_config_${taken.replaceAll("-", "_")}`] === "" ? `no-${taken}` : taken;
  throw new Error(`npm took --${name} for itself; write -- before it: \`${[command, "--", `--${name}`, ...words].join(" ")}\``);
}
