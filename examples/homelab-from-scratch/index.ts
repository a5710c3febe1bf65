// Creates a Talos cluster with Cilium from machines that have booted Talos and wait in maintenance mode.
import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import * as talos from "@pulumiverse/talos";
import { CiliumLoadBalancer, configuredArgs, TalosCiliumCni } from "../../components/index.ts";

const controlPlanes = ["192.168.1.10"];
const workers = ["192.168.1.11", "192.168.1.12"];
const endpoint = "https://192.168.1.10:6443";
const talosVersion = "v1.13";
const kubernetesVersion = "1.33.2";
const ciliumVersion = "1.19.6";

// Without these secrets you cannot manage the cluster any more.
const { machineSecrets, clientConfiguration } = new talos.machine.Secrets("secrets", { talosVersion }, { protect: true });
const machines = (machineType: string, nodes: readonly string[]) =>
  nodes.map((node) => ({
    node,
    machineConfiguration: talos.machine.getConfigurationOutput({
      clusterName: "homelab",
      clusterEndpoint: endpoint,
      machineType,
      machineSecrets,
      talosVersion,
      kubernetesVersion,
    }).machineConfiguration,
  }));

const cni = new TalosCiliumCni("cilium", {
  ...configuredArgs(new pulumi.Config()),
  delivery: "machineConfig",
  ciliumVersion,
  kubernetesVersion,
  lan: { nodes: [...controlPlanes, ...workers] },
  talos: {
    configContract: talosVersion,
    clientConfiguration,
    controlPlanes: machines("controlplane", controlPlanes),
    workers: machines("worker", workers),
    // Machines in maintenance mode need this mode. Remove it once they run, so that a changed config reboots no machine by itself.
    applyMode: "auto",
  },
});

const [node = ""] = controlPlanes;
const bootstrap = new talos.machine.Bootstrap("bootstrap", { node, clientConfiguration }, { dependsOn: [cni] });
export const kubeconfig = new talos.cluster.Kubeconfig("kubeconfig", { node, clientConfiguration }, { dependsOn: [bootstrap] })
  .kubeconfigRaw;

// Unlike in the machine config, pools and policies can be changed here later.
const cluster = new kubernetes.Provider("cluster", { kubeconfig });
new CiliumLoadBalancer(
  "lan",
  {
    ciliumVersion,
    ipPools: [{ name: "lan", blocks: [{ cidr: "192.168.1.200/29" }] }],
    l2Policies: [{ name: "lan" }],
  },
  { providers: [cluster] },
);

export const { syncCommand, warnings } = cni;
