import { spawnSync } from "node:child_process";

/** How long each kind of child process may take, in milliseconds. Tests shorten it. */
export const timeLimits = { helmVersion: 30_000, helm: 120_000, helmPull: 300_000, download: 120_000 };

/** A program was not started, failed, or took too long. The message holds its own words. */
export class ChildProcessError extends Error {
  override readonly name = "ChildProcessError";
  readonly reason: "not started" | "failed" | "timed out";

  constructor(reason: ChildProcessError["reason"], message: string) {
    super(message);
    this.reason = reason;
  }
}

/** What a child process is given. */
export interface ChildProcessOptions {
  /** In milliseconds. */
  readonly timeout: number;
  readonly input?: string;
  readonly env?: NodeJS.ProcessEnv;
}

/** Runs a program without a shell and returns what it printed. Throws a ChildProcessError. */
export function runChild(executable: string, args: readonly string[], { timeout, ...options }: ChildProcessOptions): Buffer {
  const { error, status, signal, stdout, stderr } = spawnSync(executable, args, {
    ...options,
    timeout,
    // A program that hangs may ignore SIGTERM.
    killSignal: "SIGKILL",
    maxBuffer: 2 ** 30,
  });
  if (status === 0) return stdout;
  const printed = [stderr, stdout].map((output) => ((output as Buffer | null)?.toString("utf8") ?? "").trim()).find(Boolean);
  if ((error as NodeJS.ErrnoException | undefined)?.code === "ETIMEDOUT") {
    const before = printed === undefined ? "" : `; before that it printed: ${printed}`;
    throw new ChildProcessError("timed out", `did not finish within ${timeout / 1000} s and was stopped${before}`);
  }
  // A program that ends without reading its input leaves an error too (EPIPE), but its own words say more.
  if (status !== null)
    throw new ChildProcessError("failed", printed ?? `it ended with exit status ${status} and printed nothing`);
  if (signal !== null) {
    throw new ChildProcessError("failed", [`it was ended by ${signal}`, printed].filter(Boolean).join(": "));
  }
  throw new ChildProcessError("not started", error?.message ?? "it was not started");
}
