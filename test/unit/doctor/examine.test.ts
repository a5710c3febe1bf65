import assert from "node:assert/strict";
import { test } from "node:test";
import { allRules } from "../../../components/doctor/catalog.ts";
import { examine, isAskedFor } from "../../../components/doctor/examine.ts";
import type { Facts } from "../../../components/doctor/facts.ts";
import type { ListName } from "../../../components/doctor/objects.ts";
import { agents, bgpFactsWith, factsWith, refused, service } from "../../fixtures/healthyFacts.ts";

for (const [name, facts] of [
  ["L2 announcements", factsWith()],
  ["BGP", bgpFactsWith()],
  ["no Service", factsWith({ services: [] })],
] as const) {
  test(`a healthy cluster with ${name} gives no finding, and everything was looked at`, () => {
    const { findings, notLookedAt, cluster, services } = examine(facts);
    assert.deepEqual(findings, []);
    assert.deepEqual(notLookedAt, []);
    for (const { state } of [...cluster, ...services.flatMap(({ steps }) => steps)]) assert(["ok", "notUsed"].includes(state));
  });
}

test("Services are chosen by name, or by namespace and name", () => {
  for (const [name, expected] of [
    ["web", true],
    ["default/web", true],
    ["other/web", false],
    ["we", false],
    [undefined, true],
  ] as const)
    assert.equal(isAskedFor(service(), name), expected);
  assert.equal(isAskedFor(service({ type: "ClusterIP" }), undefined), false);
});

test("the steps after a broken one are not reached, and those beside it are", () => {
  const { services } = examine(factsWith({ services: [refused("out_of_ips", "")], endpointSlices: [] }));
  assert.deepEqual(
    services[0]?.steps.map(({ state }) => state),
    ["broken", "broken", "notReached", "notReached", "notReached"],
  );
});

test("findings of the cluster come before those of Services, and those that only follow are left out", () => {
  const pods: Facts["objects"]["pods"] = { read: [] };
  const facts = factsWith({ services: [service({}, { status: {} })] });
  const { findings } = examine({ ...facts, objects: { ...facts.objects, pods } });
  assert.deepEqual(
    findings.map(({ rule }) => rule),
    ["agent-not-ready", "agent-not-ready", "operator-not-ready", "address-pending"],
  );
});

const lists = Object.keys(factsWith().objects) as ListName[];
for (const name of lists) {
  test(`if ${name} may not be read, nothing is made up: rules that need it were not looked at`, () => {
    const facts = factsWith();
    const { findings, notLookedAt } = examine({ ...facts, objects: { ...facts.objects, [name]: { unread: "forbidden" } } });
    assert.deepEqual(findings, []);
    const isNeeded = !["services", "bgpNodeConfigs", "bgpAdvertisements"].includes(name);
    assert.equal(notLookedAt.length > 0, isNeeded, name);
    for (const { reason } of notLookedAt) assert.equal(reason, `${name}: forbidden`);
  });
}

test("if nothing may be read, there is no finding at all", () => {
  const facts = factsWith();
  const objects = Object.fromEntries(lists.map((name) => [name, { unread: "forbidden" }])) as unknown as Facts["objects"];
  const { findings, notLookedAt } = examine({ ...facts, objects });
  assert.deepEqual(findings, []);
  assert(notLookedAt.length >= (allRules["Cilium"] ?? []).length);
});

test("commands name the namespace of Cilium", () => {
  const { findings } = examine(
    factsWith(
      { daemonSets: [{ ...agents("1.19.6"), metadata: { name: "cilium", namespace: "network" } }], pods: [] },
      { namespace: "network" },
    ),
  );
  assert.match(findings.map(({ remedy }) => remedy).join("\n"), /kubectl -n network logs deploy\/cilium-operator/);
});
