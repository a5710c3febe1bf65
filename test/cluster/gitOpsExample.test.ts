// examples/gitops: its commands as printed, and its folders on a real API server with Cilium's real operator. Flux itself does not run here: it
// dry-runs all objects of a Kustomization before it applies the first.
import assert from "node:assert/strict";
import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { after, before, test } from "node:test";
import { parseAllDocuments } from "yaml";
import { root } from "../../commands/lib/root.ts";
import { codeBlocks } from "../harness/codeBlocks.ts";
import { crdsCommandIn, PageOnCluster } from "../harness/pageOnCluster.ts";

const example = join(root, "examples", "gitops");
const [write = "", check = "", ...others] = codeBlocks("examples/gitops/README.md", "bash");

let bench: PageOnCluster;
let homelab: string;
before(async () => {
  bench = await PageOnCluster.start();
  homelab = join(dirname(bench.clone.folder), "homelab");
});
after(() => bench.stop());

interface FluxKustomization {
  readonly metadata: { readonly name: string };
  readonly spec: { readonly path: string; readonly wait?: boolean; readonly dependsOn?: readonly { readonly name: string }[] };
}

/** Dry-runs a folder on the API server, as Flux does, which reads files of other folders too. */
const dryRun = (path: string) =>
  bench.tryToRun(
    `kubectl kustomize --load-restrictor LoadRestrictionsNone ${join(homelab, path)} | kubectl apply --server-side --dry-run=server -f -`,
  );

test("Flux can apply each folder of the example when its turn comes", { timeout: 300_000 }, async () => {
  assert.deepEqual(others, []);
  const report = await bench.run(write);
  for (const folder of ["cilium", "cilium-lb"]) cpSync(join(example, folder), join(homelab, folder), { recursive: true });
  const [cilium, pools, ...more] = parseAllDocuments(readFileSync(join(example, "flux.yaml"), "utf8")).map(
    (document) => document.toJS() as FluxKustomization,
  );
  assert(cilium && pools && more.length === 0);
  assert.equal(cilium.spec.wait, true);
  assert.deepEqual(pools.spec.dependsOn, [{ name: cilium.metadata.name }]);

  await bench.installGatewayApiCrds(crdsCommandIn(report));
  // Flux applies Namespaces before it looks at the rest.
  const objects = (await bench.run(`kubectl kustomize ${join(homelab, cilium.spec.path)}`)).split(/^---$/m);
  bench.cluster.apply(objects.filter((object) => /^kind: Namespace$/m.test(object)).join("---"));
  const ciliumFits = await dryRun(cilium.spec.path);
  assert.equal(ciliumFits.status, 0, ciliumFits.printed);
  assert.match(ciliumFits.printed, /^daemonset\.apps\/cilium serverside-applied/m);
  const tooEarly = await dryRun(pools.spec.path);
  assert.notEqual(tooEarly.status, 0);
  assert.match(tooEarly.printed, /no matches for kind "CiliumLoadBalancerIPPool"/);

  await bench.run(`kubectl apply --server-side --kustomize ${join(homelab, cilium.spec.path)}`);
  await bench.cluster.startOperator();
  await bench.waitForKinds();
  const poolsFit = await dryRun(pools.spec.path);
  assert.equal(poolsFit.status, 0, poolsFit.printed);
});

test("the check fails when a file is out of date, and names what differs", async () => {
  await bench.run(check);
  writeFileSync(join(homelab, "cilium", "cilium.yaml"), "");
  const { status, printed } = await bench.tryToRun(check);
  assert.equal(status, 1);
  assert.match(printed, /cilium\.yaml is out of date:\n(?: {2}\+ .*\n)*? {2}\+ DaemonSet kube-system\/cilium\n/);
});
