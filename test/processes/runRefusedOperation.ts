// Runs an operation that the engine has to refuse on a stack of its own, and prints what it says and what it leaves behind:
// `node refused.ts <Operation as JSON>`.
//
// A process of its own, because Pulumi reports errors of a program by way of unhandled rejections, which a test runner takes as its own.
import { EngineError, programIn, root, withEngineErrors, withStack, type DevStack } from "../../commands/lib/stack.ts";
import { readBackendFiles } from "../harness/backendFiles.ts";

/** What to run. */
export interface RefusedOperation {
  /** An `up` goes ahead without a preview, as in CI. */
  readonly operation: "preview" | "up";
  readonly config: object;
  /** Whether the project declares its config, as Pulumi.yaml does: then the engine itself refuses values of a wrong type. */
  readonly declared?: boolean;
  /** Config that is encrypted, by its path. */
  readonly encrypted?: Readonly<Record<string, string>>;
}

/** What came of it. */
export interface EngineRefusal {
  /** The engine's error. */
  readonly message: string;
  /** Everything that the CLI printed. */
  readonly printed: string;
  /** The resources in the state. */
  readonly resources: readonly { readonly type: string; readonly inputs?: object }[];
  /** The state as it lies on disk, and its backups. */
  readonly state: string;
  /** What the CLI keeps of earlier operations. The config is among it, as it stands in the config file. */
  readonly history: string;
}

const { operation, config, encrypted = {}, declared = true } = JSON.parse(process.argv[2] ?? "{}") as RefusedOperation;

const { project, run } = programIn(root);
const { config: _, ...undeclared } = project;

const use = async (stack: DevStack) => {
  for (const [path, value] of Object.entries(encrypted)) await stack.stack.setConfig(path, { value, secret: true }, true);
  const printed: string[] = [];
  const print = (text: string) => void printed.push(text);
  const options = { color: "never", onOutput: print, onError: print } as const;
  try {
    await withEngineErrors<unknown>((onEvent) =>
      operation === "up" ? stack.stack.up({ ...options, onEvent }) : stack.stack.preview({ ...options, onEvent }),
    );
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

await withStack(config, use, { project: declared ? project : undeclared, run });
