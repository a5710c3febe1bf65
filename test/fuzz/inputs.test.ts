import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { setImmediate } from "node:timers/promises";
import fc from "fast-check";
import type { TalosCiliumCniArgs } from "../../components/inputs/args.ts";
import { configKeys } from "../../components/config.ts";
import { plan } from "../../components/plan.ts";
import { InputError } from "../../components/support/problems.ts";
import { runAsync } from "../../tools/childProcess.mjs";
import { chartArgs } from "../harness/charts.ts";
import { Cluster, eventually } from "../harness/cluster.ts";
import { readGatewayApiCrds } from "../harness/suiteData.ts";
import { arbitraryInputs } from "../fixtures/generatedInputs.ts";

// `npm run fuzz` runs more of them, and others each time.
const numRuns = Number(process.env["FUZZ_RUNS"] ?? 500);
const seed = process.env["FUZZ_RUNS"] === undefined ? { seed: 7 } : {};

const folder = mkdtempSync(join(tmpdir(), "fuzz-"));
let files = 0;
let cluster: Cluster;
before(async () => {
  cluster = await Cluster.start();
  cluster.apply(readGatewayApiCrds("v1.4.1"));
  cluster.apply(plan(chartArgs()).manifest.yaml);
  const { stop } = await cluster.startOperator();
  const kinds = ["crd/ciliumloadbalancerippools.cilium.io", "crd/ciliuml2announcementpolicies.cilium.io"];
  await eventually(
    () => cluster.kubectl(["wait", "--for=condition=Established", ...kinds, "--timeout=1s"]).ok,
    "the operator does not register its kinds",
  );
  await stop();
});
after(async () => {
  await cluster.stop();
  rmSync(folder, { recursive: true });
});

test("whatever the inputs: either problems that name them, or a manifest that Helm renders and the API server takes", async () => {
  /** The objects, each once, with the inputs that make it. */
  const objects = new Map<string, TalosCiliumCniArgs>();
  let [runs, valid] = [0, 0];

  await fc.assert(
    fc.asyncProperty(arbitraryInputs(), async (given) => {
      // The cluster has something to say as well.
      await setImmediate();
      const args = given as TalosCiliumCniArgs;
      runs += 1;
      if (runs % 500 === 0 || runs === numRuns) process.stderr.write(`${runs} of ${numRuns}, ${valid} of them valid\n`);
      try {
        const { manifest, loadBalancer } = plan(args);
        valid += 1;
        for (const { yaml } of [...manifest.entries, ...(loadBalancer?.entries ?? [])]) objects.set(yaml, args);
      } catch (error) {
        if (!(error instanceof InputError)) throw error;
        assert(error.problems.length > 0);
        for (const { input, message } of error.problems) {
          const [root = ""] = input.split(/[.[]/);
          assert(root in args || configKeys.includes(root as keyof TalosCiliumCniArgs), `${input}: ${message}`);
          assert.match(message, /\S/);
          assert.doesNotMatch(message, /\[object|undefined|NaN/, `${input}: ${message}`);
        }
      }
    }),
    { ...seed, numRuns },
  );
  const yamls = [...objects.keys()];
  for (const yaml of yamls) if (/^kind: Namespace$/m.test(yaml)) cluster.apply(yaml);
  // kubectl holds itself back, and the API server does not.
  const parts = Array.from({ length: 8 }, (_, part) => yamls.filter((_, index) => index % 8 === part));
  const refused = (await Promise.all(parts.map(refusedAmong))).flat();
  assert.deepEqual(refused, [], JSON.stringify(objects.get(refused[0]?.yaml ?? "")));
  assert(valid * 2 >= runs, `only ${valid} of ${runs} inputs are valid`);
});

/** The first of the objects that the API server does not take, and why. */
async function refusedAmong(yamls: readonly string[]): Promise<readonly { readonly yaml: string; readonly why: string }[]> {
  const options = ["--kubeconfig", cluster.kubeconfig, "apply", "--server-side", "--force-conflicts"];
  const file = join(folder, `${yamls.length}-${files++}.yaml`);
  writeFileSync(file, yamls.map((yaml) => `---\n${yaml}`).join(""));
  try {
    const judged = ["--dry-run=server", "--validate=strict", "--filename", file];
    await runAsync("kubectl", [...options, ...judged], { seconds: 900 });
    return [];
  } catch (error) {
    const half = Math.ceil(yamls.length / 2);
    if (half === yamls.length) return [{ yaml: yamls[0] ?? "", why: (error as Error).message }];
    const found = await refusedAmong(yamls.slice(0, half));
    return found.length > 0 ? found : refusedAmong(yamls.slice(half));
  }
}
