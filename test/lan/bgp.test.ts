import assert from "node:assert/strict";
import type { ChildProcess } from "node:child_process";
import { after, before, describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import type { TalosCiliumCniArgs } from "../../components/inputs/args.ts";
import type { BgpPeer } from "../../components/inputs/bgpArgs.ts";
import { createPlan } from "../../components/plan.ts";
import { chartArgs } from "../harness/charts.ts";
import { eventually } from "../harness/cluster.ts";
import { isolate } from "../harness/isolation.ts";
import { clientAddresses } from "../harness/lanAddresses.ts";
import { elsewhere, startProbe, startWebServer, webService } from "../harness/lanClient.ts";
import type { LanNode } from "../harness/lanNode.ts";
import {
  clientBehindRouter,
  connectClientBehindRouter,
  fetchFromBehind,
  learnedRoutes,
  nextHopFromBehind,
  type Router,
  startBird,
  startFrr,
  wrongPasswords,
} from "../harness/router.ts";
import { VirtualLan } from "../harness/virtualLan.ts";

isolate();

const holdTimeSeconds = 9;
const password = "password-of-the-nodes";

/** Inputs with a session to the router in each IP family. */
function inputs(settings: Partial<BgpPeer> = {}): TalosCiliumCniArgs {
  const peer = { asn: 64512, holdTimeSeconds, connectRetryTimeSeconds: 2, authSecretRef: "bgp-password", ...settings };
  const peers = Object.values(clientAddresses).map((address) => ({ address, ...peer }));
  return {
    ...chartArgs(),
    podCidr: "10.244.0.0/16,fd00:10:244::/56",
    serviceCidr: "10.96.0.0/12,fd00:10:96::/108",
    lan: { nodes: ["192.168.1.11", "192.168.1.12", "2001:db8:1::11", "2001:db8:1::12"] },
    loadBalancer: { ipPools: [{ name: "lan", blocks: [{ cidr: "10.50.0.0/24" }, { cidr: "2001:db8:50::/120" }] }] },
    bgp: [{ name: "lan", localAsn: 64513, peers }],
  };
}
const exported = createPlan(inputs());
const withGracefulRestart = createPlan(inputs({ gracefulRestart: { enabled: true } }));
/** The addresses of the Service `web`, as the kernel writes routes to them. */
const addresses = ["10.50.0.0", "2001:db8:50::"];

let lan: VirtualLan;
let nodes: readonly [LanNode, LanNode];
let webServer: ChildProcess;
before(async () => {
  lan = await VirtualLan.start(exported);
  connectClientBehindRouter();
  nodes = [await lan.addNode(), await lan.addNode()];
  webServer = startWebServer();
  lan.cluster.apply(webService("web", [elsewhere], { ipFamilyPolicy: "RequireDualStack", ipFamilies: ["IPv4", "IPv6"] }));
  const secret = [
    "create",
    "secret",
    "generic",
    "bgp-password",
    "--namespace",
    "kube-system",
    `--from-literal=password=${password}`,
  ];
  assert(lan.cluster.kubectl(secret).ok);
  apply(exported);
});
after(async () => {
  webServer.kill();
  await lan.stop();
});

function apply({ loadBalancer }: typeof exported): void {
  lan.cluster.apply(loadBalancer?.yaml ?? assert.fail("there are no objects"));
}

/** The next hops of the route to an address in the router's kernel. */
const hops = (router: Router, address: string) => (learnedRoutes(router).get(address) ?? []).toSorted();
const sessions = (router: Router) => router.sessions().toSorted();
async function waitForAllRoutes(router: Router): Promise<void> {
  const all = nodes.flatMap((node) => node.addresses).toSorted();
  await eventually(() => sessions(router).join() === all.join(), `sessions only with ${sessions(router).join()}`, 40);
  const isRouted = () => addresses.every((address) => hops(router, address).length === 2);
  await eventually(isRouted, `not all routes: ${JSON.stringify([...learnedRoutes(router)])}`, 30);
}

for (const [name, start] of [
  ["frr", startFrr],
  ["bird", startBird],
] as const) {
  describe(`a router with ${name} and the text of bgpRouterConfig`, () => {
    const text = exported.bgpRouterConfig?.[0]?.[name] ?? assert.fail("there is no text");
    const withPassword = text.replaceAll(/PASSWORD-FROM-SECRET-[\w-]+/g, password);
    let router: Router;
    after(() => router.stop());

    test("has no session as long as the password is wrong", async () => {
      const before = wrongPasswords();
      router = await start(text);
      try {
        await eventually(() => wrongPasswords() > before + 4, "no node tries to connect", 30);
        assert.deepEqual(router.sessions(), []);
        assert.deepEqual([...learnedRoutes(router).keys()], []);
      } finally {
        await router.stop();
      }
    });

    test("learns the addresses of a Service over both nodes, and a client behind it gets answers", async () => {
      router = await start(withPassword);
      await waitForAllRoutes(router);
      for (const [index, address] of addresses.entries()) {
        assert.deepEqual(
          hops(router, address),
          nodes.map((node) => node.addresses[index]),
        );
        assert.equal(fetchFromBehind(address), "elsewhere", address);
      }
    });

    test("learns nothing outside the pools", async () => {
      const advertisements = [
        { advertisementType: "PodCIDR" },
        { advertisementType: "Service", service: { addresses: ["ClusterIP"] }, selector: {} },
      ];
      const metadata = { name: "more", labels: { "talos-cilium-cni/bgp": "lan" } };
      lan.cluster.apply(
        JSON.stringify({ apiVersion: "cilium.io/v2", kind: "CiliumBGPAdvertisement", metadata, spec: { advertisements } }),
      );
      const [node] = nodes;
      for (const [index, family] of ["ipv4", "ipv6"].entries()) {
        const advertised = () => node.ciliumDbg("bgp", "routes", "advertised", family, "unicast");
        await eventually(
          () => advertised().includes(node.podRanges[index] ?? ""),
          `the agent does not advertise its ${family} pods`,
          20,
        );
      }
      await sleep(2_000);
      assert.deepEqual([...learnedRoutes(router).keys()], addresses);
      lan.cluster.kubectl(["delete", "ciliumbgpadvertisement", "more"]);
    });

    test("keeps the routes while an agent restarts, with graceful restart", async () => {
      apply(withGracefulRestart);
      await sleep(3_000);
      await waitForAllRoutes(router);
      const [node] = nodes;
      const probes = addresses.map((address) => startProbe(address, 80, clientBehindRouter));
      await node.stopAgent();
      await eventually(() => router.sessions().length === 2, "the sessions do not end", 20);
      await sleep(5_000);
      for (const address of addresses) assert.equal(hops(router, address).length, 2);
      await node.startAgent();
      await waitForAllRoutes(router);
      for (const probe of probes) assert.deepEqual(new Set(await probe.stop()), new Set([true]));
    });

    test("removes the route over a dead node within the hold time, and its clients get answers again", async () => {
      apply(exported);
      await sleep(3_000);
      await waitForAllRoutes(router);
      const probe = startProbe("10.50.0.0", 80, clientBehindRouter);
      // The node that the client's packets go through: it changes while routes come back.
      let hop = "";
      const isSettled = async () => {
        const before = nextHopFromBehind("10.50.0.0");
        await sleep(3_000);
        hop = nextHopFromBehind("10.50.0.0");
        return hop === before && addresses.every((address) => hops(router, address).length === 2);
      };
      await eventually(isSettled, "the routes keep changing");
      const [dead, alive] = nodes[0].addresses.includes(hop) ? nodes : (nodes.toReversed() as [LanNode, LanNode]);
      dead.unplug();
      const start = performance.now();
      await dead.stopAgent();
      const isGone = () => addresses.every((address, index) => hops(router, address).join() === alive.addresses[index]);
      await eventually(isGone, `${dead.name} still has routes`, holdTimeSeconds + 2);
      const seconds = (performance.now() - start) / 1000;
      await sleep(5_000);
      const results = await probe.stop();
      assert(results.slice(-10).every(Boolean), `no answers after ${seconds} s: ${results.join()}`);
      assert(results.includes(false), "the client did not notice that the node was off");
      for (const address of addresses) assert.equal(fetchFromBehind(address), "elsewhere", address);
      await dead.boot();
      await waitForAllRoutes(router);
    });
  });
}
