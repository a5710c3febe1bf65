import assert from "node:assert/strict";
import { test } from "node:test";
import { excerptOf } from "../../pages/preview.ts";

test("the excerpt of a preview has the fields of two kinds, the names of the others, and the summary", () => {
  const printed = `Previewing update (homelab):
  pulumi:pulumi:Stack: (same)
    [urn=urn:pulumi:homelab::stack]
    \u001b[33m~ talos-cilium-cni:index:TalosCiliumCni: (update)\u001b[0m
        podCidr: "10.244.0.0/16"
        ~ kubernetes:apps/v1:DaemonSet: (update)
            [id=kube-system/cilium]
            [provider=urn:pulumi:homelab::provider]
          ~ spec: {
            }
        ~ kubernetes:core/v1:ConfigMap: (update)
            [id=kube-system/cilium-config]
          ~ data: {
            }
    --outputs:--
  ~ manifest: "a" => "b"
Resources:
    ~ 3 to update
`;
  assert.equal(
    excerptOf(printed),
    `Previewing update (homelab):
        ~ kubernetes:apps/v1:DaemonSet: (update)
            [id=kube-system/cilium]
          ...
        ~ kubernetes:core/v1:ConfigMap: (update)
            [id=kube-system/cilium-config]
          ~ data: {
            }
Resources:
    ~ 3 to update`,
  );
});
