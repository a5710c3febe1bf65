import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { checkInputs } from "../../../../components/checks/inputs.ts";
import { bgpPeerChecks } from "../../../../components/checks/inputs/bgpPeers.ts";
import type { TalosCiliumCniArgs } from "../../../../components/inputs/args.ts";
import type { BgpPeer } from "../../../../components/inputs/bgpArgs.ts";
import { bgp, bgpPool, lan } from "../../../fixtures/validInputs.ts";
import { testExamples } from "../../../harness/checkExamples.ts";

const router = { address: "192.168.1.1", asn: 64512 };
const peerAt = (address: string, more: TalosCiliumCniArgs = {}) => bgp({ peers: [{ ...router, address }] }, more);
const peerWith = (peer: Partial<BgpPeer>) => bgp({ peers: [{ ...router, ...peer }] });
const twice = (one: string, other: string) => bgp({ peers: [one, other].map((address) => ({ ...router, address })) });
const dual = { podCidr: "10.244.0.0/16,fd00:10:244::/56", serviceCidr: "10.96.0.0/12,fd00:10:96::/108" };

testExamples(bgpPeerChecks, {
  "a BGP peer whose address no router can have": [
    [peerAt("router.lan"), /^bgp\[0\]\.peers\[0\]\.address: "router\.lan" is not a valid address; write it as 192\.168\.1\.1$/],
    [peerAt(""), /\.address: "" is not a valid address/],
    [peerAt("192.168.1.0/24"), /"192\.168\.1\.0\/24" is not a valid address/],
    [peerAt("192.168.1.01"), /"192\.168\.1\.01" is not a valid address/],
    [peerAt("fe80::1%eth0"), /"fe80::1%eth0" is not a valid address/],
    [peerAt("fe80::1"), /^bgp\[0\]\.peers\[0\]\.address: fe80::1 contains link-local addresses/],
    [peerAt("0.0.0.0"), /\.address: 0\.0\.0\.0 contains addresses of no host/],
    [peerAt("127.0.0.1"), /\.address: 127\.0\.0\.1 contains loopback addresses/],
    [peerAt("169.254.0.1"), /\.address: 169\.254\.0\.1 contains link-local addresses/],
    [peerAt("224.0.0.5"), /\.address: 224\.0\.0\.5 contains multicast addresses/],
    [peerAt("255.255.255.255"), /the broadcast address/],
    [peerAt("::ffff:192.168.1.1"), /IPv4-mapped addresses .*; write them as IPv4 addresses$/],
  ],
  "one BGP peer twice in an instance": [
    [
      twice("192.168.1.1", "192.168.1.1"),
      /^bgp\[0\]\.peers\[1\]\.address: 192\.168\.1\.1 is bgp\[0\]\.peers\[0\]\.address 192\.168\.1\.1; give each router once$/,
    ],
    [
      twice("2001:db8::1", "2001:DB8:0:0::0001"),
      /^bgp\[0\]\.peers\[1\]\.address: 2001:DB8:0:0::0001 is bgp\[0\]\.peers\[0\]\.address/,
    ],
  ],
  "a BGP peer whose address a Service, a node or the control planes may have": [
    [
      peerAt("172.20.0.1", bgpPool({ cidr: "172.20.0.0/24" })),
      /^bgp\[0\]\.peers\[0\]\.address: 172\.20\.0\.1 is inside loadBalancer\.ipPools\[0\]\.blocks\[0\] 172\.20\.0\.0\/24; choose a pool without/,
    ],
    [
      peerAt("2001:db8:2::5", { ...dual, ...bgpPool({ start: "2001:DB8:2::5" }) }),
      /^bgp\[0\]\.peers\[0\]\.address: 2001:db8:2::5 is loadBalancer\.ipPools\[0\]\.blocks\[0\] 2001:DB8:2::5/,
    ],
    [
      peerAt("192.168.1.11", { lan }),
      /^bgp\[0\]\.peers\[0\]\.address: 192\.168\.1\.11 is lan\.nodes\[1\] 192\.168\.1\.11; give the address/,
    ],
    [
      peerAt("192.168.1.5", { lan }),
      /^bgp\[0\]\.peers\[0\]\.address: 192\.168\.1\.5 is lan\.vip 192\.168\.1\.5; give the address/,
    ],
  ],
  "an external BGP peer outside of the node networks, without multihop": [
    [
      peerAt("10.5.0.1", { lan }),
      /^bgp\[0\]\.peers\[0\]\.address: 10\.5\.0\.1 is in none of lan\.subnets \(192\.168\.1\.0\/24\), .*; set bgp\[0\]\.peers\[0\]\.ebgpMultihop to 2 or/,
    ],
    [
      bgp(
        { peers: [{ ...router, address: "10.5.0.1", ebgpMultihop: 1 }] },
        { lan: { subnets: ["192.168.1.0/24", "10.6.0.0/16"] } },
      ),
      /10\.5\.0\.1 is in none of lan\.subnets \(192\.168\.1\.0\/24, 10\.6\.0\.0\/16\)/,
    ],
    [
      peerAt("2001:db8:9::1", { lan: { subnets: ["192.168.1.0/24", "2001:db8:1::/64"] } }),
      /2001:db8:9::1 is in none of lan\.subnets \(2001:db8:1::\/64\)/,
    ],
  ],
  "multihop for an internal BGP peer": [
    [
      bgp({ localAsn: 64512, peers: [{ ...router, ebgpMultihop: 2 }] }),
      /^bgp\[0\]\.peers\[0\]\.ebgpMultihop: is 2, but the session inside AS 64512 is internal .*; leave bgp\[0\]\.peers\[0\]\.ebgpMultihop out$/,
    ],
  ],
  "messages to a BGP peer that are rarer than its hold time": [
    [
      peerWith({ keepAliveTimeSeconds: 91 }),
      /^bgp\[0\]\.peers\[0\]\.keepAliveTimeSeconds: is 91, longer than holdTimeSeconds, which is 90; leave \S+ out$/,
    ],
    [peerWith({ holdTimeSeconds: 3, keepAliveTimeSeconds: 4 }), /is 4, longer than holdTimeSeconds, which is 3/],
  ],
  "a Secret for a BGP password whose name Kubernetes does not accept": [
    [
      peerWith({ authSecretRef: "BGP_password" }),
      /^bgp\[0\]\.peers\[0\]\.authSecretRef: "BGP_password" is not a valid Kubernetes name; write the name of a Secret, such as bgp-password$/,
    ],
    [peerWith({ authSecretRef: "" }), /^bgp\[0\]\.peers\[0\]\.authSecretRef: "" is not a valid/],
    [peerWith({ authSecretRef: "kube-system/password" }), /"kube-system\/password" is not a valid/],
  ],
  "messages to a BGP peer that are too rare to lose one": [
    [
      peerWith({ keepAliveTimeSeconds: 31 }),
      /^bgp\[0\]\.peers\[0\]\.keepAliveTimeSeconds: is 31, more than a third of holdTimeSeconds, which is 90: .*; leave \S+ out$/,
    ],
    [peerWith({ holdTimeSeconds: 9, keepAliveTimeSeconds: 9 }), /is 9, more than a third of holdTimeSeconds, which is 9/],
  ],
});

test("a peer of an instance is compared with the peers of this instance only", () => {
  const instance = (name: string) => ({
    name,
    localAsn: 64513,
    peers: [router],
    nodeSelector: { matchLabels: { rack: name } },
  });
  assert.deepEqual(checkInputs({ bgp: [instance("a"), instance("b")] }).errors, []);
});

test("the problems of a peer with a malformed address are reported at once", () => {
  const peer = {
    address: "router",
    asn: 64513,
    ebgpMultihop: 2,
    holdTimeSeconds: 3,
    keepAliveTimeSeconds: 4,
    authSecretRef: "A",
  };
  const { errors } = checkInputs(bgp({ peers: [router, peer] }));
  const inputs = errors.map(({ input }) => input.replace("bgp[0].peers[1].", ""));
  assert.deepEqual(inputs.toSorted(), ["address", "authSecretRef", "ebgpMultihop", "keepAliveTimeSeconds"]);
});

test("intervals of messages are judged by the hold time, whichever of the two the user sets", () => {
  const seconds = fc.integer({ min: 3, max: 200 });
  const timers = fc.record({ holdTimeSeconds: seconds, keepAliveTimeSeconds: seconds }, { requiredKeys: [] });
  fc.assert(
    fc.property(timers, (each) => {
      const { errors, warnings } = checkInputs(peerWith(each));
      const { holdTimeSeconds: hold = 90, keepAliveTimeSeconds: keepAlive = 0 } = each;
      assert.equal(errors.length, keepAlive > hold ? 1 : 0);
      assert.equal(warnings.length, keepAlive <= hold && 3 * keepAlive > hold ? 1 : 0);
    }),
    { numRuns: 500 },
  );
});

test("an external peer needs multihop if, and only if, a network of its family is known and none contains it", () => {
  const subnets = ["192.168.1.0/24", "10.1.0.0/16", "2001:db8:1::/64"];
  const places = [
    ["192.168.1.77", 0],
    ["10.1.255.1", 1],
    ["2001:db8:1::7", 2],
    ["10.2.0.1", undefined],
    ["2001:db8:2::7", undefined],
  ] as const;
  for (let bits = 0; bits < 8; bits++) {
    const known = subnets.filter((_, index) => ((bits >> index) & 1) === 1);
    for (const [address, home] of places) {
      const isInside = home !== undefined && known.includes(subnets[home] ?? "");
      const ofFamily = known.filter((subnet) => subnet.includes(":") === address.includes(":"));
      for (const localAsn of [64512, 64513]) {
        for (const ebgpMultihop of [1, 2]) {
          const args = bgp({ localAsn, peers: [{ address, asn: 64512, ebgpMultihop }] }, { lan: { subnets: known } });
          const isRefused = checkInputs(args).errors.some(({ message }) => message.includes("is in none of lan.subnets"));
          const expected = localAsn === 64513 && ebgpMultihop === 1 && ofFamily.length > 0 && !isInside;
          assert.equal(isRefused, expected, JSON.stringify(args));
        }
      }
    }
  }
});
