import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { cacheFolder } from "./cacheFolder.mjs";

/** A file could not be had, or is not the one that was asked for. */
export class DownloadError extends Error {
  override readonly name = "DownloadError";
}

/** The content of the file with this SHA-256: from the cache, else from the URL. Throws a DownloadError. */
export function download(url: string, sha256: string): string {
  const cached = join(cacheFolder(), "downloads", sha256);
  if (existsSync(cached)) {
    const content = readFileSync(cached);
    if (sha256Of(content) === sha256) return content.toString("utf8");
  }
  const content = fetchNow(url);
  const actual = sha256Of(content);
  if (actual !== sha256) throw new DownloadError(`${url} has the SHA-256 ${actual}, not ${sha256}; it is not used`);
  mkdirSync(join(cacheFolder(), "downloads"), { recursive: true });
  const unfinished = `${cached}.${process.pid}`;
  try {
    writeFileSync(unfinished, content);
    renameSync(unfinished, cached);
  } finally {
    rmSync(unfinished, { force: true });
  }
  return content.toString("utf8");
}

// Node fetches asynchronously only, and a component has to know its children when it is made.
const program = `
  try {
    const response = await fetch(process.argv[1], { signal: AbortSignal.timeout(60_000) });
    if (!response.ok) throw new Error(\`the server answers \${response.status}\`);
    process.stdout.write(Buffer.from(await response.arrayBuffer()));
  } catch (error) {
    process.stderr.write((error.cause ?? error).message);
    process.exitCode = 1;
  }`;

function fetchNow(url: string): Buffer {
  const { status, stdout, stderr } = spawnSync(process.execPath, ["--input-type=module", "--eval", program, url], {
    env: { ...process.env, NODE_OPTIONS: "", NODE_USE_ENV_PROXY: "1" },
    maxBuffer: 2 ** 30,
  });
  if (status !== 0) throw new DownloadError(`${url} cannot be had: ${stderr.toString("utf8")}`);
  return stdout;
}

function sha256Of(content: Buffer): string {
  return createHash("sha256").update(content).digest("hex");
}
