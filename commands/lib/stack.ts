import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import {
  CommandError,
  LocalWorkspace,
  PulumiCommand,
  type EngineEvent,
  type OutputMap,
  type ProjectSettings,
  type Stack,
} from "@pulumi/pulumi/automation/index.js";
import { parse, parseDocument } from "yaml";
import type { TalosCiliumCniArgs } from "../../components/inputs/args.ts";
import { configKeys, encrypted } from "../../components/config.ts";

/** The project's own folder, the name of the project and of the dev stack. */
export const root = join(import.meta.dirname, "..", "..");
/** Where stacks of this project's own are, while they are in use. */
export const localState = join(root, ".pulumi-local");
const project = parse(readFileSync(join(root, "Pulumi.yaml"), "utf8")) as ProjectSettings;

/** The inputs in the config of Pulumi.dev.yaml, or of another such file: as the program would read them from the stack. */
export function devConfig(file = join(root, "Pulumi.dev.yaml")): TalosCiliumCniArgs {
  const document = parseDocument(readFileSync(file, "utf8"));
  const [error] = document.errors;
  if (error !== undefined) throw new Error(`${file}: ${error.message}`);
  const { config } = (document.toJS() ?? {}) as { config?: Record<string, unknown> | null };
  const inputs = Object.entries(config ?? {}).flatMap(([key, value]) => {
    const [, namespace = project.name, name = ""] = /^(?:(.*):)?(.*)$/.exec(key) ?? [];
    if (namespace !== project.name || value === null || value === "") return [];
    if (!JSON.stringify(value).includes('{"secure":')) return [[name, value] as const];
    // An unknown key is refused with the other problems, and its value is never read.
    if (!isInput(name)) return [[name, true] as const];
    throw new Error(name === "secretValues" ? encryptedSecretMessage(key) : encrypted(key));
  });
  return Object.fromEntries(inputs);
}

function isInput(name: string): boolean {
  return (configKeys as readonly string[]).includes(name);
}

function encryptedSecretMessage(key: string): string {
  return (
    `${key} is encrypted, and this command has no access to your stack's key; run pulumi up, and ` +
    "pulumi stack output manifest --show-secrets for the manifest"
  );
}

/** The engine refused; its message is what the engine said, without the rest of its output. */
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
  // Where its main file is, only the CLI has to know.
  const { main: _, ...project } = parse(readFileSync(join(folder, "Pulumi.yaml"), "utf8")) as ProjectSettings;
  const index = pathToFileURL(join(folder, "index.ts")).href;
  // A module runs once; each run of the program needs it anew.
  return { project, run: async () => ({ ...((await import(`${index}?run=${++runs}`)) as Record<string, unknown>) }) };
}

/**
 * A stack of its own for a program, index.ts unless said otherwise, with the given inputs as config, on local state that is removed afterwards. It asks for no login
 * and no passphrase, and neither reads nor changes anything of the user's Pulumi.
 */
export async function withStack<T>(args: object, use: (stack: DevStack) => Promise<T>, program = programIn(root)): Promise<T> {
  mkdirSync(localState, { recursive: true });
  for (const left of readdirSync(localState).filter((name) => !isRunning(Number.parseInt(name, 10))))
    rmSync(join(localState, left), { recursive: true, force: true });
  const folder = mkdtempSync(join(localState, `${process.pid}-`));
  try {
    return await use(await DevStack.create(folder, args, program));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Whether there is a process of this number, so that what it made is still its own. */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** A stack in a folder. */
export class DevStack {
  readonly stack: Stack;
  /** Config, state and what the CLI keeps. */
  readonly folder: string;

  readonly #project: ProjectSettings;

  /** Makes a stack in a folder, with these inputs. */
  static async create(folder: string, args: object, program: Program): Promise<DevStack> {
    mkdirSync(join(folder, "state"));
    writeConfig(folder, program.project, args);
    return DevStack.#load(folder, program, "createStack");
  }

  /** The stack in a folder, as it was left. */
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
          // The user's own environment must lead neither to another backend nor to another passphrase.
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

  /** The state as it lies on disk, where secrets are encrypted. */
  state(): string {
    return readFileSync(join(this.folder, "state", ".pulumi", "stacks", this.#project.name, "dev.json"), "utf8");
  }

  /** Takes other inputs from now on. */
  configure(args: object): void {
    writeConfig(this.folder, this.#project, args);
  }

  /** `pulumi up`. Throws an EngineError with what the engine says is wrong. */
  async up(): Promise<OutputMap> {
    return withEngineErrors(async (onEvent) => (await this.stack.up({ onEvent, color: "never" })).outputs);
  }
}

// What only follows from another error: the summing up, and what the program says when the engine has gone.
const followUpError = /^(?:\w+ failed$|.*resource monitor shut down)/;

/** Runs an operation of the engine; if it fails, the engine's own diagnostics are the error. */
export async function withEngineErrors<T>(operation: (onEvent: (event: EngineEvent) => void) => Promise<T>): Promise<T> {
  const errors: string[] = [];
  try {
    return await operation(({ diagnosticEvent }) => {
      if (diagnosticEvent?.severity === "error") errors.push(diagnosticEvent.message.replaceAll(/<\{%.*?%\}>/g, "").trim());
    });
  } catch (error) {
    // What fails before the engine starts, the CLI says itself, among much else.
    const lines = error instanceof CommandError ? error.message.matchAll(/^\s*(?:stderr: )?error: (.*)$/gm) : [];
    if (errors.length === 0) errors.push(...Array.from(lines, ([, text = ""]) => text));
    const causes = new Set(errors.filter((message) => !followUpError.test(message)));
    throw causes.size === 0 ? error : new EngineError([...causes].join("\n"), { cause: error });
  }
}

function writeConfig(folder: string, { name }: ProjectSettings, args: object): void {
  const file = join(folder, "Pulumi.dev.yaml");
  // The CLI keeps a salt there.
  const settings = existsSync(file) ? (parse(readFileSync(file, "utf8")) as object) : {};
  const full = (key: string) => (key.includes(":") ? key : `${name}:${key}`);
  const config = Object.fromEntries(Object.entries(args).map(([key, value]) => [full(key), value as unknown]));
  writeFileSync(file, JSON.stringify({ ...settings, config }));
}
