// The objects of BGP on a real API server with the kinds of each release, and with Cilium's real operator.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { loadBalancerObjects } from "../../components/cilium/loadBalancer/objects.ts";
import type { TalosCiliumCniArgs } from "../../components/inputs/args.ts";
import type { BgpInstance } from "../../components/inputs/bgpArgs.ts";
import { resolveSettings } from "../../components/inputs/settings.ts";
import { createManifest, nameOf } from "../../components/kubernetes/manifest.ts";
import type { KubernetesObject } from "../../components/kubernetes/yaml.ts";
import { createPlan, examine } from "../../components/plan.ts";
import { chartArgs, readAsKubernetes, releases } from "../harness/charts.ts";
import { Cluster, eventually } from "../harness/cluster.ts";
import { differences } from "../harness/differences.ts";
import { checkResults } from "../harness/findings.ts";
import { readCiliumCrds } from "../harness/suiteData.ts";

const dual = { podCidr: "10.244.0.0/16,fd00:10:244::/56", serviceCidr: "10.96.0.0/12,fd00:10:96::/108" };
const smallest: BgpInstance = { name: "lan", localAsn: 64513, peers: [{ address: "192.168.1.1", asn: 64512 }] };
const largest: BgpInstance = {
  name: "all",
  localAsn: 4200000000,
  peers: [
    {
      address: "192.168.1.1",
      asn: 4294967294,
      port: 65535,
      ebgpMultihop: 255,
      holdTimeSeconds: 65535,
      keepAliveTimeSeconds: 21845,
      connectRetryTimeSeconds: 2147483647,
      gracefulRestart: { enabled: true, restartTimeSeconds: 4095 },
      authSecretRef: "bgp-password",
    },
    { address: "2001:DB8:1::", asn: 64512, holdTimeSeconds: 3, gracefulRestart: { enabled: false } },
  ],
  nodeSelector: { matchExpressions: [{ key: "router", operator: "In", values: ["a", "b"] }] },
  advertise: {
    externalIPs: true,
    clusterIPs: true,
    podCidrs: true,
    serviceSelector: { matchLabels: { announce: "bgp" } },
    communities: { standard: ["65000:100", "4259840100", "0"], wellKnown: ["no-export"], large: ["4200000000:0:4294967295"] },
  },
};
const internal: BgpInstance = {
  name: "internal",
  localAsn: 64513,
  peers: [{ address: "192.168.1.1", asn: 64513 }],
  advertise: { localPreference: 4294967295 },
};

let cluster: Cluster;
before(async () => {
  cluster = await Cluster.start();
});
after(() => cluster.stop());

const objectsOf = (bgp: BgpInstance[]) => createManifest(loadBalancerObjects(resolveSettings({ bgp })));

for (const { ciliumVersion } of releases) {
  test(`Cilium ${ciliumVersion}: a real API server accepts every object of BGP in strict mode, and returns every field`, () => {
    for (const crd of readCiliumCrds(ciliumVersion)) cluster.apply(crd);
    const { ok, output: waiting } = cluster.kubectl(["wait", "--for=condition=Established", "crd", "--all", "--timeout=30s"]);
    assert(ok, waiting);
    for (const instance of [smallest, largest, internal]) {
      const { errors } = examine({ ...chartArgs(ciliumVersion), ...dual, bgp: [instance] });
      assert.deepEqual(errors, []);
      const { yaml } = objectsOf([instance]);
      cluster.apply(yaml);
      const { output } = cluster.kubectl(["get", "--filename", "-", "--output", "json"], yaml);
      const { items } = JSON.parse(output) as { items: KubernetesObject[] };
      const sent = readAsKubernetes(yaml) as readonly KubernetesObject[];
      assert.deepEqual(items.map(nameOf), sent.map(nameOf));
      for (const [index, item] of items.entries()) assert.deepEqual(differences(sent[index], item), [], nameOf(item));
    }
  });
}

test("the API server refuses timers and communities that the checks refuse", () => {
  const peers = (timers: object) => [{ address: "192.168.1.1", asn: 64512, ...timers }];
  const refused: readonly BgpInstance[] = [
    { ...smallest, peers: peers({ keepAliveTimeSeconds: 91 }) },
    { ...smallest, peers: peers({ holdTimeSeconds: 9, keepAliveTimeSeconds: 10 }) },
    { ...smallest, advertise: { communities: { standard: ["65536:1"] } } },
    { ...smallest, advertise: { communities: { wellKnown: ["nobody"] } } },
    { ...smallest, advertise: { communities: { large: ["1:2"] } } },
  ];
  for (const instance of refused) {
    assert(checkResults({ bgp: [instance] }).length > 0);
    assert.throws(() => {
      cluster.apply(objectsOf([instance]).yaml);
    }, /is invalid|Invalid value|Unsupported value/);
  }
});

test("Cilium's operator gives each selected node its sessions, and reports a conflict for a node that is selected twice", async () => {
  const own = await Cluster.start();
  try {
    const args: TalosCiliumCniArgs = { ...chartArgs(), gatewayApi: { enabled: false }, bgp: [smallest] };
    const plan = createPlan(args);
    own.apply(plan.manifest.yaml);
    await own.startOperator();
    const kinds = ["peerconfigs", "advertisements", "clusterconfigs"].map((kind) => `crd/ciliumbgp${kind}.cilium.io`);
    await eventually(
      () => own.kubectl(["wait", "--for=condition=Established", ...kinds, "--timeout=1s"]).ok,
      "the operator does not register the kinds of BGP",
    );
    own.apply(plan.loadBalancer?.yaml ?? assert.fail("there are no objects"));
    for (const name of ["node-1", "node-2"])
      own.apply(JSON.stringify({ apiVersion: "cilium.io/v2", kind: "CiliumNode", metadata: { name }, spec: {} }));
    const instancesOf = (node: string) =>
      (own.get("ciliumbgpnodeconfig", node)?.["spec"] as { bgpInstances?: { localASN: number; peers: object[] }[] } | undefined)
        ?.bgpInstances;
    for (const node of ["node-1", "node-2"]) {
      await eventually(() => instancesOf(node) !== undefined, `${node} gets no sessions`);
      assert.deepEqual(
        instancesOf(node)?.map(({ localASN, peers }) => [localASN, peers.length]),
        [[64513, 1]],
      );
    }
    const twice = { ...smallest, name: "second" };
    assert(checkResults({ bgp: [smallest, twice] }).some(({ check }) => check === "two BGP instances for the same nodes"));
    own.apply(objectsOf([twice]).yaml);
    const conflicts = () => JSON.stringify(own.get("ciliumbgpclusterconfig", "second")?.["status"] ?? {});
    await eventually(
      () => /"cilium.io\/ConflictingClusterConfig"/.test(conflicts()) && conflicts().includes('"status":"True"'),
      "the operator reports no conflict",
    );
  } finally {
    await own.stop();
  }
});
