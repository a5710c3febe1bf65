import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import type { Page } from "../../commands/lib/page.ts";
import { root } from "../../commands/lib/root.ts";
import { missingFor } from "../harness/languages.ts";
import { PageStack } from "../harness/pageStack.ts";
import { drawTerminal } from "../harness/terminalPicture.ts";

/** The page whose commands install Cilium before the preview. */
export const installationPage = "docs/getting-started/chart.md";
export const previewPicture = join(root, "docs", "pictures", "preview.svg");

/** The kinds that the picture shows with their fields. */
const detailed = ["ConfigMap", "CiliumLoadBalancerIPPool"];

/** Draws what `pulumi preview --diff` prints for a larger pool, in a cluster in which the page has installed Cilium. */
export async function drawPreview(): Promise<Page> {
  const missing = missingFor("resource-kubernetes");
  if (missing !== false) throw new Error(missing);
  const stack = await PageStack.start();
  try {
    await Promise.all([stack.runPages(installationPage), stack.cluster.startOperatorWhenInstalled()]);
    const content = await drawTerminal("pulumi preview --diff", await previewLargerPool(stack), 80);
    return { path: previewPicture, content };
  } finally {
    await stack.stop();
  }
}

/** Previews a larger pool, and resolves to the excerpt that the picture shows, in color. The stack keeps its config. */
export async function previewLargerPool(stack: PageStack): Promise<string> {
  const file = join(stack.folder, "Pulumi.homelab.yaml");
  const config = readFileSync(file, "utf8");
  const block = "loadBalancer.ipPools[0].blocks[0]";
  const commands = `pulumi config rm --path '${block}.cidr'
pulumi config set --path '${block}.start' 192.168.1.200
pulumi config set --path '${block}.stop' 192.168.1.250
pulumi preview --diff --color always`;
  const printed = await stack.run(commands);
  writeFileSync(file, config);
  return excerptOf(printed);
}

/** Leaves out the components, the outputs, the long names, and the fields of kinds that are not detailed, of which three dots remain. */
export function excerptOf(printed: string): string {
  const lines: string[] = [];
  let shows: "everything" | "name" | "nothing" = "everything";
  for (const line of printed.trimEnd().split("\n")) {
    const text = stripVTControlCharacters(line);
    const [, type] = /^ *[~+-]? ?(\S+): \((?:same|update|create)\)$/.exec(text) ?? [];
    const [, kind = ""] = /^kubernetes:.*:(\w+)$/.exec(type ?? "") ?? [];
    if (text === "Resources:") shows = "everything";
    else if (text.trim() === "--outputs:--" || (type !== undefined && kind === "")) shows = "nothing";
    else if (kind !== "") shows = detailed.includes(kind) ? "everything" : "name";
    const isName = kind !== "" || /^ *\[id=/.test(text);
    if (/^ *\[(?:urn|provider)=/.test(text)) continue;
    if (shows === "everything" || (shows === "name" && isName)) lines.push(line);
    else if (shows === "name" && !lines.at(-1)?.endsWith("...")) lines.push(`${/^ */.exec(text)?.[0] ?? ""}...`);
  }
  return lines.join("\n");
}
