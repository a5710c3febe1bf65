// npm run bench: measures median time and memory, next to Helm alone, cdk8s and a minimal Pulumi program, which nothing can undercut.
// `npm run bench -- <file>` also writes the figures as JSON, and next to it the figure of a preview's parts. `npm run bench -- --set-up` measures
// instead how long a newcomer waits for the first manifest.
import { writeFileSync } from "node:fs";
import type { Figures } from "../bench/medians.ts";
import { parts } from "../bench/profile.ts";
import { resolveSettings } from "../components/inputs/settings.ts";
import { findArchive } from "./lib/chartArchive.ts";
import { readCommandLine } from "./lib/commandLine.ts";
import { type Bar, stackedBars } from "./lib/figure.ts";
import { measurePreviews, type PreviewFigures } from "./lib/measurePreviews.ts";
import { measureRendering, measureScale } from "./lib/measureRendering.ts";
import { measureSetUp } from "./lib/measureSetUp.ts";
import { findPluginFolder, missingPluginMessage } from "./lib/plugins.ts";
import { putOnPath } from "./lib/putOnPath.ts";
import { devConfig } from "./lib/stack.ts";
import { dim, fail, progress, say } from "./lib/terminal.ts";

const commandLine = {
  command: "npm run bench",
  usage: `usage: npm run bench [-- file.json] [--set-up]

Measures time and memory of rendering and of previews, next to Helm alone, cdk8s and a minimal Pulumi program. Takes about five minutes.

  file.json  also writes the figures to this file, and a figure of the parts of a preview beside it
  --set-up   measures instead how long the first \`npm run manifest\` takes in a fresh clone
  --help     prints this
`,
  config: { options: { "set-up": { type: "boolean" } }, allowPositionals: true },
} as const;

type Table = Readonly<Record<string, Figures>>;

async function main(): Promise<void> {
  const { values, positionals } = readCommandLine(commandLine);
  const [file] = positionals;
  const tables: Record<string, Table> = values["set-up"] === true ? { "set-up": await measureSetUp() } : await measureWork(file);
  process.stdout.write(Object.entries(tables).map(print).join("\n"));
  if (file !== undefined) writeFileSync(file, `${JSON.stringify(tables, null, 2)}\n`);
}

async function measureWork(file: string | undefined): Promise<Record<string, Table>> {
  await putOnPath("pulumi", "helm");
  const dev = devConfig();
  const { chart, remove } = findArchive(resolveSettings(dev));
  try {
    const args = { ...dev, chart };
    say("measuring; this takes about five minutes");
    progress("rendering");
    const tables: Record<string, Table> = { rendering: await measureRendering(args, 15) };
    progress("scale");
    tables["scale"] = await measureScale(args, 3);
    if (findPluginFolder("language-nodejs") === undefined) {
      say(missingPluginMessage("language-nodejs"));
      return tables;
    }
    progress("previews");
    const previews = await measurePreviews(chart, 9);
    if (file !== undefined) writeFileSync(file.replace(/(?:\.json)?$/, ".svg"), figureOf(previews));
    return { previews: previews.figures, ...tables };
  } finally {
    remove();
  }
}

function figureOf({ parts: divided }: PreviewFigures): string {
  const bars = Object.entries(divided).map(([name, part]): Bar => {
    return { name, segments: [part.pulumi, ...parts.map((each) => part[each])] };
  });
  return stackedBars("Where the time of pulumi preview goes", ["Pulumi's command and engine", ...parts], bars);
}

function print([title, figures]: [string, Table]): string {
  const [baseline] = Object.values(figures);
  const ratio = (one: number | undefined, other: number | undefined) => ((one ?? NaN) / (other ?? NaN)).toFixed(2);
  const lines = Object.entries(figures).map(([name, { milliseconds, megabytes }]) => {
    const time = `${milliseconds.toFixed(1).padStart(9)} ms${ratio(milliseconds, baseline?.milliseconds).padStart(7)}`;
    const memory =
      megabytes === undefined ? "" : `${megabytes.toFixed(0).padStart(7)} MB${ratio(megabytes, baseline?.megabytes).padStart(7)}`;
    return `  ${name.padEnd(48)}${time}${memory}\n`;
  });
  return `${title} ${dim("(medians; ratios to the first row)")}\n${lines.join("")}`;
}

await main().catch(fail);
