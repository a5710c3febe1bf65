import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { plan } from "../../components/plan.ts";
import { ciliumMinors } from "../../components/versions/supported.ts";
import { chartArgs } from "../harness/charts.ts";
import { Cluster, eventually } from "../harness/cluster.ts";
import { devStack } from "../fixtures/devStack.ts";
import { readGatewayApiCrds } from "../harness/suiteData.ts";

const { manifest } = plan({ ...devStack, ...chartArgs() });
const isGatewayClass = ({ object }: (typeof manifest.entries)[number]) => object.kind === "GatewayClass";
const streamOf = (entries: typeof manifest.entries) => entries.map(({ yaml }) => `---\n${yaml}`).join("");
const withoutClass = streamOf(manifest.entries.filter((entry) => !isGatewayClass(entry)));
const gatewayClass = streamOf(manifest.entries.filter(isGatewayClass));
const release = ciliumMinors["1.18"]?.gatewayApi ?? "";

let cluster: Cluster;
beforeEach(async () => {
  cluster = await Cluster.start();
  cluster.apply(withoutClass);
});
afterEach(() => cluster.stop());

const accepted = () =>
  (
    cluster.get("gatewayclass", "cilium")?.["status"] as { conditions: { type: string; status: string }[] } | undefined
  )?.conditions.some(({ type, status }) => type === "Accepted" && status === "True") === true;

test("without the CRDs the operator leaves Gateway API off, and looks again only when it starts again", async () => {
  assert.throws(() => {
    cluster.apply(gatewayClass);
  }, /no matches for kind "GatewayClass"/);
  const first = await cluster.startOperator();
  await eventually(
    () => first.log().includes("Required GatewayAPI resources are not found"),
    "the operator says nothing of the CRDs",
  );

  cluster.apply(readGatewayApiCrds(release));
  cluster.apply(gatewayClass);
  await sleep(5_000);
  assert.equal(accepted(), false);

  await first.stop();
  await cluster.startOperator();
  await eventually(accepted, "GatewayClass cilium is not accepted after the operator has started again");
});

test("with CRDs that are too new the operator of 1.18 ends, which is why the release is pinned", async () => {
  cluster.apply(readGatewayApiCrds(ciliumMinors["1.20"]?.gatewayApi ?? ""));
  cluster.apply(gatewayClass);
  const { log, hasEnded } = await cluster.startOperator();
  await eventually(() => /no matches for kind .*TLSRoute/.test(log()), "the operator does not stumble over TLSRoute");
  await eventually(hasEnded, "the operator goes on");
});
