import * as pulumi from "@pulumi/pulumi";
import { TalosCiliumCni } from "talos-cilium-cni";

const cni = new TalosCiliumCni("cilium", {
  chart: { path: new pulumi.Config().require("chartPath") },
  loadBalancer: {
    ipPools: [{ name: "lan", blocks: [{ cidr: "192.168.1.200/29" }] }],
    l2Policies: [{ name: "lan", interfaces: ["^enp.*"] }],
  },
});
export const { manifest, manifestSha256, loadBalancerManifest } = cni;
