import assert from "node:assert/strict";
import { test } from "node:test";
import { linkAddresses, virtualAddresses } from "../../../components/talos/linkAddresses.ts";

const interfaces = (...links: readonly object[]) => [{ machine: { network: { interfaces: links } } }];
const vip = (ip: string) => ({ vip: { ip } });

test("virtual addresses are those of interfaces, of their VLANs, and of documents", () => {
  const documents = [
    ...interfaces(
      { interface: "eth0", ...vip("192.168.1.5"), vlans: [{ vlanId: 5, ...vip("10.5.0.9") }] },
      { interface: "eth1" },
    ),
    { kind: "Layer2VIPConfig", name: "10.6.0.9", link: "eth0" },
    { kind: "HCloudVIPConfig", name: "10.7.0.9", link: "eth0" },
    { kind: "HostnameConfig", name: "10.8.0.9" },
  ];
  assert.deepEqual(virtualAddresses(documents), ["192.168.1.5", "10.5.0.9", "10.6.0.9", "10.7.0.9"]);
});

test("static addresses are those of links on a network, in both forms", () => {
  const documents = [
    ...interfaces(
      { interface: "eth0", addresses: ["192.168.1.10/24", "fd00::1/64"], vlans: [{ addresses: ["10.5.0.2/24"] }] },
      { interface: "eth1", cidr: "10.6.0.2/24" },
      { interface: "eth2", cidr: "10.6.0.3/24", addresses: ["10.6.0.4/24"] },
    ),
    ...["LinkConfig", "BondConfig", "BridgeConfig", "VLANConfig"].map((kind, index) => ({
      kind,
      name: `a${index}`,
      addresses: [{ address: `10.7.0.${index}/24` }],
    })),
  ];
  assert.deepEqual(linkAddresses(documents), [
    "192.168.1.10/24",
    "fd00::1/64",
    "10.5.0.2/24",
    "10.6.0.2/24",
    "10.6.0.4/24",
    "10.7.0.0/24",
    "10.7.0.1/24",
    "10.7.0.2/24",
    "10.7.0.3/24",
  ]);
});

test("links without neighbours have no address on a network", () => {
  const addresses = ["10.9.0.1/32"];
  assert.deepEqual(
    linkAddresses([
      ...interfaces({ interface: "lo", addresses }, { dummy: true, addresses }, { interface: "wg0", wireguard: {}, addresses }),
      ...["DummyLinkConfig", "WireguardConfig"].map((kind) => ({ kind, name: "a", addresses: [{ address: "10.9.0.2/32" }] })),
      { kind: "LinkConfig", name: "lo", addresses: [{ address: "10.9.0.3/32" }] },
    ]),
    [],
  );
});
