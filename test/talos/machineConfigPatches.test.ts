import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { parseAllDocuments, stringify } from "yaml";
import type { TalosCiliumCniArgs } from "../../components/inputs/args.ts";
import { createPlan } from "../../components/plan.ts";
import { problemLines } from "../../components/support/problems.ts";
import { readExistingConfig } from "../../components/talos/existingConfig.ts";
import { patchBefore } from "../../components/talos/machineConfig.ts";
import { newFields } from "../../components/talos/newerParts.ts";
import { gatewayApiCrdsUrl, supportedMinor } from "../../components/versions/supported.ts";
import { devStack } from "../fixtures/devStack.ts";
import { chartArgs } from "../harness/charts.ts";
import { machineries, runMachinery } from "../harness/machinery.ts";

const ranges = { podCidr: "10.42.0.0/16", serviceCidr: "10.43.0.0/16" };
const planFor = (configContract: string, args: TalosCiliumCniArgs = {}, talos: TalosCiliumCniArgs["talos"] = {}) =>
  createPlan({ ...devStack, ...ranges, ...chartArgs(), ...args, delivery: "machineConfig", talos: { configContract, ...talos } });
const patchesFor = (configContract: string, args?: TalosCiliumCniArgs, talos?: TalosCiliumCniArgs["talos"]) =>
  planFor(configContract, args, talos).machineConfig ?? assert.fail("there are no patches");

interface Document {
  readonly kind?: string;
  readonly machine?: { readonly features: { readonly kubePrism?: unknown } };
  readonly cluster?: {
    readonly network?: unknown;
    readonly proxy?: { readonly disabled?: boolean };
  };
  readonly enabled?: boolean;
  readonly podSubnets?: readonly string[];
  readonly serviceSubnets?: readonly string[];
}
/** The document of a machine config with this kind; without a kind, the main document. */
function findDocument(config: string, kind?: string): Document | undefined {
  return parseAllDocuments(config)
    .map((document) => document.toJS() as Document)
    .find((document) => document.kind === kind);
}

for (const { talos, executable, contract } of machineries) {
  test(`Talos ${talos} accepts its own config with our patches, for control planes and workers`, () => {
    const { machineConfig, manifest, loadBalancer, settings } = planFor(contract);
    const { controlPlane, worker } = machineConfig ?? assert.fail("there are no patches");
    const controlPlaneVerdict = runMachinery(executable, { contract, patches: [controlPlane] });
    assert.equal(controlPlaneVerdict.refused, "");
    assert.deepEqual(controlPlaneVerdict.inlineManifests, { cilium: manifest.yaml, "cilium-lb": loadBalancer?.yaml });
    assert.deepEqual(controlPlaneVerdict.facts?.manifestUrls, [
      gatewayApiCrdsUrl(supportedMinor(settings.ciliumVersion).gatewayApi),
    ]);

    const workerVerdict = runMachinery(executable, { contract, machineType: "worker", patches: [worker] });
    assert.equal(workerVerdict.refused, "");
    assert.deepEqual(workerVerdict.inlineManifests, {});

    for (const { config, facts } of [controlPlaneVerdict, workerVerdict]) {
      const main = findDocument(config) ?? assert.fail("there is no main document");
      assert.deepEqual([facts?.kubePrismEnabled, facts?.kubePrismPort], [true, 7445]);
      if (talos === "1.14") {
        assert.deepEqual(findDocument(config, "KubeNetworkConfig")?.podSubnets, [settings.podCidr]);
        assert.equal(main.cluster?.network, undefined);
      } else {
        const network = {
          dnsDomain: "cluster.local",
          podSubnets: [ranges.podCidr],
          serviceSubnets: [ranges.serviceCidr],
        };
        const isControlPlane = config === controlPlaneVerdict.config;
        assert.deepEqual(main.cluster?.network, isControlPlane ? { ...network, cni: { name: "none" } } : network);
      }
    }
    if (talos === "1.14") {
      assert.equal(findDocument(controlPlaneVerdict.config, "KubeFlannelCNIConfig"), undefined);
      assert.equal(findDocument(controlPlaneVerdict.config, "KubeProxyConfig")?.enabled, false);
    } else {
      assert.equal(findDocument(controlPlaneVerdict.config)?.cluster?.proxy?.disabled, true);
    }
  });
}

for (const { talos, executable, contract } of machineries) {
  test(`Talos ${talos} keeps the ranges of both IP families in their order, in a new config and in one that has them`, () => {
    for (const [podCidr, serviceCidr] of [
      ["10.42.0.0/16,fd00:42::/56", "10.43.0.0/16,fd00:43::/112"],
      ["fd00:42::/56,10.42.0.0/16", "fd00:43::/112,10.43.0.0/16"],
      ["fd00:42::/56", "fd00:43::/112"],
    ] as const) {
      const forwardKubeDNSToHost = podCidr.includes("10.42");
      const { controlPlane, worker } = patchesFor(contract, { loadBalancer: {}, podCidr, serviceCidr }, { forwardKubeDNSToHost });
      for (const [machineType, patch] of [
        ["controlplane", controlPlane],
        ["worker", worker],
      ] as const) {
        const { refused, config } = runMachinery(executable, { contract, machineType, patches: [patch] });
        assert.equal(refused, "");
        const second = runMachinery(executable, { config, patches: [worker] });
        assert.equal(second.refused, "");
        for (const text of [config, second.config]) {
          const network =
            talos === "1.14"
              ? findDocument(text, "KubeNetworkConfig")
              : (findDocument(text)?.cluster?.network as Document | undefined);
          assert.deepEqual(network?.podSubnets, podCidr.split(","));
          assert.deepEqual(network.serviceSubnets, serviceCidr.split(","));
        }
      }
    }
  });
}

test("a machine with Talos 1.14 accepts a config of Talos 1.13 with the patch for 1.13", () => {
  const { config } = runMachinery("machinery-1.13", { contract: "v1.13" });
  assert.equal(runMachinery("machinery-1.14", { config, patches: [patchesFor("1.13").controlPlane] }).refused, "");
});

// This is why the component has the input `talos.configContract`.
test("Talos rejects a patch in the form of another config contract", () => {
  assert.match(
    runMachinery("machinery-1.14", { contract: "v1.14", patches: [patchesFor("1.13").controlPlane] }).refused,
    /cluster network config in v1alpha1 config .* can't be used with KubeFlannelCNIConfig document/,
  );
  assert.match(
    runMachinery("machinery-1.13", { contract: "v1.13", patches: [patchesFor("1.14").controlPlane] }).refused,
    /"Kube\w+" "v1alpha1": not registered/,
  );
});

test("Talos rejects a second inline manifest of the same name, and one without a name", () => {
  const { controlPlane } = patchesFor("1.13");
  const errorFor = (...patches: readonly string[]) => runMachinery("machinery-1.13", { contract: "v1.13", patches }).refused;
  assert.match(errorFor(controlPlane, controlPlane), /inline manifest name "cilium" is duplicate/);
  assert.match(errorFor(controlPlane.replace("- name: cilium\n", '- name: ""\n')), /inline manifest name can't be empty/);
});

test("a config that loads Cilium from a URL, as with the old script, is converted", () => {
  const urls = ["https://example.com/manifests/cilium-cni-1.18.4.yaml"];
  for (const { talos, executable, contract } of machineries.filter(({ talos }) => talos !== "1.14")) {
    const custom = JSON.stringify({ cluster: { network: { cni: { name: "custom", urls } } } });
    const { config } = runMachinery(executable, { contract, patches: [custom] });
    const { settings, machineConfig } = planFor(contract);
    const { controlPlane = "" } = machineConfig ?? {};
    // A control: the control plane patch alone leaves the URL in, which Talos rejects.
    assert.match(
      runMachinery(executable, { config, patches: [controlPlane] }).refused,
      /"urls" field should be empty for "none" CNI/,
    );
    for (const original of [config, runMachinery(executable, { contract }).config]) {
      const verdict = runMachinery(executable, { config: original, patches: [patchBefore(settings) ?? "", controlPlane] });
      assert.equal(verdict.refused, "", talos);
      assert.match(verdict.config, /cni:\n +name: none\n/);
      assert(!verdict.config.includes("example.com"));
    }
  }
});

test("another host for the API server leaves KubePrism out of the patches, another port is set in them", () => {
  assert(!patchesFor("1.13", { kubePrism: { host: "192.168.1.9", port: 6443 } }).controlPlane.includes("kubePrism"));
  for (const { executable, contract } of machineries) {
    const { controlPlane, worker } = patchesFor(contract, { kubePrism: { port: 7446 } });
    for (const [machineType, patch] of [
      ["controlplane", controlPlane],
      ["worker", worker],
    ] as const) {
      const { refused, facts } = runMachinery(executable, { contract, machineType, patches: [patch] });
      assert.deepEqual([refused, facts?.kubePrismEnabled, facts?.kubePrismPort], ["", true, 7446]);
    }
  }
});

test("without Gateway API or with the user's own CRDs Talos loads no CRDs, and without pools the patch has one manifest", () => {
  for (const gatewayApi of [{ enabled: false }, { installCrds: false }])
    assert(!patchesFor("1.13", { gatewayApi }).controlPlane.includes("extraManifests"));
  const { inlineManifests } = runMachinery("machinery-1.13", {
    contract: "v1.13",
    patches: [patchesFor("1.13", { loadBalancer: {} }).controlPlane],
  });
  assert.deepEqual(Object.keys(inlineManifests ?? {}), ["cilium"]);
});

for (const { talos, executable, contract } of machineries) {
  test(`Talos ${talos} runs kube-proxy, and no Gateway API CRDs, if the user's values say that Cilium does not need them`, () => {
    const values = { kubeProxyReplacement: false, gatewayAPI: { enabled: false }, l2announcements: { enabled: false } };
    const { controlPlane } = patchesFor(contract, { loadBalancer: {}, values });
    const { refused, config, facts } = runMachinery(executable, { contract, patches: [controlPlane] });
    assert.equal(refused, "");
    const { cluster } = findDocument(config) ?? assert.fail("there is no main document");
    assert.deepEqual(facts?.manifestUrls, []);
    if (talos === "1.14") assert.equal(findDocument(config, "KubeProxyConfig")?.enabled, true);
    else assert.equal(cluster?.proxy?.disabled, false);
  });
}

test("Talos moves KubePrism to the port that the user's values name", () => {
  const { controlPlane, worker } = patchesFor("1.13", { values: { k8sServiceHost: "127.0.0.1", k8sServicePort: 7446 } });
  const controlPlaneVerdict = runMachinery("machinery-1.13", { contract: "v1.13", patches: [controlPlane] });
  const workerVerdict = runMachinery("machinery-1.13", { contract: "v1.13", machineType: "worker", patches: [worker] });
  for (const { config } of [controlPlaneVerdict, workerVerdict]) {
    assert.deepEqual(findDocument(config)?.machine?.features.kubePrism, { enabled: true, port: 7446 });
  }
});

test("a large manifest gives a warning, one that Talos cannot take gives an error", () => {
  const valuesOfSize = (mebibytes: number) => ({ values: { extraConfig: { filler: "x".repeat(mebibytes * 2 ** 20) } } });
  assert(
    problemLines(planFor("1.13", valuesOfSize(2)).warnings).some((warning) => /^values: make a patch of 2\.\d MiB/.test(warning)),
  );
  assert.throws(
    () => planFor("1.13", valuesOfSize(4)),
    /values: make a manifest of 4\.\d MiB; a machine in maintenance mode accepts/,
  );
});

test("machines with a config contract of 1.14 or without a client configuration are an error", () => {
  const controlPlanes = [{ node: "192.168.1.10", machineConfiguration: "version: v1alpha1\n" }];
  const planWith = (talos: TalosCiliumCniArgs["talos"]) =>
    createPlan({ ...chartArgs(), delivery: "machineConfig", talos: { controlPlanes, ...talos } });
  assert.throws(
    () => planWith({ configContract: "1.14" }),
    /talos\.configContract: is 1\.14, and the Talos provider 0\.8\.1 supports no config/,
  );
  assert.throws(() => planWith({}), /talos\.clientConfiguration: is missing/);
});

// What the errors about Talos 1.14 say: the exported patches, in files, with the command of the error. talosctl runs the same code as here.
test("the command of the error and the exported patches put Cilium into configs of Talos 1.14, again and again", () => {
  const folder = mkdtempSync(join(tmpdir(), "patches-"));
  try {
    const contract = "v1.14";
    const machineAt = (node: string) => [{ node, machineConfiguration: "{}" }];
    const { message } = errorOf(() =>
      planFor(
        contract,
        {},
        {
          clientConfiguration: {} as never,
          controlPlanes: machineAt("192.168.1.10"),
          workers: machineAt("192.168.1.11"),
        },
      ),
    );
    const commands = [...message.matchAll(/talosctl patch machineconfig --nodes (\S+) --patch (@\S+\.yaml)/g)];
    assert.deepEqual(
      commands.map(([, node]) => node),
      ["192.168.1.10", "192.168.1.11"],
    );
    const [controlPlaneFile, workerFile] = commands.map(([, , file]) => `@${join(folder, file?.slice(1) ?? "")}`);
    const machines = [
      { machineType: "controlplane", patch: controlPlaneFile ?? "", type: "controlPlane" },
      { machineType: "worker", patch: workerFile ?? "", type: "worker" },
    ] as const;
    for (const { machineType, patch, type } of machines) {
      let { config } = runMachinery("machinery-1.14", { contract, machineType });
      // Another release and another pool later, with the patches of then. The documents have names, so the new ones replace the old ones.
      for (const args of [
        {},
        { ...chartArgs("1.18.4"), gatewayApi: { enabled: false } },
        { gatewayApi: { enabled: false }, loadBalancer: {} },
        {},
      ]) {
        const { machineConfig, manifest, loadBalancer } = planFor(contract, args);
        writeFileSync(patch.slice(1), machineConfig?.[type] ?? "");
        const verdict = runMachinery("machinery-1.14", { config, machineType, patches: [patch] });
        assert.equal(verdict.refused, "");
        const isControlPlane = machineType === "controlplane";
        const pools = loadBalancer === undefined ? {} : { "cilium-lb": loadBalancer.yaml };
        assert.deepEqual(verdict.inlineManifests, isControlPlane ? { cilium: manifest.yaml, ...pools } : {});
        const needsCrds = isControlPlane && !("gatewayApi" in args);
        assert.deepEqual(verdict.facts?.manifestUrls, needsCrds ? [gatewayApiCrdsUrl("v1.4.1")] : []);
        assert.deepEqual([verdict.facts.kubePrismPort, verdict.facts.podSubnets], [7445, [ranges.podCidr]]);
        assert.equal(verdict.facts.runsKubeProxy, !isControlPlane);
        assert.equal(findDocument(verdict.config, "KubeFlannelCNIConfig"), undefined);
        // The same patch again changes nothing.
        const again = runMachinery("machinery-1.14", { config: verdict.config, machineType, patches: [patch] });
        assert.deepEqual([again.refused, again.config], ["", verdict.config]);
        ({ config } = verdict);
      }
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("a Talos 1.14 config takes ranges that need another size of the nodes' ranges only with that size, which the patch has", () => {
  const args = { podCidr: "10.42.0.0/25", loadBalancer: {} };
  const { worker } = patchesFor("1.14", args, { nodeCidrMaskSize: 27 });
  const refusedWith = (patch: string) =>
    runMachinery("machinery-1.14", { contract: "v1.14", machineType: "worker", patches: [patch] }).refused;
  assert.equal(refusedWith(worker), "");
  assert.match(refusedWith(worker.replace(/^nodeCIDRMaskSizeIPv4.*\n/m, "")), /smaller than the per-node pod CIDR mask size/);
});

test("what the checks call new in Talos 1.14, Talos 1.14 knows and Talos 1.13 does not", () => {
  const { config } = runMachinery("machinery-1.14", { contract: "v1.14" });
  const kinds = parseAllDocuments(config).map((document) => (document.toJS() as Document).kind ?? "");
  const { newerParts } = readExistingConfig(config);
  const isKnown = (executable: string, kind: string) =>
    !runMachinery(executable, { contract: "v1.13", patches: [`apiVersion: v1alpha1\nkind: ${kind}\n`] }).refused.includes(
      "not registered",
    );
  const generated = new Set(
    [...kinds, "BGPInstanceConfig", "VethConfig", "LinkConfig", "KubeInlineManifestConfig"].filter(Boolean),
  );
  for (const kind of generated) {
    assert(isKnown("machinery-1.14", kind), kind);
    const isNew = readExistingConfig(`kind: ${kind}\n`).newerParts.length > 0;
    assert.equal(isKnown("machinery-1.13", kind), !isNew, kind);
  }
  assert(newerParts.includes("ResolverConfig.hostDNS"));
});

test("what the checks call new fields, Talos 1.14 knows and Talos 1.13 does not", () => {
  for (const [kind, paths] of Object.entries(newFields)) {
    for (const path of paths) {
      const field = path.split(".").reduceRight<unknown>((value, key) => (key === "*" ? [value] : { [key]: value }), null);
      const document = stringify({ apiVersion: "v1alpha1", kind, ...(field as object) });
      assert.deepEqual(readExistingConfig(document).newerParts.length, 1, path);
      const doesNotKnow = (executable: string) =>
        runMachinery(executable, { contract: "v1.13", patches: [document] }).refused.includes("unknown keys");
      assert(!doesNotKnow("machinery-1.14"), `${kind}.${path}`);
      // The provider has 1.13.0, and 1.13.9 runs here.
      assert.equal(doesNotKnow("machinery-1.13"), kind !== "OOMConfig", `${kind}.${path}`);
    }
  }
});

function errorOf(action: () => unknown): Error {
  try {
    action();
  } catch (error) {
    return error as Error;
  }
  return assert.fail("there is no error");
}
