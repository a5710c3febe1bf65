import assert from "node:assert/strict";
import { test } from "node:test";
import { allowsLegacyHostRouting, bypassesHost } from "../../../components/cilium/hostRouting.ts";

const replaced = { kubeProxyReplacement: true };

test("eBPF host routing follows masquerading, unless something turns it off", () => {
  const bypasses: readonly (readonly [values: object, ciliumVersion: string, expected: boolean])[] = [
    [{}, "1.18.4", false],
    [{ bpf: { masquerade: true } }, "1.18.4", true],
    [{ bpf: { masquerade: true, hostLegacyRouting: true } }, "1.18.4", false],
    [{ bpf: { masquerade: true }, kubeProxyReplacement: false }, "1.18.4", false],
    [{ bpf: { masquerade: true }, encryption: { enabled: true } }, "1.18.4", false],
    [{ bpf: { masquerade: true }, encryption: { enabled: true, type: "wireguard" } }, "1.18.4", true],
    [{ bpf: { masquerade: true }, encryption: { enabled: true, type: "ipsec" } }, "1.19.6", true],
    [{ enableIPv4Masquerade: false }, "1.18.4", true],
    [{ enableIPv4Masquerade: false, ipv6: { enabled: true } }, "1.18.4", false],
  ];
  for (const [values, ciliumVersion, expected] of bypasses) {
    assert.equal(bypassesHost({ ...replaced, ...values }, ciliumVersion), expected, JSON.stringify(values));
  }
});

test("BBR and BIG TCP do not work with legacy host routing", () => {
  for (const values of [
    {},
    { bandwidthManager: { enabled: true } },
    { bandwidthManager: { bbr: true } },
    { enableIPv4BIGTCP: false },
  ]) {
    assert.equal(allowsLegacyHostRouting(values), true, JSON.stringify(values));
  }
  for (const values of [
    { bandwidthManager: { enabled: true, bbr: true } },
    { enableIPv4BIGTCP: true },
    { enableIPv6BIGTCP: true },
  ]) {
    assert.equal(allowsLegacyHostRouting(values), false, JSON.stringify(values));
  }
});
