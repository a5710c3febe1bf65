// Installs Cilium in an existing cluster, and takes over the objects that Talos or the old script created.
import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { configuredArgs, TalosCiliumCni } from "../../components/index.ts";

const config = new pulumi.Config();
const cluster = new kubernetes.Provider("cluster", {
  context: config.require("context"),
  // Without this, Pulumi deletes and recreates Cilium's ConfigMap to change it, and an agent that starts at that moment finds none.
  enableConfigMapMutable: true,
  // Lets Pulumi take over objects that it did not create. Turn it off afterwards: it would hide that something else manages them too.
  upsertExistingObjects: config.getBoolean("adopt") ?? false,
});

const cni = new TalosCiliumCni(
  "cilium",
  { ...configuredArgs(config, ["context", "adopt"]), delivery: "chart" },
  { providers: [cluster] },
);

export const { objects, images, warnings } = cni;
