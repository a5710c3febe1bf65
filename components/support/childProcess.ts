import { spawnSync } from "node:child_process";

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

/** spawnSync has no output, not even an empty one, for a program that it could not start. */
function trimmedText(output: Buffer | null): string {
  return output?.toString("utf8").trim() ?? "";
}
