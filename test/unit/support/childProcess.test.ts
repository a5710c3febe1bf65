import assert from "node:assert/strict";
import { test } from "node:test";
import {
  ChildProcessError,
  type ChildProcessOptions,
  runChild,
  runChildAsync,
} from "../../../components/support/childProcess.ts";

const timeout = 30_000;

/** Runs JavaScript as a child process. */
const runScript = (script: string, options: Partial<ChildProcessOptions> = {}) =>
  runChild(process.execPath, ["--eval", script], { timeout, ...options });

function errorOf(run: () => unknown): ChildProcessError {
  try {
    run();
  } catch (error) {
    assert(error instanceof ChildProcessError, String(error));
    return error;
  }
  return assert.fail("the program succeeded");
}

test("the standard output comes back byte for byte, without standard error", () => {
  const bytes = runScript('process.stdout.write(Buffer.from([0, 255, 10])); console.error("a warning")');
  assert.deepEqual(bytes, Buffer.from([0, 255, 10]));
  assert.equal(runScript("").length, 0);
});

test("arguments reach the program as they are, because no shell reads them", () => {
  const args = ["$HOME", "*", "a b", "; exit 1", '"', ""];
  const output = runChild(process.execPath, ["--print", "JSON.stringify(process.argv.slice(1))", "--", ...args], { timeout });
  assert.deepEqual(JSON.parse(output.toString("utf8")), args);
});

test("the program reads `input` and sees only the variables in `env`", () => {
  assert.equal(runScript("process.stdin.pipe(process.stdout)", { input: "a\nü" }).toString("utf8"), "a\nü");
  const printed = runScript("console.log(process.env.A, process.env.HOME)", { env: { A: "b" } });
  assert.equal(printed.toString("utf8"), "b undefined\n");
});

test("a program that succeeds without reading its input has succeeded", () => {
  assert.equal(runScript("console.log(1)", { input: "x".repeat(10_000_000) }).toString("utf8"), "1\n");
});

test("an output of many megabytes is complete", () => {
  assert.equal(runScript('process.stdout.write("x".repeat(20_000_000))').length, 20_000_000);
});

const failures: Readonly<Record<string, readonly [script: string, message: string]>> = {
  "standard error": ['console.log("progress"); console.error(" the reason \\n"); process.exitCode = 1', "the reason"],
  "standard output, if standard error is empty": ['console.log("the reason"); process.exitCode = 3', "the reason"],
  "the exit status, if it printed nothing": ["process.exitCode = 7", "it exited with status 7 and printed nothing"],
  "the signal": ['process.kill(process.pid, "SIGTERM"); setTimeout(() => {}, 60_000)', "it was killed by SIGTERM"],
  "the signal and what it printed": [
    'console.error("last words"); process.kill(process.pid, "SIGKILL"); setTimeout(() => {}, 60_000)',
    "it was killed by SIGKILL: last words",
  ],
};

for (const [description, [script, message]] of Object.entries(failures)) {
  test(`the error of a failed program contains ${description}`, () => {
    for (const input of ["", "x".repeat(10_000_000)]) {
      const error = errorOf(() => runScript(script, { input }));
      assert.deepEqual([error.reason, error.message], ["failed", message]);
    }
  });
}

test("a program that takes too long is killed, even if it ignores SIGTERM", () => {
  const ignoring = 'process.on("SIGTERM", () => {}); setTimeout(() => {}, 20_000);';
  const start = performance.now();
  const silent = errorOf(() => runScript(ignoring, { timeout: 1000 }));
  assert.deepEqual([silent.reason, silent.message], ["timed out", "did not finish within 1 s and was stopped"]);
  const talking = errorOf(() => runScript(`console.log("install it? [y/n]"); ${ignoring}`, { timeout: 1500 }));
  assert.equal(talking.message, "did not finish within 1.5 s and was stopped; before that it printed: install it? [y/n]");
  assert(performance.now() - start < 15_000);
});

test("a program that cannot be started has the system's reason", () => {
  for (const [program, reason] of [
    ["no-such-program", /^spawnSync no-such-program ENOENT$/],
    ["/no/such/program", /ENOENT/],
    [import.meta.filename, /EACCES/],
  ] as const) {
    const error = errorOf(() => runChild(program, [], { timeout }));
    assert.equal(error.reason, "not started");
    assert.match(error.message, reason);
  }
});

const runScriptAsync = (script: string, milliseconds = timeout) =>
  runChildAsync(process.execPath, ["--eval", script], { timeout: milliseconds });

test("without blocking, the output comes back complete, and meanwhile this process goes on", async () => {
  let ticks = 0;
  const timer = setInterval(() => (ticks += 1), 10);
  const output = await runScriptAsync('setTimeout(() => process.stdout.write("ü".repeat(1_000_000)), 300)');
  clearInterval(timer);
  assert.equal(output.length, 1_000_000);
  assert(ticks > 5, String(ticks));
});

test("without blocking, an error says why the program failed, and never has its standard output, which can be secret", async () => {
  const failures: readonly (readonly [script: string, reason: string, message: RegExp])[] = [
    ['console.log("secret"); console.error(" the reason \\n"); process.exitCode = 1', "failed", /^the reason$/],
    ['console.log("secret"); process.exitCode = 7', "failed", /^it exited with status 7 and printed nothing on standard error$/],
    ['process.kill(process.pid, "SIGTERM"); setTimeout(() => {}, 60_000)', "failed", /^it was killed by SIGTERM/],
    ['console.log("secret"); setTimeout(() => {}, 60_000)', "timed out", /^did not finish within 0\.5 s and was stopped$/],
  ];
  for (const [script, reason, message] of failures) {
    await assert.rejects(runScriptAsync(script, reason === "timed out" ? 500 : timeout), (error: Error) => {
      assert(error instanceof ChildProcessError);
      assert.equal(error.reason, reason);
      assert.match(error.message, message);
      return true;
    });
  }
  await assert.rejects(
    runChildAsync("/no/such/program", [], { timeout }),
    (error: Error) => error instanceof ChildProcessError && error.reason === "not started",
  );
});
