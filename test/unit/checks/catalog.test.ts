import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { allChecks } from "../../../components/checks/catalog.ts";
import type { Check, Checks } from "../../../components/checks/check.ts";
import type { TalosCiliumCniArgs } from "../../../components/inputs/args.ts";
import type { IpPoolBlock, Lan } from "../../../components/inputs/loadBalancerArgs.ts";
import type { TalosMachine } from "../../../components/inputs/talosArgs.ts";
import { announcedPool, lan, policy, pool, validInputs, values } from "../../fixtures/validInputs.ts";
import { checkResults } from "../../harness/findings.ts";
import { readGatewayApiCrds } from "../../harness/suiteData.ts";

const folder = mkdtempSync(join(tmpdir(), "checks-"));
after(() => {
  rmSync(folder, { recursive: true });
});
const crds = (release: string): string => {
  const file = join(folder, `${release}.yaml`);
  writeFileSync(file, readGatewayApiCrds(release));
  return file;
};

const pools = (known: Lan, ...blocks: IpPoolBlock[]): TalosCiliumCniArgs => ({ lan: known, ...pool(...blocks) });
const machine = (machineConfiguration: string): TalosCiliumCniArgs => ({
  delivery: "machineConfig",
  talos: { clientConfiguration: {} as never, controlPlanes: [{ node: "192.168.1.10", machineConfiguration }] },
});
const machines = (...given: readonly Partial<TalosMachine>[]): TalosCiliumCniArgs => ({
  delivery: "machineConfig",
  talos: {
    clientConfiguration: {} as never,
    controlPlanes: given.map((one) => ({ node: "192.168.1.10", machineConfiguration: "{}", ...one })),
  },
});

// What each check has to find, alone among all of them, and what it says.
const rows: Readonly<Record<string, readonly (readonly [args: TalosCiliumCniArgs, says: RegExp])[]>> = {
  "a Cilium version that is not supported": [
    [
      { ciliumVersion: "latest" },
      /^ciliumVersion: "latest" is not a release such as 1\.18\.4; supported are releases of 1\.18, 1\.19, 1\.20$/,
    ],
    [{ ciliumVersion: "1.17.9" }, /^ciliumVersion: 1\.17\.9 is a release of 1\.17; supported/],
  ],
  "an invalid Kubernetes version": [
    [{ kubernetesVersion: "newest" }, /^kubernetesVersion: "newest" is not a version such as 1\.33/],
  ],
  "an invalid Talos version": [
    [{ talos: { configContract: "latest" } }, /^talos\.configContract: "latest" is not a Talos version such as 1\.13$/],
    [{ talos: { version: "thirteen" } }, /^talos\.version: "thirteen" is not a Talos version such as 1\.13$/],
  ],
  "a namespace that Kubernetes does not accept, or that is not text in YAML": [
    [{ namespace: "15" }, /^namespace: "15" is not text when it is written without quotes/],
    [{ namespace: "Kube_System" }, /^namespace: "Kube_System" is not a valid Kubernetes name/],
  ],
  "the name of a pool or policy that Kubernetes does not accept, or that is used twice": [
    [policy({ name: "Lan" }), /^loadBalancer\.l2Policies\[0\]\.name: "Lan" is not a valid Kubernetes name/],
  ],
  "a pod or Service range that is not a valid IPv4 range": [
    [{ podCidr: "10.244.0.0" }, /^podCidr: "10\.244\.0\.0" is not a valid IPv4 range/],
  ],
  "an invalid address of the Kubernetes API": [
    [{ kubePrism: { host: "https://localhost" } }, /^kubePrism\.host: .* is neither a host name nor an address/],
  ],
  "Hubble with delivery chart and Cilium 1.18": [
    [
      { delivery: "chart", hubble: { enabled: true }, gatewayApi: { enabled: false } },
      /^hubble\.enabled: cannot be true with delivery chart and Cilium 1\.18: .*Helm hook.*Cilium 1\.19 or later/,
    ],
  ],
  "a duration without a unit": [
    [{ l2: { leaseDuration: "15" } }, /^l2\.leaseDuration: "15" is not a valid Go duration; write it with a unit/],
  ],
  "a pool without blocks, or a block that is not a valid range of addresses": [
    [pool(), /^loadBalancer\.ipPools\[0\]\.blocks: is empty/],
    [pool({ cidr: "192.168.1.200-207" }), /\.blocks\[0\]\.cidr: .* is not a valid range/],
    [
      pool({ start: "192.168.1.9", stop: "192.168.1.8" }),
      /\.blocks\[0\]: start 192\.168\.1\.9 is after stop 192\.168\.1\.8; give the lower address as start/,
    ],
    [
      pool({ start: "192.168.1.9", stop: "fd00::9" }),
      /\.blocks\[0\]: 192\.168\.1\.9 and fd00::9 are of different families; .* as stop$/,
    ],
  ],
  "an invalid address or range of the LAN": [
    [{ lan: { nodes: ["node-1"] } }, /^lan\.nodes\[0\]: "node-1" is not a valid address/],
    [
      { lan: { subnets: ["192.168.1.0"] } },
      /^lan\.subnets\[0\]: "192\.168\.1\.0" is not a valid range; write it as 192\.168\.1\.0\/24$/,
    ],
    [{ lan: { vip: "192.168.1.5/24" } }, /^lan\.vip: .* is not a valid address/],
    [{ lan: { gateway: "fe80::1%eth0" } }, /^lan\.gateway: .* is not a valid address/],
    [{ lan: { dhcpRange: "192.168.1.150-192.168.1.100" } }, /^lan\.dhcpRange: .* is not a valid range; write it as 192/],
  ],
  "an invalid chart repository": [
    [{ chart: { repository: "helm.cilium.io" } }, /^chart\.repository: "helm\.cilium\.io" is not a valid repository/],
  ],
  "an invalid SHA-256 of the chart": [[{ chart: { sha256: "c361" } }, /^chart\.sha256: "c361" is not a valid SHA-256/]],

  "pods and Services in the same range": [
    [{ podCidr: "10.100.0.0/16" }, /^podCidr: 10\.100\.0\.0\/16 is inside serviceCidr 10\.96\.0\.0\/12; pods and Services need/],
    [{ podCidr: "10.0.0.0/8" }, /^podCidr: 10\.0\.0\.0\/8 contains serviceCidr 10\.96\.0\.0\/12/],
  ],
  "a pod range that is too small for the nodes": [
    [{ podCidr: "10.244.0.0/25" }, /^podCidr: 10\.244\.0\.0\/25 is too small for one node with a \/24 each/],
    [{ podCidr: "10.244.0.0/24", lan }, /^podCidr: 10\.244\.0\.0\/24 is too small for 2 nodes/],
  ],
  "a pod or Service range that contains an address of the LAN": [
    [
      { podCidr: "192.168.0.0/16", lan: { nodes: lan.nodes.slice(1) } },
      /^podCidr: 192\.168\.0\.0\/16 contains lan\.nodes\[0\] 192\.168\.1\.11/,
    ],
    [
      { serviceCidr: "192.168.0.0/16", lan: { subnets: lan.subnets } },
      /^serviceCidr: .* contains lan\.subnets\[0\] 192\.168\.1\.0\/24/,
    ],
  ],
  "a pool that overlaps with pods, Services or another pool": [
    [
      pool({ cidr: "10.244.3.0/24" }),
      /^loadBalancer\.ipPools\[0\]\.blocks\[0\]: 10\.244\.3\.0\/24 is inside podCidr 10\.244\.0\.0\/16; choose addresses of the node subnet$/,
    ],
    [
      pool({ start: "10.111.255.250", stop: "10.112.0.10" }),
      /\.blocks\[0\]: 10\.111\.255\.250-10\.112\.0\.10 overlaps serviceCidr 10\.96\.0\.0\/12/,
    ],
    [
      pool({ cidr: "192.168.1.200/29" }, { start: "192.168.1.100" }, { start: "192.168.1.207" }),
      /\.blocks\[2\]: 192\.168\.1\.207 is inside loadBalancer\.ipPools\[0\]\.blocks\[0\] 192\.168\.1\.200\/29; give each address to one block only$/,
    ],
  ],
  "a pool that contains the address of a node, of the control planes or of the router": [
    [
      pools({ nodes: ["192.168.1.201"] }, { cidr: "192.168.1.200/29" }),
      /\.blocks\[0\]: 192\.168\.1\.200\/29 contains lan\.nodes\[0\] 192\.168\.1\.201; leave it out/,
    ],
    [
      pools({ vip: "192.168.1.5" }, { start: "192.168.1.5" }),
      /\.blocks\[0\]: 192\.168\.1\.5 is lan\.vip 192\.168\.1\.5; leave it out/,
    ],
    [
      pools({ gateway: "192.168.1.1" }, { start: "192.168.1.1", stop: "192.168.1.9" }),
      /\.blocks\[0\]: .* contains lan\.gateway 192\.168\.1\.1/,
    ],
  ],
  "a pool outside of the node networks, announced by ARP": [
    [
      announcedPool(lan, "192.168.2.0/29"),
      /\.blocks\[0\]: 192\.168\.2\.0\/29 is in none of lan\.subnets \(192\.168\.1\.0\/24\), so no client asks for it by ARP/,
    ],
  ],
  "a node, the virtual address or the router outside of the node networks": [
    [
      { lan: { subnets: lan.subnets, vip: "192.168.2.5" } },
      /^lan\.vip: 192\.168\.2\.5 is in none of lan\.subnets \(192\.168\.1\.0\/24\)/,
    ],
  ],
  "one LAN address used twice": [
    [{ lan: { nodes: lan.nodes, vip: "192.168.1.11" } }, /^lan\.vip: 192\.168\.1\.11 is lan\.nodes\[1\] 192\.168\.1\.11/],
    [
      { lan: { nodes: ["192.168.1.10", "192.168.1.10"] } },
      /^lan\.nodes\[1\]: 192\.168\.1\.10 is lan\.nodes\[0\] 192\.168\.1\.10/,
    ],
  ],
  "a pod or Service range inside a network of the LAN": [
    [
      { lan: { subnets: ["10.240.0.0/12"] } },
      /^podCidr: 10\.244\.0\.0\/16 is inside lan\.subnets\[0\] 10\.240\.0\.0\/12; make sure/,
    ],
  ],
  "a pool that overlaps with the DHCP range": [
    [
      pools({ dhcpRange: "192.168.1.100-192.168.1.203" }, { cidr: "192.168.1.200/29" }),
      /\.blocks\[0\]: 192\.168\.1\.200\/29 overlaps lan\.dhcpRange .*; reserve/,
    ],
    [
      pools({ dhcpRange: "192.168.1.128/25" }, { cidr: "192.168.1.200/29" }),
      /\.blocks\[0\]: 192\.168\.1\.200\/29 is inside lan\.dhcpRange 192\.168\.1\.128\/25/,
    ],
  ],
  "a pool that contains the network or broadcast address of a node network": [
    [
      pools({ subnets: lan.subnets }, { cidr: "192.168.1.248/29" }),
      /\.blocks\[0\]: 192\.168\.1\.248\/29 contains the broadcast address of 192\.168\.1\.0\/24/,
    ],
    [
      pools({ subnets: lan.subnets }, { cidr: "192.168.1.0/24" }),
      /contains the network and the broadcast address of 192\.168\.1\.0\/24/,
    ],
  ],

  "a Kubernetes version that this Talos does not run": [
    [
      { talos: { version: "1.11.5" }, ciliumVersion: "1.19.6", kubernetesVersion: "1.35" },
      /^kubernetesVersion: 1\.35 does not run on Talos 1\.11\.5, which runs 1\.29 to 1\.34/,
    ],
  ],
  "a Talos and a Cilium that are known to fail together": [
    [
      { talos: { version: "v1.12.2" }, ciliumVersion: "1.18.6" },
      /^talos\.version: 1\.12\.2 with Cilium 1\.18\.6: the kernel refuses .*44216\)$/,
    ],
  ],
  "a Kubernetes version that this Cilium was not tested with": [
    [
      { kubernetesVersion: "1.34.1" },
      /^kubernetesVersion: Cilium 1\.18 is tested with 1\.30 to 1\.33, not with 1\.34\.1; it may well work$/,
    ],
  ],
  "a Talos version that is not known yet": [
    [{ talos: { version: "1.15" } }, /^talos\.version: 1\.15\.0 is a release of 1\.15; known are 1\.11, 1\.12, 1\.13, 1\.14$/],
  ],
  "a Talos and a Cilium that may fail together": [
    [
      { talos: { version: "1.13.9" }, ciliumVersion: "1.20.1" },
      /^talos\.version: 1\.13\.9 with Cilium 1\.20\.1: on a fresh node .*48420\)$/,
    ],
  ],
  "pools with a Cilium 1.19 before 1.19.6, without the addresses of the nodes": [
    [
      { ...pool({ cidr: "192.168.1.200/29" }), ciliumVersion: "1.19.5" },
      /^lan\.nodes: is empty, and with Cilium 1\.19\.5 a pool/,
    ],
  ],

  "a value of a type, or a word, that the chart does not accept": [
    [
      values({ gatewayAPI: { gatewayClass: { create: true } } }),
      /^values\.gatewayAPI\.gatewayClass\.create: is the boolean true; put it in quotes$/,
    ],
    [values({ upgradeCompatibility: 1.18 }), /^values\.upgradeCompatibility: is the number 1\.18; put it in quotes$/],
    [
      values({ identityManagementMode: "nobody" }),
      /^values\.identityManagementMode: is "nobody"; allowed are "agent", "operator", "both"$/,
    ],
    [values({ operator: { replicas: "two" } }), /^values\.operator\.replicas: is "two"; it must be integer$/],
    [values({ bpf: "fast" }), /^values\.bpf: is "fast"; it must be object$/],
  ],
  "a value that changes nothing": [
    [values({ constructor: 1 }), /^values\.constructor: is not a value of Cilium 1\.18\.4/],
    [
      values({ lbExternalClusterIP: true }),
      /^values\.lbExternalClusterIP: is not a value of Cilium 1\.18\.4 and changes nothing; did you mean bpf\.lbExternalClusterIP\?/,
    ],
    [values({ cgroup: { automount: { enabled: false } } }), /^values\.cgroup\.automount: .*; did you mean cgroup\.autoMount\?/],
    [values({ tunnel: "vxlan" }), /^values\.tunnel: is not a value of Cilium 1\.18\.4 any more; set the input routing\.mode/],
    [values({ l2announcement: { enabled: true } }), /^values\.l2announcement: .*; did you mean l2announcements\?/],
    [
      values({ somethingElse: 1, l7Proxy: true }),
      /^values\.somethingElse: .*; leave it out \(to keep it anyway, name it in allowUnknownValues\)$/,
    ],
    // One of two is alive.
    [values({ loadBalancer: { mode: "dsr", modus: "dsr" } }), /^values\.loadBalancer\.modus: /],
  ],

  "an invalid routing mode": [
    [
      values({ routingMode: "vxlan" }, { routing: { directRoutes: false } }),
      /^values\.routingMode: is "vxlan"; allowed are "native" and "tunnel"$/,
    ],
  ],
  "native routing without a native range": [
    [
      values({ ipv4NativeRoutingCIDR: "10.244.0.0" }),
      /^values\.ipv4NativeRoutingCIDR: is "10\.244\.0\.0", not a valid IPv4 range/,
    ],
    [
      values({ ipv4NativeRoutingCIDR: null }),
      /^values\.ipv4NativeRoutingCIDR: is missing, .* \(routing\.mode\); set it to the range of the pods/,
    ],
    [values({ ipv6: { enabled: true } }), /^values\.ipv6NativeRoutingCIDR: is missing/],
  ],
  "direct routes with a tunnel": [
    [
      values({ autoDirectNodeRoutes: true }, { routing: { mode: "tunnel" } }),
      /^values\.autoDirectNodeRoutes: contradicts the other routing values: direct routes are for native routing/,
    ],
    [
      values({ routingMode: "tunnel" }, { routing: { mode: "native" } }),
      /^values\.routingMode: contradicts the other routing values/,
    ],
  ],
  "direct routes between nodes of different networks": [
    [
      { lan: { subnets: ["192.168.1.0/24", "192.168.2.0/24"], nodes: ["192.168.1.10", "192.168.2.10"] } },
      /^routing\.directRoutes: cannot be true for nodes of different networks \(192\.168\.1\.10 in 192\.168\.1\.0\/24, 192\.168\.2\.10 in 192\.168\.2\.0\/24\)/,
    ],
  ],
  "masquerading by BPF while Talos answers the DNS of the cluster": [
    [values({ enableIPv4Masquerade: false }), /^values\.enableIPv4Masquerade: cannot be false while Talos forwards/],
    [
      values({ bpf: { masquerade: true } }),
      /^values\.bpf\.masquerade: cannot be true while Talos forwards .*values\.bpf\.hostLegacyRouting to true, .*talos\.forwardKubeDNSToHost to false$/,
    ],
  ],
  "Gateway API or L2 announcements without the replacement of kube-proxy": [
    [
      values({ kubeProxyReplacement: false }, { l2: { enabled: false } }),
      /^gatewayApi\.enabled: cannot be true while values\.kubeProxyReplacement is false/,
    ],
    [
      values({ kubeProxyReplacement: "false" }, { gatewayApi: { enabled: false } }),
      /^l2\.enabled: cannot be true while values\.kubeProxyReplacement is "false"/,
    ],
  ],
  "Gateway API without the L7 proxy": [
    [values({ l7Proxy: false }), /^gatewayApi\.enabled: cannot be true while values\.l7Proxy is false/],
  ],
  "Hubble Relay without Hubble": [
    [{ hubble: { relay: true } }, /^hubble\.relay: cannot be true while hubble\.enabled is false/],
    [
      values({ hubble: { relay: { enabled: true } } }),
      /^values\.hubble\.relay\.enabled: cannot be true while hubble\.enabled is false/,
    ],
  ],
  "the web interface of Hubble without Relay": [
    [{ hubble: { enabled: true, ui: true } }, /^hubble\.ui: cannot be true while hubble\.relay is false/],
  ],
  "certificates that Helm creates": [
    [
      values({ hubble: { enabled: true, tls: { auto: { method: "helm" } } } }),
      /^values\.hubble\.tls\.auto\.method: is "helm", which creates new keys/,
    ],
    [values({ clustermesh: { useAPIServer: true } }), /^values\.clustermesh\.apiserver\.tls\.auto\.method: is "helm"/],
  ],
  "an API server that the chart should find by itself": [
    [values({ k8sServiceHost: "auto" }), /^values\.k8sServiceHost: cannot be "auto"/],
    [{ kubePrism: { host: "auto" } }, /^kubePrism\.host: cannot be "auto"/],
  ],
  "an invalid way to assign addresses to Services": [
    [
      values({ defaultLBServiceIPAM: "lb-ipam" }),
      /^values\.defaultLBServiceIPAM: is "lb-ipam"; allowed are "lbipam", "nodeipam" and "none"$/,
    ],
    [
      values({ defaultLBServiceIPAM: "nodeipam" }),
      /^values\.defaultLBServiceIPAM: cannot be "nodeipam" while values\.nodeIPAM\.enabled is false/,
    ],
  ],
  "a capability that does not exist, or that Talos gives to no container": [
    [
      values({ envoy: { securityContext: { capabilities: { envoy: ["CAP_NET_ADMIN"] } } } }),
      /^values\.envoy\.securityContext\.capabilities\.envoy\[0\]: is "CAP_NET_ADMIN", which Linux does not know; .* without CAP_$/,
    ],
    [
      values({ securityContext: { capabilities: { ciliumAgent: ["NET_ADMIN", "NETADMIN"] } } }),
      /^values\.securityContext\.capabilities\.ciliumAgent\[1\]: is "NETADMIN", which Linux does not know/,
    ],
    [
      values({ securityContext: { capabilities: { cleanCiliumState: ["sys_module"] } } }),
      /cleanCiliumState\[0\]: is "sys_module", which Talos gives to no container/,
    ],
  ],
  "`namespaceOverride`, which bypasses the input `namespace`": [
    [
      values({ namespaceOverride: "net" }),
      /^values\.namespaceOverride: is "net", a namespace that nothing creates; set the input namespace/,
    ],
  ],
  "a native range that does not contain the pods": [
    [
      values({ ipv4NativeRoutingCIDR: "10.42.0.0/16" }),
      /^values\.ipv4NativeRoutingCIDR: is 10\.42\.0\.0\/16, which does not contain podCidr 10\.244\.0\.0\/16/,
    ],
  ],
  "more operators than nodes": [
    [
      values({ operator: { replicas: 3 } }, { lan: { nodes: lan.nodes } }),
      /^values\.operator\.replicas: is 3, but lan\.nodes has 2/,
    ],
  ],
  "Gateways that keep the client's address, with L2 announcements": [
    [values({ gatewayAPI: { externalTrafficPolicy: "Local" } }), /^values\.gatewayAPI\.externalTrafficPolicy: is "Local"/],
  ],

  "a policy that announces nothing": [
    [
      policy({ loadBalancerIPs: false }),
      /^loadBalancer\.l2Policies\[0\]: announces nothing, because loadBalancerIPs and externalIPs are both false/,
    ],
  ],
  "an interface pattern that Go refuses": [
    [
      policy({ interfaces: ["^en", "eth(?=0)"] }),
      /^loadBalancer\.l2Policies\[0\]\.interfaces\[1\]: "eth\(\?=0\)" is not a valid Go regular expression: invalid or unsupported Perl syntax/,
    ],
  ],
  "policies although L2 announcements are off": [
    [{ ...policy({}), l2: { enabled: false } }, /^l2\.enabled: is false, so no agent follows loadBalancer\.l2Policies/],
  ],
  "a lease timing that Cilium does not accept": [
    [{ l2: { leaseDuration: "5s" } }, /^l2\.leaseRenewDeadline: is 5s, and must be shorter than leaseDuration, which is 5s$/],
    [
      { l2: { leaseRetryPeriod: "4.5s" } },
      /^l2\.leaseRetryPeriod: is 4\.5s; 1\.2 times as long, it must be shorter than leaseRenewDeadline, which is 5s$/,
    ],
    [
      { l2: { leaseDuration: "900ms", leaseRenewDeadline: "500ms", leaseRetryPeriod: "100ms" } },
      /^l2\.leaseDuration: is 900ms; the agent requires at least 1s$/,
    ],
    [
      values({ l2announcements: { leaseDuration: "15" } }),
      /^values\.l2announcements\.leaseDuration: "15" is not a valid Go duration/,
    ],
  ],
  "a policy whose interfaces Cilium does not manage": [
    [
      policy({ interfaces: ["^enp"] }, { devices: ["eth0", "eth1"] }),
      /^loadBalancer\.l2Policies\[0\]\.interfaces: matches none of the devices that values\.devices leaves to Cilium \(eth0, eth1\)/,
    ],
  ],
  "a pool of an IP family that is off": [
    [
      values(
        { ipv4: { enabled: false }, ipv6: { enabled: true }, ipv6NativeRoutingCIDR: "fd01::/104" },
        pool({ cidr: "192.168.1.200/29" }),
      ),
      /gives no addresses while values\.ipv4\.enabled is false/,
    ],
    [pool({ cidr: "fd00::/120" }), /\.blocks\[0\]: fd00::\/120 gives no addresses while values\.ipv6\.enabled is false/],
  ],
  "a policy whose interfaces Cilium may not manage": [
    [
      policy({ interfaces: ["^enp"] }, { devices: "eth+" }),
      /\.interfaces: seems to match none of the devices that values\.devices leaves to Cilium \(eth\+\)$/,
    ],
  ],
  "a policy for interface names that Talos does not use": [
    [
      policy({ interfaces: ["^eth[0-9]+"] }),
      /\.interfaces: \["\^eth\[0-9\]\+"\] matches eth0, but no name that Talos usually gives, such as enp3s0 or eno1/,
    ],
  ],
  "a pool of IPv6 addresses that Cilium 1.18 should announce": [
    [
      { ...announcedPool({}, "fd00::/120"), values: { ipv6: { enabled: true }, ipv6NativeRoutingCIDR: "fd01::/104" } },
      /\.blocks\[0\]: fd00::\/120 is not announced by Cilium 1\.18\.4, which only supports ARP/,
    ],
  ],

  "machines with a delivery that does not configure them": [
    [
      { ...machine("{}"), delivery: "manifest" },
      /^talos: lists machines, but delivery "manifest" does not configure them; set delivery to "machineConfig"/,
    ],
  ],
  "a machine config that already contains Cilium": [
    [
      machine("cluster: { inlineManifests: [{ name: cilium, contents: a }] }"),
      /^talos\.controlPlanes\[0\]\.machineConfiguration: already has an inline manifest "cilium"/,
    ],
    [
      machine("cluster: { extraManifests: [https://example.com/cilium-cni-1.18.4.yaml] }"),
      /machineConfiguration: also loads Cilium from https:\/\/example\.com/,
    ],
  ],
  "machines whose config is of Talos 1.14": [
    [
      { ...machine("{}"), talos: { ...machine("{}").talos, configContract: "1.14" } },
      /^talos\.configContract: is 1\.14, and the Talos provider 0\.8\.1 supports no config of 1\.14/,
    ],
  ],
  "a KubePrism port that differs from the one in a config of Talos 1.14": [
    [
      { delivery: "machineConfig", talos: { configContract: "v1.14" }, kubePrism: { port: 7446 } },
      /^kubePrism\.port: is 7446; in a config of Talos 1\.14/,
    ],
  ],
  "a machine name that is not a DNS subdomain": [
    [
      machines({ name: "CP 1" }),
      /^talos\.controlPlanes\[0\]\.name: is "CP 1"; use lower case letters, digits, "-" and "\.", such as cp-1$/,
    ],
  ],
  "two machines with the same name": [
    [
      machines({ name: "cp" }, { name: "cp", node: "192.168.1.11" }),
      /^talos\.controlPlanes\[1\]\.name: is "cp", which is also the name of talos\.controlPlanes\[0\]; names are unique$/,
    ],
    [
      machines({ name: "control-plane-1" }, { node: "192.168.1.11" }),
      /^talos\.controlPlanes\[1\]: has no name, and its position gives it the name "control-plane-1", which talos\.controlPlanes\[0\] has already; give/,
    ],
  ],
  "one machine listed twice": [
    [
      machines({}, {}),
      /^talos\.controlPlanes\[1\]\.node: is "192\.168\.1\.10", which is also talos\.controlPlanes\[0\]\.node; list each machine once$/,
    ],
    [machines({ node: "fd00::a" }, { node: "fd00:0::A" }), /^talos\.controlPlanes\[1\]\.node: is "fd00:0::A", which is also/],
    [machines({ node: "cp.home" }, { node: "CP.home" }), /^talos\.controlPlanes\[1\]\.node: is "CP\.home", which is also/],
  ],
  "machines without the client configuration": [
    [
      { delivery: "machineConfig", talos: { controlPlanes: [{ node: "a", machineConfiguration: "{}" }] } },
      /^talos\.clientConfiguration: is missing/,
    ],
  ],
  "Gateway API without its CRDs, although they could be installed": [
    [
      { delivery: "chart", gatewayApi: { installCrds: false } },
      /^gatewayApi\.installCrds: is false, .*\/v1\.2\.0\/standard-install\.yaml$/,
    ],
  ],

  "Gateway API CRDs that this Cilium does not work with": [
    [
      { delivery: "chart", gatewayApi: { crdsPath: crds("v1.6.1") } },
      /^gatewayApi\.crdsPath: \w+ \S+ is of Gateway API v1\.6\.1, and Cilium 1\.18\.4 works with >=1\.2\.0 <1\.5\.0: .*v1\.2\.0\/standard-install\.yaml$/,
    ],
  ],
  "Gateway API CRDs of another release than this Cilium was built with": [
    [
      { delivery: "chart", gatewayApi: { crdsPath: crds("v1.4.1") } },
      /^gatewayApi\.crdsPath: is Gateway API v1\.4\.1; Cilium 1\.18\.4 was built with v1\.2\.0$/,
    ],
  ],
  "a label, an annotation or a ConfigMap entry that is not text": [
    [
      values({ podAnnotations: { a: "b", c: true } }),
      /^values: make spec\.template\.metadata\.annotations\.c of DaemonSet kube-system\/cilium the boolean true; put it in quotes/,
    ],
  ],
  "Helm hooks with delivery chart": [
    [
      { delivery: "chart", gatewayApi: { enabled: false }, values: { hubble: { enabled: true } } },
      /^values: make Job kube-system\/hubble-generate-certs of Cilium 1\.18\.4, a Helm hook/,
    ],
  ],
  "a namespace that the chart creates for other purposes, with delivery chart": [
    [
      { delivery: "chart", namespace: "cilium-secrets", gatewayApi: { crdsPath: crds("v1.2.0") } },
      /^namespace: cilium-secrets is a namespace that the chart creates/,
    ],
  ],
  "a machine config patch of more than 3.5 MiB": [
    [
      { delivery: "machineConfig", values: { extraConfig: { a: "x".repeat(3.6 * 2 ** 20) } } },
      /^values: make a manifest of 3\.\d MiB; /,
    ],
  ],
  "a machine config patch of more than 1 MiB": [
    [{ delivery: "machineConfig", values: { extraConfig: { a: "x".repeat(2 ** 20) } } }, /^values: make a patch of 1\.1 MiB; /],
  ],
  "a manifest with a Secret or a private key in it": [
    [
      values({ extraConfig: { pem: "-----BEGIN PRIVATE KEY-----" } }),
      /^values\.extraConfig\.pem: puts ConfigMap kube-system\/cilium-config into the manifest/,
    ],
  ],
};

// Checks that find something beside others by their nature.
const besides: Readonly<Record<string, readonly string[]>> = {
  "a machine config patch of more than 3.5 MiB": ["a machine config patch of more than 1 MiB"],
};

for (const [check, examples] of Object.entries(rows)) {
  for (const [args, says] of examples) {
    test(`${check}: ${JSON.stringify(args).slice(0, 120)}`, () => {
      const others = besides[check] ?? [];
      const findings = checkResults(args).filter((result) => !others.includes(result.check ?? ""));
      assert.deepEqual(
        findings.map((result) => result.check),
        [check],
        JSON.stringify(findings, null, 2),
      );
      const [problem = "", ...rest] = findings[0]?.problems ?? [];
      assert.match(problem, says);
      assert.deepEqual(rest, []);
    });
  }
}

test("every check has an example above, and none is named twice", () => {
  const named = Object.values(allChecks as unknown as Record<string, Checks<never>>).flatMap(({ errors, warnings }) =>
    [...errors, ...warnings].map(({ title }: Check<never>) => title),
  );
  assert.deepEqual(named.toSorted(), Object.keys(rows).toSorted());
});

test("what is right is left alone", () => {
  for (const args of validInputs) assert.deepEqual(checkResults(args), [], JSON.stringify(args));
});
