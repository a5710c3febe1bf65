import assert from "node:assert/strict";
import type { ChildProcess } from "node:child_process";
import { after, afterEach, before, describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import type { TalosCiliumCniArgs } from "../../components/inputs/args.ts";
import type { BgpPeer } from "../../components/inputs/bgpArgs.ts";
import { createPlan } from "../../components/plan.ts";
import { chartArgs } from "../harness/charts.ts";
import { eventually } from "../harness/cluster.ts";
import { isolate, runCommand } from "../harness/isolation.ts";
import { clientAddresses } from "../harness/lanAddresses.ts";
import { elsewhere, startProbe, startWebServer, webService } from "../harness/lanClient.ts";
import type { LanNode } from "../harness/lanNode.ts";
import {
  addressesBehindRouter,
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
const external = { localAsn: 64513, routerAddresses: Object.values(clientAddresses) };

/** Inputs with a session to the router in each IP family. */
function inputs(
  settings: Partial<BgpPeer> = {},
  { localAsn, routerAddresses }: { readonly localAsn: number; readonly routerAddresses: readonly string[] } = external,
): TalosCiliumCniArgs {
  const peer = { asn: 64512, holdTimeSeconds, connectRetryTimeSeconds: 2, authSecretRef: "bgp-password", ...settings };
  const peers = routerAddresses.map((address) => ({ address, ...peer }));
  return {
    ...chartArgs(),
    podCidr: "10.244.0.0/16,fd00:10:244::/56",
    serviceCidr: "10.96.0.0/12,fd00:10:96::/108",
    lan: { nodes: ["192.168.1.11", "192.168.1.12", "2001:db8:1::11", "2001:db8:1::12"] },
    loadBalancer: { ipPools: [{ name: "lan", blocks: [{ cidr: "10.50.0.0/24" }, { cidr: "2001:db8:50::/120" }] }] },
    bgp: [{ name: "lan", localAsn, peers }],
  };
}
const exported = createPlan(inputs());
const withGracefulRestart = createPlan(inputs({ gracefulRestart: { enabled: true } }));
const internal = createPlan(inputs({}, { ...external, localAsn: 64512 }));
const remote = createPlan(inputs({ ebgpMultihop: 2 }, { ...external, routerAddresses: Object.values(addressesBehindRouter) }));
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
async function waitForSessions(router: Router): Promise<void> {
  const all = nodes.flatMap((node) => node.addresses).toSorted();
  await eventually(
    () => sessions(router).join() === all.join(),
    () => `sessions only with ${sessions(router).join()}`,
    40,
  );
}
async function waitForAllRoutes(router: Router): Promise<void> {
  await waitForSessions(router);
  const isRouted = () => addresses.every((address) => hops(router, address).length === 2);
  await eventually(isRouted, () => `not all routes: ${JSON.stringify([...learnedRoutes(router)])}`, 30);
}

/** Waits until a client behind the router gets answers. */
async function waitForAnswers(through = "the router"): Promise<void> {
  const hasAnswers = () => addresses.every((address) => fetchFromBehind(address) === "elsewhere");
  await eventually(hasAnswers, `a client gets no answers through ${through}`);
}

/**
 * Waits until the client gets answers through each of the nodes: a node that starts sends its routes before its agent has compiled the programs
 * that forward.
 */
async function waitForAnswersOfAllNodes(): Promise<void> {
  for (const node of nodes) {
    // These routes come before those of the router.
    const routes = addresses.map((address, index) => [address, "via", node.addresses[index] ?? "", "metric", "1"]);
    for (const route of routes) runCommand("ip", "route", "add", ...route);
    try {
      await waitForAnswers(node.name);
    } finally {
      for (const route of routes) runCommand("ip", "route", "delete", ...route);
    }
  }
}

for (const [name, start] of [
  ["frr", startFrr],
  ["bird", startBird],
] as const) {
  describe(`a router with ${name} and the text of bgpRouterConfig`, () => {
    const textOf = ({ bgpRouterConfig }: typeof exported) => bgpRouterConfig?.[0]?.[name] ?? assert.fail("there is no text");
    const withPassword = (text: string) => text.replaceAll(/PASSWORD-FROM-SECRET-[\w-]+/g, password);
    let router: Router;
    afterEach(() => router.stop());
    /** Applies the objects, and starts the router with the text that belongs to them. */
    async function startWith(plan: typeof exported, namespace?: string): Promise<void> {
      apply(plan);
      router = await start(withPassword(textOf(plan)), namespace);
    }

    test("has no session as long as the password is wrong", async () => {
      const before = wrongPasswords();
      router = await start(textOf(exported));
      await eventually(() => wrongPasswords() > before + 4, "no node tries to connect", 30);
      assert.deepEqual(router.sessions(), []);
      assert.deepEqual([...learnedRoutes(router).keys()], []);
    });

    test("learns the addresses of a Service over both nodes and nothing else, and a client behind it gets answers", async () => {
      await startWith(exported);
      await waitForAllRoutes(router);
      for (const [index, address] of addresses.entries())
        assert.deepEqual(
          hops(router, address),
          nodes.map((node) => node.addresses[index]),
        );
      await waitForAnswersOfAllNodes();

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

    test("learns the routes of nodes in its own autonomous system", async () => {
      await startWith(internal);
      await waitForAllRoutes(router);
      await waitForAnswersOfAllNodes();
    });

    test("learns the routes of nodes that are a hop away", async () => {
      // The router runs behind this machine, which has to know the way too.
      const [node] = nodes;
      const ways = addresses.map((address, index) => [address, "via", node.addresses[index] ?? ""]);
      for (const way of ways) runCommand("ip", "route", "add", ...way);
      try {
        await startWith(remote, clientBehindRouter);
        await waitForSessions(router);
        const isRouted = () => addresses.every((address) => hops(router, address).length > 0);
        await eventually(isRouted, () => `not all routes: ${JSON.stringify([...learnedRoutes(router)])}`, 30);
        await waitForAnswers();
      } finally {
        for (const way of ways) runCommand("ip", "route", "delete", ...way);
      }
    });

    test("keeps the routes while an agent restarts, with graceful restart", async () => {
      await startWith(withGracefulRestart);
      await waitForAllRoutes(router);
      await waitForAnswersOfAllNodes();
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

    for (const [restart, plan] of [
      ["without graceful restart", exported],
      ["with graceful restart", withGracefulRestart],
    ] as const) {
      test(`removes the route over a dead node within the hold time, and its clients get answers again, ${restart}`, async () => {
        await startWith(plan);
        await waitForAllRoutes(router);
        await waitForAnswersOfAllNodes();
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
        try {
          const start = performance.now();
          await dead.stopAgent();
          const isGone = () => addresses.every((address, index) => hops(router, address).join() === alive.addresses[index]);
          await eventually(isGone, `${dead.name} still has routes`, holdTimeSeconds + 2);
          const seconds = (performance.now() - start) / 1000;
          await sleep(5_000);
          const results = await probe.stop();
          assert(results.slice(-10).every(Boolean), `no answers after ${seconds} s: ${results.join()}`);
          assert(results.includes(false), "the client did not notice that the node was off");
          await waitForAnswers();
        } finally {
          // The other tests need it too.
          await dead.boot();
        }
        await waitForAllRoutes(router);
      });
    }
  });
}
