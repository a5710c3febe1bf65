import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { createPlan } from "../../components/plan.ts";
import { ciliumMinors } from "../../components/versions/supported.ts";
import { devStack } from "../fixtures/devStack.ts";
import { chartArgs } from "../harness/charts.ts";
import { Cluster, eventually } from "../harness/cluster.ts";
import { readGatewayApiCrds } from "../harness/suiteData.ts";

const { manifest } = createPlan({ ...devStack, ...chartArgs() });
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

function isGatewayClassAccepted(): boolean {
  const { conditions = [] } = (cluster.get("gatewayclass", "cilium")?.["status"] ?? {}) as {
    conditions?: readonly { readonly type: string; readonly status: string }[];
  };
  return conditions.some(({ type, status }) => type === "Accepted" && status === "True");
}

test("without the CRDs, the operator leaves Gateway API off until it is restarted", async () => {
  assert.throws(() => {
    cluster.apply(gatewayClass);
  }, /no matches for kind "GatewayClass"/);
  const operator = await cluster.startOperator();
  await eventually(
    () => operator.log().includes("Required GatewayAPI resources are not found"),
    "the operator does not report the missing CRDs",
  );

  cluster.apply(readGatewayApiCrds(release));
  cluster.apply(gatewayClass);
  await sleep(5_000);
  assert.equal(isGatewayClassAccepted(), false);

  await operator.stop();
  await cluster.startOperator();
  await eventually(isGatewayClassAccepted, "GatewayClass cilium is not accepted after the operator's restart");
});

// This is why each minor release of Cilium has its Gateway API release in the table of supported versions.
test("with CRDs that are too new, the operator of Cilium 1.18 exits", async () => {
  cluster.apply(readGatewayApiCrds(ciliumMinors["1.20"]?.gatewayApi ?? ""));
  cluster.apply(gatewayClass);
  const { log, hasEnded } = await cluster.startOperator();
  await eventually(() => /no matches for kind .*TLSRoute/.test(log()), "the operator does not fail on TLSRoute");
  await eventually(hasEnded, "the operator keeps running");
});
