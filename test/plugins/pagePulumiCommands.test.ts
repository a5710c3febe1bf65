// Runs the commands with pulumi of the pages as printed, one after the other. test/package/readme.test.ts runs those of the README.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { stripVTControlCharacters } from "node:util";
import { missingFor } from "../harness/languages.ts";
import { PageStack } from "../harness/pageStack.ts";
import { readTerminal } from "../harness/terminalPicture.ts";
import { installationPage, previewLargerPool, previewPicture } from "../pages/preview.ts";

const skip = missingFor();

let stack: PageStack;
before(async () => {
  if (skip === false) stack = await PageStack.start();
});
after(async () => {
  if (skip === false) await stack.stop();
});

test(
  "the commands of the pages with pulumi install Cilium, and a preview then succeeds",
  { skip, timeout: 400_000 },
  async () => {
    await Promise.all([stack.runPages("docs/config.md", installationPage), stack.cluster.startOperatorWhenInstalled()]);
    // The engine previews objects that do not wait for each other in any order.
    const excerpt = stripVTControlCharacters(await previewLargerPool(stack));
    assert.deepEqual(
      readTerminal(readFileSync(previewPicture, "utf8")).toSorted(),
      excerpt.split("\n").toSorted(),
      "the picture shows another preview; npm run measure -- preview draws it again",
    );
    // The first page sets the pool back.
    await stack.runPages(installationPage, "docs/why.md");
    assert.match(readFileSync(join(stack.folder, "cilium.yaml"), "utf8"), /^kind: DaemonSet$/m);
    assert(stack.cluster.get("daemonset", "cilium", "kube-system"), "there is no DaemonSet cilium");
    assert(stack.cluster.get("ciliuml2announcementpolicy", "lan", "kube-system"), "there is no policy lan");
    // A preview shows that the `lan` settings of the pages fit their pool.
    assert.match(await stack.run("pulumi preview"), /unchanged/);
  },
);
