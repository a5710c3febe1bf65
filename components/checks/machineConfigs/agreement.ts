import { replacesKubeProxy, routesNatively } from "../../cilium/facts.ts";
import { bypassesHost, needsHostRouting } from "../../cilium/hostRouting.ts";
import { originOf } from "../../cilium/valueOrigins.ts";
import { isOn, valueAt } from "../../helm/values.ts";
import { problem } from "../../support/problems.ts";
import { forwardsKubeDns } from "../../talos/clusterDns.ts";
import { anyOf, setTo } from "../advice.ts";
import { type Checks, machineConfigCheck, type MachineConfigSubject } from "../check.ts";

export const machineConfigAgreementChecks: Checks<MachineConfigSubject> = {
  errors: [
    machineConfigCheck({
      title: "an input about the DNS of the cluster that contradicts a machine config",
      why: "The values are checked against the input, so a cluster could lose its DNS, or correct values be refused.",
      source: "docs/inputs.md",
      needs: ["talos"],
      run: ({ settings: { talos }, input, config: { forwardsKubeDns: says } }) => {
        if (talos.forwardKubeDNSToHost === undefined || says === undefined || talos.forwardKubeDNSToHost === says) return [];
        return [
          problem(
            "talos.forwardKubeDNSToHost",
            `is ${talos.forwardKubeDNSToHost}, but ${input} says ${says} (hostDNS.forwardKubeDNSToHost); leave talos.forwardKubeDNSToHost out: the machine ` +
              "configs are read",
          ),
        ];
      },
    }),
    machineConfigCheck({
      title: "masquerading by BPF with a machine config in which Talos answers the DNS of the cluster",
      why:
        "BPF masquerading turns on eBPF host routing, which bypasses the host. The answers of Talos' own DNS are lost, and no name " +
        "resolves.",
      source: "https://docs.siderolabs.com/kubernetes-guides/cni/deploying-cilium",
      needs: ["talos", "ciliumVersion"],
      run: ({ settings, values, input, config }) => {
        // With the input, this is a problem of the values, whatever the configs say. Nothing is known about an unreadable config.
        if (settings.talos.forwardKubeDNSToHost !== undefined || config.fault !== undefined) return [];
        if (!forwardsKubeDns(settings, config) || !bypassesHost(values, settings.ciliumVersion)) return [];
        const isBpf = isOn(values, "bpf.masquerade");
        const value = originOf(settings, isBpf ? "bpf.masquerade" : "enableIPv4Masquerade");
        const waysOut = [
          `set ${config.kubeDnsSetting} to false in the config`,
          ...(needsHostRouting(values).length === 0 ? [setTo(originOf(settings, "bpf.hostLegacyRouting"), true)] : []),
        ];
        return [
          problem(
            input,
            `does not turn hostDNS.forwardKubeDNSToHost off, and the answers of Talos' own DNS are lost while ${value} is ` +
              `${isBpf ? "true" : "false"}; ${anyOf(waysOut)}`,
          ),
        ];
      },
    }),
  ],
  warnings: [
    machineConfigCheck({
      title: "KubeSpan with native routing",
      why:
        "KubeSpan carries the traffic between nodes. It does not know the addresses of pods unless it is asked to announce them, so their " +
        "traffic travels unencrypted beside it, or not at all if nothing else connects the nodes.",
      source: "https://docs.siderolabs.com/talos/v1.13/networking/kubespan",
      needs: ["talos"],
      run: ({ settings, values, input, config: { kubeSpan } }) => {
        if (kubeSpan?.isEnabled !== true || !routesNatively(values)) return [];
        // KubeSpan announces the range that Kubernetes gave the node. If Cilium's operator assigns the ranges, pods have other addresses.
        const canAnnounce = valueAt(values, "ipam.mode") === "kubernetes";
        if (canAnnounce && kubeSpan.carriesPods) return [];
        const announcement = canAnnounce
          ? ", or turn advertiseKubernetesNetworks on in the KubeSpan settings of every machine config"
          : "";
        return [
          problem(
            input,
            "turns KubeSpan on, which does not carry the traffic of pods with native routing: it travels unencrypted beside KubeSpan, or " +
              `is dropped; ${setTo(originOf(settings, "routingMode"), "tunnel")}${announcement}`,
          ),
        ];
      },
    }),
    machineConfigCheck({
      title: "a machine config that turns off the kube-proxy that Cilium needs",
      why: "The patch turns kube-proxy on if Cilium does not replace it: otherwise nobody serves ClusterIPs.",
      source: "https://docs.cilium.io/en/stable/network/kubernetes/kubeproxy-free/",
      needs: ["talos"],
      run: ({ settings, values, input, isControlPlane, config: { runsKubeProxy } }) => {
        // Control planes install kube-proxy on every node.
        if (!isControlPlane || runsKubeProxy !== false || replacesKubeProxy(values)) return [];
        const replacement = originOf(settings, "kubeProxyReplacement");
        const waysOut = anyOf([setTo(replacement, true), "remove the setting of kube-proxy from the config"]);
        return [problem(input, `turns kube-proxy off, and the patch turns it on, because ${replacement} is false; ${waysOut}`)];
      },
    }),
  ],
};
