// Starts programs. Like everything that tools/run.mjs imports, this file needs only Node 20 and no package.
import { spawn, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { isAbsolute } from "node:path";

/**
 * @typedef {object} Options
 * @property {string} [input] standard input of the program
 * @property {string} [cwd]
 * @property {NodeJS.ProcessEnv} [env]
 * @property {number} [seconds] time limit, after which the program is killed; 300 by default
 * @property {boolean} [shell] whether a shell starts the program, which npm needs on Windows
 * @property {boolean} [inherit] whether the program writes to the output of this process; the returned output is empty then
 */

/**
 * The exit status and the output of a program that was not killed.
 *
 * @typedef {object} Outcome
 * @property {number} status
 * @property {string} stdout
 * @property {string} stderr
 */

/** A program could not be started, was killed, or failed. The message says which, and contains the program's output. */
export class ChildProcessError extends Error {
  /** @override */
  name = "ChildProcessError";
}

/**
 * Runs a program and returns its exit status and output. Throws a ChildProcessError if it could not be started or was killed.
 *
 * @param {string} program
 * @param {readonly string[]} args
 * @param {Options} [options]
 * @returns {Outcome}
 */
export function runUnchecked(program, args, options = {}) {
  const { input = "", cwd, env, seconds = defaultSeconds, shell = false, inherit = false } = options;
  const limits = { maxBuffer: 2 ** 30, timeout: seconds * 1000, killSignal: /** @type {const} */ ("SIGKILL") };
  const stdio = inherit ? "inherit" : "pipe";
  const result = spawnSync(program, args, { input, cwd, env, shell, stdio, encoding: "utf8", ...limits });
  const [stdout, stderr] = /** @type {(string | null)[]} */ ([result.stdout, result.stderr]).map((text) => text ?? "");
  const outcome = { stdout: stdout ?? "", stderr: stderr ?? "" };
  // spawnSync also reports an error if the program ends before it has read all of its input. Only the exit status tells whether it failed.
  if (result.status === null) throw toError(program, args, options, { ...result, ...outcome });
  return { status: result.status, ...outcome };
}

/**
 * Runs a program and returns its standard output. Throws a ChildProcessError if its exit status is not 0.
 *
 * @param {string} program
 * @param {readonly string[]} args
 * @param {Options} [options]
 * @returns {string}
 */
export function run(program, args, options = {}) {
  const outcome = runUnchecked(program, args, options);
  if (outcome.status !== 0) throw toError(program, args, options, outcome);
  return outcome.stdout;
}

/** @typedef {Omit<Options, "inherit"> & { onStderr?: (text: string) => void }} AsyncOptions */

/**
 * Like `run`, without blocking this process.
 *
 * @param {string} program
 * @param {readonly string[]} args
 * @param {AsyncOptions} [options]
 * @returns {Promise<string>}
 */
export async function runAsync(program, args, options = {}) {
  const outcome = await runUncheckedAsync(program, args, options);
  if (outcome.status !== 0) throw toError(program, args, options, outcome);
  return outcome.stdout;
}

/**
 * Like `runUnchecked`, without blocking this process.
 *
 * @param {string} program
 * @param {readonly string[]} args
 * @param {AsyncOptions} [options]
 * @returns {Promise<Outcome>}
 */
export function runUncheckedAsync(program, args, options = {}) {
  const { input = "", cwd, env, seconds = defaultSeconds, shell = false, onStderr } = options;
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd, env, shell, stdio: "pipe" });
    let stdout = "";
    let stderr = "";
    const fail = (/** @type {Omit<Failure, "stdout" | "stderr">} */ cause) => {
      clearTimeout(timer);
      reject(toError(program, args, options, { ...cause, stdout, stderr }));
    };
    const timer = setTimeout(() => {
      child.kill("SIGKILL");
      fail({ error: Object.assign(new Error("timed out"), { code: "ETIMEDOUT" }) });
    }, seconds * 1000);
    child.stdout.setEncoding("utf8").on("data", (/** @type {string} */ text) => {
      stdout += text;
    });
    child.stderr.setEncoding("utf8").on("data", (/** @type {string} */ text) => {
      stderr += text;
      onStderr?.(text);
    });
    child.on("error", (error) => {
      fail({ error });
    });
    child.on("close", (status, signal) => {
      if (status === null) {
        fail({ signal });
        return;
      }
      clearTimeout(timer);
      resolve({ status, stdout, stderr });
    });
    // As above, a program may end before it has read its input.
    child.stdin.on("error", () => undefined).end(input);
  });
}

const defaultSeconds = 300;

/**
 * @typedef {object} Failure
 * @property {number | null} [status]
 * @property {string | null} [signal]
 * @property {Error} [error]
 * @property {string} stdout
 * @property {string} stderr
 */

/** @param {string} program @param {readonly string[]} args @param {Options} options @param {Failure} failure */
function toError(program, args, options, failure) {
  const output = [failure.stderr, failure.stdout].map((text) => tail(text, 20_000)).filter((text) => text !== "");
  const command = [program, ...args].join(" ");
  const shortened = command.length > 500 ? `${command.slice(0, 500)}...` : command;
  const message = [`${shortened}: ${describe(program, options, failure)}`, ...output].join("\n");
  return new ChildProcessError(message, failure.error === undefined ? {} : { cause: failure.error });
}

/** @param {string} program @param {Options} options @param {Failure} failure */
function describe(program, { cwd, seconds = defaultSeconds }, { status, signal, error }) {
  const code = error !== undefined && "code" in error ? error.code : undefined;
  if (code === "ETIMEDOUT") return `timed out after ${seconds} s`;
  if (code === "ENOENT" && cwd !== undefined && !existsSync(cwd)) return `could not be started: there is no folder ${cwd}`;
  if (code === "ENOENT" && !isAbsolute(program)) return `could not be started: there is no ${program} on PATH`;
  if (error !== undefined) return `could not be started: ${error.message}`;
  if (typeof signal === "string") return `killed by ${signal}`;
  return `exit status ${status}`;
}

/** The end of a program's output, which usually has the error. @param {string} text @param {number} length */
function tail(text, length) {
  const trimmed = text.trim();
  return trimmed.length > length ? `...${trimmed.slice(-length)}` : trimmed;
}
