// Runs an operation that the engine is expected to refuse, on a temporary stack. Prints the error and everything that is left behind:
// `node runRefusedOperation.ts <RefusedOperation as JSON>`.
//
// It runs in its own process, because Pulumi reports errors of a program as unhandled rejections, which a test runner counts as its own.
import { root } from "../../commands/lib/root.ts";
import { type DevStack, EngineError, programIn, withEngineErrors, withStack } from "../../commands/lib/stack.ts";
import { readBackendFiles } from "../harness/backendFiles.ts";

/** The operation to run. */
export interface RefusedOperation {
  /** `up` runs without a preview, as in CI. */
  readonly operation: "preview" | "up";
  readonly config: object;
  /** Whether the project declares its config, as Pulumi.yaml does. Then the engine itself refuses values of a wrong type. */
  readonly declaresConfig?: boolean;
  /** Encrypted config values, by path. */
  readonly encryptedConfig?: Readonly<Record<string, string>>;
}

/** The engine's error, and everything that the operation left behind. */
export interface EngineRefusal {
  /** The engine's error. */
  readonly message: string;
  /** Everything that the CLI printed. */
  readonly printed: string;
  /** The resources in the state. */
  readonly resources: readonly { readonly type: string; readonly inputs?: object }[];
  /** The state files and their backups. */
  readonly state: string;
  /** The CLI's history of operations. It includes the config, as in the config file. */
  readonly history: string;
}

const {
  operation,
  config,
  encryptedConfig = {},
  declaresConfig = true,
} = JSON.parse(process.argv[2] ?? "{}") as RefusedOperation;

const { project, run } = programIn(root);
const { config: _, ...projectWithoutConfig } = project;

const use = async (stack: DevStack) => {
  for (const [path, value] of Object.entries(encryptedConfig)) await stack.stack.setConfig(path, { value, secret: true }, true);
  const printed: string[] = [];
  const print = (text: string) => void printed.push(text);
  const options = { color: "never", onOutput: print, onError: print } as const;
  try {
    await withEngineErrors<unknown>((onEvent) => stack.stack[operation]({ ...options, onEvent }));
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    const { deployment } = (await stack.stack.exportStack()) as { deployment: { resources?: EngineRefusal["resources"] } };
    const refusal: EngineRefusal = {
      message: error.message,
      printed: printed.join(""),
      resources: deployment.resources ?? [],
      state: readBackendFiles(stack, "stacks", "backups"),
      history: readBackendFiles(stack, "history"),
    };
    console.log(JSON.stringify(refusal));
  }
};

await withStack(config, use, { project: declaresConfig ? project : projectWithoutConfig, run });
