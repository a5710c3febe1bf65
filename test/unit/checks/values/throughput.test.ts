import { throughputChecks } from "../../../../components/checks/values/throughput.ts";
import { agentRefusalsOf } from "../../../fixtures/agentRefusals.ts";
import { testExamples } from "../../../harness/checkExamples.ts";

testExamples(
  throughputChecks,
  {
    ...agentRefusalsOf(throughputChecks),
    "netkit without what it needs, from Cilium 1.20 on": [
      [
        { ciliumVersion: "1.20.0", values: { bpf: { datapathMode: "netkit" } } },
        /^values\.bpf\.datapathMode: needs masquerading by BPF; set values\.bpf\.masquerade to true and turn hostDNS/,
      ],
      [
        {
          ciliumVersion: "1.20.0",
          talos: { forwardKubeDNSToHost: false },
          values: { bpf: { datapathMode: "netkit-l2", masquerade: true, hostLegacyRouting: true } },
        },
        /datapathMode: cannot be "netkit-l2" while values\.bpf\.hostLegacyRouting is true; leave .*hostLegacyRouting out, or leave/,
      ],
      [
        {
          ciliumVersion: "1.20.0",
          l2: { enabled: false },
          gatewayApi: { enabled: false },
          values: { kubeProxyReplacement: false, bpf: { datapathMode: "netkit" } },
        },
        /datapathMode: needs the replacement of kube-proxy; leave/,
      ],
    ],
    "BBR, BIG TCP or netkit without eBPF host routing": [
      [
        { values: { bandwidthManager: { enabled: true, bbr: true } } },
        /^values\.bandwidthManager\.bbr: does not do its work without eBPF host routing, which is off because iptables masquerades; set/,
      ],
      [
        { talos: { forwardKubeDNSToHost: false }, values: { enableIPv4BIGTCP: true } },
        /because iptables masquerades; set values\.bpf\.masquerade to true$/,
      ],
      [{ values: { bpf: { datapathMode: "netkit" } } }, /^values\.bpf\.datapathMode: does not do its work/],
      [
        {
          l2: { enabled: false },
          gatewayApi: { enabled: false },
          values: { kubeProxyReplacement: false, bandwidthManager: { enabled: true, bbr: true } },
        },
        /because kube-proxy is not replaced and iptables masquerades; set values\.kubeProxyReplacement to true and set /,
      ],
      [
        {
          talos: { forwardKubeDNSToHost: false },
          values: {
            bpf: { masquerade: true },
            bandwidthManager: { enabled: true, bbr: true },
            encryption: { enabled: true, type: "ipsec" },
          },
        },
        /because Cilium 1\.18 turns it off with IPsec; set values\.encryption\.type to "wireguard"$/,
      ],
    ],
  },
  {
    // IPsec waits for its keys.
    besides: {
      "BBR, BIG TCP or netkit without eBPF host routing": ["pods that wait for a Secret or ConfigMap that nothing creates"],
    },
  },
);
