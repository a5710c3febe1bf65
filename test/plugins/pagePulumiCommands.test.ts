// Runs the commands with pulumi of the pages as printed, one after the other. test/package/readme.test.ts runs those of the README.
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { Clone } from "../../commands/lib/clone.ts";
import { chart } from "../harness/charts.ts";
import { Cluster } from "../harness/cluster.ts";
import { codeBlocks } from "../harness/codeBlocks.ts";
import { missingFor } from "../harness/languages.ts";
import { readGatewayApiCrds } from "../harness/suiteData.ts";

const skip = missingFor();

let clone: Clone;
let cluster: Cluster;
before(async () => {
  if (skip !== false) return;
  clone = new Clone({ ownPackages: true });
  cluster = await Cluster.start();
  cluster.startNodes("one");
  const kubeconfig = readFileSync(cluster.kubeconfig, "utf8").replace(
    '"contexts":[{"name":"test"',
    '"contexts":[{"name":"admin@homelab"',
  );
  writeFileSync(join(clone.folder, "kubeconfig"), kubeconfig);
  writeFileSync(join(clone.folder, "crds.yaml"), readGatewayApiCrds("v1.4.1"));
});
after(async () => {
  if (skip !== false) return;
  await cluster.stop();
  clone.remove();
});

test(
  "the commands of the pages with pulumi install Cilium, and a preview then succeeds",
  { skip, timeout: 400_000 },
  async () => {
    const pages = ["docs/config.md", "docs/getting-started/chart.md", "docs/why.md"];
    const blocks = pages.flatMap((page) => codeBlocks(page, "bash"));
    assert(blocks.length >= pages.length);
    // The chart and the CRDs come from local files, because a test downloads nothing.
    const useLocalFiles = `pulumi config set --path chart.path ${chart().path} && pulumi config set --path gatewayApi.crdsPath crds.yaml`;
    const commands = blocks.join("").replaceAll(/^(pulumi stack select .*)$/gm, `$1 && ${useLocalFiles}`);
    const environment = { PULUMI_SKIP_CONFIRMATIONS: "true", KUBECONFIG: join(clone.folder, "kubeconfig") };
    await Promise.all([clone.run("bash", ["-euc", commands], environment), cluster.startOperatorWhenInstalled()]);
    assert.match(readFileSync(join(clone.folder, "cilium.yaml"), "utf8"), /^kind: DaemonSet$/m);
    assert(cluster.get("daemonset", "cilium", "kube-system"), "there is no DaemonSet cilium");
    assert(cluster.get("ciliuml2announcementpolicy", "lan", "kube-system"), "there is no policy lan");
    // A preview shows that the `lan` settings of the pages fit their pool.
    assert.match(await clone.run("pulumi", ["preview"], environment), /unchanged/);
  },
);
