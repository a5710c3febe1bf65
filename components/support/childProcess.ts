import { execFile, spawnSync } from "node:child_process";

/** How long each kind of child process may take, in milliseconds. Tests shorten these. */
export const timeLimits = { helmVersion: 30_000, helm: 120_000, helmPull: 300_000, download: 120_000 };

/** A program was not started, failed, or took too long. The message contains what the program printed. */
export class ChildProcessError extends Error {
  override readonly name = "ChildProcessError";
  readonly reason: "not started" | "failed" | "timed out";

  constructor(reason: ChildProcessError["reason"], message: string) {
    super(message);
    this.reason = reason;
  }
}

export interface ChildProcessOptions {
  /** In milliseconds. */
  readonly timeout: number;
  /** What the program reads from standard input. */
  readonly input?: string;
  readonly env?: NodeJS.ProcessEnv;
}

/** Runs a program without a shell and returns what it printed on standard output. Throws a ChildProcessError. */
export function runChild(executable: string, args: readonly string[], { timeout, ...options }: ChildProcessOptions): Buffer {
  const { error, status, signal, stdout, stderr } = spawnSync(executable, args, {
    ...options,
    timeout,
    // A program that hangs may ignore SIGTERM.
    killSignal: "SIGKILL",
    maxBuffer: 2 ** 30,
  });
  if (status === 0) return stdout;
  const printed = [stderr, stdout].map(trimmedText).find(Boolean);
  if ((error as NodeJS.ErrnoException | undefined)?.code === "ETIMEDOUT") {
    const before = printed === undefined ? "" : `; before that it printed: ${printed}`;
    throw new ChildProcessError("timed out", `did not finish within ${timeout / 1000} s and was stopped${before}`);
  }
  // A program that exits without reading its input also causes an EPIPE error, but its own output says more.
  if (status !== null) {
    throw new ChildProcessError("failed", printed ?? `it exited with status ${status} and printed nothing`);
  }
  if (signal !== null) {
    throw new ChildProcessError("failed", [`it was killed by ${signal}`, printed].filter(Boolean).join(": "));
  }
  throw new ChildProcessError("not started", error?.message ?? "it was not started");
}

/**
 * Like `runChild`, without blocking this process. Returns what the program printed on standard output as text, which its errors do not
 * contain: it can be secret.
 */
export function runChildAsync(
  executable: string,
  args: readonly string[],
  { timeout, env }: Omit<ChildProcessOptions, "input">,
): Promise<string> {
  return new Promise((resolve, reject) => {
    const options = { timeout, killSignal: "SIGKILL", maxBuffer: 2 ** 30, encoding: "utf8", ...(env && { env }) } as const;
    const child = execFile(executable, args, options, (error, stdout, stderr) => {
      if (error === null) {
        resolve(stdout);
        return;
      }
      const printed = stderr.trim() === "" ? undefined : stderr.trim();
      if (typeof error.code === "string") reject(new ChildProcessError("not started", error.message));
      else if (error.killed === true) {
        const before = printed === undefined ? "" : `; before that it printed: ${printed}`;
        reject(new ChildProcessError("timed out", `did not finish within ${timeout / 1000} s and was stopped${before}`));
      } else {
        const end = typeof error.code === "number" ? `it exited with status ${error.code}` : `it was killed by ${error.signal}`;
        reject(new ChildProcessError("failed", printed ?? `${end} and printed nothing on standard error`));
      }
    });
    child.stdin?.end();
  });
}

/** spawnSync has no output, not even an empty one, for a program that it could not start. */
function trimmedText(output: Buffer | null): string {
  return output?.toString("utf8").trim() ?? "";
}
