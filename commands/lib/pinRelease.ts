import semver from "semver";
import { imageDigestValues } from "../../components/cilium/values.ts";
import { render } from "../../components/helm/render.ts";
import type { HelmValues } from "../../components/helm/values.ts";
import { resolveSettings } from "../../components/inputs/settings.ts";
import { createManifest } from "../../components/kubernetes/manifest.ts";
import { merge } from "../../components/support/merge.ts";
import type { PinnedChart } from "../../components/versions/pinnedChart.ts";
import { ciliumMinors, minorOf } from "../../components/versions/supported.ts";
import { chartFolderIn, downloadCiliumSource } from "./ciliumSource.ts";
import { type GoModule, ModuleNotServed } from "./goModule.ts";
import { type CheckedArchive, fetchArchive, findInIndex, type IndexEntry } from "./releasedChart.ts";
import { step } from "./terminal.ts";

/** Checks the arguments of `npm run pin`, and returns the release. Throws an error that says which releases can be pinned. */
export function readRelease(words: readonly string[]): string {
  const [version] = words;
  if (version === undefined || words.length > 1) throw new Error("name one release of Cilium, such as: `npm run pin -- 1.20.2`");
  const supported = `supported are releases of ${Object.keys(ciliumMinors).join(", ")}`;
  if (semver.valid(version) !== version) throw new Error(`${version} is not a release such as 1.20.2; ${supported}`);
  if (!Object.hasOwn(ciliumMinors, minorOf(version))) {
    throw new Error(
      `${version} is not supported; ${supported}, and a new minor release first needs an entry in ` +
        "components/versions/supported.ts",
    );
  }
  if (semver.prerelease(version) !== null) throw new Error(`${version} is a prerelease; only final releases are pinned`);
  return version;
}

export interface PinRequest {
  readonly version: string;
  /** The address of the chart repository. */
  readonly repository: string;
  /** What is pinned for this release so far. */
  readonly pinned: PinnedChart | undefined;
}

/**
 * Finds out what to pin for a release, and prints its steps. Throws an error if a check fails. Needs Helm on PATH. Returns what is pinned already
 * if nothing can be added to it.
 */
export async function pinRelease({ version, repository, pinned }: PinRequest): Promise<PinnedChart> {
  const entry = await step("index", () => {
    const indexed = findInIndex(repository, version);
    checkPinned(version, indexed, pinned);
    return Promise.resolve([indexed, `cilium ${version} has the SHA-256 ${indexed.sha256}`]);
  });
  if (pinned?.source !== undefined) return pinned;
  const archive = await step("archive", () => {
    const checked = fetchArchive(version, entry);
    return Promise.resolve([checked, `${entry.url} has it too, and contains the digests of the images`]);
  });
  const source = await step("source", () => {
    const goModule = findGoModule(version);
    if (goModule instanceof ModuleNotServed)
      return Promise.resolve([undefined, `pinned without its source: ${goModule.message}`]);
    checkRenderings(version, archive, goModule);
    const pin = { goModule: goModule.sum, images: archive.images };
    return Promise.resolve([pin, `its Go module renders the same bytes, and has the hash ${goModule.sum}`]);
  });
  return { sha256: entry.sha256, ...(source !== undefined && { source }) };
}

/** Refuses a release that is pinned with another archive. */
export function checkPinned(version: string, { sha256 }: IndexEntry, pinned: PinnedChart | undefined): void {
  if (pinned === undefined || pinned.sha256 === sha256) return;
  throw new Error(
    `cilium ${version} is pinned with ${pinned.sha256}, but the index has ${sha256}: the archive was replaced, or this is another chart; ` +
      `find out why, and only if the new one is right, remove ${version} from components/versions/pins.ts first`,
  );
}

function findGoModule(version: string): GoModule | ModuleNotServed {
  try {
    return downloadCiliumSource(version);
  } catch (error) {
    if (error instanceof ModuleNotServed) return error;
    throw error;
  }
}

/** Most of the chart's objects, and all whose digests are pinned. Certificates that Helm creates would differ each time. */
const renderedValues: HelmValues = { hubble: { relay: { enabled: true }, tls: { auto: { method: "cronJob" } } } };

/** Checks that the chart folder in the source, with the digests of the released images, renders the same bytes as the archive. */
function checkRenderings(version: string, { path, images }: CheckedArchive, { folder }: GoModule): void {
  const released = renderedObjects(version, path, renderedValues);
  const built = renderedObjects(version, chartFolderIn(folder), merge(renderedValues, imageDigestValues(images)));
  const names = new Set([...released.keys(), ...built.keys()]);
  const differences = [...names].filter((name) => released.get(name) !== built.get(name));
  if (differences.length === 0) return;
  throw new Error(
    `the chart of cilium ${version} and the one in its Go module render different objects: ${differences.join(", ")}; find out which of ` +
      "the two was changed",
  );
}

/** The YAML of each object, by its name. */
function renderedObjects(version: string, path: string, values: HelmValues): ReadonlyMap<string, string> {
  const objects = render({ path }, values, resolveSettings({ ciliumVersion: version })).map(({ object }) => object);
  return new Map(createManifest(objects).entries.map(({ name, yaml }) => [name, yaml]));
}
