import assert from "node:assert/strict";
import { test } from "node:test";
import { newerParts, newFields } from "../../../components/talos/newerParts.ts";

test("every new field is found, in a list and with any value", () => {
  for (const [kind, paths] of Object.entries(newFields)) {
    for (const path of paths) {
      for (const value of [null, false, {}, "text"]) {
        const field = path.split(".").reduceRight<unknown>((inner, key) => {
          if (key === "*") return [{ address: "9.9.9.9" }, inner];
          return { [key]: inner };
        }, value);
        const part = `${kind}.${path.replace("*", "[]").replace(".[]", "[]")}`;
        assert.deepEqual(newerParts([{ kind, ...(field as object) }]), [part]);
        // The same field of another kind means something else.
        assert.deepEqual(newerParts([{ kind: "LinkConfig", ...(field as object) }]), [], part);
      }
    }
  }
});

test("new kinds are found by name, and those of KubeSpan are older", () => {
  const documents = ["KubeProxyConfig", "KubeSpanConfig", "KubeletConfig", "LinkConfig", "VethConfig"].map((kind) => ({ kind }));
  assert.deepEqual(newerParts(documents), ["KubeProxyConfig", "KubeletConfig", "VethConfig"]);
});

test("fields of the same kinds that Talos 1.13 knows are not new", () => {
  const documents = [
    { kind: "ResolverConfig", nameservers: [{ address: "9.9.9.9" }], searchDomains: { domains: ["lan"] } },
    { kind: "UserVolumeConfig", name: "data", filesystem: { type: "xfs" }, encryption: { provider: "luks2" } },
    { kind: "VolumeConfig", name: "EPHEMERAL", mount: { secure: true } },
    { kind: "TimeSyncConfig", ntp: { servers: ["192.168.1.1"] } },
    { kind: "ResolverConfig", nameservers: { protocol: "DoT" } },
    { kind: "VolumeConfig", mount: "disableAccessTime", encryption: ["allowDiscards"] },
    null,
    "kind: VethConfig",
    [{ kind: "VethConfig" }],
  ];
  assert.deepEqual(newerParts(documents), []);
});
