// Runs `pulumi up` of a Node program on the real engine, in this process and without Pulumi's language host: `upProgram.ts <run>`. Prints the
// outputs of the new stack as JSON.
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

/** What to run, passed as JSON. */
export interface ProgramRun {
  /** The folder with the program and its packages. Its Pulumi SDK is used, because a process can have only one. */
  readonly folder: string;
  /** The file to load, relative to the folder. */
  readonly main: string;
  readonly project: string;
  readonly config: Readonly<Record<string, unknown>>;
}

const { folder, main, project, config } = JSON.parse(process.argv[2] ?? "") as ProgramRun;
const require = createRequire(join(folder, "package.json"));
const { LocalWorkspace } = require("@pulumi/pulumi/automation") as typeof import("@pulumi/pulumi/automation/index.js");
const temporary = mkdtempSync(join(tmpdir(), "up-"));
try {
  mkdirSync(join(temporary, "state"));
  const qualified = Object.fromEntries(Object.entries(config).map(([key, value]) => [`${project}:${key}`, value]));
  const stack = await LocalWorkspace.createStack(
    {
      stackName: "dev",
      projectName: project,
      program: async () => {
        const exports = (await import(pathToFileURL(join(folder, main)).href)) as Record<string, unknown>;
        // A CommonJS module has its exports there.
        return { ...((exports["default"] ?? exports) as Record<string, unknown>) };
      },
    },
    {
      workDir: temporary,
      pulumiHome: join(temporary, "home"),
      stackSettings: { dev: { config: qualified } },
      envVars: {
        PULUMI_BACKEND_URL: pathToFileURL(join(temporary, "state")).href,
        PULUMI_CONFIG_PASSPHRASE: "",
        PULUMI_CONFIG_PASSPHRASE_FILE: "",
        PULUMI_SKIP_UPDATE_CHECK: "true",
      },
    },
  );
  const { outputs } = await stack.up({ color: "never" });
  process.stdout.write(
    JSON.stringify(Object.fromEntries(Object.entries(outputs).map(([name, { value }]) => [name, value as unknown]))),
  );
} finally {
  rmSync(temporary, { recursive: true, force: true });
}
