import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { bgpObjects, familyOf } from "../../../../components/cilium/loadBalancer/bgp.ts";
import { ciliumValues } from "../../../../components/cilium/values.ts";
import { valueAt } from "../../../../components/helm/values.ts";
import type { BgpInstance } from "../../../../components/inputs/bgpArgs.ts";
import { resolveSettings } from "../../../../components/inputs/settings.ts";
import { createManifest } from "../../../../components/kubernetes/manifest.ts";

const lan: BgpInstance = { name: "lan", localAsn: 64513, peers: [{ address: "192.168.1.1", asn: 64512 }] };

/** The content of the only object of a kind. */
function specOf(instance: BgpInstance, kind: string): unknown {
  const [object, ...others] = bgpObjects(instance).filter((each) => each.kind === kind);
  assert.deepEqual(others, []);
  return object?.["spec"];
}
const advertisementsOf = (advertise: BgpInstance["advertise"]) =>
  (specOf({ ...lan, ...(advertise !== undefined && { advertise }) }, "CiliumBGPAdvertisement") as { advertisements: object[] })
    .advertisements;

const peerConfigNameOf = (name: string, address: string) =>
  bgpObjects({ ...lan, name, peers: [{ address, asn: 64512 }] })[0]?.metadata.name;

test("a router and an AS number are enough: the nodes announce the addresses of all Services from pools", () => {
  assert.equal(
    createManifest(bgpObjects(lan)).yaml,
    `---
apiVersion: cilium.io/v2
kind: CiliumBGPPeerConfig
metadata:
  name: lan.192.168.1.1
spec:
  families:
    - afi: ipv4
      safi: unicast
      advertisements:
        matchLabels:
          talos-cilium-cni/bgp: lan
---
apiVersion: cilium.io/v2
kind: CiliumBGPAdvertisement
metadata:
  name: lan
  labels:
    talos-cilium-cni/bgp: lan
spec:
  advertisements:
    - advertisementType: Service
      service:
        addresses:
          - LoadBalancerIP
      selector: {}
---
apiVersion: cilium.io/v2
kind: CiliumBGPClusterConfig
metadata:
  name: lan
spec:
  bgpInstances:
    - name: lan
      localASN: 64513
      peers:
        - name: 192.168.1.1
          peerASN: 64512
          peerAddress: 192.168.1.1
          peerConfigRef:
            name: lan.192.168.1.1
`,
  );
});

test("the settings of a peer are those of its CiliumBGPPeerConfig", () => {
  const peer = {
    address: "2001:db8:1::1",
    asn: 64512,
    port: 1790,
    ebgpMultihop: 3,
    holdTimeSeconds: 9,
    keepAliveTimeSeconds: 2,
    connectRetryTimeSeconds: 5,
    gracefulRestart: { enabled: true, restartTimeSeconds: 60 },
    authSecretRef: "bgp-password",
  };
  assert.deepEqual(specOf({ ...lan, peers: [peer] }, "CiliumBGPPeerConfig"), {
    authSecretRef: "bgp-password",
    ebgpMultihop: 3,
    families: [{ afi: "ipv6", safi: "unicast", advertisements: { matchLabels: { "talos-cilium-cni/bgp": "lan" } } }],
    gracefulRestart: { enabled: true, restartTimeSeconds: 60 },
    timers: { connectRetryTimeSeconds: 5, holdTimeSeconds: 9, keepAliveTimeSeconds: 2 },
    transport: { peerPort: 1790 },
  });
});

test("with a hold time alone, messages are sent three times as often", () => {
  for (const [holdTimeSeconds, keepAliveTimeSeconds] of [
    [3, 1],
    [9, 3],
    [10, 3],
    [90, 30],
  ] as const) {
    const peers = [{ address: "192.168.1.1", asn: 64512, holdTimeSeconds }];
    const { timers } = specOf({ ...lan, peers }, "CiliumBGPPeerConfig") as { timers: object };
    assert.deepEqual(timers, { holdTimeSeconds, keepAliveTimeSeconds });
  }
});

test("each kind of address that is announced has its switch, and pod ranges have an entry of their own", () => {
  const addressesOf = (advertise: BgpInstance["advertise"]) =>
    advertisementsOf(advertise).map((entry) => (entry as { service?: { addresses: string[] } }).service?.addresses);
  assert.deepEqual(addressesOf({ externalIPs: true, clusterIPs: true }), [["LoadBalancerIP", "ExternalIP", "ClusterIP"]]);
  assert.deepEqual(addressesOf({ loadBalancerIPs: false, clusterIPs: true }), [["ClusterIP"]]);
  assert.deepEqual(advertisementsOf({ loadBalancerIPs: false, podCidrs: true }), [{ advertisementType: "PodCIDR" }]);
  assert.deepEqual(advertisementsOf({ podCidrs: true }).length, 2);
});

test("selectors and attributes reach what they are for", () => {
  const serviceSelector = { matchLabels: { announce: "bgp" } };
  const communities = { standard: ["65000:100"], wellKnown: ["no-export"], large: ["4200000000:1:2"] };
  const attributes = { communities, localPreference: 200 };
  assert.deepEqual(advertisementsOf({ serviceSelector, communities, localPreference: 200, podCidrs: true }), [
    { advertisementType: "Service", selector: serviceSelector, service: { addresses: ["LoadBalancerIP"] }, attributes },
    { advertisementType: "PodCIDR", attributes },
  ]);
  const nodeSelector = { matchLabels: { router: "yes" } };
  assert.deepEqual(
    (specOf({ ...lan, nodeSelector }, "CiliumBGPClusterConfig") as { nodeSelector: unknown }).nodeSelector,
    nodeSelector,
  );
});

test("the peers of an instance have names of their own that Kubernetes accepts, in every notation of their address", () => {
  const addresses = ["192.168.1.1", "2001:DB8::1", "2001:db8:1::", "::ffff:1", "fd00::a"];
  const peers = addresses.map((address) => ({ address, asn: 64512 }));
  const objects = bgpObjects({ ...lan, peers });
  const names = objects.filter(({ kind }) => kind === "CiliumBGPPeerConfig").map(({ metadata }) => metadata.name);
  assert.deepEqual(names, ["lan.192.168.1.1", "lan.2001-db8--1", "lan.2001-db8-1--0", "lan.0--ffff-1", "lan.fd00--a"]);
  const dnsSubdomain = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
  for (const name of names) assert.match(name, dnsSubdomain);
  const config = specOf({ ...lan, peers }, "CiliumBGPClusterConfig") as {
    bgpInstances: [{ peers: { peerConfigRef: { name: string } }[] }];
  };
  assert.deepEqual(
    config.bgpInstances[0].peers.map(({ peerConfigRef }) => peerConfigRef.name),
    names,
  );
});

test("the peers of two instances never have one name, however alike the names of the instances are", () => {
  const instanceName = fc
    .array(fc.constantFrom("lan", "fd00", "2001", "db8"), { minLength: 1, maxLength: 4 })
    .map((parts) => parts.join("-"));
  const address = fc.constantFrom("fd00:2001:db8::1", "2001:db8::1", "db8::1", "fd00:2001::1", "fd00::", "192.168.1.1");
  const peering = fc.tuple(instanceName, address);
  fc.assert(
    fc.property(peering, peering, ([oneName, oneAddress], [otherName, otherAddress]) => {
      fc.pre(oneName !== otherName || oneAddress !== otherAddress);
      assert.notEqual(peerConfigNameOf(oneName, oneAddress), peerConfigNameOf(otherName, otherAddress));
    }),
    {
      examples: [
        [
          ["lan-fd00", "2001:db8::1"],
          ["lan", "fd00:2001:db8::1"],
        ],
      ],
    },
  );
});

test("a session carries the routes of the IP family of its address", () => {
  assert.deepEqual(["192.168.1.1", "fd00::1"].map(familyOf), [4, 6]);
});

test("BGP is on in the values only if it is asked for, and the user's own value wins", () => {
  const enabled = (args: Parameters<typeof resolveSettings>[0]) =>
    valueAt(ciliumValues(resolveSettings(args)), "bgpControlPlane.enabled");
  assert.equal(enabled({}), undefined);
  assert.equal(enabled({ bgp: [lan] }), true);
  assert.equal(enabled({ bgp: [lan], values: { bgpControlPlane: { enabled: false } } }), false);
});
