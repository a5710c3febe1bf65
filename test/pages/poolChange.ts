import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { progress } from "../../commands/lib/terminal.ts";
import { loadBalancerObjects } from "../../components/cilium/loadBalancer/objects.ts";
import type { IpPool } from "../../components/inputs/loadBalancerArgs.ts";
import { resolveSettings } from "../../components/inputs/settings.ts";
import { createManifest } from "../../components/kubernetes/manifest.ts";
import { eventually } from "../harness/cluster.ts";
import { fetchPage, webService } from "../harness/lanClient.ts";
import type { VirtualLan } from "../harness/virtualLan.ts";

/** What became of an operator that was killed while it moved Services to another pool. */
export interface PoolChange {
  readonly services: number;
  /** How often it was killed, each time a moment later. */
  readonly kills: number;
  /** The Services whose address did not answer while there was no operator. */
  readonly silent: number;
  /** The Services that had no address then. */
  readonly withoutAddress: number;
  /** The longest time from the start of the next operator until every Service had an address of its own in the new pool, in seconds. */
  readonly seconds: number;
  /** The Services that did not answer at this address half a minute later, until they changed. */
  readonly stuck: number;
  /** How often they had to change until all of them answered. */
  readonly changes: number;
}

/** The operator is killed so many milliseconds after the change of the pool. */
const delays = [0, 10, 20, 30, 40];
const names = Array.from({ length: 10 }, (_, index) => `moving-${index}`);
/** The two ranges between which the Services move, and their addresses. */
const ranges = [
  { cidr: "192.168.1.208/28", addresses: /\.(20[89]|21\d|22[0-3])$/ },
  { cidr: "192.168.1.224/28", addresses: /\.(22[4-9]|23\d)$/ },
] as const;

/** Moves Services between two pools, and kills the operator meanwhile. */
export async function killOperatorDuringPoolChange(lan: VirtualLan): Promise<PoolChange> {
  const { cluster } = lan;
  const applyPools = (ipPools: readonly IpPool[]) => {
    cluster.apply(createManifest(loadBalancerObjects(resolveSettings({ loadBalancer: { ipPools: [...ipPools] } }))).yaml);
  };
  const applyRange = (turn: number) => {
    const { cidr } = rangeOf(turn);
    applyPools([{ name: "moving", blocks: [{ cidr }], serviceSelector: { matchLabels: { pool: "moving" } } }]);
  };
  /** The Services by name, each with its address, or an empty text. */
  const currentAddresses = () => {
    const { output } = cluster.kubectl(["get", "services", "--selector", "pool=moving", "--output", "json"]);
    const { items } = JSON.parse(output) as ServiceList;
    return new Map(items.map(({ metadata, status }) => [metadata.name, status.loadBalancer.ingress?.[0]?.ip ?? ""]));
  };
  const haveAddresses = (turn: number) => {
    const addresses = [...currentAddresses().values()];
    return new Set(addresses).size === names.length && addresses.every((ip) => rangeOf(turn).addresses.test(ip));
  };
  const silentServices = async () => {
    const silent: string[] = [];
    for (const [name, address] of currentAddresses())
      if (address !== "" && (await fetchPage(address)) === undefined) silent.push(name);
    return silent;
  };
  /** Resolves to the Services that do not answer in time. */
  const waitForAnswers = async (seconds: number) => {
    const end = performance.now() + seconds * 1_000;
    let silent = await silentServices();
    while (performance.now() < end && silent.length > 0) {
      await sleep(1_000);
      silent = await silentServices();
    }
    return silent;
  };

  // The pool of the bench must not take the Services that move.
  const selector = { matchLabels: { "kubernetes.io/service-name": "web" } };
  applyPools([{ name: "default-ip-pool", blocks: [{ cidr: "192.168.1.200/29" }], serviceSelector: selector }]);
  applyRange(0);
  cluster.apply(names.map((name) => webService(name, lan.nodes)).join(""));
  cluster.kubectl(["label", "services", ...names, "pool=moving"]);
  await eventually(() => haveAddresses(0), "not every Service has an address");
  assert.deepEqual(await waitForAnswers(30), []);

  let silent = 0;
  let withoutAddress = 0;
  let seconds = 0;
  let stuck = 0;
  let changes = 0;
  for (const [index, delay] of delays.entries()) {
    const turn = index + 1;
    applyRange(turn);
    await sleep(delay);
    await lan.killOperator();
    await sleep(10_000);
    withoutAddress += [...currentAddresses().values()].filter((ip) => ip === "").length;
    silent += (await silentServices()).length;
    const start = performance.now();
    await lan.startOperator();
    await eventually(() => haveAddresses(turn), "not every Service has an address of the new pool", 120);
    seconds = Math.max(seconds, (performance.now() - start) / 1_000);
    let left = await waitForAnswers(30);
    progress(`killed after ${delay} ms: ${silent} silent and ${withoutAddress} without address so far; ${left.join(", ")} stuck`);
    stuck += left.length;
    let changesNow = 0;
    for (; left.length > 0; changesNow++) {
      assert(changesNow < names.length, `changes do not help ${left.join(", ")}`);
      cluster.kubectl(["annotate", "services", ...left, `example.com/change=${turn}-${changesNow}`, "--overwrite"]);
      left = await waitForAnswers(10);
    }
    changes = Math.max(changes, changesNow);
  }
  return { services: names.length, kills: delays.length, silent, withoutAddress, seconds, stuck, changes };
}

interface ServiceList {
  readonly items: readonly {
    readonly metadata: { readonly name: string };
    readonly status: { readonly loadBalancer: { readonly ingress?: readonly { readonly ip: string }[] } };
  }[];
}

const rangeOf = (turn: number) => ranges[turn % 2 === 0 ? 0 : 1];
