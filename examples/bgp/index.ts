// LoadBalancer IPs in a network of their own, which the router learns from all nodes by BGP. Nothing answers ARP, so L2 announcements are off.
// This program only renders and exports; with delivery `chart` it installs everything in the cluster. Paste `frr` or `bird` into the router.
import * as pulumi from "@pulumi/pulumi";
import { configuredArgs, TalosCiliumCni } from "../../components/index.ts";

const cni = new TalosCiliumCni("cilium", {
  ...configuredArgs(new pulumi.Config()),
  lan: {
    nodes: ["192.168.1.10", "192.168.1.11"],
    subnets: ["192.168.1.0/24"],
    gateway: "192.168.1.1",
  },
  l2: { enabled: false },
  loadBalancer: {
    // Routers take the first and the last address of a network too, but some clients do not.
    ipPools: [{ name: "services", blocks: [{ cidr: "192.168.50.0/24" }], allowFirstLastIPs: "No" }],
  },
  bgp: [
    {
      name: "router",
      localAsn: 64513,
      // After 9 seconds without a message, the router sends the traffic to the other node. It keeps the routes of a node whose agent restarts.
      peers: [{ address: "192.168.1.1", asn: 64512, holdTimeSeconds: 9, gracefulRestart: { enabled: true } }],
    },
  ],
});

export const { manifest, loadBalancerManifest, bgpRouterConfig, objects, warnings } = cni;
