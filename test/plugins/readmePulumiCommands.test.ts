// Runs the README's commands with pulumi in them as printed, one after the other.
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { Clone } from "../../commands/lib/clone.ts";
import { findPluginFolder, missingPluginMessage } from "../../commands/lib/plugins.ts";
import { chart } from "../harness/charts.ts";
import { Cluster } from "../harness/cluster.ts";
import { codeBlocks } from "../harness/codeBlocks.ts";
import { readGatewayApiCrds } from "../harness/suiteData.ts";

const skip = findPluginFolder("language-nodejs") === undefined && missingPluginMessage("language-nodejs");

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

test("the README's commands with pulumi install Cilium, and a preview then succeeds", { skip, timeout: 400_000 }, async () => {
  // Commands with talosctl are about machines, which this test does not have.
  const blocks = codeBlocks("README.md", "bash").filter((block) => block.includes("pulumi ") && !block.includes("talosctl"));
  assert(blocks.length >= 3);
  // The chart and the CRDs come from local files, because a test downloads nothing.
  const useLocalFiles = `pulumi config set --path chart.path ${chart().path} && pulumi config set --path gatewayApi.crdsPath crds.yaml`;
  const commands = blocks.join("").replaceAll(/^(pulumi stack select .*)$/gm, `$1 && ${useLocalFiles}`);
  const environment = { PULUMI_SKIP_CONFIRMATIONS: "true", KUBECONFIG: join(clone.folder, "kubeconfig") };
  await Promise.all([clone.run("bash", ["-euc", commands], environment), cluster.startOperatorWhenInstalled()]);
  assert.match(readFileSync(join(clone.folder, "cilium.yaml"), "utf8"), /^kind: DaemonSet$/m);
  assert(cluster.get("daemonset", "cilium", "kube-system"), "there is no DaemonSet cilium");
  assert(cluster.get("ciliuml2announcementpolicy", "lan", "kube-system"), "there is no policy lan");
  // A preview shows that the README's `lan` settings fit its pool.
  assert.match(await clone.run("pulumi", ["preview"], environment), /unchanged/);
});
