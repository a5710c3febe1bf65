// With the files of `npm run manifest -- --for`, real Helm renders the objects of the manifest. It gets exactly the values that are in the files, read
// by Go's own reader. The suite `charts` renders one of the combinations.
import { test } from "node:test";
import { gitOpsTools } from "../../commands/lib/gitOps.ts";
import type { TalosCiliumCniArgs } from "../../components/inputs/args.ts";
import { devStack } from "../fixtures/devStack.ts";
import { releases } from "../harness/charts.ts";
import { assertRendersManifest } from "../harness/handOff.ts";

const awkward = {
  octal: "0400",
  number: "1e3",
  word: "on",
  variable: "${HOME}",
  lines: "a\n  b\n\n# c\n",
  empty: "",
  date: "2001-01-01",
};
const inputs: Readonly<Record<string, TalosCiliumCniArgs>> = {
  "the dev stack": devStack,
  "Hubble in a namespace of its own": { ...devStack, namespace: "cilium", hubble: { enabled: true, relay: true, ui: true } },
  "awkward values": { values: { extraConfig: awkward, l2announcements: { leaseDuration: "15s" } } },
  "no Gateway API": { gatewayApi: { enabled: false }, l2: { enabled: false } },
};

for (const { ciliumVersion, kubernetesVersions } of releases) {
  for (const [title, args] of Object.entries(inputs)) {
    test(`Cilium ${ciliumVersion}, ${title}: each tool renders the objects of the manifest, in every cluster`, () => {
      for (const tool of gitOpsTools) assertRendersManifest(tool, { ...args, ciliumVersion }, kubernetesVersions);
    });
  }
}
