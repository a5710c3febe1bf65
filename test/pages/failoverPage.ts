import { readFileSync } from "node:fs";
import { join } from "node:path";
import { formatPage, type Page } from "../../commands/lib/page.ts";
import { root } from "../../commands/lib/root.ts";

const file = join("docs", "failover.md");

const introduction = `# Failover

This page shows how long a client gets no answer from a LoadBalancer IP after the node that serves it is gone. \`npm run measure -- failover\`
measures L2 announcements, \`npm run measure -- failover-bgp\` measures BGP, each with the default Cilium release on two nodes of a LAN of network
namespaces. The client sends requests without a pause. Each value is the median of several rounds with the maximum in parentheses.
`;

/** The sections of the page, in their order. */
const sections = ["L2 announcements", "BGP"] as const;

/** Generates docs/failover.md with a new text of one section. The other one stays as it is: each takes a quarter of an hour to measure. */
export function failoverPage(section: (typeof sections)[number], text: string): Promise<Page> {
  const [, ...current] = readFileSync(join(root, file), "utf8").split(/^## /m);
  const content = sections.map((name) => {
    const earlier = current.find((each) => each.startsWith(`${name}\n`)) ?? "";
    return name === section ? `${name}\n\n${text}` : earlier;
  });
  return formatPage(file, [introduction, ...content.filter((each) => each !== "").map((each) => `## ${each}`)].join("\n"));
}

/** Formats the median and the maximum of times in milliseconds, such as `16.8 s (18.0 s)`. */
export function medianAndMaximum(times: readonly number[]): string {
  const sorted = times.toSorted((one, other) => one - other);
  const secondsAt = (index: number) => `${((sorted[index] ?? NaN) / 1000).toFixed(1)} s`;
  return `${secondsAt(Math.floor(sorted.length / 2))} (${secondsAt(sorted.length - 1)})`;
}
