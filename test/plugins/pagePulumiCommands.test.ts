// Runs the commands with pulumi of the pages as printed, one after the other. test/package/readme.test.ts runs those of the README.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { stripVTControlCharacters } from "node:util";
import { missingFor } from "../harness/languages.ts";
import { PageStack } from "../harness/pageStack.ts";
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
  },
);
