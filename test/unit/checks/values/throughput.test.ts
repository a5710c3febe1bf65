import assert from "node:assert/strict";
import { test } from "node:test";
import { throughputChecks } from "../../../../components/checks/values/throughput.ts";
import { agentRefusalsOf } from "../../../fixtures/agentRefusals.ts";
import { withConfig } from "../../../fixtures/machineConfigs.ts";
import { followAdvice } from "../../../harness/advice.ts";
import { testExamples } from "../../../harness/checkExamples.ts";
import { checkResults } from "../../../harness/findings.ts";

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
        { ciliumVersion: "1.19.6", values: { bpf: { datapathMode: "netkit", masquerade: true, hostLegacyRouting: true } } },
        /datapathMode: does not do its work .* because values\.bpf\.hostLegacyRouting is true; leave values\.bpf\.datapathMode out$/,
      ],
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
          ciliumVersion: "1.18.4",
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

test("every release reports netkit without eBPF host routing once, whatever turns that off", () => {
  const talos = { forwardKubeDNSToHost: false };
  for (const ciliumVersion of ["1.18.4", "1.19.6", "1.20.0"]) {
    for (const datapathMode of ["netkit", "netkit-l2"]) {
      for (const bpf of [{}, { hostLegacyRouting: true }, { masquerade: true, hostLegacyRouting: true }]) {
        const args = { ciliumVersion, talos, values: { bpf: { ...bpf, datapathMode } } };
        const [result, ...others] = checkResults(args);
        assert.deepEqual(others, [], JSON.stringify(args));
        assert.match(result?.check ?? "", /netkit/, JSON.stringify(args));
        assert.equal(result?.problems.length, 1, JSON.stringify(args));
      }
      assert.deepEqual(checkResults({ ciliumVersion, talos, values: { bpf: { masquerade: true, datapathMode } } }), []);
    }
  }
});

test("the advice does not turn off what the machine configs have turned off already", () => {
  const config = "machine: { features: { hostDNS: { enabled: true, forwardKubeDNSToHost: false } } }\n";
  const bbr = { enabled: true, bbr: true };
  for (const [values, problem] of [
    [{ bandwidthManager: bbr }, /because iptables masquerades; set values\.bpf\.masquerade to true$/],
    [
      { bandwidthManager: bbr, bpf: { masquerade: true, hostLegacyRouting: true } },
      /; leave values\.bpf\.hostLegacyRouting out, or set values\.bandwidthManager\.bbr to false$/,
    ],
    [
      { egressGateway: { enabled: true } },
      /; set values\.bpf\.masquerade to true, or set values\.egressGateway\.enabled to false$/,
    ],
  ] as const) {
    const args = withConfig(config, { values });
    const problems = checkResults(args).flatMap((result) => result.problems);
    assert.equal(problems.length, 1, JSON.stringify(values));
    assert.match(problems[0] ?? "", problem);
    for (const way of followAdvice(problems[0] ?? "", args)) assert.deepEqual(checkResults(way), [], JSON.stringify(way));
  }
});
