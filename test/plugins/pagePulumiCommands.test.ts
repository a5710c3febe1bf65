// Runs the commands with pulumi of the pages as printed. test/package/readme.test.ts runs those of the README.
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { stripVTControlCharacters } from "node:util";
import { parse, stringify } from "yaml";
import { createPlan } from "../../components/plan.ts";
import { chartArgs } from "../harness/charts.ts";
import { codeBlocks } from "../harness/codeBlocks.ts";
import { missingFor } from "../harness/languages.ts";
import { PageStack } from "../harness/pageStack.ts";
import { readGatewayApiCrds } from "../harness/suiteData.ts";
import { readTerminal } from "../harness/terminalPicture.ts";
import { installationPage, previewLargerPool, previewPicture } from "../pages/preview.ts";

test(
  "the commands of the pages with pulumi install Cilium, and a preview then succeeds",
  { skip: missingFor(), timeout: 400_000 },
  async (t) => {
    const stack = await PageStack.start();
    t.after(() => stack.stop());
    await Promise.all([stack.runPages("docs/config.md", installationPage), stack.cluster.startOperatorWhenInstalled()]);
    // The engine previews objects that do not wait for each other in any order.
    const excerpt = stripVTControlCharacters(await previewLargerPool(stack));
    assert.deepEqual(
      readTerminal(readFileSync(previewPicture, "utf8")).toSorted(),
      excerpt.split("\n").toSorted(),
      "the picture shows another preview; npm run measure -- preview draws it again",
    );
    await stack.runPages("docs/why.md");
    assert.match(readFileSync(join(stack.folder, "cilium.yaml"), "utf8"), /^kind: DaemonSet$/m);
    assert(stack.cluster.get("daemonset", "cilium", "kube-system"), "the cluster has no DaemonSet cilium");
    assert(stack.cluster.get("ciliuml2announcementpolicy", "lan", "kube-system"), "the cluster has no policy lan");
    // The `lan` settings of the pages fit their pool: a preview neither fails nor warns about it.
    const previewed = await stack.run("pulumi preview 2>&1");
    assert.match(previewed, /unchanged/);
    assert.doesNotMatch(previewed, /warning: loadBalancer/);

    // docs/upgrading.md: a change that is refused, and the commands that permit it for one `up`.
    const [permitChange = ""] = codeBlocks("docs/upgrading.md", "bash");
    await stack.run("pulumi config set podCidr 10.42.0.0/16");
    await assert.rejects(stack.run("pulumi preview 2>&1"), /podCidr: .* set allowUnsafeChanges to \["podCidr"\]/);
    await stack.run(permitChange);
    const config = stack.cluster.get("configmap", "cilium-config", "kube-system")?.["data"] as Record<string, string>;
    assert.equal(config["ipv4-native-routing-cidr"], "10.42.0.0/16");
    const permitted = await stack.run("pulumi preview 2>&1");
    assert.doesNotMatch(permitted, /warning: allowUnsafeChanges|to update/);
  },
);

test(
  "the commands of docs/hand-off.md take over Cilium that Talos created",
  { skip: missingFor(), timeout: 300_000 },
  async (t) => {
    const stack = await PageStack.start();
    t.after(() => stack.stop());
    stack.cluster.apply(readGatewayApiCrds("v1.4.1"), "talos");
    stack.cluster.apply(createPlan({ ...chartArgs(), delivery: "machineConfig" }).manifest.yaml, "talos");
    const uid = () => stack.cluster.get("daemonset", "cilium", "kube-system")?.metadata["uid"];
    const uidBefore = uid();
    assert(uidBefore);

    const [install = ""] = codeBlocks(installationPage, "bash");
    const [settings = ""] = install.split(/^pulumi up$/m);
    const [takeOver = ""] = codeBlocks("docs/hand-off.md", "bash");
    await Promise.all([stack.run(settings + takeOver), stack.cluster.startOperatorWhenInstalled()]);
    assert.equal(uid(), uidBefore);
    assert(stack.cluster.get("ciliuml2announcementpolicy", "lan", "kube-system"), "the cluster has no policy lan");
    assert.match(await stack.run("pulumi preview 2>&1"), /unchanged/);
  },
);

test(
  "the commands of the pages print the router's configuration, and the patches for talosctl",
  { skip: missingFor(), timeout: 200_000 },
  async (t) => {
    const stack = await PageStack.start();
    t.after(() => stack.stop());
    const [createPassword = "", printConfigurations = ""] = codeBlocks("docs/bgp.md", "bash");
    await stack.run(createPassword);
    assert(stack.cluster.get("secret", "bgp-password", "kube-system")?.["data"]);

    await stack.run("npm install\npulumi stack select bgp --create\n");
    const [settings = ""] = codeBlocks("docs/bgp.md", "yaml");
    const file = join(stack.folder, "Pulumi.bgp.yaml");
    const { config, ...rest } = parse(readFileSync(file, "utf8")) as { readonly config: object };
    writeFileSync(
      file,
      stringify({ ...rest, config: { ...config, ...(parse(settings) as { readonly config: object }).config } }),
    );
    await stack.run("pulumi up");
    const printed = await stack.run(printConfigurations);
    assert.match(printed, /^router bgp 64512$/m);
    assert.match(printed, /^protocol bgp /m);

    const machinePage = "docs/getting-started/machine-config.md";
    const [writePatches = ""] = codeBlocks(machinePage, "bash");
    await stack.run("pulumi stack select machines --create\npulumi config set delivery machineConfig\npulumi up");
    await stack.run(writePatches.replaceAll(/^talosctl .*\n/gm, ""));
    const patch = (name: string) => readFileSync(join(stack.folder, `${name}-cilium.yaml`), "utf8");
    assert.match(patch("controlplane"), /^ {2}inlineManifests:$/m);
    assert.match(patch("worker"), /^ {4}podSubnets:$/m);
  },
);
