import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { gatewayApiObjects } from "../../../components/cilium/gatewayApi.ts";
import { resolveSettings } from "../../../components/inputs/settings.ts";
import { gatewayApiDigests } from "../../../components/versions/pins.ts";
import { ciliumMinors } from "../../../components/versions/supported.ts";
import { readGatewayApiCrds } from "../../harness/suiteData.ts";

const folder = mkdtempSync(join(tmpdir(), "gateway-api-"));
after(() => {
  rmSync(folder, { recursive: true });
});
const sha256 = (content: string) => createHash("sha256").update(content).digest("hex");
const file = (name: string, content: string) => {
  writeFileSync(join(folder, name), content);
  return join(folder, name);
};

test("the pinned digests are those of the files built from the source of the releases", () => {
  const releases = [...new Set(Object.values(ciliumMinors).map(({ gatewayApi }) => gatewayApi))];
  assert.deepEqual(Object.keys(gatewayApiDigests).sort(), releases.sort());
  for (const release of releases) assert.equal(sha256(readGatewayApiCrds(release)), gatewayApiDigests[release], release);
});

const objects = (crdsPath: string, ciliumVersion = "1.18.4") =>
  gatewayApiObjects(resolveSettings({ ciliumVersion, gatewayApi: { crdsPath } }));

test("every supported Cilium gets all CRDs of the release that its documentation names", () => {
  for (const [minor, { gatewayApi }] of Object.entries(ciliumMinors)) {
    const kinds = objects(file(`${gatewayApi}.yaml`, readGatewayApiCrds(gatewayApi)), `${minor}.0`).map(({ kind }) => kind);
    assert(kinds.filter((kind) => kind === "CustomResourceDefinition").length >= 5, minor);
  }
});

test("a file that is missing or contains no object is refused", () => {
  assert.throws(
    () => objects(file("empty.yaml", "---\n# nothing\n")),
    /empty\.yaml cannot be read: it contains no Kubernetes object/,
  );
  assert.throws(
    () => objects(join(folder, "absent.yaml")),
    /^InputError: gatewayApi\.crdsPath: .*absent\.yaml cannot be read: ENOENT/,
  );
});
