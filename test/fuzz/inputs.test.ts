import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { setImmediate } from "node:timers/promises";
import fc from "fast-check";
import { configKeys } from "../../components/config.ts";
import type { TalosCiliumCniArgs } from "../../components/inputs/args.ts";
import { createPlan } from "../../components/plan.ts";
import { InputError } from "../../components/support/problems.ts";
import { runAsync } from "../../tools/childProcess.mjs";
import { arbitraryInputs } from "../fixtures/generatedInputs.ts";
import { chartArgs } from "../harness/charts.ts";
import { Cluster, eventually } from "../harness/cluster.ts";
import { readGatewayApiCrds } from "../harness/suiteData.ts";

// `npm run fuzz` sets GENERATED_INPUTS: more inputs, and different ones each time.
const numRuns = Number(process.env["GENERATED_INPUTS"] ?? 500);
const parameters: fc.Parameters<[unknown]> = { numRuns };
if (process.env["GENERATED_INPUTS"] === undefined) parameters.seed = 7;

const folder = mkdtempSync(join(tmpdir(), "fuzz-"));
let files = 0;
let cluster: Cluster;
before(async () => {
  cluster = await Cluster.start();
  cluster.apply(readGatewayApiCrds("v1.4.1"));
  // The operator registers the kinds of BGP if anything uses it.
  const bgp = [{ name: "lan", localAsn: 64513, peers: [{ address: "192.168.1.1", asn: 64512 }] }];
  cluster.apply(createPlan({ ...chartArgs(), bgp }).manifest.yaml);
  const { stop } = await cluster.startOperator();
  const kinds = [
    "ciliumloadbalancerippools",
    "ciliuml2announcementpolicies",
    "ciliumbgppeerconfigs",
    "ciliumbgpadvertisements",
    "ciliumbgpclusterconfigs",
  ].map((kind) => `crd/${kind}.cilium.io`);
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

test("any inputs give either problems that name them or a manifest that the API server accepts", async () => {
  /** The YAML of each distinct object, with the inputs that it comes from. */
  const argsByYaml = new Map<string, TalosCiliumCniArgs>();
  let runs = 0;
  let valid = 0;

  await fc.assert(
    fc.asyncProperty(arbitraryInputs(), async (input) => {
      // `plan` blocks the event loop, which has to serve the processes of the cluster too.
      await setImmediate();
      const args = input as TalosCiliumCniArgs;
      runs += 1;
      if (runs % 500 === 0 || runs === numRuns) process.stderr.write(`${runs} of ${numRuns}, ${valid} of them valid\n`);
      try {
        const { manifest, loadBalancer } = createPlan(args);
        valid += 1;
        for (const { yaml } of [...manifest.entries, ...(loadBalancer?.entries ?? [])]) argsByYaml.set(yaml, args);
      } catch (error) {
        if (!(error instanceof InputError)) throw error;
        assert(error.problems.length > 0);
        for (const { input: path, message } of error.problems) {
          const [root = ""] = path.split(/[.[]/);
          assert(root in args || configKeys.includes(root as keyof TalosCiliumCniArgs), `${path}: ${message}`);
          assert.match(message, /\S/);
          assert.doesNotMatch(message, /\[object|undefined|NaN/, `${path}: ${message}`);
        }
      }
    }),
    parameters,
  );
  const yamls = [...argsByYaml.keys()];
  for (const yaml of yamls) if (/^kind: Namespace$/m.test(yaml)) cluster.apply(yaml);
  // kubectl limits its own rate of requests, so several run at once.
  const batches = Array.from({ length: 8 }, (_, batch) => yamls.filter((_, index) => index % 8 === batch));
  const rejected = (await Promise.all(batches.map(firstRejected))).flat();
  assert.deepEqual(rejected, [], JSON.stringify(argsByYaml.get(rejected[0]?.yaml ?? "")));
  assert(valid * 2 >= runs, `only ${valid} of ${runs} inputs are valid`);
});

interface RejectedObject {
  readonly yaml: string;
  readonly why: string;
}

/** The first of these objects that the API server rejects, if any. Halves the list until one object is left. */
async function firstRejected(yamls: readonly string[]): Promise<readonly RejectedObject[]> {
  const options = ["--kubeconfig", cluster.kubeconfig, "apply", "--server-side", "--force-conflicts"];
  const file = join(folder, `${yamls.length}-${files++}.yaml`);
  writeFileSync(file, yamls.map((yaml) => `---\n${yaml}`).join(""));
  try {
    const dryRun = ["--dry-run=server", "--validate=strict", "--filename", file];
    await runAsync("kubectl", [...options, ...dryRun], { seconds: 900 });
    return [];
  } catch (error) {
    const half = Math.ceil(yamls.length / 2);
    if (half === yamls.length) return [{ yaml: yamls[0] ?? "", why: (error as Error).message }];
    const rejected = await firstRejected(yamls.slice(0, half));
    return rejected.length > 0 ? rejected : firstRejected(yamls.slice(half));
  }
}
