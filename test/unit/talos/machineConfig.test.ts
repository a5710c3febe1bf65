import assert from "node:assert/strict";
import { test } from "node:test";
import { parse, parseAllDocuments } from "yaml";
import type { TalosCiliumCniArgs } from "../../../components/inputs/args.ts";
import { resolveSettings } from "../../../components/inputs/settings.ts";
import { createManifest } from "../../../components/kubernetes/manifest.ts";
import {
  hasKubernetesDocuments,
  type InstalledCilium,
  isOnNode,
  machineConfigPatches,
  patchBefore,
} from "../../../components/talos/machineConfig.ts";

const manifest = createManifest([
  { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "a" }, data: { text: "two\nlines\n" } },
]);
const loadBalancer = createManifest([{ apiVersion: "cilium.io/v2", kind: "CiliumLoadBalancerIPPool", metadata: { name: "b" } }]);
const ranges = { podCidr: "10.42.0.0/16", serviceCidr: "10.43.0.0/16" };
const crds = "https://github.com/kubernetes-sigs/gateway-api/releases/download/v1.2.0/standard-install.yaml";

const installed: InstalledCilium = {
  manifest,
  loadBalancer,
  replacesKubeProxy: true,
  apiServer: { host: "localhost", port: 7445 },
  gatewayApiCrds: crds,
};

/** The documents of the patches of both machine types, for a config of Talos 1.13 unless the inputs say otherwise. */
function patchDocuments(args: TalosCiliumCniArgs = {}, other: Partial<InstalledCilium> = {}) {
  const patches = machineConfigPatches(resolveSettings({ ...ranges, ...args }), { ...installed, ...other });
  const documentsOf = (patch: string) => parseAllDocuments(patch).map((document) => document.toJS() as unknown);
  return { controlPlane: documentsOf(patches.controlPlane), worker: documentsOf(patches.worker) };
}

const inlineManifests = [
  { name: "cilium", contents: manifest.yaml },
  { name: "cilium-lb", contents: loadBalancer.yaml },
];
const dual = { podCidr: "fd00:42::/56,10.42.0.0/16", serviceCidr: "10.43.0.0/16, fd00:43::/112" };
const dualSubnets = { podSubnets: ["fd00:42::/56", "10.42.0.0/16"], serviceSubnets: ["10.43.0.0/16", "fd00:43::/112"] };
const machine = { features: { kubePrism: { enabled: true, port: 7445 } } };
const subnets = { podSubnets: [ranges.podCidr], serviceSubnets: [ranges.serviceCidr] };
const newDocument = (kind: string, content: object) => ({ apiVersion: "v1alpha1", kind, ...content });

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
  for (const configContract of ["1.14", "v1.14", "1.15", "2.0"]) {
    const network = newDocument("KubeNetworkConfig", { ...subnets, nodeCIDRMaskSizeIPv4: 24 });
    const kubePrism = newDocument("KubePrismConfig", { port: 7445 });
    assert.deepEqual(patchDocuments({ talos: { configContract } }), {
      controlPlane: [
        newDocument("KubeExternalManifestConfig", { name: "gateway-api", url: crds }),
        newDocument("KubeInlineManifestConfig", { name: "cilium", manifest: manifest.yaml }),
        newDocument("KubeInlineManifestConfig", { name: "cilium-lb", manifest: loadBalancer.yaml }),
        newDocument("KubeFlannelCNIConfig", { $patch: "delete" }),
        newDocument("KubeProxyConfig", { enabled: false }),
        network,
        kubePrism,
      ],
      worker: [network, kubePrism],
    });
  }
});

test("from Talos 1.14 on the patch has the sizes of the nodes' ranges in the families of podCidr", () => {
  const sizes = { nodeCidrMaskSize: 26, nodeCidrMaskSizeIPv6: 72 };
  const networkOf = (podCidr: string, talos: TalosCiliumCniArgs["talos"]) =>
    patchDocuments({ podCidr, talos: { configContract: "1.14", ...talos } }).worker[0] as Record<string, unknown>;
  const sizesIn = (...args: Parameters<typeof networkOf>) => {
    const network = networkOf(...args);
    return [network["nodeCIDRMaskSizeIPv4"], network["nodeCIDRMaskSizeIPv6"]];
  };
  assert.deepEqual(sizesIn("10.42.0.0/16", sizes), [26, undefined]);
  assert.deepEqual(sizesIn("fd00:42::/56", sizes), [undefined, 72]);
  assert.deepEqual(sizesIn("10.42.0.0/16,fd00:42::/56", sizes), [26, 72]);
  // A later patch brings Talos' own sizes back.
  assert.deepEqual(sizesIn("10.42.0.0/16,fd00:42::/56", {}), [24, 64]);
});

test("the form follows the number of the contract, not its text", () => {
  const hasDocuments = (configContract: string) => hasKubernetesDocuments(resolveSettings({ talos: { configContract } }));
  for (const older of ["1.9", "1.13", "v1.13"]) assert.equal(hasDocuments(older), false, older);
  for (const newer of ["1.14", "v1.14.0", "1.100", "2.0"]) assert.equal(hasDocuments(newer), true, newer);
});

test("without pools and policies the only inline manifest is Cilium's", () => {
  const patches = machineConfigPatches(resolveSettings({}), { ...installed, loadBalancer: undefined });
  const { cluster } = parse(patches.controlPlane) as { cluster: { inlineManifests: unknown } };
  assert.deepEqual(cluster.inlineManifests, [{ name: "cilium", contents: manifest.yaml }]);
});

test("Talos loads the CRDs only if Cilium needs them", () => {
  for (const configContract of ["1.13", "1.14"]) {
    const textWith = (gatewayApiCrds: string | undefined) =>
      JSON.stringify(patchDocuments({ talos: { configContract } }, { gatewayApiCrds }).controlPlane);
    assert.match(textWith(crds), /standard-install\.yaml/);
    assert.doesNotMatch(textWith(undefined), /extraManifests|standard-install/);
  }
});

test("from Talos 1.14 on the patch deletes the documents of an earlier one that are not needed any more", () => {
  const { controlPlane } = patchDocuments(
    { talos: { configContract: "1.14" } },
    { gatewayApiCrds: undefined, loadBalancer: undefined },
  );
  assert.deepEqual(controlPlane.slice(0, 3), [
    newDocument("KubeExternalManifestConfig", { name: "gateway-api", $patch: "delete" }),
    newDocument("KubeInlineManifestConfig", { name: "cilium", manifest: manifest.yaml }),
    newDocument("KubeInlineManifestConfig", { name: "cilium-lb", $patch: "delete" }),
  ]);
});

test("Talos starts kube-proxy if Cilium does not replace it", () => {
  const other = { replacesKubeProxy: false };
  const [config] = patchDocuments({}, other).controlPlane as { cluster: { proxy: unknown } }[];
  assert.deepEqual(config?.cluster.proxy, { disabled: false });
  const documents = patchDocuments({ talos: { configContract: "1.14" } }, other).controlPlane;
  assert.deepEqual(documents[4], newDocument("KubeProxyConfig", { enabled: true }));
});

test("KubePrism listens where agents look for it on their node, and is left alone if they look elsewhere", () => {
  const machineOf = (host: string, port: number) => {
    const { controlPlane, worker } = patchDocuments({}, { apiServer: { host, port } });
    return [...controlPlane, ...worker].map((document) => (document as { machine?: unknown }).machine);
  };
  const moved = { features: { kubePrism: { enabled: true, port: 7446 } } };
  assert.deepEqual(machineOf("127.0.0.1", 7446), [moved, moved]);
  assert.deepEqual(machineOf("192.168.1.9", 6443), [undefined, undefined]);

  const documentsOf = (host: string, port: number) => {
    const { controlPlane, worker } = patchDocuments({ talos: { configContract: "1.14" } }, { apiServer: { host, port } });
    return [...controlPlane, ...worker].filter((document) => (document as { kind: string }).kind === "KubePrismConfig");
  };
  const movedDocument = newDocument("KubePrismConfig", { port: 7446 });
  assert.deepEqual(documentsOf("127.0.0.1", 7446), [movedDocument, movedDocument]);
  assert.deepEqual(documentsOf("192.168.1.9", 6443), []);
});

test("nodes use KubePrism only if the host is the node itself", () => {
  const isUsed = (host: string) => isOnNode(host);
  for (const host of ["localhost", "127.0.0.1", "127.0.0.53", "::1"]) assert.equal(isUsed(host), true, host);
  for (const host of ["192.168.1.9", "10.127.0.1", "api.localhost", "localhost.example.com", "auto", ""]) {
    assert.equal(isUsed(host), false, host);
  }
});

test("before Talos 1.14 another patch removes a CNI that is loaded from a URL", () => {
  const patchFor = (configContract: string) => patchBefore(resolveSettings({ talos: { configContract } }));
  assert.deepEqual(parse(patchFor("1.13") ?? ""), { cluster: { network: { cni: { $patch: "delete" } } } });
  assert.equal(patchFor("1.14"), undefined);
});

test("ranges of two IP families are two list entries in the order of the input, for both machine types and both formats", () => {
  const old = patchDocuments(dual) as {
    controlPlane: [{ cluster: { network: object } }];
    worker: [{ cluster: { network: object } }];
  };
  assert.deepEqual(old.controlPlane[0].cluster.network, { cni: { name: "none" }, ...dualSubnets });
  assert.deepEqual(old.worker[0].cluster.network, dualSubnets);
  const network = newDocument("KubeNetworkConfig", { ...dualSubnets, nodeCIDRMaskSizeIPv4: 24, nodeCIDRMaskSizeIPv6: 64 });
  const { controlPlane, worker } = patchDocuments({ ...dual, talos: { configContract: "1.14" } });
  assert.deepEqual([controlPlane.at(-2), worker[0]], [network, network]);
});
