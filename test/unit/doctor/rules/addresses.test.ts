import assert from "node:assert/strict";
import { test } from "node:test";
import { examine } from "../../../../components/doctor/examine.ts";
import type { Objects } from "../../../../components/doctor/objects.ts";
import { addressRules, poolRules } from "../../../../components/doctor/rules/addresses.ts";
import { config, factsWith, pool, refused, service } from "../../../fixtures/healthyFacts.ts";
import { testRules } from "../../../harness/ruleExamples.ts";

const noPool = (spec = {}, more = {}) =>
  refused("no_pool", "There are no enabled CiliumLoadBalancerIPPools that match this service", spec, more);
const noAddress = { status: { loadBalancer: {} } };
const message =
  "Pool conflicts since range '192.168.1.204 - 192.168.1.220' overlaps range '192.168.1.200 - 192.168.1.207' from IP Pool 'lan'";
const conflicting = (name = "second") =>
  pool({ blocks: [{ start: "192.168.1.204", stop: "192.168.1.220" }] }, name, {
    status: { conditions: [{ type: "cilium.io/PoolConflict", status: "True", reason: "cidr_overlap", message }] },
  });
const requesting = (reason: string, text: string) =>
  refused(
    reason,
    text,
    {},
    {
      metadata: { name: "web", namespace: "default", annotations: { "lbipam.cilium.io/ips": "10.1.1.1" } },
    },
  );
const other = service(
  {},
  {
    metadata: { name: "other", namespace: "default" },
    status: { loadBalancer: { ingress: [{ ip: "10.1.1.1" }] }, conditions: [] },
  },
);

testRules(poolRules, {
  "pool-conflict": [
    [factsWith({ ipPools: [pool(), conflicting()] }), /^pool second: Pool conflicts since range/],
    [factsWith({ ipPools: [conflicting("lan")], services: [noPool()] }), /^pool lan: /],
  ],
});

testRules(addressRules, {
  "foreign-class": [
    [
      factsWith({ services: [service({ loadBalancerClass: "example.com/other" }, noAddress)] }),
      /example\.com\/other, which is not one of Cilium's/,
    ],
    [
      factsWith({ services: [service({ loadBalancerClass: "io.cilium/bgp-control-plane" }, noAddress)] }),
      /enable-bgp-control-plane is off in cilium-config/,
    ],
    [
      factsWith({
        services: [service({ loadBalancerClass: "io.cilium/l2-announcer" }, noAddress)],
        configMaps: [config({ "enable-l2-announcements": "false" })],
      }),
      /enable-l2-announcements is off/,
    ],
  ],
  "not-served-by-default": [
    [
      factsWith({ services: [service({}, noAddress)], configMaps: [config({ "default-lb-service-ipam": "none" })] }),
      /default-lb-service-ipam is "none" in cilium-config, and not "lbipam"/,
    ],
    [
      factsWith({ services: [service({}, noAddress)], configMaps: [config({ "enable-lb-ipam": "false" })] }),
      /enable-lb-ipam is off/,
    ],
    [
      factsWith({
        services: [service({ loadBalancerClass: "io.cilium/l2-announcer" }, noAddress)],
        configMaps: [config({ "enable-lb-ipam": "false" })],
      }),
      /enable-lb-ipam is off/,
    ],
  ],
  "no-pool": [
    [factsWith({ services: [noPool()], ipPools: [] }), /there is no CiliumLoadBalancerIPPool/],
    [factsWith({ services: [service({}, noAddress)], ipPools: [] }), /there is no CiliumLoadBalancerIPPool/],
  ],
  "requested-address": [
    [
      factsWith({ services: [requesting("no_pool", "No pool exists with a CIDR containing '10.1.1.1'")] }),
      /No pool exists with a CIDR/,
    ],
    [
      factsWith({
        services: [
          requesting("pool_selector_mismatch", "The pool with the CIDR containing '10.1.1.1', doesn't select this service"),
        ],
      }),
      /doesn't select this service/,
    ],
    [
      factsWith({
        services: [requesting("already_allocated", "The IP '10.1.1.1' is already allocated to another service")],
        ipPools: [pool({ blocks: [{ cidr: "10.1.1.0/24" }] })],
      }),
      /already allocated to another service$/,
    ],
    [
      factsWith({
        services: [refused("no_pool", "No pool exists with a CIDR containing '10.1.1.1'", { loadBalancerIP: "10.1.1.1" })],
      }),
      /No pool exists/,
    ],
  ],
  "no-pool-fits": [
    [
      factsWith({ services: [noPool()], ipPools: [pool({ serviceSelector: { matchLabels: { team: "a" } } })] }),
      /^lan selects \{"matchLabels":\{"team":"a"\}\}; the labels of the Service are \{"app":"web"\}$/,
    ],
    [
      factsWith({
        services: [noPool()],
        ipPools: [pool({ serviceSelector: { matchLabels: { "io.kubernetes.service.namespace": "other" } } })],
      }),
      /io\.kubernetes\.service\.namespace/,
    ],
  ],
  "pool-disabled": [[factsWith({ services: [noPool()], ipPools: [pool({ disabled: true })] }), /^pool lan is disabled$/]],
  "no-pool-of-family": [
    [factsWith({ services: [noPool({ ipFamilies: ["IPv6"] })] }), /no pool that fits has addresses of IPv6: pool lan/],
    [
      factsWith({ services: [noPool()], ipPools: [pool({ blocks: [{ cidr: "fd00::/120" }] })] }),
      /no pool that fits has addresses of IPv4/,
    ],
  ],
  "pool-full": [
    [
      factsWith({ services: [refused("out_of_ips", "All enabled CiliumLoadBalancerIPPools ... ran out of allocatable IPs")] }),
      /^all 8 addresses of pool lan are taken$/,
    ],
    [
      factsWith({
        services: [refused("out_of_ips", "...")],
        ipPools: [
          pool(),
          pool({ blocks: [{ start: "10.1.1.1" }] }, "one"),
          pool({ serviceSelector: { matchLabels: { a: "b" } } }, "not"),
          pool({ disabled: true }, "off"),
        ],
      }),
      /^all 9 addresses of pools lan, one are taken$/,
    ],
  ],
  "address-pending": [
    [factsWith({ services: [service({}, noAddress)] }), /the operator has not answered yet/],
    [factsWith({ services: [refused("something_new", "because")] }), /the operator says: because/],
  ],
});

test("whoever has the requested address is named", () => {
  const facts = factsWith({
    services: [requesting("already_allocated", "The IP '10.1.1.1' is already allocated to another service"), other],
  });
  assert.match(examine(facts, "web").findings[0]?.problem ?? "", /\(Service default\/other has it\)$/);
});

test("a Service that another controller serves is left alone", () => {
  const facts = factsWith({ services: [service({ loadBalancerClass: "example.com/other" })] });
  assert.equal(examine(facts).services[0]?.steps.find(({ step }) => step === "Address")?.state, "ok");
});

test("a Service whose only pools are in conflict follows from the conflict, which is reported once", () => {
  const second = { ...noPool(), metadata: { name: "second", namespace: "default" } };
  const { findings, services } = examine(factsWith({ ipPools: [conflicting("lan")], services: [noPool(), second] }));
  assert.deepEqual(
    findings.filter(({ step }) => step !== "Pods").map(({ rule }) => rule),
    ["pool-conflict"],
  );
  for (const { steps } of services) assert.equal(steps.find(({ step }) => step === "Address")?.state, "broken");
});

// Every combination of what a pool can be, for Services of every family: the finding names the one thing that keeps the pool from serving.
const selectors = [undefined, { matchLabels: { app: "web" } }, { matchLabels: { app: "other" } }] as const;
const blocks = { 4: { cidr: "192.168.1.200/29" }, 6: { cidr: "fd00::/120" } } as const;
for (const selector of selectors) {
  for (const disabled of [false, true]) {
    for (const family of [4, 6] as const) {
      for (const wanted of [4, 6] as const) {
        test(`a pool with ${JSON.stringify({ selector, disabled, family })} for a Service of IPv${wanted}`, () => {
          const spec: Objects["ipPools"]["spec"] = {
            blocks: [blocks[family]],
            disabled,
            ...(selector !== undefined && { serviceSelector: selector }),
          };
          const { findings } = examine(
            factsWith({ services: [noPool({ ipFamilies: [`IPv${wanted}`] })], ipPools: [pool(spec)] }),
          );
          const expected = () => {
            if (selector?.matchLabels.app === "other") return "no-pool-fits";
            if (disabled) return "pool-disabled";
            return family === wanted ? "address-pending" : "no-pool-of-family";
          };
          assert.deepEqual(
            findings.map(({ rule }) => rule),
            [expected()],
          );
        });
      }
    }
  }
}
