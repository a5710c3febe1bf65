import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs"; // prettier-ignore
import { tmpdir } from "node:os";
import { dirname, isAbsolute, join } from "node:path";
import { text } from "node:stream/consumers";
import { after, beforeEach, test } from "node:test";
import { stageChart } from "../../../components/delivery/chartArchive.ts";
import { sha256Of } from "../../../components/support/cache.ts";
import { run } from "../../../tools/childProcess.mjs";
import { packageTinyChart, writeTinyChart } from "../../harness/tinyChart.ts";
import { unusableFolders } from "../../harness/unusableFolders.ts";

const folder = mkdtempSync(join(tmpdir(), "chart-archive-"));
const environment = { ...process.env };
const one = packageTinyChart(folder, "one");
const two = packageTinyChart(folder, "two");
const staging = join(folder, "cache", "talos-cilium-cni", "staged");
const unusable = unusableFolders(join(folder, "unusable"));

beforeEach(() => {
  rmSync(staging, { recursive: true, force: true });
  process.env["XDG_CACHE_HOME"] = join(folder, "cache");
});
after(() => {
  process.env = environment;
  rmSync(folder, { recursive: true });
});

const stage = (path: string) => stageChart({ path });
const digestOf = (file: string) => sha256Of(readFileSync(file));

test("an archive is named by its content, and its path is absolute", () => {
  const path = stage(one.path);
  assert.equal(path, join(staging, `${one.sha256}.tgz`));
  assert.equal(digestOf(path), one.sha256);
  assert.equal(stage(one.path), path);
  assert.deepEqual(readdirSync(staging), [`${one.sha256}.tgz`]);
});

test("two charts of the same release are two files", () => {
  const staged = [stage(one.path), stage(two.path)];
  assert.deepEqual(staged.map(digestOf), [one.sha256, two.sha256]);
});

test("a file of that name with other content is replaced", () => {
  const path = stage(one.path);
  for (const content of ["", "damaged", readFileSync(two.path)]) {
    writeFileSync(path, content);
    assert.equal(stage(one.path), path);
    assert.equal(digestOf(path), one.sha256);
  }
});

test("processes that stage at the same time each read their own chart", { timeout: 60_000 }, async () => {
  const charts = [
    one.path,
    two.path,
    writeTinyChart(join(folder, "source", "one")),
    writeTinyChart(join(folder, "source", "two"), "two"),
  ];
  const script = join(import.meta.dirname, "..", "..", "processes", "stageChart.ts");
  const staged = await Promise.all(
    [...charts, ...charts].map(async (chart) => {
      const child = spawn(process.execPath, [script, chart, chart.endsWith(".tgz") ? "50" : "5"]);
      const [printed, errors] = await Promise.all([text(child.stdout), text(child.stderr), once(child, "close")]);
      assert.equal(errors, "");
      return printed.trim();
    }),
  );
  assert.deepEqual(staged.slice(4), staged.slice(0, 4));
  assert.deepEqual(
    [0, 1].map((index) => digestOf(staged[index] ?? "")),
    [one.sha256, two.sha256],
  );
  assert.deepEqual(
    readdirSync(staging).sort(),
    staged
      .slice(0, 4)
      .map((path) => path.replace(`${staging}/`, ""))
      .sort(),
  );
});

test("if the archive cannot be written to the staging folder, it is in a temporary folder", () => {
  mkdirSync(join(staging, `${one.sha256}.tgz`, "folder"), { recursive: true });
  const path = stage(one.path);
  assert(!path.startsWith(staging));
  assert.equal(digestOf(path), one.sha256);
});

for (const [obstacle, cache] of Object.entries(unusable)) {
  test(`without a cache folder the archive is in a temporary folder, and without both it is a problem: ${obstacle}`, () => {
    process.env["XDG_CACHE_HOME"] = cache;
    const path = stage(one.path);
    assert(isAbsolute(path));
    assert.equal(digestOf(path), one.sha256);

    const { TMPDIR } = process.env;
    process.env["TMPDIR"] = cache;
    try {
      assert.throws(() => stage(one.path), {
        name: "InputError",
        message: /^chart: no folder can store the chart archive: .*; set XDG_CACHE_HOME to a writable folder$/,
      });
    } finally {
      if (TMPDIR === undefined) delete process.env["TMPDIR"];
      else process.env["TMPDIR"] = TMPDIR;
    }
  });
}

test("a temporary archive is removed when the process ends", () => {
  const TMPDIR = mkdtempSync(join(folder, "tmp-"));
  const script = join(import.meta.dirname, "..", "..", "processes", "stageChart.ts");
  const env = { ...environment, XDG_CACHE_HOME: "/proc/nope", TMPDIR };
  const { stdout, stderr } = spawnSync(process.execPath, [script, one.path, "1"], { env, encoding: "utf8" });
  assert.equal(stderr, "");
  assert.equal(dirname(dirname(stdout.trim())), TMPDIR);
  assert.deepEqual(readdirSync(TMPDIR), []);
});

test("a chart folder is packaged, and the archive is named by the names and contents of the files", () => {
  const chart = writeTinyChart(join(folder, "changing"));
  const values = join(chart, "values.yaml");
  writeFileSync(values, "a: 1\n");
  const original = stage(chart);
  assert.match(original, /\/[0-9a-f]{64}\.tgz$/);
  assert.match(run("tar", ["-tzf", original]), /cilium\/templates\/configmap\.yaml/);

  const copy = join(folder, "copy");
  cpSync(chart, copy, { recursive: true });
  assert.equal(stage(copy), original, "it does not matter where the folder is");

  const changes: Readonly<Record<string, () => void>> = {
    "a changed file": () => {
      writeFileSync(values, "a: 2\n");
    },
    "a new file": () => {
      writeFileSync(join(chart, "templates", "NOTES.txt"), "");
    },
    "a renamed file": () => {
      renameSync(join(chart, "templates", "NOTES.txt"), join(chart, "templates", "_helpers.tpl"));
    },
    "a file behind a link": () => {
      mkdirSync(join(folder, "files"));
      writeFileSync(join(folder, "files", "file"), "one");
      symlinkSync(join(folder, "files"), join(chart, "files"));
    },
    "a changed file behind a link": () => {
      writeFileSync(join(folder, "files", "file"), "two");
    },
  };
  const earlierPaths = new Set([original]);
  for (const [description, change] of Object.entries(changes)) {
    change();
    const path = stage(chart);
    assert(!earlierPaths.has(path), description);
    assert(existsSync(path));
    earlierPaths.add(path);
  }
});

test("a chart that cannot be packaged is a problem of chart.path with the original error", () => {
  const broken = writeTinyChart(join(folder, "broken"));
  writeFileSync(join(broken, "Chart.yaml"), "apiVersion: v2\nname: cilium\nversion: none\n");
  const dangling = writeTinyChart(join(folder, "dangling"));
  symlinkSync("nowhere", join(dangling, "values.yaml"));
  for (const [path, words] of [
    [broken, /version/],
    [dangling, /ENOENT/],
    [join(folder, "absent.tgz"), /ENOENT/],
  ] as const) {
    assert.throws(
      () => stage(path),
      (error: Error) =>
        error.name === "InputError" &&
        error.message.startsWith(`chart.path: ${path} could not be packaged: `) &&
        words.test(error.message),
    );
  }
});
