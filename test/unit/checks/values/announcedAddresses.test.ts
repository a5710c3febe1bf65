import assert from "node:assert/strict";
import { test } from "node:test";
import { validate } from "../../../../components/checks/validate.ts";
import { announcedAddressChecks } from "../../../../components/checks/values/announcedAddresses.ts";
import { announcedPool, bgp, bgpPool, lan } from "../../../fixtures/validInputs.ts";
import { chartArgs } from "../../../harness/charts.ts";
import { testExamples } from "../../../harness/checkExamples.ts";

testExamples(announcedAddressChecks, {
  "a pool outside of the node networks, announced by ARP": [
    [
      announcedPool(lan, "192.168.2.0/29"),
      /\.blocks\[0\]: 192\.168\.2\.0\/29 is in none of lan\.subnets \(192\.168\.1\.0\/24\), so no client asks for it by ARP/,
    ],
    // Only one of two policies announces every Service.
    [
      {
        lan,
        loadBalancer: {
          ipPools: [{ name: "a", blocks: [{ start: "192.168.1.200" }, { start: "192.168.2.1", stop: "192.168.2.9" }] }],
          l2Policies: [{ name: "a", serviceSelector: {} }, { name: "b" }],
        },
      },
      /^loadBalancer\.ipPools\[0\]\.blocks\[1\]: 192\.168\.2\.1-192\.168\.2\.9 is in none of lan\.subnets/,
    ],
    // BGP announces other addresses.
    [
      bgp({ advertise: { loadBalancerIPs: false, externalIPs: true } }, announcedPool(lan, "192.168.2.0/29")),
      /\.blocks\[0\]: 192\.168\.2\.0\/29 is in none of lan\.subnets/,
    ],
  ],
  "L2 announcements with Cilium 1.20.0": [
    [
      { ...announcedPool(lan, "192.168.1.200/29"), ciliumVersion: "1.20.0" },
      /^ciliumVersion: 1\.20\.0 does not announce a Service whose address is new, .*; use Cilium 1\.20\.1 or later, or run `kubectl/,
    ],
    // A policy may be for pools that are created elsewhere.
    [{ ciliumVersion: "1.20.0", loadBalancer: { l2Policies: [{ name: "a" }] } }, /^ciliumVersion: 1\.20\.0 does not announce/],
  ],
  "a pool inside a node network, announced by BGP alone": [
    [
      bgp({}, { lan, ...bgpPool({ cidr: "192.168.1.200/29" }, { cidr: "172.20.0.0/24" }) }),
      /^loadBalancer\.ipPools\[0\]\.blocks\[0\]: 192\.168\.1\.200\/29 is inside lan\.subnets\[0\] 192\.168\.1\.0\/24, whose clients/,
    ],
    [
      {
        lan,
        loadBalancer: { ipPools: [{ name: "a", blocks: [{ cidr: "192.168.1.200/29" }, { cidr: "172.20.0.0/24" }] }] },
        values: { bgpControlPlane: { enabled: true } },
      },
      /^loadBalancer\.ipPools\[0\]\.blocks\[0\]: 192\.168\.1\.200\/29 is inside lan\.subnets\[0\] 192\.168\.1\.0\/24, whose clients/,
    ],
    // The policy announces no address of a pool.
    [
      {
        lan: { subnets: ["192.168.1.0/25"] },
        loadBalancer: {
          ipPools: [{ name: "a", blocks: [{ start: "192.168.1.120", stop: "192.168.1.126" }] }],
          l2Policies: [{ name: "a", loadBalancerIPs: false, externalIPs: true }],
        },
        values: { bgpControlPlane: { enabled: true } },
      },
      /^loadBalancer\.ipPools\[0\]\.blocks\[0\]: 192\.168\.1\.120-192\.168\.1\.126 is inside/,
    ],
    [
      {
        ciliumVersion: "1.20.0",
        lan: { subnets: ["fd00:1::/64"] },
        loadBalancer: { ipPools: [{ name: "a", blocks: [{ cidr: "fd00:1::100/120" }] }] },
        routing: { mode: "tunnel" },
        values: { bgpControlPlane: { enabled: true }, ipv6: { enabled: true } },
      },
      /fd00:1::100\/120 is inside lan\.subnets\[0\] fd00:1::\/64, whose clients ask for these addresses by neighbor discovery, and BGP/,
    ],
  ],
});

test("a pool that BGP announces is warned of if any of its addresses is in a node network, and not otherwise", () => {
  for (const [start, stop, isWarned] of [
    ["192.168.1.140", "192.168.1.200", false],
    ["192.168.0.10", "192.168.0.250", false],
    ["192.168.0.250", "192.168.1.10", true],
    ["192.168.1.10", "192.168.1.20", true],
    ["192.168.1.126", "192.168.1.200", true],
    ["192.168.0.0", "192.168.1.255", true],
  ] as const) {
    const { errors, warnings } = validate({
      ...chartArgs(),
      lan: { subnets: ["192.168.1.0/25"] },
      loadBalancer: { ipPools: [{ name: "a", blocks: [{ start, stop }] }] },
      values: { bgpControlPlane: { enabled: true } },
    });
    assert.deepEqual(errors, []);
    const isFound = warnings.some(({ message }) => message.includes("BGP does not answer"));
    assert.equal(isFound, isWarned, `${start}-${stop}`);
  }
});

test("BGP allows a pool outside of the node networks only if it announces the addresses of pools of this IP family", () => {
  for (const address of ["192.168.1.1", "2001:db8:1::1"]) {
    for (const loadBalancerIPs of [true, false]) {
      const peers = [{ address, asn: 64512 }];
      const args = bgp({ peers, advertise: { loadBalancerIPs, externalIPs: true } }, announcedPool(lan, "192.168.2.0/29"));
      const { errors } = validate({ ...chartArgs(), ...args });
      const isAllowed = loadBalancerIPs && address === "192.168.1.1";
      assert.deepEqual(
        errors.map(({ input }) => input),
        isAllowed ? [] : ["loadBalancer.ipPools[0].blocks[0]"],
      );
    }
  }
});
