import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { readCached, sha256Of, writeCached, writeWhole } from "../../components/support/cache.ts";
import { gatewayApiDigests } from "../../components/versions/pins.ts";
import { downloadGoModule } from "./goModule.ts";

// The licence at the top of the file contains the year of the release.
const years: Readonly<Record<string, string>> = { "v1.2.0": "2024", "v1.4.1": "2025", "v1.6.1": "2026" };

/**
 * Writes `standard-install.yaml` of a Gateway API release into the cache, or into `folder` if there is no cache, and returns its path.
 * Assembles the file from the release's Go module as the maintainers do, so no access to GitHub is needed. Throws if its digest is not the
 * pinned one. The file of v1.4.1 was replaced once after its publication; the pinned digest is that of the current one.
 */
export function fetchGatewayApiCrds(release: string, folder: string): string {
  const pinned = (gatewayApiDigests as Readonly<Record<string, string>>)[release];
  if (pinned === undefined) throw new Error(`Gateway API ${release} has no digest in components/versions/pins.ts`);
  const name = `standard-install-${release}.yaml`;
  const cached = readCached("gateway-api", name, pinned);
  if (cached !== undefined) return cached.path;
  const content = assemble(release);
  const actual = sha256Of(content);
  if (actual !== pinned) {
    throw new Error(`${name} of Gateway API, assembled from its Go module, has the SHA-256 ${actual}, but ${pinned} is pinned`);
  }
  return writeCached("gateway-api", name, content) ?? writeWhole(join(folder, name), content);
}

function assemble(release: string): string {
  const source = downloadGoModule("sigs.k8s.io/gateway-api", release).folder;
  const read = (file: string) => readFileSync(join(source, file), "utf8");
  const folder = "config/crd/standard";
  const files = readdirSync(join(source, folder)).filter((file) => file.startsWith("gateway"));
  return [
    read("hack/boilerplate/boilerplate.sh.txt").replace("YEAR", years[release] ?? ""),
    "#\n# Gateway API Standard channel install\n#\n",
    ...files.map((file) => `---\n#\n# ${folder}/${file}\n#\n${read(`${folder}/${file}`)}`),
  ].join("");
}
