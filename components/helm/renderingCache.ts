import { readFileSync } from "node:fs";
import type { Settings } from "../inputs/settings.ts";
import { isSecret } from "../kubernetes/secrets.ts";
import type { KubernetesObject } from "../kubernetes/yaml.ts";
import { keepNewest, readSealed, sha256Of, writeSealed } from "../support/cache.ts";
import type { Chart } from "./chartContents.ts";
import { helmIdentity } from "./cli.ts";
import type { HelmValues } from "./values.ts";

/** What a rendering depends on besides the chart and the values, and whether it may be secret. */
type Target = Pick<Settings, "namespace" | "kubernetesVersion" | "secretValues">;

interface Rendered {
  readonly object: KubernetesObject;
  readonly yaml: string;
}

const folder = "renderings";

/** Some stacks with some releases each. A rendering takes a fifth of a megabyte. */
const capacity = 32;

/** The environment variable that turns the cache of renderings off. */
export const noCacheVariable = "TALOS_CILIUM_CNI_NO_CACHE";

/**
 * Returns the rendering of the same chart, values and cluster by the same Helm and the same code from the cache, or renders and caches it. Caches only
 * what a chart with a known SHA-256 renders, and nothing that contains a secret or that `secretValues` change.
 *
 * @param readers the files of the code that reads what Helm prints
 */
export function renderCached<T extends Rendered>(
  chart: Chart,
  values: HelmValues,
  target: Target,
  readers: readonly string[],
  render: () => readonly T[],
): readonly T[] {
  const key = keyOf(chart, values, target, readers);
  if (key === undefined) return render();
  const cached = readSealed(folder, key);
  if (cached !== undefined) return JSON.parse(cached) as readonly T[];
  const rendered = render();
  const content = toJson(rendered);
  if (content === undefined || rendered.some(isSecret)) return rendered;
  writeSealed(folder, key, content);
  keepNewest(folder, capacity);
  return rendered;
}

function keyOf(
  { sha256 }: Chart,
  values: HelmValues,
  { namespace, kubernetesVersion, secretValues }: Target,
  readers: readonly string[],
): string | undefined {
  if (sha256 === undefined || Object.keys(secretValues).length > 0 || Boolean(process.env[noCacheVariable])) return undefined;
  const [helm, code] = [helmIdentity(), digestOf(readers)];
  if (helm === undefined || code === undefined) return undefined;
  return sha256Of(JSON.stringify([sha256, values, namespace, kubernetesVersion, helm, code]));
}

/** Undefined if the code is not in files, for example in a bundle of the user. */
function digestOf(readers: readonly string[]): string | undefined {
  try {
    return sha256Of(readers.map((file) => sha256Of(readFileSync(file))).join(" "));
  } catch {
    return undefined;
  }
}

/** Undefined if JSON cannot represent the objects: it has no 64-bit integers. */
function toJson(rendered: readonly Rendered[]): string | undefined {
  try {
    return JSON.stringify(rendered);
  } catch {
    return undefined;
  }
}
