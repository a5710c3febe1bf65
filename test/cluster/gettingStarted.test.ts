// docs/getting-started/manifest.md: its commands as printed and in its order, on a real API server with Cilium's real operator.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { root } from "../../commands/lib/root.ts";
import { eventually } from "../harness/cluster.ts";
import { codeBlocks } from "../harness/codeBlocks.ts";
import { crdsCommandIn, PageOnCluster } from "../harness/pageOnCluster.ts";

const page = "docs/getting-started/manifest.md";
const [twoCommands = "", applyCilium = "", applyPool = "", ...others] = codeBlocks(page, "bash");

interface GatewayClassStatus {
  readonly conditions?: readonly { readonly type: string; readonly status: string }[];
}

let bench: PageOnCluster;
before(async () => {
  bench = await PageOnCluster.start();
});
after(() => bench.stop());

test("the commands of the page put Cilium, the pool and the policy into a cluster", { timeout: 300_000 }, async () => {
  assert.deepEqual(others, [], `${page} has blocks that this test does not run`);
  // Other suites run the second command, npm test.
  const [manifestCommand = "", ...rest] = twoCommands.trimEnd().split("\n");
  assert.deepEqual(rest, ["npm test"]);
  const report = await bench.run(manifestCommand);
  const crdsCommand = crdsCommandIn(report);
  const sample = readFileSync(join(root, page), "utf8");
  assert(sample.includes(`\nfirst     ${crdsCommand}\n`), `${page} shows another command than ${crdsCommand}`);
  bench.cluster.startNodes("one");

  // The page says what step 2 needs of step 1.
  const withoutCrds = await bench.tryToRun(`${applyCilium.split("\n", 1)[0]} --dry-run=server`);
  assert.notEqual(withoutCrds.status, 0);
  assert(withoutCrds.printed.includes('no matches for kind "GatewayClass"'), withoutCrds.printed);
  // Step 1.
  await bench.installGatewayApiCrds(crdsCommand);
  // The page says that step 3 has to wait.
  const tooEarly = await bench.tryToRun(applyPool);
  assert.notEqual(tooEarly.status, 0);
  for (const kind of ["CiliumLoadBalancerIPPool", "CiliumL2AnnouncementPolicy"])
    assert(tooEarly.printed.includes(`no matches for kind "${kind}"`), tooEarly.printed);
  // Step 2.
  const [rolledOut] = await Promise.all([bench.run(applyCilium), bench.cluster.startOperatorWhenInstalled()]);
  assert.match(rolledOut, /^deployment "cilium-operator" successfully rolled out$/m);
  assert.match(rolledOut, /^daemon set "cilium" successfully rolled out$/m);
  await bench.waitForKinds();
  // Step 3.
  await bench.run(applyPool);

  await bench.assertServiceGetsAddress();
  assert(bench.cluster.get("ciliuml2announcementpolicy", "default-l2-announcement"), "the cluster has no policy");
  // The operator found the CRDs of step 1 when it started.
  const conditions = () => {
    const status = bench.cluster.get("gatewayclass", "cilium")?.["status"] as GatewayClassStatus | undefined;
    return status?.conditions ?? [];
  };
  await eventually(
    () => conditions().some(({ type, status }) => type === "Accepted" && status === "True"),
    () => `the GatewayClass is not accepted: ${JSON.stringify(conditions())}`,
  );
});
