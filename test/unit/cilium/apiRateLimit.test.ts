import assert from "node:assert/strict";
import { test } from "node:test";
import { apiRateLimit, leaseRequests } from "../../../components/cilium/apiRateLimit.ts";
import { ciliumValues } from "../../../components/cilium/values.ts";
import type { TalosCiliumCniArgs } from "../../../components/inputs/args.ts";
import type { IpPoolBlock } from "../../../components/inputs/loadBalancerArgs.ts";
import { resolveSettings } from "../../../components/inputs/settings.ts";

/** The rate limit for one pool with these blocks. */
function limitFor(blocks: IpPoolBlock | readonly IpPoolBlock[], args: TalosCiliumCniArgs = {}) {
  const settings = resolveSettings({ loadBalancer: { ipPools: [{ name: "a", blocks: [blocks].flat() }] }, ...args });
  return apiRateLimit(ciliumValues(settings), settings);
}

test("an agent may renew the lease of every address in each period, besides its other requests", () => {
  assert.deepEqual(limitFor({ cidr: "192.168.1.0/27" }), { qps: 35, burst: 70 });
  assert.deepEqual(limitFor({ cidr: "192.168.1.0/27" }, { l2: { leaseRetryPeriod: "500ms" } }), { qps: 110, burst: 220 });
  const values = { l2announcements: { leaseRetryPeriod: "500ms" } };
  assert.deepEqual(limitFor({ cidr: "192.168.1.0/27" }, { values }), { qps: 110, burst: 220 });
});

test("the addresses of all blocks and families count", () => {
  const blocks = [{ cidr: "192.168.1.0/28" }, { start: "10.0.0.1", stop: "10.0.0.9" }, { cidr: "fd00::/125" }];
  assert.deepEqual(limitFor(blocks), limitFor({ start: "10.0.0.1", stop: "10.0.0.33" }));
  assert.notDeepEqual(limitFor(blocks), limitFor({ cidr: "192.168.1.0/28" }));
});

test("a slightly larger pool has the same limit, and the limit has a maximum", () => {
  assert.deepEqual(limitFor({ start: "192.168.1.1" }), limitFor({ cidr: "192.168.1.0/28" }));
  assert.deepEqual(limitFor({ cidr: "10.0.0.0/8" }), { qps: 60, burst: 120 });
  assert.deepEqual(limitFor({ cidr: "fd00::/64" }, { l2: { leaseRetryPeriod: "1ns" } }), { qps: 500, burst: 1000 });
});

test("a retry period that is not a duration adds nothing, because it is a problem of its own", () => {
  assert.deepEqual(limitFor({ start: "192.168.1.1" }, { l2: { leaseRetryPeriod: "soon" } }), { qps: 10, burst: 20 });
});

test("without pools there is room for those that are created elsewhere, without announcements there is no limit", () => {
  const settings = resolveSettings({});
  assert.deepEqual(apiRateLimit(ciliumValues(settings), settings), limitFor({ start: "192.168.1.1" }));
  assert.equal(limitFor({ start: "192.168.1.1" }, { l2: { enabled: false } }), undefined);
  assert.equal(limitFor({ start: "192.168.1.1" }, { values: { l2announcements: { enabled: false } } }), undefined);
});

test("an agent asks for each lease once per period", () => {
  for (const [leases, period, expected] of [
    [0, 2000, 0],
    [25, 2000, 13],
    [3, 200, 15],
    [3, undefined, 0],
  ] as const)
    assert.equal(leaseRequests(leases, period), expected);
});
