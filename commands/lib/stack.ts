import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { pathToFileURL } from "node:url";
import {
  CommandError,
  type EngineEvent,
  LocalWorkspace,
  type OutputMap,
  type ProjectSettings,
  PulumiCommand,
  type Stack,
} from "@pulumi/pulumi/automation/index.js";
import { parse, parseDocument } from "yaml";
import { configKeys, encryptedMessage, misplacedKeys } from "../../components/config.ts";
import type { TalosCiliumCniArgs } from "../../components/inputs/args.ts";
import { root } from "./root.ts";

/** The folder for temporary stacks while they are in use. */
export const localState = join(root, ".pulumi-local");
const project = parse(readFileSync(join(root, "Pulumi.yaml"), "utf8")) as ProjectSettings;

/** The config file of the stack `dev`. */
export const devConfigFile = join(root, "Pulumi.dev.yaml");

/**
 * Reads the inputs from the config in Pulumi.dev.yaml, or in another such file, as the program would read them from the stack. If `secretValues` is
 * encrypted, calls `leaveOut` and leaves it out, or throws if there is no `leaveOut`.
 */
export function devConfig(file = devConfigFile, leaveOut?: () => void): TalosCiliumCniArgs {
  const { config } = readConfigFile(file);
  const inputs = Object.entries(config ?? {}).flatMap(([key, value]) => {
    const [, namespace = project.name, name = ""] = /^(?:(.*):)?(.*)$/.exec(key) ?? [];
    if (namespace !== project.name || value === null || value === "") return [];
    if (!JSON.stringify(value).includes('{"secure":')) return [[name, value] as const];
    // Never read the value of an unknown key. The key is refused together with the other problems.
    if (!isInput(name)) return [[name, true] as const];
    if (name !== "secretValues") throw new Error(encryptedMessage(key));
    if (leaveOut === undefined) throw new Error(encryptedSecretMessage(key));
    leaveOut();
    return [];
  });
  // Keys that the stack would refuse are refused together with the other problems.
  return { ...misplacedKeys(project.name, Object.keys(config ?? {})), ...Object.fromEntries(inputs) };
}

/** Reads a config file. Throws an error that says what is wrong with the file. */
function readConfigFile(file: string): { readonly config?: Readonly<Record<string, unknown>> | null } {
  const name = relative(process.cwd(), file);
  const example = "`git show HEAD:Pulumi.dev.yaml` prints a valid config file";
  if (!existsSync(file)) throw new Error(`${name} does not exist; bring it back with \`git checkout -- ${name}\``);
  const document = parseDocument(readFileSync(file, "utf8"));
  const [error] = document.errors;
  // The other lines of the message quote the file, which may contain secrets.
  if (error !== undefined) throw new Error(`${name} is not valid YAML: ${error.message.split(":\n", 1)[0] ?? ""}; ${example}`);
  const content = (document.toJS() ?? {}) as { readonly config?: Readonly<Record<string, unknown>> | null };
  // null if nothing follows `config:`.
  const config = typeof content === "object" ? (content.config ?? {}) : undefined;
  if (typeof config === "object" && !Array.isArray(config)) return content;
  throw new Error(`${name}: config has no keys such as homelab-talos-cni:ciliumVersion below it; ${example}`);
}

function isInput(name: string): boolean {
  return (configKeys as readonly string[]).includes(name);
}

function encryptedSecretMessage(key: string): string {
  return (
    `${key} is encrypted, and this command has no access to your stack's key; run \`pulumi up\`, and ` +
    "`pulumi stack output manifest --show-secrets` for the manifest"
  );
}

/** An operation of the engine failed. The message has the engine's diagnostics without the rest of its output. */
export class EngineError extends Error {
  override readonly name = "EngineError";
}

/** A Pulumi program that can run in this process. */
export interface Program {
  readonly project: ProjectSettings;
  readonly run: () => Promise<Record<string, unknown>>;
}

let runs = 0;

/** The program in a folder. */
export function programIn(folder: string): Program {
  // Only the CLI needs `main`.
  const { main: _, ...project } = parse(readFileSync(join(folder, "Pulumi.yaml"), "utf8")) as ProjectSettings;
  const index = pathToFileURL(join(folder, "index.ts")).href;
  // Node runs a module once per URL; the query makes it run again for each run of the program.
  return { project, run: async () => ({ ...((await import(`${index}?run=${++runs}`)) as Record<string, unknown>) }) };
}

/**
 * Calls `use` with a temporary stack of a program, index.ts by default. `args` is its config, and its local state is removed afterwards. The
 * stack needs no login and no passphrase, and neither reads nor changes the user's own Pulumi.
 */
export async function withStack<T>(args: object, use: (stack: DevStack) => Promise<T>, program = programIn(root)): Promise<T> {
  mkdirSync(localState, { recursive: true });
  for (const abandoned of readdirSync(localState).filter((name) => !isRunning(Number.parseInt(name, 10))))
    rmSync(join(localState, abandoned), { recursive: true, force: true });
  const folder = mkdtempSync(join(localState, `${process.pid}-`));
  try {
    return await use(await DevStack.create(folder, args, program));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Whether a process with this id is running, so that its files are still in use. */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** The stack `dev` of a program, with its config, state and Pulumi home in one folder. */
export class DevStack {
  readonly stack: Stack;
  /** Holds the config, the state and the Pulumi home. */
  readonly folder: string;

  readonly #project: ProjectSettings;

  /** Creates a stack in a folder, with these inputs. */
  static async create(folder: string, args: object, program: Program): Promise<DevStack> {
    mkdirSync(join(folder, "state"));
    writeConfig(folder, program.project, args);
    return DevStack.#load(folder, program, "createStack");
  }

  /** Opens the existing stack in a folder. */
  static async open(folder: string, program: Program): Promise<DevStack> {
    return DevStack.#load(folder, program, "selectStack");
  }

  static async #load(folder: string, { project, run }: Program, how: "createStack" | "selectStack"): Promise<DevStack> {
    const stack = await withEngineErrors(async () =>
      LocalWorkspace[how](
        { stackName: "dev", projectName: project.name, program: run },
        {
          workDir: folder,
          pulumiHome: join(folder, "home"),
          pulumiCommand: await PulumiCommand.get(),
          projectSettings: project,
          // The user's own environment must not select another backend or passphrase.
          envVars: {
            PULUMI_BACKEND_URL: pathToFileURL(join(folder, "state")).href,
            PULUMI_CONFIG_PASSPHRASE: "",
            PULUMI_CONFIG_PASSPHRASE_FILE: "",
            PULUMI_SKIP_UPDATE_CHECK: "true",
          },
        },
      ),
    );
    return new DevStack(folder, stack, project);
  }

  private constructor(folder: string, stack: Stack, project: ProjectSettings) {
    this.folder = folder;
    this.stack = stack;
    this.#project = project;
  }

  /** The state file, in which secrets are encrypted. */
  state(): string {
    return readFileSync(join(this.folder, "state", ".pulumi", "stacks", this.#project.name, "dev.json"), "utf8");
  }

  /** Replaces the inputs. */
  configure(args: object): void {
    writeConfig(this.folder, this.#project, args);
  }

  /** `pulumi up`. Throws an EngineError with the engine's diagnostics. */
  async up(): Promise<OutputMap> {
    return withEngineErrors(async (onEvent) => (await this.stack.up({ onEvent, color: "never" })).outputs);
  }
}

// Messages that only follow from another error: the engine's summary, and the program's error after the engine has shut down.
const followUpError = /^(?:\w+ failed$|.*resource monitor shut down)/;

/** Runs an operation of the engine. If it fails, throws an EngineError with the engine's own diagnostics. */
export async function withEngineErrors<T>(operation: (onEvent: (event: EngineEvent) => void) => Promise<T>): Promise<T> {
  const errors: string[] = [];
  try {
    return await operation(({ diagnosticEvent }) => {
      if (diagnosticEvent?.severity === "error") errors.push(diagnosticEvent.message.replaceAll(/<\{%.*?%\}>/g, "").trim());
    });
  } catch (error) {
    // If the engine did not start, the error is in the output of the CLI.
    if (errors.length === 0 && error instanceof CommandError) {
      const lines = error.message.matchAll(/^\s*(?:stderr: )?error: (.*)$/gm);
      errors.push(...Array.from(lines, ([, text = ""]) => text));
    }
    const causes = new Set(errors.filter((message) => !followUpError.test(message)));
    throw causes.size === 0 ? error : new EngineError([...causes].join("\n"), { cause: error });
  }
}

function writeConfig(folder: string, { name }: ProjectSettings, args: object): void {
  const file = join(folder, "Pulumi.dev.yaml");
  // Keep the salt that the CLI stores in this file.
  const settings = existsSync(file) ? (parse(readFileSync(file, "utf8")) as object) : {};
  const qualified = (key: string) => (key.includes(":") ? key : `${name}:${key}`);
  const config = Object.fromEntries(Object.entries(args).map(([key, value]) => [qualified(key), value as unknown]));
  writeFileSync(file, JSON.stringify({ ...settings, config }));
}
