// `npm run pin` in a clone that has not pinned 1.18.4, with a local repository. test/charts/pinRelease.test.ts has every refusal.
import assert from "node:assert/strict";
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { Clone } from "../../commands/lib/clone.ts";
import { formatPins } from "../../commands/lib/pinsFile.ts";
import { sha256Of } from "../../components/support/cache.ts";
import { gatewayApiDigests, pinnedCharts } from "../../components/versions/pins.ts";
import { run } from "../../tools/childProcess.mjs";
import { digestsOf, packageChart } from "../harness/chartRepository.ts";
import { type Server, startFileServer } from "../harness/servers.ts";

const { "1.18.4": pinned, ...others } = pinnedCharts;
assert(pinned?.source !== undefined);
const folder = mkdtempSync(join(tmpdir(), "pin-command-"));
const archive = join(folder, "repository", "cilium-1.18.4.tgz");
const clone = new Clone();
const pinsFile = join(clone.folder, "components", "versions", "pins.ts");
let server: Server;
let unpinned: string;

before(async () => {
  packageChart(folder, join(folder, "repository"), { values: digestsOf(pinned.source?.images ?? assert.fail()) });
  run("helm", ["repo", "index", join(folder, "repository")]);
  server = await startFileServer(join(folder, "repository"));
  const { content } = await formatPins({ charts: others, gatewayApi: gatewayApiDigests });
  unpinned = content;
});
after(() => {
  server.process.kill();
  clone.remove();
  rmSync(folder, { recursive: true });
});

const pin = (...args: readonly string[]) =>
  clone.runUnchecked("npm", ["run", "pin", "--", ...args], { NO_COLOR: "1", XDG_CACHE_HOME: join(folder, "cache") });
const pinsNow = () => readFileSync(pinsFile, "utf8");

test("npm run pin writes the entry of a release, and the same command again changes nothing", { timeout: 120_000 }, async () => {
  writeFileSync(pinsFile, unpinned);
  const first = await pin("1.18.4", "--repository", server.address);
  assert.equal(first.status, 0, first.printed);
  assert.match(
    first.printed,
    /\npinned cilium 1\.18\.4 in components\/versions\/pins\.ts; now let the tests render it: npm run test:thorough$/m,
  );
  const charts = { ...pinnedCharts, "1.18.4": { ...pinned, sha256: sha256Of(readFileSync(archive)) } };
  const { content } = await formatPins({ charts, gatewayApi: gatewayApiDigests });
  assert.equal(pinsNow(), content);

  const again = await pin("1.18.4", "--repository", server.address);
  assert.equal(again.status, 0, again.printed);
  assert.match(again.printed, /\ncilium 1\.18\.4 is pinned already; nothing was changed\n/);
  assert.equal(pinsNow(), content);
});

test("npm run pin completes what Renovate changed", { timeout: 120_000 }, async () => {
  writeFileSync(pinsFile, unpinned.replace(/^\/\/ renovate: cilium 1\.18\..*$/m, "// renovate: cilium 1.18.4"));
  const { status, printed } = await pin("1.18.4", "--repository", server.address);
  assert.equal(status, 0, printed);
  assert.match(pinsNow(), /^\/\/ renovate: cilium 1\.18\.12$/m);
  assert.match(pinsNow(), /^ {2}"1\.18\.4": \{$/m);
});

test("npm run pin writes nothing if a check fails", { timeout: 120_000 }, async () => {
  writeFileSync(pinsFile, unpinned);
  for (const [args, message] of [
    [[], /^error: name one release of Cilium, such as: `npm run pin -- 1\.20\.2`$/m],
    [
      ["1.18.98", "--repository", server.address],
      /^error: http.* has no cilium 1\.18\.98; its newest release of 1\.18 is 1\.18\.4$/m,
    ],
    [["1.18.4", "--repo", server.address], /^error: unknown option '--repo'/m],
  ] as const) {
    const { status, printed } = await pin(...args);
    assert.equal(status, 1);
    assert.match(printed, message);
    assert.equal(pinsNow(), unpinned);
  }
  appendFileSync(archive, "changed");
  const { status, printed } = await pin("1.18.4", "--repository", server.address);
  assert.equal(status, 1);
  assert.match(printed, /^error: http.* has the SHA-256 [0-9a-f]{64}, but the index has [0-9a-f]{64}; it is not used$/m);
  assert.equal(pinsNow(), unpinned);
});
