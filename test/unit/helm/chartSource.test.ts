import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { ChartUnreachable, findChart } from "../../../components/helm/chartSource.ts";
import type { ChartSource } from "../../../components/inputs/chartArgs.ts";
import { resolveSettings } from "../../../components/inputs/settings.ts";
import { writeCached } from "../../../components/support/cache.ts";
import { timeLimits } from "../../../components/support/childProcess.ts";
import { problemLines } from "../../../components/support/problems.ts";
import { pinnedCharts } from "../../../components/versions/pins.ts";
import { scriptOfVersion, withEmptyPath, withFakeHelm } from "../../harness/fakeHelm.ts";
import { inputErrorOf, problemOf } from "../../harness/inputErrors.ts";
import { packageTinyChart, writeTinyChart } from "../../harness/tinyChart.ts";
import { unusableFolders } from "../../harness/unusableFolders.ts";

const folder = mkdtempSync(join(tmpdir(), "chart-source-"));
const archive = packageTinyChart(folder);
const unusable = unusableFolders(join(folder, "unusable"));
after(() => {
  rmSync(folder, { recursive: true });
});

const find = (chart: ChartSource = {}, ciliumVersion = "1.18.4") => findChart(resolveSettings({ ciliumVersion, chart }));

/** Calls `use` with a Helm on PATH that downloads the tiny chart, and writes its arguments and its cache folder into a log. */
function withPullingHelm(use: (folder: string) => void): void {
  const pull = `printf '%s\\n' "$@" "$HELM_CACHE_HOME" >> "$PATH/log"; for target; do :; done; /bin/cp '${archive.path}' "$target"`;
  withFakeHelm(scriptOfVersion("v4.3.1", pull), use);
}

const chartsInCache = (path: string) => readdirSync(join(path, "cache", "talos-cilium-cni", "charts"));

test("a chart in the cache needs neither Helm nor a network", () => {
  withEmptyPath(() => {
    const path = writeCached("charts", `cilium-1.18.4-${archive.sha256}.tgz`, readFileSync(archive.path));
    assert.deepEqual(find({ sha256: archive.sha256 }), { chart: { path, sha256: archive.sha256 }, warnings: [] });
  });
});

test("a chart in the cache that is damaged, or of another release, is not used", () => {
  withEmptyPath(() => {
    writeCached("charts", `cilium-1.18.4-${archive.sha256}.tgz`, "damaged");
    writeCached("charts", `cilium-1.18.5-${archive.sha256}.tgz`, readFileSync(archive.path));
    writeCached("charts", `cilium-1.18.4-${pinnedCharts["1.18.4"]?.sha256 ?? ""}.tgz`, readFileSync(archive.path));
    for (const sha256 of [archive.sha256, undefined]) {
      assert.match(problemOf(() => find(sha256 === undefined ? {} : { sha256 })).message, /^is not on PATH; install Helm/);
    }
  });
});

test("a chart repository is named by --repo, a chart in an OCI registry by its own address", () => {
  for (const [repository, expected] of [
    ["https://charts.example.com", ["pull", "cilium", "--repo", "https://charts.example.com", "--version", "1.18.4"]],
    ["oci://registry.example.com/cilium", ["pull", "oci://registry.example.com/cilium", "--version", "1.18.4"]],
  ] as const) {
    withPullingHelm((path) => {
      assert.deepEqual(find({ repository, sha256: archive.sha256 }).warnings, []);
      const args = readFileSync(join(path, "log"), "utf8").split("\n");
      assert.deepEqual(args.slice(0, expected.length), expected);
      assert.deepEqual(chartsInCache(path), [`cilium-1.18.4-${archive.sha256}.tgz`]);
    });
  }
});

test("Helm gets a cache folder of its own, unless the user has set one", () => {
  for (const HELM_CACHE_HOME of [undefined, "/helm/cache"]) {
    withPullingHelm((path) => {
      if (HELM_CACHE_HOME === undefined) delete process.env["HELM_CACHE_HOME"];
      else process.env["HELM_CACHE_HOME"] = HELM_CACHE_HOME;
      find({ sha256: archive.sha256 });
      const cache = readFileSync(join(path, "log"), "utf8").trim().split("\n").at(-1);
      if (HELM_CACHE_HOME === undefined) assert.match(cache ?? "", /talos-cilium-cni-\w+\/helm$/);
      else assert.equal(cache, HELM_CACHE_HOME);
    });
  }
});

test("the digest that the user sets has precedence over the pinned one", () => {
  withPullingHelm((path) => {
    const { input, message } = problemOf(() => find());
    assert.equal(input, "chart.sha256");
    assert.match(message, new RegExp(`with the SHA-256 ${archive.sha256}, not c361ca567b.*; the download was discarded: `));
    assert.throws(() => chartsInCache(path), /ENOENT/);
    find({ sha256: archive.sha256 });
    assert.equal(chartsInCache(path).length, 1);
  });
});

test("a release without a pin is downloaded each time, with a warning that has the digest to set", () => {
  withPullingHelm((path) => {
    for (const times of [1, 2]) {
      const { warnings } = find({}, "1.18.99");
      assert.deepEqual(problemLines(warnings), [
        `chart: cilium 1.18.99 is not a pinned release and was not checked; to pin it, set chart.sha256 to "${archive.sha256}"`,
      ]);
      assert.equal(readFileSync(join(path, "log"), "utf8").match(/^pull$/gm)?.length, times);
    }
  });
});

test("without a usable cache, the chart is used from a temporary folder", () => {
  withPullingHelm(() => {
    process.env["XDG_CACHE_HOME"] = unusable["below a file"];
    const { chart } = find({ sha256: archive.sha256 });
    assert.deepEqual(readFileSync(chart.path), readFileSync(archive.path));
  });
});

test("a download that takes too long is stopped, and is a problem of the repository", () => {
  withFakeHelm(scriptOfVersion("v4.3.1", "exec /bin/sleep 60"), () => {
    timeLimits.helmPull = 300;
    const { input, message } = problemOf(() => find());
    assert.equal(input, "chart.repository");
    assert.match(
      message,
      /^cilium 1\.18\.4 could not be downloaded from https:\/\/helm\.cilium\.io: helm pull did not finish within 0\.3 s and was stopped; check the address and the network, or name a downloaded archive as chart\.path$/,
    );
  });
});

test("a failed download has Helm's reason, and counts as unreachable only without a connection", () => {
  for (const [reason, isUnreachable] of [
    ["dial tcp: lookup helm.cilium.io: no such host", true],
    ["failed to fetch index.yaml : 403 Forbidden", false],
  ] as const) {
    withFakeHelm(scriptOfVersion("v4.3.1", `echo 'Error: ${reason}' >&2; exit 1`), () => {
      const error = inputErrorOf(() => find());
      assert.equal(error instanceof ChartUnreachable, isUnreachable);
      assert(error.message.startsWith("chart.repository: cilium 1.18.4 could not be downloaded from "), error.message);
      assert(error.message.includes(`: ${reason}; check the address`), error.message);
    });
  }
});

test("a repository that delivers no archive is a problem", () => {
  withFakeHelm(scriptOfVersion("v4.3.1", "exit 0"), () => {
    assert.deepEqual(problemLines([problemOf(() => find())]), [
      "chart.repository: https://helm.cilium.io delivers no chart archive",
    ]);
  });
});

test("a folder is read without Helm, and without a digest", () => {
  const path = writeTinyChart(join(folder, "tiny"));
  withEmptyPath(() => {
    assert.deepEqual(find({ path }), { chart: { path }, warnings: [] });
  });
});

test("a folder whose Chart.yaml is not that of a chart is a problem of chart.path", () => {
  const path = writeTinyChart(join(folder, "broken"));
  for (const [metadata, expected] of [
    ["name: [", /Chart\.yaml cannot be read: .*; use the whole chart of a release$/s],
    ["", /contains the chart undefined, not cilium$/],
    ["cilium", /contains the chart undefined, not cilium$/],
    ["[1]", /contains the chart undefined, not cilium$/],
    ["name: cilium", /contains Cilium undefined; name the chart of 1\.18\.4$/],
    ["name: cilium\nversion: 1.18", /contains Cilium 1\.18; name the chart/],
  ] as const) {
    writeFileSync(join(path, "Chart.yaml"), metadata);
    const { input, message } = problemOf(() => find({ path }));
    assert.equal(input, "chart.path");
    assert.match(message, expected);
  }
});

test("an archive of another release is rejected, even if its digest is the one that the user sets", () => {
  // That it was accepted as its own release changes nothing.
  for (const _ of [1, 2]) assert.equal(find({ path: archive.path, sha256: archive.sha256 }).chart.path, archive.path);
  const { input, message } = problemOf(() => find({ path: archive.path, sha256: archive.sha256 }, "1.19.6"));
  assert.equal(input, "chart.path");
  assert.match(message, /contains Cilium 1\.18\.4; set ciliumVersion to "1\.18\.4", or name the chart of 1\.19\.6$/);
});
