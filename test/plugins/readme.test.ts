// The README's commands with pulumi in them, as printed, one after the other.
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { findPluginFolder, missingPluginMessage } from "../../commands/lib/plugins.ts";
import { chart } from "../harness/charts.ts";
import { Clone } from "../../commands/lib/clone.ts";
import { Cluster, eventually } from "../harness/cluster.ts";
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
  writeFileSync(join(clone.folder, "crds.yaml"), readGatewayApiCrds("v1.2.0"));
});
after(async () => {
  if (skip !== false) return;
  await cluster.stop();
  clone.remove();
});

test("the commands of the README with pulumi", { skip, timeout: 400_000 }, async () => {
  const blocks = codeBlocks("README.md", "bash").filter((block) => block.includes("pulumi "));
  assert(blocks.length >= 3);
  // There may be no connection to the chart and the CRDs: both lie there.
  const offline = `pulumi config set --path chart.path ${chart().path} && pulumi config set --path gatewayApi.crdsPath crds.yaml`;
  const commands = blocks.join("").replaceAll(/^(pulumi stack select .*)$/gm, `$1 && ${offline}`);
  const environment = { PULUMI_SKIP_CONFIRMATIONS: "true", KUBECONFIG: join(clone.folder, "kubeconfig") };
  const done = clone.run("bash", ["-euc", commands], environment);
  const installed = () => cluster.get("configmap", "cilium-config", "kube-system") !== undefined;
  await Promise.race([done, eventually(installed, "nothing is installed", 200)]);
  await cluster.startOperator();
  await done;
  assert.match(readFileSync(join(clone.folder, "cilium.yaml"), "utf8"), /^kind: DaemonSet$/m);
  for (const [kind, name] of [
    ["daemonset", "cilium"],
    ["ciliuml2announcementpolicy", "lan"],
  ] as const)
    assert(cluster.get(kind, name, "kube-system"), name);
  // What was said of the network goes together with the rest.
  assert.match(await clone.run("pulumi", ["preview"], environment), /unchanged/);
});
