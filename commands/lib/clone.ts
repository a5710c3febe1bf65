import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { run, runAsync, runUncheckedAsync } from "../../tools/childProcess.mjs";
import { root } from "./root.ts";

/** The project as after a fresh clone with its packages installed, with its own Pulumi home and state. */
export class Clone {
  readonly #parent = mkdtempSync(join(tmpdir(), "clone-"));
  readonly folder = join(this.#parent, "talos-cilium-cni");

  /** With `ownPackages`, installing packages in the clone does not change those of this folder. */
  constructor({ ownPackages = false } = {}) {
    const stdout = run("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"], { cwd: root });
    for (const file of stdout.split("\0").filter((name) => name !== "" && existsSync(join(root, name)))) {
      mkdirSync(dirname(join(this.folder, file)), { recursive: true });
      cpSync(join(root, file), join(this.folder, file));
    }
    const packages = join(root, "node_modules");
    const clonedPackages = join(this.folder, "node_modules");
    if (ownPackages) cpSync(packages, clonedPackages, { recursive: true, verbatimSymlinks: true });
    else symlinkSync(packages, clonedPackages);
    mkdirSync(join(this.#parent, "state"));
  }

  /** Runs a command in the clone as a user would; resolves to its standard output. */
  async run(command: string, args: readonly string[], environment: NodeJS.ProcessEnv = {}): Promise<string> {
    return runAsync(command, args, this.#options(environment));
  }

  /** Runs a command that may fail; resolves to its exit status and everything that it printed. */
  async runUnchecked(command: string, args: readonly string[], environment: NodeJS.ProcessEnv = {}) {
    const { status, stdout, stderr } = await runUncheckedAsync(command, args, this.#options(environment));
    return { status, printed: `${stdout}${stderr}` };
  }

  #options(environment: NodeJS.ProcessEnv) {
    const env = {
      ...process.env,
      PULUMI_HOME: join(this.#parent, "home"),
      PULUMI_BACKEND_URL: pathToFileURL(join(this.#parent, "state")).href,
      PULUMI_CONFIG_PASSPHRASE: "",
      PULUMI_SKIP_UPDATE_CHECK: "true",
      // Every message is one line.
      COLUMNS: "10000",
      ...environment,
    };
    return { cwd: this.folder, seconds: 900, env };
  }

  /** The state file of a stack. */
  state(project: string, stack: string): string {
    return readFileSync(join(this.#parent, "state", ".pulumi", "stacks", project, `${stack}.json`), "utf8");
  }

  remove(): void {
    rmSync(this.#parent, { recursive: true, force: true });
  }
}
