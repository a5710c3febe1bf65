// Fetches the chart of any release of Cilium from its repository, and checks it against the index of the repository.
import { join } from "node:path";
import semver from "semver";
import { parse } from "yaml";
import { type HelmValues, valueAt } from "../../components/helm/values.ts";
import { sha256Of, temporaryFolder, writeCached, writeWhole } from "../../components/support/cache.ts";
import { downloadUnchecked } from "../../components/support/download.ts";
import { filesInArchive } from "../../components/support/tarArchive.ts";
import type { ImageDigests } from "../../components/versions/pinnedChart.ts";
import { minorOf } from "../../components/versions/supported.ts";

/** A chart archive in the index of its repository. */
export interface IndexEntry {
  readonly url: string;
  readonly sha256: string;
}

/** Looks a release up in the index of a chart repository. */
export function findInIndex(repository: string, version: string): IndexEntry {
  if (repository.startsWith("oci://")) {
    throw new Error(`${repository} is an OCI registry, which has no index; use a repository such as https://helm.cilium.io`);
  }
  const base = repository.replace(/\/*$/, "/");
  const releases = readIndex(`${base}index.yaml`);
  const entry = releases.find((each) => each.version === version);
  if (entry === undefined) {
    const versions = releases.map((release) => release.version ?? "").filter((each) => semver.valid(each) !== null);
    const newest = semver.maxSatisfying(versions, `~${minorOf(version)}.0`);
    const advice = newest === null ? "it has no release of this minor" : `its newest release of ${minorOf(version)} is ${newest}`;
    throw new Error(`${repository} has no cilium ${version}; ${advice}`);
  }
  const { digest, urls: [url] = [] } = entry;
  if (!/^[0-9a-f]{64}$/.test(digest ?? "") || url === undefined) {
    throw new Error(`${base}index.yaml has no SHA-256 or no address of cilium ${version}, so its archive cannot be checked`);
  }
  return { url: new URL(url, base).href, sha256: digest ?? "" };
}

interface IndexedRelease {
  readonly version?: string;
  readonly digest?: string;
  readonly urls?: readonly string[];
}

function readIndex(url: string): readonly IndexedRelease[] {
  const text = downloadUnchecked(url).toString("utf8");
  try {
    const releases = (parse(text) as { entries: { cilium: IndexedRelease[] } }).entries.cilium;
    if (Array.isArray(releases)) return releases;
  } catch {
    // Not YAML, or YAML of something else.
  }
  throw new Error(`${url} is not the index of a chart repository that has cilium`);
}

/** A chart archive that was checked. */
export interface CheckedArchive {
  readonly path: string;
  readonly images: ImageDigests;
}

/** Downloads a chart archive, and checks that it is the one of the index and of this release. */
export function fetchArchive(version: string, { url, sha256 }: IndexEntry): CheckedArchive {
  const content = downloadUnchecked(url);
  const actual = sha256Of(content);
  if (actual !== sha256) throw new Error(`${url} has the SHA-256 ${actual}, but the index has ${sha256}; it is not used`);
  const images = readArchive(version, url, content);
  const name = `cilium-${version}-${sha256}.tgz`;
  return { images, path: writeCached("charts", name, content) ?? writeWhole(join(temporaryFolder(), name), content) };
}

function readArchive(version: string, url: string, content: Buffer): ImageDigests {
  const { chart, values } = readFiles(url, content);
  if (chart["name"] !== "cilium" || chart["version"] !== version) {
    throw new Error(`${url} contains the chart ${String(chart["name"])} ${String(chart["version"])}, not cilium ${version}`);
  }
  const digestAt = (path: string): string => {
    const digest = valueAt(values, path);
    if (typeof digest === "string" && /^sha256:[0-9a-f]{64}$/.test(digest)) return digest;
    throw new Error(`values.yaml in ${url} has no digest at ${path}: it is not the chart of a release`);
  };
  return {
    agent: digestAt("image.digest"),
    operator: digestAt("operator.image.genericDigest"),
    relay: digestAt("hubble.relay.image.digest"),
  };
}

function readFiles(url: string, content: Buffer): { readonly chart: HelmValues; readonly values: HelmValues } {
  try {
    const files = filesInArchive(content);
    // The top folder has the name of the chart. Its subcharts are deeper.
    const read = (name: string) =>
      parse(files.find((file) => /^[^/]+\/([^/]+)$/.exec(file.name)?.[1] === name)?.text ?? "") as HelmValues | null;
    return { chart: read("Chart.yaml") ?? {}, values: read("values.yaml") ?? {} };
  } catch (error) {
    throw new Error(`${url} is not a chart archive: ${(error as Error).message}`, { cause: error });
  }
}
