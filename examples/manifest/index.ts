// Renders Cilium for Talos and exports it. No cluster is touched, and no plugin is needed.
import * as pulumi from "@pulumi/pulumi";
import { configuredArgs, TalosCiliumCni } from "../../components/index.ts";

const cni = new TalosCiliumCni("cilium", {
  ...configuredArgs(new pulumi.Config()),
  ciliumVersion: "1.19.6",
  lan: { subnets: ["192.168.1.0/24"], gateway: "192.168.1.1", dhcpRange: "192.168.1.100-192.168.1.199" },
  loadBalancer: {
    ipPools: [{ name: "lan", blocks: [{ cidr: "192.168.1.200/29" }] }],
    l2Policies: [{ name: "lan" }],
  },
});

export const { manifest, loadBalancerManifest, warnings } = cni;
