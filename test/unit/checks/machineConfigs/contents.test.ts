import assert from "node:assert/strict";
import { test } from "node:test";
import { machineConfigContentChecks } from "../../../../components/checks/machineConfigs/contents.ts";
import { withConfig } from "../../../fixtures/machineConfigs.ts";
import { testExamples } from "../../../harness/checkExamples.ts";
import { checkResults } from "../../../harness/findings.ts";

const input = String.raw`^talos\.controlPlanes\[0\]\.machineConfiguration: `;
const manifests = (...names: readonly string[]) => ({
  cluster: { inlineManifests: names.map((name) => ({ name, contents: "" })) },
});
const cni = (...urls: readonly string[]) => ({ cluster: { network: { cni: { name: "custom", urls } } } });

// The Talos provider knows no such config yet, which is a problem of its own.
const newContract = { talos: { configContract: "1.14" } };
const besides = { "a machine config that already contains Cilium": ["machines whose config is of Talos 1.14"] };

testExamples(
  machineConfigContentChecks,
  {
    "a machine config that is not valid YAML": [
      [
        withConfig("machine: [\n"),
        new RegExp(`${input}is not valid YAML in line 2, column 1 \\([a-z ]+\\); give the machine config as`),
      ],
      [withConfig("machine: *absent\n"), new RegExp(`${input}is not valid YAML in line 1, column 11 \\(unidentified alias\\)`)],
      // Nothing else is known about it.
      [withConfig("machine: [\n", { values: { bpf: { masquerade: true } } }), new RegExp(`${input}is not valid YAML`)],
    ],
    "a machine config that already contains Cilium": [
      [withConfig(manifests("cilium")), new RegExp(`${input}already has an inline manifest "cilium"`)],
      [
        withConfig("kind: KubeInlineManifestConfig\nname: cilium\nmanifest: a\n", newContract),
        /already has an inline manifest "cilium"/,
      ],
      [
        withConfig(manifests("mine", "cilium-lb"), {}, "workers"),
        /^talos\.workers\[0\]\..*"cilium-lb", .* from cluster\.inlineManifests/,
      ],
      [
        withConfig({ cluster: { extraManifests: ["https://me:pass@example.com/CILIUM-1.18.4.yaml?token=7"] } }),
        new RegExp(`${input}also loads Cilium from https://example\\.com/CILIUM-1\\.18\\.4\\.yaml; remove this line`),
      ],
      // A job that installs it.
      [
        withConfig({
          cluster: { inlineManifests: [{ name: "cni", contents: "kind: Job\nimage: quay.io/cilium/cilium-cli:v1\n" }] },
        }),
        new RegExp(`${input}has an inline manifest "cni", which installs Cilium too; remove it from cluster\\.inlineManifests`),
      ],
    ],
    "a machine in the list of the other machine type": [
      [
        withConfig("machine: { type: worker }\n"),
        new RegExp(`${input}is of type worker, so the machine belongs in talos\\.workers, not in talos\\.controlPlanes`),
      ],
      [
        withConfig("version: v1alpha1\nmachine: { type: controlplane }\n", {}, "workers"),
        /^talos\.workers\[0\]\.machineConfiguration: is of type controlplane, so the machine belongs in talos\.controlPlanes/,
      ],
    ],
    "a machine config with parts that are newer than the Talos provider": [
      [
        withConfig("version: v1alpha1\n---\napiVersion: v1alpha1\nkind: KubeNetworkConfig\npodSubnets: [10.244.0.0/16]\n"),
        new RegExp(
          `${input}contains "KubeNetworkConfig", which the Talos provider 0\\.8\\.1 does not know .* talosVersion "v1\\.13".* to "1\\.14" and apply the output ` +
            String.raw`machineConfigPatches yourself, from files as in docs/getting-started/machine-config\.md \(talosctl patch machineconfig --nodes 192\.168\.1\.10 --patch @controlplane-cilium\.yaml\)$`,
        ),
      ],
      [
        withConfig("kind: ResolverConfig\nhostDNS: { enabled: true }\n", {}, "workers"),
        /^talos\.workers\[0\]\..* contains "ResolverConfig\.hostDNS", which the Talos .* --nodes 192\.168\.1\.10 --patch @worker-cilium\.yaml\)$/,
      ],
      [withConfig("kind: UnattendedInstallConfig\n"), new RegExp(`${input}contains "UnattendedInstallConfig", which the Talos`)],
      [
        withConfig("kind: ResolverConfig\nnameservers: [{ address: 9.9.9.9 }, { address: 1.1.1.1, protocol: DoT }]\n"),
        new RegExp(`${input}contains "ResolverConfig\\.nameservers\\[\\]\\.protocol", which the Talos`),
      ],
    ],
    "a machine config that loads another CNI": [
      [
        withConfig(cni("https://me:pass@example.com/calico.yaml?token=7")),
        new RegExp(`${input}loads another CNI from https://example\\.com/calico\\.yaml, and Cilium replaces it`),
      ],
      [withConfig(cni("calico")), new RegExp(`${input}loads another CNI from a URL that is not valid, and`)],
    ],
  },
  { besides },
);

test("what has nothing to do with Cilium is accepted, and the URL that the patch replaces", () => {
  const configs: readonly (string | object)[] = [
    "",
    manifests("mine", "cilium-secrets", "Cilium"),
    { cluster: { extraManifests: ["https://example.com/gateway-api.yaml"] } },
    cni("https://example.com/manifests/cilium-cni-1.18.4.yaml"),
    "cluster: { inlineManifests: [null] }",
    "cluster: { inlineManifests: a, extraManifests: {} }",
    "[]",
    "a",
    "machine: { type: controlplane }\n",
    "machine: { type: init }\n",
    "kind: KubeSpanConfig\n---\nkind: KubeSpanEndpointsConfig\nextraAnnouncedEndpoints: []\n",
  ];
  for (const config of configs) assert.deepEqual(checkResults(withConfig(config)), [], JSON.stringify(config));
  assert.deepEqual(checkResults(withConfig(cni("https://example.com/calico.yaml"), {}, "workers")), []);
});

test("every manifest that contains Cilium is a problem of its own", () => {
  const urls = ["https://example.com/cilium-1.18.4.yaml", "https://example.com/gateway-api.yaml", "http://10.0.0.1/CILIUM/all"];
  const { cluster } = manifests("cilium-lb", "cilium");
  const [{ problems } = { problems: [] }] = checkResults(withConfig({ cluster: { ...cluster, extraManifests: urls } }));
  assert.deepEqual(
    problems.map((problem) => problem.replace(/^\S+ (.*?)[,;].*$/, "$1")),
    [
      'already has an inline manifest "cilium-lb"',
      'already has an inline manifest "cilium"',
      "also loads Cilium from http://10.0.0.1/CILIUM/all",
      "also loads Cilium from https://example.com/cilium-1.18.4.yaml",
    ],
  );
});
