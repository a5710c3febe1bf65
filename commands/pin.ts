// npm run pin -- 1.20.2: pins the chart of a Cilium release in components/versions/pins.ts. The chart comes from https://helm.cilium.io, or from
// `--repository URL`. Nothing is written unless every check passes.
import { readFileSync } from "node:fs";
import { relative } from "node:path";
import { inputDefaults } from "../components/inputs/settings.ts";
import { writeWhole } from "../components/support/cache.ts";
import { gatewayApiDigests, pinnedCharts } from "../components/versions/pins.ts";
import { readCommandLine } from "./lib/commandLine.ts";
import { pinRelease, readRelease } from "./lib/pinRelease.ts";
import { formatPins } from "./lib/pinsFile.ts";
import { putOnPath } from "./lib/putOnPath.ts";
import { fail, say } from "./lib/terminal.ts";

const commandLine = {
  command: "npm run pin",
  usage: `usage: npm run pin -- RELEASE [--repository URL]

Adds a release of Cilium to components/versions/pins.ts: the SHA-256 of its chart and the digests of its images. Later runs accept no other
bytes for this release. It writes nothing unless every check passes.

  RELEASE           such as 1.20.2
  --repository URL  takes the chart from there; ${inputDefaults.chart.repository} by default
  --help            prints this
`,
  config: {
    allowPositionals: true,
    options: { repository: { type: "string", default: inputDefaults.chart.repository } },
  },
} as const;

async function main(): Promise<void> {
  const { positionals, values } = readCommandLine(commandLine);
  const version = readRelease(positionals);
  await putOnPath("helm");
  const pin = await pinRelease({ version, repository: values.repository, pinned: pinnedCharts[version] });
  const { path, content } = await formatPins({ charts: { ...pinnedCharts, [version]: pin }, gatewayApi: gatewayApiDigests });
  if (readFileSync(path, "utf8") === content) {
    say(`\ncilium ${version} is pinned already; nothing was changed`);
    return;
  }
  writeWhole(path, content);
  say(`\npinned cilium ${version} in ${relative(process.cwd(), path)}; now let the tests render it: npm run test:thorough`);
}

await main().catch(fail);
