// Starts programs. Like all that tools/run.mjs imports, this needs Node 20 and no package.
import { spawn, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { isAbsolute } from "node:path";

/**
 * @typedef {object} Options
 * @property {string} [input] what the program reads on standard input
 * @property {string} [cwd]
 * @property {NodeJS.ProcessEnv} [env]
 * @property {number} [seconds] the program is killed after this time; 300 by default
 * @property {boolean} [shell] whether a shell starts it, as npm needs it on Windows
 * @property {boolean} [inherit] whether it writes to this process's own output; there is nothing to return then
 */

/**
 * What a program that ended by itself left behind.
 *
 * @typedef {object} Outcome
 * @property {number} status
 * @property {string} stdout
 * @property {string} stderr
 */

/** A program could not be started, was killed, or failed. The message says which, and has what the program wrote. */
export class ChildProcessError extends Error {
  /** @override */
  name = "ChildProcessError";
}

/**
 * Runs a program and returns what it wrote, whatever its exit status. Throws a ChildProcessError if it could not be started or was killed.
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
  // A program that ends without reading all of its input leaves an error too. Its exit status says whether that is wrong.
  if (result.status === null) throw failure(program, args, options, { ...result, ...outcome });
  return { status: result.status, ...outcome };
}

/**
 * Runs a program that has to succeed; returns its standard output. Throws a ChildProcessError.
 *
 * @param {string} program
 * @param {readonly string[]} args
 * @param {Options} [options]
 * @returns {string}
 */
export function run(program, args, options = {}) {
  const outcome = runUnchecked(program, args, options);
  if (outcome.status !== 0) throw failure(program, args, options, outcome);
  return outcome.stdout;
}

/** @typedef {Omit<Options, "inherit"> & { onStderr?: (text: string) => void }} AsyncOptions */

/**
 * The same as `run`, while this process goes on.
 *
 * @param {string} program
 * @param {readonly string[]} args
 * @param {AsyncOptions} [options]
 * @returns {Promise<string>}
 */
export async function runAsync(program, args, options = {}) {
  const outcome = await runUncheckedAsync(program, args, options);
  if (outcome.status !== 0) throw failure(program, args, options, outcome);
  return outcome.stdout;
}

/**
 * The same as `attempt`, while this process goes on.
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
    const fail = (/** @type {Omit<Failed, "stdout" | "stderr">} */ how) => {
      clearTimeout(timer);
      reject(failure(program, args, options, { ...how, stdout, stderr }));
    };
    const timer = setTimeout(() => {
      child.kill("SIGKILL");
      fail({ error: Object.assign(new Error("it took too long"), { code: "ETIMEDOUT" }) });
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
    // As above, a program need not read its input.
    child.stdin.on("error", () => undefined).end(input);
  });
}

const defaultSeconds = 300;

/**
 * @typedef {object} Failed
 * @property {number | null} [status]
 * @property {string | null} [signal]
 * @property {Error} [error]
 * @property {string} stdout
 * @property {string} stderr
 */

/** @param {string} program @param {readonly string[]} args @param {Options} options @param {Failed} failed */
function failure(program, args, options, failed) {
  const written = [failed.stderr, failed.stdout].map((text) => end(text, 20_000)).filter((text) => text !== "");
  const command = [program, ...args].join(" ");
  const shown = command.length > 500 ? `${command.slice(0, 500)}...` : command;
  const message = [`${shown}: ${whatHappened(program, options, failed)}`, ...written].join("\n");
  return new ChildProcessError(message, failed.error === undefined ? {} : { cause: failed.error });
}

/** @param {string} program @param {Options} options @param {Failed} failed */
function whatHappened(program, { cwd, seconds = defaultSeconds }, { status, signal, error }) {
  const code = error !== undefined && "code" in error ? error.code : undefined;
  if (code === "ETIMEDOUT") return `timed out after ${seconds} s`;
  if (code === "ENOENT" && cwd !== undefined && !existsSync(cwd)) return `could not be started: there is no folder ${cwd}`;
  if (code === "ENOENT" && !isAbsolute(program)) return `could not be started: there is no ${program} on PATH`;
  if (error !== undefined) return `could not be started: ${error.message}`;
  if (typeof signal === "string") return `killed by ${signal}`;
  return `exit status ${status}`;
}

/** The end of a text, where a program says what is wrong. @param {string} text @param {number} length */
function end(text, length) {
  const trimmed = text.trim();
  return trimmed.length > length ? `...${trimmed.slice(-length)}` : trimmed;
}
