// Exports patches for the Talos machine config, if you apply the config yourself with talosctl, Omni or talhelper. Needs no plugin.
//
//   pulumi stack output controlPlane > controlplane-cilium.yaml
//   talosctl gen config homelab https://192.168.1.10:6443 --config-patch-control-plane @controlplane-cilium.yaml
import * as pulumi from "@pulumi/pulumi";
import { configuredArgs, TalosCiliumCni } from "../../components/index.ts";

const cni = new TalosCiliumCni("cilium", {
  ...configuredArgs(new pulumi.Config()),
  delivery: "machineConfig",
  // The version of the talosctl that generates the config: from 1.14 on the patches have a different form.
  talos: { configContract: "1.13" },
  loadBalancer: {
    ipPools: [{ name: "lan", blocks: [{ cidr: "192.168.1.200/29" }] }],
    l2Policies: [{ name: "lan" }],
  },
});

export const controlPlane = cni.machineConfigPatches.apply((patches) => patches?.controlPlane);
export const worker = cni.machineConfigPatches.apply((patches) => patches?.worker);
export const { syncCommand, warnings } = cni;
