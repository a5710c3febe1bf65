import assert from "node:assert/strict";
import { test } from "node:test";
import type { TalosCiliumCniArgs } from "../../components/inputs/args.ts";
import { createManifest } from "../../components/kubernetes/manifest.ts";
import { devStack } from "../fixtures/devStack.ts";
import { brokenPromises } from "../fixtures/effects.ts";
import { releases } from "../harness/charts.ts";
import { renderInputs } from "../harness/renderInputs.ts";

const variants: Readonly<Record<string, TalosCiliumCniArgs>> = {
  "the dev stack": devStack,
  "no inputs": {},
  "every option changed from its default": {
    podCidr: "10.42.0.0/16",
    routing: { mode: "native", directRoutes: false },
    kubePrism: { host: "127.0.0.1", port: 7777 },
    gatewayApi: { alpn: false, appProtocol: false },
    hubble: { enabled: true, relay: true, ui: true },
    l2: { leaseDuration: "20s", leaseRenewDeadline: "6s", leaseRetryPeriod: "3s" },
    lan: { nodes: ["192.168.1.10", "192.168.1.11", "192.168.1.12"] },
  },
  "a tunnel, no Gateway API, no L2": { routing: { mode: "tunnel" }, gatewayApi: { enabled: false }, l2: { enabled: false } },
};

for (const { ciliumVersion, kubernetesVersions } of releases) {
  for (const kubernetesVersion of kubernetesVersions) {
    for (const [name, args] of Object.entries(variants)) {
      test(`Cilium ${ciliumVersion} for Kubernetes ${kubernetesVersion}, ${name}: the chart renders every promised effect`, () => {
        const { objects, settings } = renderInputs({ ...args, ciliumVersion, kubernetesVersion });
        assert.deepEqual(brokenPromises(objects, settings), []);
      });
    }
  }
}

test("the manifest of 1.18.4 with the defaults is smaller than 50 KB", () => {
  assert(Buffer.byteLength(createManifest(renderInputs({ ciliumVersion: "1.18.4" }).objects).yaml) < 50_000);
});

test("the user's own values override the component's values", () => {
  const { objects, settings } = renderInputs({
    values: {
      rollOutCiliumPods: false,
      ipv4NativeRoutingCIDR: "10.0.0.0/8",
      updateStrategy: { rollingUpdate: { maxUnavailable: 3 } },
    },
  });
  assert.deepEqual(brokenPromises(objects, settings), [
    "ipv4-native-routing-cidr in cilium-config",
    "cilium rolls out when its configuration changes",
    "agents are replaced one at a time",
  ]);
});

test("`routingMode: tunnel` in the user's values drops the settings that only native routing allows", () => {
  const { objects, settings } = renderInputs({ values: { routingMode: "tunnel" } });
  assert.deepEqual(brokenPromises(objects, settings), []);
});
