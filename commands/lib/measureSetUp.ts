import { createHash } from "node:crypto";
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, delimiter, dirname, join } from "node:path";
import type { Figures } from "../../bench/medians.ts";
import { startReleaseServer } from "../../bench/releaseServer.ts";
import { inputDefaults } from "../../components/inputs/settings.ts";
import { run } from "../../tools/childProcess.mjs";
import type { Release } from "../../tools/releases.mjs";
import { ensureTool, pinnedRelease, sourceOf, tools } from "../../tools/tools.mjs";
import { Clone } from "./clone.ts";
import { progress, say } from "./terminal.ts";

const needed = ["pulumi", "helm"] as const;

/**
 * Measures `npm run manifest` on a clone with npm packages and empty caches, once each: with the releases of Pulumi and Helm from a local server,
 * and with a server that has none, so that both are built from source.
 */
export async function measureSetUp(): Promise<Readonly<Record<string, Figures>>> {
  const folder = mkdtempSync(join(tmpdir(), "set-up-"));
  try {
    const releases = join(folder, "releases");
    for (const name of needed) await packRelease(name, releases);
    say("measuring; this takes about six minutes");
    return {
      "first manifest, tools downloaded": await firstManifest(releases, join(folder, "downloaded")),
      "first manifest, tools built from source": await firstManifest(mkdtempSync(join(folder, "none-")), join(folder, "built")),
    };
  } finally {
    // Go makes its module cache read-only.
    run("chmod", ["-R", "u+w", folder]);
    rmSync(folder, { recursive: true });
  }
}

async function firstManifest(releases: string, caches: string): Promise<Figures> {
  const clone = new Clone();
  const server = await startReleaseServer(releases, hosts());
  try {
    const start = performance.now();
    await clone.run("npm", ["run", "manifest"], {
      ...server.environment,
      // Where the chart's repository cannot be reached, the command takes the chart from Go's module proxy.
      no_proxy: new URL(inputDefaults.chart.repository).host,
      PATH: pathWithoutTools(),
      XDG_CACHE_HOME: join(caches, "cache"),
      GOMODCACHE: join(caches, "modules"),
      GOCACHE: join(caches, "builds"),
    });
    const milliseconds = performance.now() - start;
    progress(`${(milliseconds / 1000).toFixed(1)} s`);
    return { milliseconds };
  } finally {
    server.close();
    clone.remove();
  }
}

/** Packs the executable of a tool as its official release does, with the file of checksums. */
async function packRelease(name: (typeof needed)[number], releases: string): Promise<void> {
  const folder = await ensureTool(name, { report: progress });
  if (folder === undefined) throw new Error(`${name} on PATH is not the release that is pinned; measure without it`);
  const { url, checksums = "", member = "" } = release(name);
  const unpacked = mkdtempSync(join(tmpdir(), "release-"));
  mkdirSync(dirname(join(unpacked, member)), { recursive: true });
  copyFileSync(join(folder, tools[name].executable), join(unpacked, member));
  const archive = fileOf(releases, url);
  run("tar", ["-czf", archive, "-C", unpacked, member]);
  rmSync(unpacked, { recursive: true });
  const digest = createHash("sha256").update(readFileSync(archive)).digest("hex");
  writeFileSync(fileOf(releases, checksums), `${digest}  ${basename(archive)}\n`);
}

/** Where the server finds what a URL names. */
function fileOf(releases: string, url: string): string {
  const { host, pathname } = new URL(url);
  const file = join(releases, host, pathname);
  mkdirSync(dirname(file), { recursive: true });
  return file;
}

function hosts(): readonly string[] {
  const urls = needed.map(release).flatMap(({ url, checksums }) => [url, checksums ?? url]);
  return [...new Set(urls.map((url) => new URL(url).host))];
}

function release(name: (typeof needed)[number]): Release {
  const pinned = pinnedRelease(name, sourceOf(tools[name]), tools[name]);
  if (pinned === undefined)
    throw new Error(`${name} has no official release for this machine, so its download cannot be measured`);
  return pinned;
}

function pathWithoutTools(): string {
  const hasTool = (folder: string) => needed.some((name) => existsSync(join(folder, name)));
  return (process.env["PATH"] ?? "")
    .split(delimiter)
    .filter((folder) => !hasTool(folder))
    .join(delimiter);
}
