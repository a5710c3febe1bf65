// docs/from-the-old-script.md: its commands as printed and in its order, on a real API server with Cilium's real operator. The suite talos has the
// ways by Talos, and the suite lan the agents.
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { codeBlocks } from "../harness/codeBlocks.ts";
import { oldPolicy, renderOldScript } from "../harness/oldScript.ts";
import { PageOnCluster } from "../harness/pageOnCluster.ts";
import { readGatewayApiCrds } from "../harness/suiteData.ts";

const page = "docs/from-the-old-script.md";
const [settings = ""] = codeBlocks(page, "yaml");
const [manifestCommand = "", deletePolicy = "", applyCilium = "", sync = "", waitForAgents = "", applyPool = "", ...others] =
  codeBlocks(page, "bash");

let bench: PageOnCluster;
before(async () => {
  bench = await PageOnCluster.start();
});
after(() => bench.stop());

const ciliumConfig = () => bench.cluster.get("configmap", "cilium-config", "cilium")?.["data"] as Record<string, string>;

test(
  "the commands of the page replace the old script's Cilium, and a Service gets an address",
  { timeout: 300_000 },
  async () => {
    assert.deepEqual(others, [], `${page} has blocks that this test does not run`);
    assert.match(sync, /^talosctl [^\n]*\ntalosctl [^\n]*\n$/, "a block of this test is not what it was");
    const { cluster } = bench;
    // What a user of the old script has.
    cluster.startNodes("one");
    cluster.apply(readGatewayApiCrds("v1.2.0"));
    assert(cluster.kubectl(["apply", "--filename", "-"], renderOldScript().manifest.yaml).ok);
    const oldOperator = await cluster.startOperator("cilium");
    await bench.waitForKinds();
    const created = cluster.kubectl(["create", "--validate=ignore", "--filename", "-"], JSON.stringify(oldPolicy));
    assert(created.ok, created.output);
    const agentUid = cluster.get("daemonset", "cilium", "cilium")?.metadata["uid"];

    // Step 1.
    bench.addSettings(settings);
    await bench.run(manifestCommand);
    // Step 3.
    await bench.run(deletePolicy);
    // Step 4.
    await bench.run(applyCilium);
    assert.equal(ciliumConfig()["routing-mode"], "tunnel");
    assert.equal(cluster.get("daemonset", "cilium", "cilium")?.metadata["uid"], agentUid);
    assert.match(await bench.run(waitForAgents), /^daemon set "cilium" successfully rolled out$/m);
    await oldOperator.stop();
    await cluster.startOperator("cilium");
    // Step 5.
    await bench.run(applyPool);
    await bench.assertServiceGetsAddress();
    // Without step 3, the fields of the old policy would stay, among them interfaces that no machine has.
    const policy = cluster.get("ciliuml2announcementpolicy", "default-l2-announcement");
    assert.deepEqual(policy?.["spec"], { loadBalancerIPs: true });
    // Step 6.
    const file = join(bench.clone.folder, "Pulumi.dev.yaml");
    writeFileSync(file, readFileSync(file, "utf8").replace(/^.*:routing: .*\n/m, ""));
    await bench.run(manifestCommand);
    await bench.run(applyCilium.split("\n", 1)[0] ?? "");
    assert.equal(ciliumConfig()["routing-mode"], "native");
  },
);
