import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import {
  LocalWorkspace,
  PulumiCommand,
  type EngineEvent,
  type OutputMap,
  type ProjectSettings,
  type Stack,
} from "@pulumi/pulumi/automation/index.js";
import { parse, stringify } from "yaml";
import type { TalosCiliumCniArgs } from "../components/args.ts";

/** The project's own folder, the name of the project and of the dev stack. */
export const root = join(import.meta.dirname, "..");
const project = parse(readFileSync(join(root, "Pulumi.yaml"), "utf8")) as ProjectSettings;

/** The inputs in the config of Pulumi.dev.yaml. */
export function devConfig(): TalosCiliumCniArgs {
  const { config } = parse(readFileSync(join(root, "Pulumi.dev.yaml"), "utf8")) as { config: Record<string, unknown> };
  return Object.fromEntries(Object.entries(config).map(([key, value]) => [key.replace(`${project.name}:`, ""), value]));
}

/** The engine refused; its message is what the engine said, without the rest of its output. */
export class EngineError extends Error {
  override readonly name = "EngineError";
}

/**
 * A stack of its own for index.ts with the given inputs as config, on local state that is removed afterwards. It asks for no login
 * and no passphrase, and neither reads nor changes anything of the user's Pulumi.
 */
export async function withStack<T>(args: TalosCiliumCniArgs, use: (stack: DevStack) => Promise<T>): Promise<T> {
  const parent = join(root, ".pulumi-local");
  mkdirSync(parent, { recursive: true });
  const folder = mkdtempSync(join(parent, "run-"));
  try {
    return await use(await DevStack.create(folder, args));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A stack of index.ts in a folder. */
export class DevStack {
  readonly stack: Stack;
  /** Config, state and what the CLI keeps. */
  readonly folder: string;

  static async create(folder: string, args: TalosCiliumCniArgs): Promise<DevStack> {
    const state = join(folder, "state");
    mkdirSync(state);
    writeConfig(folder, args);
    const stack = await LocalWorkspace.createStack(
      { stackName: "dev", projectName: project.name, program },
      {
        workDir: folder,
        pulumiHome: join(folder, "home"),
        pulumiCommand: await PulumiCommand.get(),
        projectSettings: { ...project, backend: { url: pathToFileURL(state).href } },
        envVars: { PULUMI_CONFIG_PASSPHRASE: "", PULUMI_SKIP_UPDATE_CHECK: "true" },
      },
    );
    return new DevStack(folder, stack);
  }

  private constructor(folder: string, stack: Stack) {
    this.folder = folder;
    this.stack = stack;
  }

  /** Takes other inputs from now on. */
  configure(args: TalosCiliumCniArgs): void {
    writeConfig(this.folder, args);
  }

  /** `pulumi up`. Throws an EngineError with what the engine says is wrong. */
  async up(): Promise<OutputMap> {
    return said(async (onEvent) => (await this.stack.up({ onEvent, color: "never" })).outputs);
  }
}

/** Runs an operation of the engine; if it fails, the engine's own diagnostics are the error. */
export async function said<T>(operation: (onEvent: (event: EngineEvent) => void) => Promise<T>): Promise<T> {
  const errors: string[] = [];
  try {
    return await operation(({ diagnosticEvent }) => {
      if (diagnosticEvent?.severity === "error") errors.push(diagnosticEvent.message.replaceAll(/<\{%.*?%\}>/g, "").trim());
    });
  } catch (error) {
    throw errors.length === 0 ? error : new EngineError([...new Set(errors)].join("\n"), { cause: error });
  }
}

function writeConfig(folder: string, args: TalosCiliumCniArgs): void {
  const file = join(folder, "Pulumi.dev.yaml");
  // The CLI keeps a salt there.
  const settings = existsSync(file) ? (parse(readFileSync(file, "utf8")) as object) : {};
  const config = Object.fromEntries(Object.entries(args).map(([key, value]) => [`${project.name}:${key}`, value as unknown]));
  writeFileSync(file, stringify({ ...settings, config }));
}

let runs = 0;

// A module runs once; each run of the program needs it anew.
async function program() {
  const module = (await import(`../index.ts?run=${++runs}`)) as Record<string, unknown>;
  return { ...module };
}
