import { createRequire } from "node:module";

const require = createRequire(import.meta.url);

/** The SDK of the Kubernetes provider. It is loaded when it is needed: delivery `manifest` does without it. */
export function kubernetesSdk(): typeof import("@pulumi/kubernetes") {
  return require("@pulumi/kubernetes") as typeof import("@pulumi/kubernetes");
}

/** The binding of the Talos provider, loaded when it is needed: only delivery `machineConfig` with machines does. */
export function talosSdk(): typeof import("@pulumiverse/talos") {
  return require("@pulumiverse/talos") as typeof import("@pulumiverse/talos");
}
