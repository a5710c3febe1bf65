import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { type ExistingConfig, readExistingConfig } from "../../../components/talos/existingConfig.ts";
import { silentConfig } from "../../fixtures/machineConfigs.ts";

const rangesIn = (ranges: readonly { readonly text: string }[]) => ranges.map(({ text }) => text);
const factsIn = (config: string) => {
  const { podSubnets, serviceSubnets, virtualAddresses, addresses, ...facts } = readExistingConfig(config);
  return {
    ...facts,
    podSubnets: rangesIn(podSubnets),
    serviceSubnets: rangesIn(serviceSubnets),
    virtualAddresses: rangesIn(virtualAddresses),
    addresses: rangesIn(addresses),
  };
};
type Facts = ReturnType<typeof factsIn>;

test("a config that says nothing gives no facts", () => {
  const configs = [
    "",
    "# nothing\n",
    "version: v1alpha1\nmachine: { install: {} }\ncluster:\n",
    "version: v1alpha1\nmachine: { features: {}, network: {} }\ncluster: { network: { cni: { name: flannel } } }\n",
    "version: v1alpha1\n---\napiVersion: v1alpha1\nkind: HostnameConfig\nname: cilium\n",
    "kind: ResolverConfig\nsearchDomains: { domains: [example.com] }\n",
  ];
  for (const config of configs) assert.deepEqual(readExistingConfig(config), silentConfig, config);
});

test("data of other types is left to Talos", () => {
  const configs = [
    "7\n",
    "[]\n",
    "cilium\n",
    "cluster: cilium\n",
    "cluster: []\n",
    "cluster: { inlineManifests: cilium, extraManifests: https://example.com/cilium.yaml, network: 7, proxy: [] }\n",
    "cluster: { inlineManifests: [null, 7, [], { name: 7 }, {}], network: { podSubnets: 10.0.0.0/8, cni: { urls: a } } }\n",
    "cluster: { inlineManifests: null, extraManifests: null, network: { podSubnets: [7, null, 10.0.0.0, 10.0.0.0/33] } }\n",
    "machine: { features: { hostDNS: true, kubePrism: 7445 }, network: { kubespan: on, interfaces: { interface: eth0 } } }\n",
    "machine: { network: { interfaces: [7, null, { vip: 7 }, { vip: { ip: a } }, { addresses: a, vlans: 5 }] } }\n",
    "kind: Layer2VIPConfig\nname: [192.168.1.5]\n",
  ];
  for (const config of configs) assert.deepEqual(readExistingConfig(config), silentConfig, config);
});

const kubeDnsSetting = "hostDNS.forwardKubeDNSToHost of ResolverConfig";

/** Configs in both forms, each with its facts. */
const statements: readonly (readonly [config: string, facts: Partial<Facts>])[] = [
  ["machine: { features: { hostDNS: { enabled: true, forwardKubeDNSToHost: false } } }", { forwardsKubeDns: false }],
  ["machine: { features: { hostDNS: { enabled: true, forwardKubeDNSToHost: true } } }", { forwardsKubeDns: true }],
  ["machine: { features: { hostDNS: { enabled: true } } }", { forwardsKubeDns: false }],
  [
    "kind: ResolverConfig\nhostDNS: { enabled: true, forwardKubeDNSToHost: true }",
    { forwardsKubeDns: true, kubeDnsSetting, newerParts: ["ResolverConfig.hostDNS"] },
  ],
  [
    "kind: ResolverConfig\nhostDNS: { enabled: true, forwardKubeDNSToHost: false }",
    { forwardsKubeDns: false, kubeDnsSetting, newerParts: ["ResolverConfig.hostDNS"] },
  ],
  ["kind: ResolverConfig\nhostDNS: { enabled: false }", { forwardsKubeDns: false, newerParts: ["ResolverConfig.hostDNS"] }],
  ["machine: { network: { kubespan: { enabled: true } } }", { kubeSpan: { isEnabled: true, carriesPods: false } }],
  [
    "kind: KubeSpanConfig\nenabled: true\nadvertiseKubernetesNetworks: true",
    { kubeSpan: { isEnabled: true, carriesPods: true } },
  ],
  ["cluster: { network: { podSubnets: [10.1.0.0/16, fd00::/56] } }", { podSubnets: ["10.1.0.0/16", "fd00::/56"] }],
  ["cluster: { network: { serviceSubnets: [10.2.0.0/16] } }", { serviceSubnets: ["10.2.0.0/16"] }],
  [
    "kind: KubeNetworkConfig\npodSubnets: [10.1.0.0/16]\nserviceSubnets: [10.2.0.0/16]",
    { podSubnets: ["10.1.0.0/16"], serviceSubnets: ["10.2.0.0/16"], newerParts: ["KubeNetworkConfig"] },
  ],
  ['cluster: { controllerManager: { extraArgs: { node-cidr-mask-size: "26" } } }', { setsCommonMaskSize: true }],
  ['cluster: { controllerManager: { extraArgs: { node-cidr-mask-size-ipv4: "26" } } }', {}],
  [
    "kind: KubeControllerManagerConfig\nextraArgs: { node-cidr-mask-size: [26] }",
    { setsCommonMaskSize: true, newerParts: ["KubeControllerManagerConfig"] },
  ],
  ["cluster: { proxy: { disabled: true } }", { runsKubeProxy: false }],
  ["cluster: { proxy: {} }", { runsKubeProxy: true }],
  ["kind: KubeProxyConfig\nenabled: false", { runsKubeProxy: false, newerParts: ["KubeProxyConfig"] }],
  ["kind: KubeProxyConfig\nmode: nftables", { runsKubeProxy: true, newerParts: ["KubeProxyConfig"] }],
  ["kind: KubePrismConfig\nport: 7500", { newerParts: ["KubePrismConfig"] }],
  ["kind: UnattendedInstallConfig", { newerParts: ["UnattendedInstallConfig"] }],
  ["kind: ResolverConfig\nhostDNS: {}", { newerParts: ["ResolverConfig.hostDNS"] }],
  ["cluster: { network: { cni: { name: custom, urls: [https://a.b/c] } } }", { cniUrls: ["https://a.b/c"] }],
  ["cluster: { inlineManifests: [{ name: a }, { name: b }] }", { inlineManifests: ["a", "b"] }],
  ["kind: KubeInlineManifestConfig\nname: a", { inlineManifests: ["a"], newerParts: ["KubeInlineManifestConfig"] }],
  ["cluster: { extraManifests: [https://a.b/c] }", { manifestUrls: ["https://a.b/c"] }],
  [
    "kind: KubeExternalManifestConfig\nname: a\nurl: https://a.b/c",
    { manifestUrls: ["https://a.b/c"], newerParts: ["KubeExternalManifestConfig"] },
  ],
  [
    "machine: { network: { interfaces: [{ vip: { ip: 192.168.1.5 }, addresses: [192.168.1.10/24] }] } }",
    { virtualAddresses: ["192.168.1.5"], addresses: ["192.168.1.10"] },
  ],
  ["kind: Layer2VIPConfig\nname: 192.168.1.5\nlink: eth0", { virtualAddresses: ["192.168.1.5"] }],
];

const silent = factsIn("");
for (const [config, facts] of statements) {
  test(`the facts of ${config.split("\n").join(", ")}`, () => {
    assert.deepEqual(factsIn(config), { ...silent, ...facts });
    // In every position, next to other documents.
    const others = ["version: v1alpha1\npersist: true", "kind: HostnameConfig\nauto: stable"];
    for (const documents of [
      [config, ...others],
      [...others, config],
    ]) {
      assert.deepEqual(factsIn(documents.join("\n---\n")), { ...silent, ...facts });
    }
  });
}

test("a document of its own has precedence over the main document", () => {
  const main = [
    "machine:",
    "  features: { hostDNS: { enabled: true, forwardKubeDNSToHost: true } }",
    "  network: { kubespan: { enabled: true } }",
    "cluster: { network: { podSubnets: [10.9.0.0/16] }, proxy: { disabled: true } }",
  ].join("\n");
  const facts = factsIn(
    [
      main,
      "kind: ResolverConfig\nhostDNS: { enabled: true, forwardKubeDNSToHost: false }",
      "kind: KubeSpanConfig\nenabled: false",
      "kind: KubeNetworkConfig\npodSubnets: [10.1.0.0/16]",
      "kind: KubeProxyConfig\nenabled: true",
    ].join("\n---\n"),
  );
  assert.partialDeepStrictEqual(facts, {
    forwardsKubeDns: false,
    kubeSpan: { isEnabled: false, carriesPods: false },
    podSubnets: ["10.1.0.0/16"],
    runsKubeProxy: true,
  });
});

test("every spelling of a boolean that Talos reads is read, and no text", () => {
  const forwards = (spelling: string) =>
    readExistingConfig(`machine: { features: { hostDNS: { enabled: true, forwardKubeDNSToHost: ${spelling} } } }`)
      .forwardsKubeDns;
  for (const spelling of ["true", "True", "TRUE", "yes", "Yes", "on", "y"]) assert.equal(forwards(spelling), true, spelling);
  for (const spelling of ["false", "no", "off", "n", "", "~", '"true"', "'yes'", "1"])
    assert.equal(forwards(spelling), false, spelling);
});

test("a config that is not valid YAML has a fault in one line with its place, and gives no facts", () => {
  const configs = ["machine: [\n", "a: b: c\n", "version: v1alpha1\n---\nmachine: {\n", "\tmachine: {}\n", "a: 1\na: 2\n"];
  for (const config of configs) {
    const { fault, ...facts } = readExistingConfig(config);
    assert.match(fault ?? "", /^is not valid YAML in line \d+, column \d+ \([a-z ]+\)$/, config);
    assert.deepEqual({ ...facts, fault: undefined } satisfies ExistingConfig, silentConfig);
  }
});

test("an alias without its anchor, or too many of them, is a fault", () => {
  const bomb = `a: &a [1,2,3,4,5,6,7,8,9]\nb: &b [${"*a,".repeat(9)}]\nc: &c [${"*b,".repeat(9)}]\nd: [${"*c,".repeat(9)}]\n`;
  for (const config of ["machine: *absent\n", bomb]) {
    assert.match(readExistingConfig(config).fault ?? "", /^is not valid YAML/);
  }
});

test("no fault quotes the config", () => {
  const secret = "hunter2hunter2";
  const breakers = [
    `: ${secret}: [`,
    `*${secret}`,
    `&${secret} *b`,
    `"${secret}`,
    `\t${secret}`,
    `{${secret}`,
    `!${secret} a: b: c`,
    `@${secret}`,
  ];
  const texts = fc.array(fc.constantFrom(...breakers, `${secret}\n`, "a: ", "\n", "- ", "---\n", "machine:\n  "), {
    maxLength: 8,
  });
  let faults = 0;
  fc.assert(
    fc.property(texts, (parts) => {
      const { fault } = readExistingConfig(parts.join(""));
      if (fault === undefined) return;
      faults += 1;
      assert(!fault.includes(secret.slice(0, 4)), fault);
    }),
    { numRuns: 300, seed: 7 },
  );
  assert(faults > 50, `${faults} faults`);
});

test("manifests that run Cilium or install it are recognized by their images, in both forms of Talos", () => {
  const image = (text: string) => `kind: DaemonSet\nspec:\n  containers:\n    - name: a\n      image: ${text}\n`;
  for (const [contents, isCilium] of [
    [image("quay.io/cilium/cilium:v1.18.4"), true],
    [image('"quay.io/cilium/cilium:v1.18.4@sha256:aa"'), true],
    [image("'mirror.home.example:5000/quay/cilium/cilium@sha256:aa'"), true],
    [image("quay.io/cilium/cilium-cli:latest"), true],
    [image("quay.io/cilium/cilium-cli-ci:latest"), true],
    [image("quay.io/cilium/cilium-ci:abc"), true],
    [image("cilium/cilium"), true],
    [image("quay.io/cilium/hubble-ui:v0.13.3"), false],
    [image("quay.io/cilium/tetragon:v1.5.0"), false],
    [image("quay.io/cilium/alpine-curl:v1"), false],
    ["apiVersion: cilium.io/v2\nkind: CiliumLoadBalancerIPPool\n", false],
    ["# https://github.com/cilium/cilium\nkind: Namespace\n", false],
    ["", false],
  ] as const) {
    const expected = isCilium ? ["a"] : [];
    const section = JSON.stringify({ cluster: { inlineManifests: [{ name: "a", contents }] } });
    const document = JSON.stringify({ kind: "KubeInlineManifestConfig", name: "a", manifest: contents });
    for (const config of [section, document]) assert.deepEqual(readExistingConfig(config).ciliumManifests, expected, config);
  }
});
