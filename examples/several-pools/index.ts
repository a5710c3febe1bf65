// Two networks, each with its own addresses: a Service with the label `network: things` is for the smart bulbs and gets an address of their
// network, which is announced only on their interface. All other Services are for people. This program only renders and exports the
// manifests; with delivery `chart` it installs them in the cluster.
import * as pulumi from "@pulumi/pulumi";
import { configuredArgs, type LabelSelector, TalosCiliumCni } from "../../components/index.ts";

const forThings: LabelSelector = { matchLabels: { network: "things" } };
// A pool without a selector would also serve the Services with the label `network: things`.
const forPeople: LabelSelector = { matchExpressions: [{ key: "network", operator: "NotIn", values: ["things"] }] };

const cni = new TalosCiliumCni("cilium", {
  ...configuredArgs(new pulumi.Config()),
  lan: {
    nodes: ["192.168.1.10", "192.168.1.11"],
    subnets: ["192.168.1.0/24", "192.168.20.0/24"],
    gateway: "192.168.1.1",
    dhcpRange: "192.168.1.100-192.168.1.199",
  },
  loadBalancer: {
    ipPools: [
      { name: "people", blocks: [{ start: "192.168.1.200", stop: "192.168.1.219" }], serviceSelector: forPeople },
      { name: "things", blocks: [{ start: "192.168.20.200", stop: "192.168.20.219" }], serviceSelector: forThings },
    ],
    l2Policies: [
      { name: "people", serviceSelector: forPeople, interfaces: ["^enp3s0$"] },
      {
        name: "things",
        serviceSelector: forThings,
        // The VLAN's interface, and the nodes in the VLAN.
        interfaces: ["^enp3s0\\.20$"],
        nodeSelector: { matchLabels: { "homelab/things": "yes" } },
      },
    ],
  },
});

export const { manifest, loadBalancerManifest, objects, warnings } = cni;
