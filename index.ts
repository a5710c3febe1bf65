import * as pulumi from "@pulumi/pulumi";
import { configuredArgs } from "./components/config.ts";
import { TalosCiliumCni } from "./components/talosCiliumCni.ts";

const cni = new TalosCiliumCni("cilium", configuredArgs(new pulumi.Config()));

export const { manifest, manifestSha256, loadBalancerManifest, objects, images, warnings, machineConfigPatches, syncCommand } =
  cni;
