import assert from "node:assert/strict";
import { test } from "node:test";
import {
  bypassesHost,
  legacyRoutingValue,
  needsHostRouting,
  usesBbr,
  usesNetkit,
} from "../../../components/cilium/hostRouting.ts";

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
    [{ bpf: { masquerade: true }, cni: { chainingMode: "portmap" } }, "1.18.4", false],
    [{ bpf: { masquerade: true, hostLegacyRouting: false }, cni: { chainingMode: "portmap" } }, "1.18.4", true],
    [{ enableIPv4Masquerade: false }, "1.18.4", true],
    [{ enableIPv4Masquerade: false, ipv6: { enabled: true } }, "1.18.4", false],
  ];
  for (const [values, ciliumVersion, expected] of bypasses) {
    assert.equal(bypassesHost({ ...replaced, ...values }, ciliumVersion), expected, JSON.stringify(values));
  }
});

test("legacy host routing is on by its own value, or by CNI chaining", () => {
  assert.equal(legacyRoutingValue({}), undefined);
  assert.equal(legacyRoutingValue({ bpf: { hostLegacyRouting: true } }), "bpf.hostLegacyRouting");
  assert.equal(legacyRoutingValue({ cni: { chainingMode: "none" } }), undefined);
  assert.equal(legacyRoutingValue({ cni: { chainingMode: "portmap" } }), "cni.chainingMode");
  assert.equal(legacyRoutingValue({ cni: { chainingTarget: "flannel" } }), "cni.chainingTarget");
});

test("BBR, BIG TCP and netkit need eBPF host routing", () => {
  for (const values of [
    {},
    { bandwidthManager: { enabled: true } },
    { bandwidthManager: { bbr: true } },
    { bandwidthManager: { enabled: true, bbr: true, bbrHostNamespaceOnly: true } },
    { enableIPv4BIGTCP: false },
    { bpf: { datapathMode: "veth" } },
  ]) {
    assert.deepEqual(needsHostRouting(values), [], JSON.stringify(values));
  }
  assert.deepEqual(
    needsHostRouting({
      bandwidthManager: { enabled: true, bbr: true },
      enableIPv4BIGTCP: true,
      enableIPv6BIGTCP: true,
      bpf: { datapathMode: "netkit-l2" },
    }),
    ["enableIPv4BIGTCP", "enableIPv6BIGTCP", "bandwidthManager.bbr", "bpf.datapathMode"],
  );
  assert(!usesBbr({}));
  assert(usesNetkit({ bpf: { datapathMode: "netkit" } }));
});
