import assert from "node:assert/strict";
import { test } from "node:test";
import { machineConfigAgreementChecks } from "../../../../components/checks/machineConfigs/agreement.ts";
import type { TalosCiliumCniArgs } from "../../../../components/inputs/args.ts";
import { withConfig } from "../../../fixtures/machineConfigs.ts";
import { testExamples } from "../../../harness/checkExamples.ts";
import { checkResults } from "../../../harness/findings.ts";

const input = String.raw`^talos\.controlPlanes\[0\]\.machineConfiguration: `;
const forwarding = (forwardKubeDNSToHost: boolean) => ({
  machine: { features: { hostDNS: { enabled: true, forwardKubeDNSToHost } } },
});
const dnsDocument = (forwardKubeDNSToHost: boolean) =>
  `kind: ResolverConfig\nhostDNS: { enabled: true, forwardKubeDNSToHost: ${forwardKubeDNSToHost} }\n`;
const kubeSpan = (advertiseKubernetesNetworks?: boolean) => ({
  machine: { network: { kubespan: { enabled: true, advertiseKubernetesNetworks } } },
});
const kubePrism = (settings: object) => ({ machine: { features: { kubePrism: settings } } });
const bpf = { values: { bpf: { masquerade: true } } };
const withProxy = { gatewayApi: { enabled: false }, l2: { enabled: false }, values: { kubeProxyReplacement: false } };
// The Talos provider knows no such document yet, which is a problem of its own.
const newPart = "a machine config with parts that are newer than the Talos provider";

testExamples(
  machineConfigAgreementChecks,
  {
    "an input about the DNS of the cluster that contradicts a machine config": [
      [
        withConfig(forwarding(true), { talos: { forwardKubeDNSToHost: false } }),
        /^talos\.forwardKubeDNSToHost: is false, but talos\.controlPlanes\[0\]\.machineConfiguration says true .*; leave talos\.forwardKubeDNSToHost out/,
      ],
      [
        withConfig(dnsDocument(false), { talos: { forwardKubeDNSToHost: true } }, "workers"),
        /^talos\.forwardKubeDNSToHost: is true, but talos\.workers\[0\]\.machineConfiguration says false/,
      ],
    ],
    "masquerading by BPF with a machine config in which Talos answers the DNS of the cluster": [
      [
        withConfig(forwarding(true), bpf),
        new RegExp(
          `${input}does not turn hostDNS\\.forwardKubeDNSToHost off, .* while values\\.bpf\\.masquerade is true; set machine\\.`,
        ),
      ],
      [withConfig(dnsDocument(true), bpf, "workers"), /^talos\.workers\[0\]\.machineConfiguration: does not turn hostDNS/],
      [withConfig("{}", bpf), new RegExp(`${input}.* to false in the config, or set values\\.bpf\\.hostLegacyRouting to true$`)],
      [withConfig("{}", { values: { enableIPv4Masquerade: false } }), /while values\.enableIPv4Masquerade is false; set/],
      // The agent refuses BBR with legacy host routing, so the error must not offer it.
      [
        withConfig(forwarding(true), { values: { ...bpf.values, bandwidthManager: { enabled: true, bbr: true } } }),
        /; set machine\.features\.hostDNS\.forwardKubeDNSToHost to false in the config$/,
      ],
    ],
    "KubeSpan with native routing": [
      [
        withConfig(kubeSpan()),
        new RegExp(`${input}turns KubeSpan on, .*; set routing\\.mode to "tunnel", or turn advertiseKubernetesNetworks on in`),
      ],
      [withConfig("kind: KubeSpanConfig\nenabled: true\n", {}, "workers"), /^talos\.workers\[0\]\..* turns KubeSpan on/],
      [
        withConfig(kubeSpan(false), { values: { routingMode: "native" } }),
        /; set values\.routingMode to "tunnel", or turn advertise/,
      ],
      // Cilium's operator assigns the ranges, which Talos does not know.
      [withConfig(kubeSpan(), { values: { ipam: { mode: "cluster-pool" } } }), /; set routing\.mode to "tunnel"$/],
      [withConfig(kubeSpan(true), { values: { ipam: { mode: "cluster-pool" } } }), /; set routing\.mode to "tunnel"$/],
    ],
    "a machine config that turns off the kube-proxy that Cilium needs": [
      [
        withConfig({ cluster: { proxy: { disabled: true } } }, withProxy),
        new RegExp(`${input}turns kube-proxy off, and the patch turns it on, because values\\.kubeProxyReplacement is false`),
      ],
    ],
  },
  {
    besides: {
      "an input about the DNS of the cluster that contradicts a machine config": [newPart],
      "masquerading by BPF with a machine config in which Talos answers the DNS of the cluster": [newPart],
    },
  },
);

/** Inputs and configs that agree, although one of them alone would be refused or warned of. */
const accepted: readonly TalosCiliumCniArgs[] = [
  withConfig(forwarding(false), bpf),
  withConfig(forwarding(false), { ...bpf, talos: { forwardKubeDNSToHost: false } }),
  withConfig(forwarding(true), { talos: { forwardKubeDNSToHost: true } }),
  withConfig("{}", { ...bpf, talos: { forwardKubeDNSToHost: false } }),
  withConfig(forwarding(true), { values: { bpf: { masquerade: true, hostLegacyRouting: true } } }),
  withConfig(kubeSpan(true)),
  withConfig("kind: KubeSpanConfig\nenabled: true\nadvertiseKubernetesNetworks: true\n"),
  withConfig({ machine: { network: { kubespan: { enabled: false } } } }),
  withConfig(kubeSpan(), { routing: { mode: "tunnel" } }),
  withConfig(kubeSpan(), { values: { routingMode: "tunnel" } }),
  // The patch moves KubePrism of older Talos, and replaces kube-proxy.
  withConfig(kubePrism({ enabled: false })),
  withConfig(kubePrism({ enabled: true, port: 7500 })),
  withConfig({ cluster: { proxy: { disabled: true } } }),
  withConfig({ cluster: { proxy: { disabled: false } } }, withProxy),
  withConfig({ cluster: { proxy: { disabled: true } } }, withProxy, "workers"),
];
test("a config that agrees with the inputs is accepted", () => {
  for (const args of accepted) assert.deepEqual(checkResults(args), [], JSON.stringify(args));
});

test("every machine that forwards its DNS is named, and no other", () => {
  const { talos } = withConfig("{}");
  const machine = (node: string, forwards: boolean) => ({ node, machineConfiguration: JSON.stringify(forwarding(forwards)) });
  for (let mask = 0; mask < 8; mask += 1) {
    const forwards = [1, 2, 4].map((bit) => (mask & bit) !== 0);
    const [first = false, second = false, third = false] = forwards;
    const controlPlanes = [machine("10.0.0.1", first), machine("10.0.0.2", second)];
    const problems = checkResults({
      ...bpf,
      delivery: "machineConfig",
      talos: { ...talos, controlPlanes, workers: [machine("10.0.0.3", third)] },
    }).flatMap((result) => result.problems);
    const names = ["talos.controlPlanes[0]", "talos.controlPlanes[1]", "talos.workers[0]"].filter((_, index) => forwards[index]);
    assert.deepEqual(
      problems.map((problem) => problem.split(".machineConfiguration: ", 1)[0]),
      names,
    );
  }
});

test("the advice of each message works", () => {
  const applied: readonly TalosCiliumCniArgs[] = [
    // An input that contradicts the config: leave it out.
    withConfig(forwarding(true)),
    // Masquerading by BPF.
    withConfig(forwarding(false), bpf),
    withConfig("{}", { values: { bpf: { masquerade: true, hostLegacyRouting: true } } }),
    // KubeSpan.
    withConfig(kubeSpan(), { routing: { mode: "tunnel" }, values: { ipam: { mode: "cluster-pool" } } }),
    withConfig(kubeSpan(true)),
    // Kube-proxy.
    withConfig({}, withProxy),
    withConfig({ cluster: { proxy: { disabled: true } } }, { ...withProxy, values: { kubeProxyReplacement: true } }),
  ];
  for (const args of applied) assert.deepEqual(checkResults(args), [], JSON.stringify(args));
});
