import assert from "node:assert/strict";
import { test } from "node:test";
import { parse, parseAllDocuments } from "yaml";
import type { TalosCiliumCniArgs } from "../../../components/inputs/args.ts";
import { resolveSettings } from "../../../components/inputs/settings.ts";
import { createManifest } from "../../../components/kubernetes/manifest.ts";
import {
  hasKubernetesDocuments,
  machineConfigPatches,
  patchBefore,
  usesKubePrism,
} from "../../../components/talos/machineConfig.ts";

const manifest = createManifest([
  { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "a" }, data: { text: "two\nlines\n" } },
]);
const loadBalancer = createManifest([{ apiVersion: "cilium.io/v2", kind: "CiliumLoadBalancerIPPool", metadata: { name: "b" } }]);
const ranges = { podCidr: "10.42.0.0/16", serviceCidr: "10.43.0.0/16" };
const crds = "https://github.com/kubernetes-sigs/gateway-api/releases/download/v1.2.0/standard-install.yaml";

/** The documents of the patches of both machine types, for a config of Talos 1.13 unless the inputs say otherwise. */
function patchDocuments(args: TalosCiliumCniArgs = {}, pools: typeof loadBalancer | undefined = loadBalancer) {
  const patches = machineConfigPatches(resolveSettings({ ...ranges, ...args }), manifest, pools);
  const documentsOf = (patch: string) => parseAllDocuments(patch).map((document) => document.toJS() as unknown);
  return { controlPlane: documentsOf(patches.controlPlane), worker: documentsOf(patches.worker) };
}

const inlineManifests = [
  { name: "cilium", contents: manifest.yaml },
  { name: "cilium-lb", contents: loadBalancer.yaml },
];
const machine = { features: { kubePrism: { enabled: true, port: 7445 } } };
const subnets = { podSubnets: [ranges.podCidr], serviceSubnets: [ranges.serviceCidr] };

test("before Talos 1.14 each patch is one document, and only control planes get manifests", () => {
  for (const configContract of ["1.11", "1.13", "v1.13.4"]) {
    assert.deepEqual(patchDocuments({ talos: { configContract } }), {
      controlPlane: [
        {
          machine,
          cluster: {
            network: { cni: { name: "none" }, ...subnets },
            proxy: { disabled: true },
            extraManifests: [crds],
            inlineManifests,
          },
        },
      ],
      worker: [{ machine, cluster: { network: subnets } }],
    });
  }
});

test("from Talos 1.14 on the Kubernetes settings are documents of their own", () => {
  const network = { apiVersion: "v1alpha1", kind: "KubeNetworkConfig", ...subnets };
  for (const configContract of ["1.14", "v1.14", "1.15", "2.0"]) {
    assert.deepEqual(patchDocuments({ talos: { configContract } }), {
      controlPlane: [
        { cluster: { extraManifests: [crds], inlineManifests } },
        { apiVersion: "v1alpha1", kind: "KubeFlannelCNIConfig", $patch: "delete" },
        { apiVersion: "v1alpha1", kind: "KubeProxyConfig", enabled: false },
        network,
      ],
      worker: [network],
    });
  }
});

test("the form follows the number of the contract, not its text", () => {
  const hasDocuments = (configContract: string) => hasKubernetesDocuments(resolveSettings({ talos: { configContract } }));
  for (const older of ["1.9", "1.13", "v1.13"]) assert.equal(hasDocuments(older), false, older);
  for (const newer of ["1.14", "v1.14.0", "1.100", "2.0"]) assert.equal(hasDocuments(newer), true, newer);
});

test("without pools and policies the only inline manifest is Cilium's", () => {
  const patches = machineConfigPatches(resolveSettings({}), manifest, undefined);
  const { cluster } = parse(patches.controlPlane) as { cluster: { inlineManifests: unknown } };
  assert.deepEqual(cluster.inlineManifests, [{ name: "cilium", contents: manifest.yaml }]);
});

test("Talos loads the CRDs of the release that this Cilium was built with, and none without Gateway API or with installCrds false", () => {
  const extraManifests = (args: TalosCiliumCniArgs) => {
    const [document] = patchDocuments(args).controlPlane as { cluster: { extraManifests?: readonly string[] } }[];
    return document?.cluster.extraManifests;
  };
  assert.match(extraManifests({ ciliumVersion: "1.20.0" })?.join() ?? "", /\/v1\.6\.1\/standard-install\.yaml$/);
  for (const configContract of ["1.13", "1.14"]) {
    assert.equal(extraManifests({ talos: { configContract }, gatewayApi: { enabled: false } }), undefined);
    assert.equal(extraManifests({ talos: { configContract }, gatewayApi: { installCrds: false } }), undefined);
  }
});

test("nodes use KubePrism only if the host is the node itself", () => {
  const isUsed = (host: string) => usesKubePrism(resolveSettings({ kubePrism: { host } }));
  for (const host of ["localhost", "127.0.0.1", "127.0.0.53", "::1"]) assert.equal(isUsed(host), true, host);
  for (const host of ["192.168.1.9", "10.127.0.1", "api.localhost", "localhost.example.com", "auto", ""]) {
    assert.equal(isUsed(host), false, host);
  }
});

test("both patches set KubePrism's port, and with another API server neither contains KubePrism", () => {
  const onOtherPort = patchDocuments({ kubePrism: { port: 7446 } });
  for (const [document] of [onOtherPort.controlPlane, onOtherPort.worker]) {
    assert.deepEqual((document as { machine: unknown }).machine, { features: { kubePrism: { enabled: true, port: 7446 } } });
  }
  const elsewhere = patchDocuments({ kubePrism: { host: "192.168.1.9", port: 6443 } });
  for (const [document] of [elsewhere.controlPlane, elsewhere.worker]) {
    assert.deepEqual(Object.keys(document as object), ["cluster"]);
  }
});

test("before Talos 1.14 another patch removes a CNI that is loaded from a URL", () => {
  const before = (configContract: string) => patchBefore(resolveSettings({ talos: { configContract } }));
  assert.deepEqual(parse(before("1.13") ?? ""), { cluster: { network: { cni: { $patch: "delete" } } } });
  assert.equal(before("1.14"), undefined);
});
