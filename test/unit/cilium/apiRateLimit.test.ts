import assert from "node:assert/strict";
import { test } from "node:test";
import { ciliumValues } from "../../../components/cilium/values.ts";
import type { IpPoolBlock } from "../../../components/inputs/loadBalancerArgs.ts";
import { resolveSettings } from "../../../components/inputs/settings.ts";

const limit = (block: IpPoolBlock, more: object = {}) =>
  ciliumValues(resolveSettings({ loadBalancer: { ipPools: [{ name: "a", blocks: [block] }] }, ...more }))["k8sClientRateLimit"];

test("an agent may ask for the lease of every address in each period, and for the rest as before", () => {
  assert.deepEqual(limit({ cidr: "192.168.1.0/27" }), { qps: 35, burst: 70 });
  assert.deepEqual(limit({ cidr: "192.168.1.0/27" }, { l2: { leaseRetryPeriod: "500ms" } }), { qps: 110, burst: 220 });
  const values = { l2announcements: { leaseRetryPeriod: "500ms" } };
  assert.deepEqual(limit({ cidr: "192.168.1.0/27" }, { values }), { qps: 110, burst: 220 });
});

test("a somewhat larger pool changes nothing, and there is an end to it", () => {
  assert.deepEqual(limit({ start: "192.168.1.1" }), limit({ cidr: "192.168.1.0/28" }));
  assert.deepEqual(limit({ cidr: "10.0.0.0/8" }), { qps: 60, burst: 120 });
  assert.deepEqual(limit({ cidr: "fd00::/64" }, { l2: { leaseRetryPeriod: "1ns" } }), { qps: 500, burst: 1000 });
});

test("without pools, without announcements, or when the user says so, the limit is not ours", () => {
  assert.equal(ciliumValues(resolveSettings({}))["k8sClientRateLimit"], undefined);
  assert.equal(limit({ start: "192.168.1.1" }, { l2: { enabled: false } }), undefined);
  assert.deepEqual(limit({ start: "192.168.1.1" }, { values: { k8sClientRateLimit: { qps: 200 } } }), { qps: 200 });
});
