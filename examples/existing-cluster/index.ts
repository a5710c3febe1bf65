// Puts Cilium into a cluster that runs already, and takes over what Talos or the old script has made of it before.
import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { configuredArgs } from "../../components/config.ts";
import { TalosCiliumCni } from "../../components/talosCiliumCni.ts";

const config = new pulumi.Config();
const cluster = new kubernetes.Provider("cluster", {
  context: config.require("context"),
  // Else Pulumi deletes Cilium's ConfigMap to change it, and an agent that starts just then has none.
  enableConfigMapMutable: true,
  // Pulumi refuses to touch objects that it has not made, unless this is set. Later it would hide that somebody else manages them too.
  upsertExistingObjects: config.getBoolean("adopt") ?? false,
});

const cni = new TalosCiliumCni(
  "cilium",
  { ...configuredArgs(config, ["context", "adopt"]), delivery: "chart" },
  { providers: [cluster] },
);

export const { objects, images, warnings } = cni;
