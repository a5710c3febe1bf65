import assert from "node:assert/strict";
import { test } from "node:test";
import { parseAllDocuments } from "yaml";
import type { TalosCiliumCniArgs } from "../../components/inputs/args.ts";
import { plan } from "../../components/plan.ts";
import { patchBefore } from "../../components/talos/machineConfig.ts";
import { chartArgs } from "../harness/charts.ts";
import { devStack } from "../fixtures/devStack.ts";
import { machineries, runMachinery } from "../harness/machinery.ts";

const ranges = { podCidr: "10.42.0.0/16", serviceCidr: "10.43.0.0/16" };
const planned = (configContract: string, args: TalosCiliumCniArgs = {}) =>
  plan({ ...devStack, ...ranges, ...chartArgs(), ...args, delivery: "machineConfig", talos: { configContract } });
const patchesFor = (configContract: string, args?: TalosCiliumCniArgs) =>
  planned(configContract, args).machineConfig ?? assert.fail("there are no patches");

interface Document {
  readonly kind?: string;
  readonly machine?: { readonly features: { readonly kubePrism?: unknown } };
  readonly cluster?: {
    readonly network?: unknown;
    readonly proxy?: { readonly disabled?: boolean };
    readonly extraManifests?: readonly string[];
  };
  readonly enabled?: boolean;
  readonly podSubnets?: readonly string[];
}
const documents = (config: string) => parseAllDocuments(config).map((document) => document.toJS() as Document);
const find = (config: string, kind?: string) => documents(config).find((document) => document.kind === kind);

for (const { talos, executable, contract } of machineries) {
  test(`Talos ${talos} takes its own config with our patch, on control planes and workers`, () => {
    const { machineConfig, manifest, loadBalancer, settings } = planned(contract);
    const { controlPlane, worker } = machineConfig ?? assert.fail("there are no patches");
    const verdict = runMachinery(executable, { contract, patches: [controlPlane] });
    assert.equal(verdict.refused, "");
    assert.deepEqual(verdict.inlineManifests, { cilium: manifest.yaml, "cilium-lb": loadBalancer?.yaml });
    assert.match(find(verdict.config)?.cluster?.extraManifests?.join() ?? "", /\/v1\.2\.0\/standard-install\.yaml$/);

    const workerVerdict = runMachinery(executable, { contract, machineType: "worker", patches: [worker] });
    assert.equal(workerVerdict.refused, "");
    assert.deepEqual(workerVerdict.inlineManifests, {});

    for (const { config } of [verdict, workerVerdict]) {
      const main = find(config) ?? assert.fail("there is no config");
      assert.deepEqual(main.machine?.features.kubePrism, { enabled: true, port: 7445 });
      if (talos === "1.14") {
        assert.deepEqual(find(config, "KubeNetworkConfig")?.podSubnets, [settings.podCidr]);
        assert.equal(main.cluster?.network, undefined);
      } else {
        const cni = config === verdict.config ? { cni: { name: "none" } } : {};
        const { podCidr, serviceCidr } = ranges;
        assert.deepEqual(main.cluster?.network, {
          ...{ dnsDomain: "cluster.local", podSubnets: [podCidr], serviceSubnets: [serviceCidr] },
          ...cni,
        });
      }
    }
    if (talos === "1.14") {
      assert.equal(find(verdict.config, "KubeFlannelCNIConfig"), undefined);
      assert.equal(find(verdict.config, "KubeProxyConfig")?.enabled, false);
    } else {
      assert.equal(find(verdict.config)?.cluster?.proxy?.disabled, true);
    }
  });
}

test("a config of 1.13 keeps its form when the machine runs 1.14", () => {
  const { config } = runMachinery("machinery-1.13", { contract: "v1.13" });
  assert.equal(runMachinery("machinery-1.14", { config, patches: [patchesFor("1.13").controlPlane] }).refused, "");
});

test("the form of another contract is refused by Talos, which is why the contract is asked for", () => {
  assert.match(
    runMachinery("machinery-1.14", { contract: "v1.14", patches: [patchesFor("1.13").controlPlane] }).refused,
    /cluster network config in v1alpha1 config .* can't be used with KubeNetworkConfig document/,
  );
  assert.match(
    runMachinery("machinery-1.13", { contract: "v1.13", patches: [patchesFor("1.14").controlPlane] }).refused,
    /"Kube\w+" "v1alpha1": not registered/,
  );
});

test("a second entry of the same name, and one without a name, are refused by Talos", () => {
  const { controlPlane } = patchesFor("1.13");
  const refused = (...patches: readonly string[]) => runMachinery("machinery-1.13", { contract: "v1.13", patches }).refused;
  assert.match(refused(controlPlane, controlPlane), /inline manifest name "cilium" is duplicate/);
  assert.match(refused(controlPlane.replace("- name: cilium\n", '- name: ""\n')), /inline manifest name can't be empty/);
});

test("a config that loads Cilium by URL, as the old script's, is converted", () => {
  const urls = ["https://example.com/manifests/cilium-cni-1.18.4.yaml"];
  for (const { talos, executable, contract } of machineries.filter(({ talos }) => talos !== "1.14")) {
    const custom = JSON.stringify({ cluster: { network: { cni: { name: "custom", urls } } } });
    const { config } = runMachinery(executable, { contract, patches: [custom] });
    const { settings, machineConfig } = planned(contract);
    const { controlPlane = "" } = machineConfig ?? {};
    // Alone, the patch would leave the URL, which Talos refuses.
    assert.match(
      runMachinery(executable, { config, patches: [controlPlane] }).refused,
      /"urls" field should be empty for "none" CNI/,
    );
    for (const given of [config, runMachinery(executable, { contract }).config]) {
      const verdict = runMachinery(executable, { config: given, patches: [patchBefore(settings) ?? "", controlPlane] });
      assert.equal(verdict.refused, "", talos);
      assert.match(verdict.config, /cni:\n +name: none\n/);
      assert(!verdict.config.includes("example.com"));
    }
  }
});

test("KubePrism is left alone when another way to the API server is given", () => {
  assert(!patchesFor("1.13", { kubePrism: { host: "192.168.1.9", port: 6443 } }).controlPlane.includes("kubePrism"));
  const other = patchesFor("1.13", { kubePrism: { port: 7446 } });
  assert.match(other.worker, /kubePrism:\n +enabled: true\n +port: 7446/);
  assert.throws(() => patchesFor("1.14", { kubePrism: { port: 7446 } }), /kubePrism\.port: is 7446; in a config of Talos 1\.14/);
});

test("without Gateway API, or with CRDs of the user's, Talos loads none; without pools there is one entry", () => {
  for (const gatewayApi of [{ enabled: false }, { installCrds: false }])
    assert(!patchesFor("1.13", { gatewayApi }).controlPlane.includes("extraManifests"));
  const { inlineManifests } = runMachinery("machinery-1.13", {
    contract: "v1.13",
    patches: [patchesFor("1.13", { loadBalancer: {} }).controlPlane],
  });
  assert.deepEqual(Object.keys(inlineManifests ?? {}), ["cilium"]);
});

test("what does not fit in a machine config is said before", () => {
  const large = (mebibytes: number) => ({ values: { extraConfig: { filler: "x".repeat(mebibytes * 2 ** 20) } } });
  assert(planned("1.13", large(2)).warnings.some((warning) => /^values: make a patch of 2\.\d MiB/.test(warning)));
  assert.throws(() => planned("1.13", large(4)), /values: make a manifest of 4\.\d MiB; a machine in maintenance mode takes/);
});

test("Talos 1.14 and the provider of today do not go together, and machines want a client configuration", () => {
  const controlPlanes = [{ node: "192.168.1.10", machineConfiguration: "version: v1alpha1\n" }];
  const apply = (talos: TalosCiliumCniArgs["talos"]) => () =>
    plan({ ...chartArgs(), delivery: "machineConfig", talos: { controlPlanes, ...talos } });
  assert.throws(
    apply({ configContract: "1.14" }),
    /talos\.configContract: is 1\.14, and the Talos provider 0\.8\.1 knows no config/,
  );
  assert.throws(apply({}), /talos\.clientConfiguration: is missing/);
});
