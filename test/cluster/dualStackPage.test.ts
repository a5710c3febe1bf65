// docs/dual-stack.md: its settings, its Service and its commands as printed, on a real API server with Cilium's real operator. The suite lan has the
// agents.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { eventually } from "../harness/cluster.ts";
import { codeBlocks } from "../harness/codeBlocks.ts";
import { crdsCommandIn, PageOnCluster } from "../harness/pageOnCluster.ts";

const page = "docs/dual-stack.md";
const [families = "", , pool = "", service = "", ...otherSettings] = codeBlocks(page, "yaml");
const [look = "", ...otherCommands] = codeBlocks(page, "bash");
const [, serviceCidr = ""] = /serviceCidr: (\S+)/.exec(families) ?? [];
const [, release = ""] = /ciliumVersion: (\S+)/.exec(families) ?? [];

let bench: PageOnCluster;
before(async () => {
  bench = await PageOnCluster.start("127.0.0.1", serviceCidr);
});
after(() => bench.stop());

test("with the settings of the page, its Service gets an address of each family", { timeout: 300_000 }, async () => {
  assert.deepEqual([...otherSettings, ...otherCommands], [], `${page} has blocks that this test does not run`);
  const [lookAtNodes = "", lookAtAgent = "", lookAtService = "", ...others] = look.trimEnd().split("\n");
  assert.match(lookAtAgent, /cilium-dbg status/, "the simulated nodes run no agent, so this command is not run");
  assert.deepEqual(others, []);

  bench.replaceSettings(release, families, pool);
  const report = await bench.run("npm run manifest");
  await bench.installGatewayApiCrds(crdsCommandIn(report));
  const { cluster } = bench;
  cluster.startNodes("one");
  await bench.run(`kubectl apply --server-side --filename manifests/cilium-cni-${release}.yaml`);
  await cluster.startOperator();
  await bench.waitForKinds();
  await bench.run(`kubectl apply --server-side --filename manifests/cilium-lb-${release}.yaml`);

  assert.match(await bench.run(lookAtNodes), /^NAME +PODS +ADDRESSES\none /);
  cluster.apply(service);
  await eventually(async () => (await bench.run(lookAtService)).includes("}"), "the Service gets no address", 30);
  const addresses = JSON.parse(await bench.run(lookAtService)) as readonly { readonly ip: string }[];
  assert.deepEqual(addresses.map(({ ip }) => ip).toSorted(), ["192.168.1.200", "2001:db8:1::200"]);
});
