import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { test } from "node:test";
import { chartArgs } from "../fixtures/charts.ts";
import { devStack } from "../fixtures/devStack.ts";

const values = {
  zeta: { b: 1, a: [3, 1, 2] },
  extraConfig: { z: "1", a: "2" },
  operator: { prometheus: { enabled: false } },
  alpha: "x",
};

/** The same data with its keys in another order, at every depth. */
function shuffled(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(shuffled);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).map(([key, member]) => [Math.random(), key, shuffled(member)] as const);
  return Object.fromEntries(entries.sort(([a], [b]) => a - b).map(([, key, member]) => [key, member]));
}

async function hashes(args: object, times: number, environment: NodeJS.ProcessEnv): Promise<readonly string[]> {
  const script = join(import.meta.dirname, "..", "fixtures", "renderOnce.ts");
  const child = spawn(process.execPath, [script, JSON.stringify(shuffled(args)), String(times)], { env: environment });
  const [output, errors] = await Promise.all([text(child.stdout), text(child.stderr), once(child, "close")]);
  assert.equal(child.exitCode, 0, errors);
  return output.trim().split("\n");
}

test("100 renders are byte-equal: in many processes, keys in any order, with and without a kubeconfig", async () => {
  const { KUBECONFIG: _, ...bare } = process.env;
  const dead = { ...bare, KUBECONFIG: join(import.meta.dirname, "no-such-kubeconfig") };
  const everything = { ...devStack, ...chartArgs(), hubble: { enabled: true, relay: true, ui: true }, values };
  for (const args of [{ ...devStack, ...chartArgs(), values }, everything]) {
    const all = [];
    for (let i = 0; i < 5; i++) all.push(hashes(args, 10, i % 2 === 0 ? bare : dead));
    const found = (await Promise.all(all)).flat();
    assert.equal(found.length, 50);
    assert.equal(new Set(found).size, 1);
  }
});
