import { matchesLabels } from "../../inputs/labelSelection.ts";
import { type IpRange, parseCidr, parseSpan, sizeOf } from "../../support/ipRange.ts";
import { addressesOf, bgpClass, ciliumConfig, isOn, l2Class, selectableLabels } from "../cluster.ts";
import { condition, type Facts, fullName, isTrue, list } from "../facts.ts";
import type { Condition, IpPool, Service } from "../objects.ts";
import { type Cause, causeIf, clusterRule, serviceRule, type ServiceSubject } from "../rule.ts";

const lbIpam = "https://docs.cilium.io/en/stable/network/lb-ipam/";

export const poolRules = [
  clusterRule({
    id: "pool-conflict",
    title: "pools that overlap",
    why: "The operator gives out no more addresses of a pool whose range overlaps that of another.",
    remedy: "Change the blocks of one of the pools, so that no address is in both.",
    source: `${lbIpam}#pool-conflicts`,
    run: (facts) =>
      list(facts, "ipPools")
        .filter(isInConflict)
        .map((pool) => ({
          problem: `pool ${fullName(pool)}: ${condition(pool.status?.conditions, conflict)?.message ?? "it overlaps another"}`,
        })),
  }),
];

export const addressRules = [
  serviceRule({
    id: "foreign-class",
    title: "a Service with a loadBalancerClass that nobody serves",
    why: "`EXTERNAL-IP` stays `<pending>`. Cilium serves Services without a class, `io.cilium/l2-announcer` if L2 announcements are on, and `io.cilium/bgp-control-plane` if BGP is on.",
    remedy: "Make the Service again without loadBalancerClass. It cannot be changed in place.",
    source: `${lbIpam}#loadbalancerclass`,
    likelihood: 6,
    run: ({ facts, service }) => {
      const name = service.spec?.loadBalancerClass;
      if (name === undefined || addressesOf(service).length > 0) return [];
      const settings: Readonly<Record<string, string>> = {
        [l2Class]: "enable-l2-announcements",
        [bgpClass]: "enable-bgp-control-plane",
      };
      const setting = settings[name];
      if (setting === undefined) return [{ problem: `loadBalancerClass is ${name}, which is not one of Cilium's` }];
      if (isOn(facts, setting)) return [];
      return [{ problem: `loadBalancerClass is ${name}, and ${setting} is off in cilium-config` }];
    },
  }),
  serviceRule({
    id: "not-served-by-default",
    title: "Services that Cilium's settings leave without an address",
    why: "The value `enableLBIPAM` decides whether Cilium gives out addresses at all, and `defaultLBServiceIPAM` whether it does for Services without a loadBalancerClass.",
    remedy:
      "Set the value defaultLBServiceIPAM to lbipam, or give the Service the class io.cilium/l2-announcer or io.cilium/bgp-control-plane.",
    source: lbIpam,
    run: ({ facts, service }) => {
      if (addressesOf(service).length > 0) return [];
      const { "default-lb-service-ipam": ipam = "lbipam", "enable-lb-ipam": enabled = "true" } = ciliumConfig(facts);
      if (enabled !== "true")
        return [{ problem: "enable-lb-ipam is off in cilium-config", remedy: "Set the value enableLBIPAM to true." }];
      if (service.spec?.loadBalancerClass !== undefined) return [];
      return causeIf(ipam !== "lbipam", `default-lb-service-ipam is ${JSON.stringify(ipam)} in cilium-config, and not "lbipam"`);
    },
  }),
  serviceRule({
    id: "no-pool",
    title: "no pool at all",
    why: "A Service gets its address from a CiliumLoadBalancerIPPool.",
    remedy: "Add a pool to the input loadBalancer.ipPools, and apply it.",
    source: lbIpam,
    run: ({ facts, service }) => {
      // As long as there is no pool, the operator says nothing.
      if (addressesOf(service).length > 0 || list(facts, "ipPools").length > 0) return [];
      return [{ problem: "there is no CiliumLoadBalancerIPPool", followsFrom: "kinds-missing" }];
    },
  }),
  serviceRule({
    id: "requested-address",
    title: "a requested address that Cilium cannot give",
    why: "A Service that names its address gets that one or none.",
    remedy:
      "Name an address of a pool that serves the Service, or remove the annotation lbipam.cilium.io/ips and spec.loadBalancerIP.",
    source: `${lbIpam}#requesting-ips`,
    run: ({ facts, service }) => {
      const requested = requestedAddresses(service);
      const refusal = refusalOf(service);
      if (refusal === undefined || requested.length === 0) return [];
      const others = list(facts, "services").filter((other) => fullName(other) !== fullName(service));
      const taken = others.filter((other) => addressesOf(other).some((address) => requested.includes(address))).map(fullName);
      const holders = taken.length === 0 ? "" : ` (Service ${taken.join(", ")} has it)`;
      return [{ problem: `${refusal.message ?? refusal.reason ?? "the operator refuses it"}${holders}` }];
    },
  }),
  serviceRule({
    id: "no-pool-fits",
    title: "no pool whose serviceSelector fits the Service",
    why: "`EXTERNAL-IP` stays `<pending>`. A pool with a serviceSelector serves only the Services that it selects.",
    remedy: "Give the Service the labels that the pool selects, or remove serviceSelector from the pool.",
    source: `${lbIpam}#service-selectors`,
    likelihood: 7,
    run: ({ facts, service }) => {
      const pools = list(facts, "ipPools");
      if (!isRefused(service) || pools.length === 0 || fittingPools(facts, service).length > 0) return [];
      const selectors = pools.map((pool) => `${fullName(pool)} selects ${JSON.stringify(pool.spec?.serviceSelector)}`);
      return [
        { problem: `${selectors.join("; ")}; the labels of the Service are ${JSON.stringify(service.metadata.labels ?? {})}` },
      ];
    },
  }),
  serviceRule({
    id: "pool-disabled",
    title: "pools that are disabled",
    why: "A disabled pool gives out no more addresses. Those that it gave out stay.",
    remedy: "Set spec.disabled of the pool to false.",
    source: `${lbIpam}#disabling-a-pool`,
    run: ({ facts, service }) => {
      const pools = fittingPools(facts, service);
      if (!isRefused(service) || pools.length === 0 || pools.some((pool) => !isDisabled(pool))) return [];
      return [{ problem: `${nameList(pools)} is disabled` }];
    },
  }),
  serviceRule({
    id: "no-pool-of-family",
    title: "no pool with addresses of the IP family",
    why: "A Service asks for an address of each of its IP families.",
    remedy: "Add a block of that family to a pool that fits, or change spec.ipFamilies of the Service.",
    source: lbIpam,
    run: ({ facts, service }) => {
      const pools = usablePools(facts, service);
      if (!isRefused(service) || pools.length === 0) return [];
      const ranges = pools.flatMap(rangesOf);
      return missingFamilies(service)
        .filter((family) => !ranges.some((range) => range.family === family))
        .map((family) => ({ problem: `no pool that fits has addresses of IPv${family}: ${nameList(pools)}` }));
    },
  }),
  serviceRule({
    id: "pool-full",
    title: "pools without a free address",
    why: "Each Service takes an address of its own, unless it shares one.",
    remedy:
      "Add a block to the pool, delete Services that nobody needs, or let Services share an address with the annotation lbipam.cilium.io/sharing-key.",
    source: lbIpam,
    run: ({ facts, service }) => {
      if (refusalOf(service)?.reason !== "out_of_ips") return [];
      const pools = usablePools(facts, service);
      const addresses = pools.flatMap(rangesOf).reduce((sum, range) => sum + sizeOf(range), 0);
      return [{ problem: `all ${addresses} addresses of ${nameList(pools)} are taken` }];
    },
  }),
  serviceRule({
    id: "address-pending",
    title: "a Service without an address",
    why: "The operator gives addresses as soon as a pool has one for the Service.",
    remedy:
      "Wait a few seconds, and run the doctor again. If it stays so, look at the log of the operator: `kubectl -n kube-system logs deploy/cilium-operator`.",
    source: lbIpam,
    run: ({ facts, service }) => {
      const refusal = refusalOf(service);
      if (refusal !== undefined) {
        const problem = `the operator says: ${refusal.message ?? refusal.reason ?? ""}`;
        if (hasPoolsInConflictOnly(facts, service)) return [{ problem, followsFrom: "pool-conflict" }];
        return [{ problem }];
      }
      if (addressesOf(service).length > 0) return [];
      return pendingCause(facts);
    },
  }),
];

function pendingCause(facts: Facts): readonly Cause[] {
  const problem = "the operator has not answered yet";
  return [{ problem, followsFrom: facts.missingKinds.includes("ipPools") ? "kinds-missing" : "operator-not-leading" }];
}

const conflict = "cilium.io/PoolConflict";

function isInConflict({ status }: IpPool): boolean {
  return isTrue(status?.conditions, conflict);
}

function isDisabled({ spec }: IpPool): boolean {
  return spec?.disabled === true;
}

/** Why the operator gave a Service no address, or not all of them. */
function refusalOf({ status }: Service): Condition | undefined {
  const answer = condition(status?.conditions, "cilium.io/IPAMRequestSatisfied");
  return answer?.status === "False" ? answer : undefined;
}

function isRefused(service: Service): boolean {
  return refusalOf(service) !== undefined;
}

function requestedAddresses({ metadata: { annotations = {} }, spec }: Service): readonly string[] {
  const listed = annotations["lbipam.cilium.io/ips"] ?? annotations["io.cilium/lb-ipam-ips"] ?? "";
  return [...listed.split(","), spec?.loadBalancerIP ?? ""].map((address) => address.trim()).filter(Boolean);
}

function fittingPools(facts: Facts, service: Service): readonly IpPool[] {
  return list(facts, "ipPools").filter(({ spec }) => matchesLabels(spec?.serviceSelector, selectableLabels(service)));
}

/** Whether all pools that fit a Service and are not disabled overlap others, so that none of them gives out addresses. */
function hasPoolsInConflictOnly(facts: Facts, service: Service): boolean {
  const pools = fittingPools(facts, service).filter((pool) => !isDisabled(pool));
  return pools.length > 0 && pools.every(isInConflict);
}

function usablePools(facts: Facts, service: Service): readonly IpPool[] {
  return fittingPools(facts, service).filter((pool) => !isDisabled(pool) && !isInConflict(pool));
}

function rangesOf({ spec }: IpPool): readonly IpRange[] {
  return (spec?.blocks ?? [])
    .map(({ cidr, start = "", stop = start }) => (cidr === undefined ? parseSpan(start, stop || start) : parseCidr(cidr)))
    .filter((range) => range !== undefined);
}

/** The families of which a Service asks for an address, and has none. */
function missingFamilies(service: ServiceSubject["service"]): readonly (4 | 6)[] {
  const present = new Set(addressesOf(service).map((address) => (address.includes(":") ? 6 : 4)));
  const requested = (service.spec?.ipFamilies ?? ["IPv4"]).map((family) => (family === "IPv6" ? 6 : 4));
  return requested.filter((family) => !present.has(family));
}

function nameList(pools: readonly IpPool[]): string {
  return `${pools.length === 1 ? "pool" : "pools"} ${pools.map(fullName).join(", ")}`;
}
