import assert from "node:assert/strict";
import { test } from "node:test";
import { ChildProcessError, run, runAsync, runUnchecked } from "../../../tools/childProcess.mjs";

/** Runs a line of JavaScript as a program. */
const node = (script: string) => [process.execPath, ["--eval", script]] as const;

const failing: Readonly<
  Record<string, readonly [program: readonly [string, readonly string[]], message: RegExp, options?: object]>
> = {
  "a missing program": [
    ["no-such-program", ["--flag"]],
    /^no-such-program --flag: could not be started: there is no no-such-program on PATH$/,
  ],
  "a missing file": [
    ["/no/such/program", []],
    /^\/no\/such\/program: could not be started: spawn(?:Sync)? \/no\/such\/program ENOENT$/,
  ],
  "a missing folder": [node(""), /could not be started: there is no folder \/no\/such\/folder$/, { cwd: "/no/such/folder" }],
  "a file that is not a program": [[import.meta.filename, []], /could not be started: .*EACCES$/],
  "an exit status with only standard output": [
    node('console.log(JSON.stringify({ Error: "the reason" })); process.exitCode = 3'),
    /: exit status 3\n\{"Error":"the reason"\}$/,
  ],
  "an exit status with both outputs": [
    node('console.log("on stdout"); console.error("on stderr"); process.exitCode = 1'),
    /: exit status 1\non stderr\non stdout$/,
  ],
  "an exit status without output": [node("process.exitCode = 1"), /: exit status 1$/],
  "a signal": [
    node('console.error("last words"); process.kill(process.pid, "SIGTERM"); setTimeout(() => {}, 5000)'),
    /: killed by SIGTERM\nlast words$/,
  ],
  "a program that does not end": [
    node('console.log("so far"); setTimeout(() => {}, 60000)'),
    /: timed out after 1 s\nso far$/,
    { seconds: 1 },
  ],
  "long arguments and a long output": [
    ["node", ["--eval", `${" ".repeat(1000)} console.log("x".repeat(1e6) + "the end"); process.exitCode = 1`]],
    /^node --eval {400,500}\.\.\.: exit status 1\n\.\.\.x{19000,20000}the end$/,
  ],
};

for (const [name, [[program, args], message, options]] of Object.entries(failing)) {
  test(`the error says what happened and has the program's output: ${name}`, async () => {
    assert.throws(() => run(program, args, options), { name: "ChildProcessError", message });
    await assert.rejects(runAsync(program, args, options), { name: "ChildProcessError", message });
  });
}

test("a program reads its input, and its output is returned", async () => {
  const [program, args] = node("process.stdin.pipe(process.stdout)");
  assert.equal(run(program, args, { input: "a\n" }), "a\n");
  assert.equal(await runAsync(program, args, { input: "a\n" }), "a\n");
  // A program that does not read its input is not disturbed.
  assert.equal(await runAsync(...node("console.log(1)"), { input: "a".repeat(1e6) }), "1\n");
});

test("runUnchecked returns an exit status, and throws if the program is killed or cannot be started", () => {
  assert.deepEqual(runUnchecked(...node("process.exitCode = 7")), { status: 7, stdout: "", stderr: "" });
  assert.throws(() => runUnchecked("no-such-program", []), ChildProcessError);
  assert.throws(() => runUnchecked(...node("process.abort()")), /: killed by SIGABRT/);
});
