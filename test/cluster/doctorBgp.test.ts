// Why Cilium's operator cannot use objects of BGP, by the status that the real one writes. Agents do not run here: nodes are objects.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { ClusterClient } from "../../components/doctor/client.ts";
import { collectFacts } from "../../components/doctor/collect.ts";
import { type Diagnosis, examine } from "../../components/doctor/examine.ts";
import { createPlan } from "../../components/plan.ts";
import { supportedMinor } from "../../components/versions/supported.ts";
import { chartArgs } from "../harness/charts.ts";
import { builtReleases } from "../harness/ciliumPrograms.ts";
import { Cluster, eventually, type Operator } from "../harness/cluster.ts";
import { webService } from "../harness/lanClient.ts";
import { readGatewayApiCrds } from "../harness/suiteData.ts";

for (const release of builtReleases) {
  describe(`the doctor with BGP and the operator of Cilium ${release}`, () => {
    const exported = createPlan({
      ...chartArgs(release),
      l2: { enabled: false },
      lan: { nodes: ["192.168.1.11"] },
      loadBalancer: { ipPools: [{ name: "lan", blocks: [{ cidr: "10.50.0.0/24" }] }] },
      bgp: [{ name: "lan", localAsn: 64513, peers: [{ address: "192.168.1.1", asn: 64512 }] }],
    });
    const objects = exported.loadBalancer?.yaml ?? assert.fail("there are no objects");
    const nodes = ["node-1", "node-2"];
    let cluster: Cluster;
    let operator: Operator;
    let last: Diagnosis | undefined;

    before(async () => {
      cluster = await Cluster.start();
      cluster.apply(readGatewayApiCrds(supportedMinor(release).gatewayApi));
      cluster.apply(exported.manifest.yaml);
      cluster.startNodes(...nodes);
      operator = await cluster.startOperator();
      await onlyFinding(undefined, 90);
      for (const name of nodes)
        cluster.apply(JSON.stringify({ apiVersion: "cilium.io/v2", kind: "CiliumNode", metadata: { name }, spec: {} }));
    });
    after(() => cluster.stop());

    function kubectl(...args: readonly string[]): void {
      const { ok, output } = cluster.kubectl(args);
      assert(ok, output);
    }
    function patch(kind: string, name: string, change: object): void {
      kubectl("patch", kind, name, "--namespace", "kube-system", "--type", "merge", "--patch", JSON.stringify(change));
    }
    /** Waits until all findings are of this rule, or there is none. Returns the first problem. */
    async function onlyFinding(rule: string | undefined, seconds = 40): Promise<string> {
      const client = new ClusterClient({ kubeconfig: cluster.kubeconfig });
      await eventually(
        async () => {
          last = examine(await collectFacts(client, { service: undefined, asksNetwork: false, manifest: undefined }));
          return [...new Set(last.findings.map((finding) => finding.rule))].join() === (rule ?? "");
        },
        () => `the only finding is not ${rule}: ${JSON.stringify(last?.findings)}`,
        seconds,
      );
      return last?.findings[0]?.problem ?? "";
    }

    test("a configuration that fits has no finding", async () => {
      cluster.apply(objects);
      await onlyFinding(undefined);
    });

    test("a configuration that selects no node", async () => {
      patch("ciliumbgpclusterconfig", "lan", { spec: { nodeSelector: { matchLabels: { router: "none" } } } });
      assert.match(await onlyFinding("bgp-config-refused"), /^CiliumBGPClusterConfig lan: NoMatchingNode: /);
      patch("ciliumbgpclusterconfig", "lan", { spec: { nodeSelector: null } });
      await onlyFinding(undefined);
    });

    test("two configurations for the same node", async () => {
      const { spec } = cluster.get("ciliumbgpclusterconfig", "lan") ?? assert.fail("there is no configuration");
      const second = { apiVersion: "cilium.io/v2", kind: "CiliumBGPClusterConfig", metadata: { name: "second" }, spec };
      cluster.apply(JSON.stringify(second));
      assert.match(
        await onlyFinding("bgp-config-refused"),
        /^CiliumBGPClusterConfig (?:lan: ConflictingClusterConfig: .*second|second: ConflictingClusterConfig: .*lan)/,
      );
      kubectl("delete", "ciliumbgpclusterconfig", "second");
      await onlyFinding(undefined);
    });

    test("a peer whose configuration does not exist", async () => {
      kubectl("delete", "ciliumbgppeerconfigs", "--all");
      assert.match(
        await onlyFinding("bgp-config-refused"),
        /^CiliumBGPClusterConfig lan: MissingPeerConfigs: .*lan\.192\.168\.1\.1/,
      );
      cluster.apply(objects);
      await onlyFinding(undefined);
    });

    test("BGP that is turned off while its objects are there, once, whatever Services wait for it", async () => {
      await operator.stop();
      patch("configmap", "cilium-config", { data: { "enable-bgp-control-plane": "false" } });
      await cluster.startOperator();
      cluster.apply(webService("web", [{ name: "node-1", addresses: ["192.168.1.11"] }]));
      assert.equal(await onlyFinding("bgp-off"), "there is CiliumBGPClusterConfig lan, and enable-bgp-control-plane is off");
      assert.equal(last?.findings.length, 1);
      assert.deepEqual(last.services[0]?.addresses, ["10.50.0.0"]);
    });
  });
}
