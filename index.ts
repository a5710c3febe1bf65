import * as pulumi from "@pulumi/pulumi";
import { configuredArgs, TalosCiliumCni } from "./components/index.ts";

const cni = new TalosCiliumCni("cilium", configuredArgs(new pulumi.Config()));

export const {
  manifest,
  manifestSha256,
  loadBalancerManifest,
  helmValues,
  bgpRouterConfig,
  objects,
  images,
  warnings,
  machineConfigPatches,
  syncCommand,
} = cni;
