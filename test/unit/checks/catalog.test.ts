import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import type { IpPoolBlock, Lan, TalosCiliumCniArgs, TalosMachine } from "../../../components/inputs/args.ts";
import { allChecks } from "../../../components/checks/catalog.ts";
import type { Check, Checks } from "../../../components/checks/check.ts";
import { found } from "../../harness/found.ts";
import { readGatewayApiCrds } from "../../harness/suiteData.ts";
import { announcedPool, lan, policy, pool, validInputs, values } from "../../fixtures/rightInputs.ts";

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
    [{ ciliumVersion: "1.17.9" }, /^ciliumVersion: 1\.17\.9 is of 1\.17; supported/],
  ],
  "a Kubernetes or Talos version that is none": [
    [{ kubernetesVersion: "newest" }, /^kubernetesVersion: "newest" is not a version such as 1\.33/],
    [{ talos: { configContract: "latest" } }, /^talos\.configContract: "latest" is not a Talos version such as 1\.13$/],
    [{ talos: { version: "thirteen" } }, /^talos\.version: "thirteen" is not a Talos version such as 1\.13$/],
  ],
  "a name that Kubernetes does not take, or takes once only": [
    [{ namespace: "15" }, /^namespace: "15" is no text where it stands without quotes/],
    [{ namespace: "Kube_System" }, /^namespace: "Kube_System" is no Kubernetes name/],
    [policy({ name: "Lan" }), /^loadBalancer\.l2Policies\[0\]\.name: "Lan" is no Kubernetes name/],
  ],
  "a pod or Service range that is no IPv4 range": [[{ podCidr: "10.244.0.0" }, /^podCidr: "10\.244\.0\.0" is no IPv4 range/]],
  "an address of the Kubernetes API that is none": [
    [{ kubePrism: { host: "https://localhost" } }, /^kubePrism\.host: .* is neither a host name nor an address/],
  ],
  "Hubble with delivery chart and Cilium 1.18": [
    [
      { delivery: "chart", hubble: { enabled: true }, gatewayApi: { enabled: false } },
      /^hubble\.enabled: cannot be true with delivery chart and Cilium 1\.18: .*Helm hook.*Cilium 1\.19 or later/,
    ],
  ],
  "a duration without a unit": [
    [{ l2: { leaseDuration: "15" } }, /^l2\.leaseDuration: "15" is no Go duration; write it with a unit/],
  ],
  "a pool without blocks, or a block that is no range of addresses": [
    [pool(), /^loadBalancer\.ipPools\[0\]\.blocks: is empty/],
    [pool({ cidr: "192.168.1.200-207" }), /\.blocks\[0\]\.cidr: .* is no range/],
    [
      pool({ start: "192.168.1.9", stop: "192.168.1.8" }),
      /\.blocks\[0\]: from 192\.168\.1\.9 to 192\.168\.1\.8 there are no addresses; start comes first/,
    ],
    [pool({ start: "192.168.1.9", stop: "fd00::9" }), /\.blocks\[0\]: from 192\.168\.1\.9 to fd00::9 .* one family$/],
  ],
  "an address or a range of the LAN that is none": [
    [{ lan: { nodes: ["node-1"] } }, /^lan\.nodes\[0\]: "node-1" is no address/],
    [{ lan: { subnets: ["192.168.1.0"] } }, /^lan\.subnets\[0\]: "192\.168\.1\.0" is no range; write it as 192\.168\.1\.0\/24$/],
    [{ lan: { vip: "192.168.1.5/24" } }, /^lan\.vip: .* is no address/],
    [{ lan: { gateway: "fe80::1%eth0" } }, /^lan\.gateway: .* is no address/],
    [{ lan: { dhcpRange: "192.168.1.150-192.168.1.100" } }, /^lan\.dhcpRange: .* is no range; write it as 192/],
  ],
  "a chart repository or digest that is none": [
    [{ chart: { repository: "helm.cilium.io" } }, /^chart\.repository: "helm\.cilium\.io" is no repository/],
    [{ chart: { sha256: "c361" } }, /^chart\.sha256: "c361" is no SHA-256/],
  ],

  "pods and Services in the same range": [
    [
      { podCidr: "10.100.0.0/16" },
      /^podCidr: 10\.100\.0\.0\/16 lies inside serviceCidr 10\.96\.0\.0\/12; pods and Services need/,
    ],
    [{ podCidr: "10.0.0.0/8" }, /^podCidr: 10\.0\.0\.0\/8 holds serviceCidr 10\.96\.0\.0\/12/],
  ],
  "a pod range with too few node ranges": [
    [{ podCidr: "10.244.0.0/25" }, /^podCidr: 10\.244\.0\.0\/25 is too small for a node, of which each gets a \/24/],
    [{ podCidr: "10.244.0.0/24", lan }, /^podCidr: 10\.244\.0\.0\/24 is too small for 2 nodes/],
  ],
  "a pod or Service range that holds an address of the LAN": [
    [
      { podCidr: "192.168.0.0/16", lan: { nodes: lan.nodes.slice(1) } },
      /^podCidr: 192\.168\.0\.0\/16 holds lan\.nodes\[0\] 192\.168\.1\.11/,
    ],
    [
      { serviceCidr: "192.168.0.0/16", lan: { subnets: lan.subnets } },
      /^serviceCidr: .* holds lan\.subnets\[0\] 192\.168\.1\.0\/24/,
    ],
  ],
  "a pool that holds addresses of pods, of Services or of another pool": [
    [
      pool({ cidr: "10.244.3.0/24" }),
      /^loadBalancer\.ipPools\[0\]\.blocks\[0\]: 10\.244\.3\.0\/24 lies inside podCidr 10\.244\.0\.0\/16; choose addresses of the node subnet$/,
    ],
    [
      pool({ start: "10.111.255.250", stop: "10.112.0.10" }),
      /\.blocks\[0\]: 10\.111\.255\.250-10\.112\.0\.10 overlaps serviceCidr 10\.96\.0\.0\/12/,
    ],
    [
      pool({ cidr: "192.168.1.200/29" }, { start: "192.168.1.100" }, { start: "192.168.1.207" }),
      /\.blocks\[2\]: 192\.168\.1\.207 lies inside loadBalancer\.ipPools\[0\]\.blocks\[0\] 192\.168\.1\.200\/29; give each address to one block only$/,
    ],
  ],
  "a pool that holds the address of a node, of the control planes or of the router": [
    [
      pools({ nodes: ["192.168.1.201"] }, { cidr: "192.168.1.200/29" }),
      /\.blocks\[0\]: 192\.168\.1\.200\/29 holds lan\.nodes\[0\] 192\.168\.1\.201; leave it out/,
    ],
    [
      pools({ vip: "192.168.1.5" }, { start: "192.168.1.5" }),
      /\.blocks\[0\]: 192\.168\.1\.5 is lan\.vip 192\.168\.1\.5; leave it out/,
    ],
    [
      pools({ gateway: "192.168.1.1" }, { start: "192.168.1.1", stop: "192.168.1.9" }),
      /\.blocks\[0\]: .* holds lan\.gateway 192\.168\.1\.1/,
    ],
  ],
  "a pool outside of the networks of the nodes, to be announced by ARP": [
    [
      announcedPool(lan, "192.168.2.0/29"),
      /\.blocks\[0\]: 192\.168\.2\.0\/29 lies in none of lan\.subnets \(192\.168\.1\.0\/24\), so that nobody asks for it by ARP/,
    ],
  ],
  "a node, the virtual address or the router outside of the networks of the nodes": [
    [
      { lan: { subnets: lan.subnets, vip: "192.168.2.5" } },
      /^lan\.vip: 192\.168\.2\.5 lies in none of lan\.subnets \(192\.168\.1\.0\/24\)/,
    ],
  ],
  "an address of the LAN that two have": [
    [{ lan: { nodes: lan.nodes, vip: "192.168.1.11" } }, /^lan\.vip: 192\.168\.1\.11 is lan\.nodes\[1\] 192\.168\.1\.11/],
    [
      { lan: { nodes: ["192.168.1.10", "192.168.1.10"] } },
      /^lan\.nodes\[1\]: 192\.168\.1\.10 is lan\.nodes\[0\] 192\.168\.1\.10/,
    ],
  ],
  "a pod or Service range that lies in a network of the LAN": [
    [
      { lan: { subnets: ["10.240.0.0/12"] } },
      /^podCidr: 10\.244\.0\.0\/16 lies inside lan\.subnets\[0\] 10\.240\.0\.0\/12; see to it/,
    ],
  ],
  "a pool that holds addresses that DHCP hands out": [
    [
      pools({ dhcpRange: "192.168.1.100-192.168.1.203" }, { cidr: "192.168.1.200/29" }),
      /\.blocks\[0\]: 192\.168\.1\.200\/29 overlaps lan\.dhcpRange .*; reserve/,
    ],
    [
      pools({ dhcpRange: "192.168.1.128/25" }, { cidr: "192.168.1.200/29" }),
      /\.blocks\[0\]: 192\.168\.1\.200\/29 lies inside lan\.dhcpRange 192\.168\.1\.128\/25/,
    ],
  ],
  "a pool that holds the network or broadcast address of a network of the nodes": [
    [
      pools({ subnets: lan.subnets }, { cidr: "192.168.1.248/29" }),
      /\.blocks\[0\]: 192\.168\.1\.248\/29 holds the broadcast address of 192\.168\.1\.0\/24/,
    ],
    [
      pools({ subnets: lan.subnets }, { cidr: "192.168.1.0/24" }),
      /holds the network and the broadcast address of 192\.168\.1\.0\/24/,
    ],
  ],

  "a Kubernetes that the Talos does not run": [
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
  "a Kubernetes that this Cilium was not tested with": [
    [
      { kubernetesVersion: "1.34.1" },
      /^kubernetesVersion: 1\.34\.1 is not among those that Cilium 1\.18 is tested with, 1\.30 to 1\.33; it may well work$/,
    ],
  ],
  "a Talos that is not known yet": [
    [{ talos: { version: "1.15" } }, /^talos\.version: 1\.15\.0 is of 1\.15; known are 1\.11, 1\.12, 1\.13, 1\.14$/],
  ],
  "a Talos and a Cilium that may fail together": [
    [
      { talos: { version: "1.13.9" }, ciliumVersion: "1.20.1" },
      /^talos\.version: 1\.13\.9 with Cilium 1\.20\.1: on a fresh node .*48420\)$/,
    ],
  ],
  "pools with a Cilium 1.19 before 1.19.6 while the addresses of the nodes are not known": [
    [
      { ...pool({ cidr: "192.168.1.200/29" }), ciliumVersion: "1.19.5" },
      /^lan\.nodes: is empty, and with Cilium 1\.19\.5 a pool/,
    ],
  ],

  "a value of a type or of a word that the chart does not take": [
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
    [values({ constructor: 1 }), /^values\.constructor: is not a Cilium 1\.18\.4 value/],
    [
      values({ lbExternalClusterIP: true }),
      /^values\.lbExternalClusterIP: is not a Cilium 1\.18\.4 value and changes nothing; did you mean bpf\.lbExternalClusterIP\?/,
    ],
    [values({ cgroup: { automount: { enabled: false } } }), /^values\.cgroup\.automount: .*; did you mean cgroup\.autoMount\?/],
    [values({ tunnel: "vxlan" }), /^values\.tunnel: is no value of Cilium 1\.18\.4 any more; set the input routing\.mode/],
    [values({ l2announcement: { enabled: true } }), /^values\.l2announcement: .*; did you mean l2announcements\?/],
    [
      values({ somethingElse: 1, l7Proxy: true }),
      /^values\.somethingElse: .*; leave it out \(to keep it all the same, name it in allowUnknownValues\)$/,
    ],
    // One of two is alive.
    [values({ loadBalancer: { mode: "dsr", modus: "dsr" } }), /^values\.loadBalancer\.modus: /],
  ],

  "a routing mode that is none": [
    [
      values({ routingMode: "vxlan" }, { routing: { directRoutes: false } }),
      /^values\.routingMode: is "vxlan"; allowed are "native" and "tunnel"$/,
    ],
  ],
  "native routing without its range": [
    [values({ ipv4NativeRoutingCIDR: "10.244.0.0" }), /^values\.ipv4NativeRoutingCIDR: is "10\.244\.0\.0", no IPv4 range/],
    [
      values({ ipv4NativeRoutingCIDR: null }),
      /^values\.ipv4NativeRoutingCIDR: is missing, .* \(routing\.mode\); give the range of the pods/,
    ],
    [values({ ipv6: { enabled: true } }), /^values\.ipv6NativeRoutingCIDR: is missing/],
  ],
  "direct routes beside a tunnel": [
    [
      values({ autoDirectNodeRoutes: true }, { routing: { mode: "tunnel" } }),
      /^values\.autoDirectNodeRoutes: does not go with the other: direct routes are for native routing/,
    ],
    [values({ routingMode: "tunnel" }, { routing: { mode: "native" } }), /^values\.routingMode: does not go with the other/],
  ],
  "direct routes between nodes of different networks": [
    [
      { lan: { subnets: ["192.168.1.0/24", "192.168.2.0/24"], nodes: ["192.168.1.10", "192.168.2.10"] } },
      /^routing\.directRoutes: cannot be true for nodes of different networks \(192\.168\.1\.10 in 192\.168\.1\.0\/24, 192\.168\.2\.10 in 192\.168\.2\.0\/24\)/,
    ],
  ],
  "masquerading by BPF where Talos answers the DNS of the cluster": [
    [values({ enableIPv4Masquerade: false }), /^values\.enableIPv4Masquerade: cannot be false while Talos forwards/],
    [
      values({ bpf: { masquerade: true } }),
      /^values\.bpf\.masquerade: cannot be true while Talos forwards .*values\.bpf\.hostLegacyRouting to true, .*talos\.forwardKubeDNSToHost$/,
    ],
  ],
  "Gateway API or L2 announcements without Cilium in the place of kube-proxy": [
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
  "Hubble Relay without Hubble, the web interface without Relay": [
    [{ hubble: { relay: true } }, /^hubble\.relay: cannot be true while hubble\.enabled is false/],
    [{ hubble: { enabled: true, ui: true } }, /^hubble\.ui: cannot be true while hubble\.relay is false/],
    [
      values({ hubble: { relay: { enabled: true } } }),
      /^values\.hubble\.relay\.enabled: cannot be true while hubble\.enabled is false/,
    ],
  ],
  "certificates that Helm makes": [
    [
      values({ hubble: { enabled: true, tls: { auto: { method: "helm" } } } }),
      /^values\.hubble\.tls\.auto\.method: is "helm", which makes new keys/,
    ],
    [values({ clustermesh: { useAPIServer: true } }), /^values\.clustermesh\.apiserver\.tls\.auto\.method: is "helm"/],
  ],
  "an API server that the chart should find out": [
    [values({ k8sServiceHost: "auto" }), /^values\.k8sServiceHost: cannot be "auto"/],
    [{ kubePrism: { host: "auto" } }, /^kubePrism\.host: cannot be "auto"/],
  ],
  "a way to give addresses to Services that is none": [
    [
      values({ defaultLBServiceIPAM: "lb-ipam" }),
      /^values\.defaultLBServiceIPAM: is "lb-ipam"; allowed are "lbipam", "nodeipam" and "none"$/,
    ],
    [
      values({ defaultLBServiceIPAM: "nodeipam" }),
      /^values\.defaultLBServiceIPAM: cannot be "nodeipam" while values\.nodeIPAM\.enabled is false/,
    ],
  ],
  "a capability that is none, or that Talos gives to nobody": [
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
      /cleanCiliumState\[0\]: is "sys_module", which Talos gives to nobody/,
    ],
  ],
  "a namespace that the chart is told behind the back of the input": [
    [
      values({ namespaceOverride: "net" }),
      /^values\.namespaceOverride: is "net", a namespace that nobody makes; set the input namespace/,
    ],
  ],
  "a native range without the pods in it": [
    [
      values({ ipv4NativeRoutingCIDR: "10.42.0.0/16" }),
      /^values\.ipv4NativeRoutingCIDR: is 10\.42\.0\.0\/16, which does not hold podCidr 10\.244\.0\.0\/16/,
    ],
  ],
  "more operators than nodes": [
    [
      values({ operator: { replicas: 3 } }, { lan: { nodes: lan.nodes } }),
      /^values\.operator\.replicas: is 3, and lan\.nodes has 2/,
    ],
  ],
  "Gateways that keep the client's address, with L2 announcements": [
    [values({ gatewayAPI: { externalTrafficPolicy: "Local" } }), /^values\.gatewayAPI\.externalTrafficPolicy: is "Local"/],
  ],

  "a policy that announces nothing": [
    [
      policy({ loadBalancerIPs: false }),
      /^loadBalancer\.l2Policies\[0\]: announces nothing, with loadBalancerIPs and externalIPs both false/,
    ],
  ],
  "an interface pattern that Go refuses": [
    [
      policy({ interfaces: ["^en", "eth(?=0)"] }),
      /^loadBalancer\.l2Policies\[0\]\.interfaces\[1\]: "eth\(\?=0\)" is no regular expression of Go's: invalid or unsupported Perl syntax/,
    ],
  ],
  "policies while no agent may announce": [
    [{ ...policy({}), l2: { enabled: false } }, /^l2\.enabled: is false, so that no agent follows loadBalancer\.l2Policies/],
  ],
  "a lease timing that Cilium does not take": [
    [{ l2: { leaseDuration: "5s" } }, /^l2\.leaseRenewDeadline: is 5s, and must be shorter than leaseDuration, which is 5s$/],
    [
      { l2: { leaseRetryPeriod: "4.5s" } },
      /^l2\.leaseRetryPeriod: is 4\.5s; 1\.2 times as long, it must be shorter than leaseRenewDeadline, which is 5s$/,
    ],
    [
      { l2: { leaseDuration: "900ms", leaseRenewDeadline: "500ms", leaseRetryPeriod: "100ms" } },
      /^l2\.leaseDuration: is 900ms; the agent takes 1s at least$/,
    ],
    [values({ l2announcements: { leaseDuration: "15" } }), /^values\.l2announcements\.leaseDuration: "15" is no Go duration/],
  ],
  "a policy whose interfaces Cilium does not manage": [
    [
      policy({ interfaces: ["^enp"] }, { devices: ["eth0", "eth1"] }),
      /^loadBalancer\.l2Policies\[0\]\.interfaces: fits none of the devices that values\.devices leaves to Cilium \(eth0, eth1\)/,
    ],
  ],
  "a pool of addresses of a family that is off": [
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
      /\.interfaces: seems to fit none of the devices that values\.devices leaves to Cilium \(eth\+\)$/,
    ],
  ],
  "a policy for names that Talos does not give to interfaces": [
    [
      policy({ interfaces: ["^eth[0-9]+"] }),
      /\.interfaces: \["\^eth\[0-9\]\+"\] fits eth0, but no name that Talos usually gives, such as enp3s0 or eno1/,
    ],
  ],
  "a pool of IPv6 addresses that Cilium 1.18 should announce": [
    [
      { ...announcedPool({}, "fd00::/120"), values: { ipv6: { enabled: true }, ipv6NativeRoutingCIDR: "fd01::/104" } },
      /\.blocks\[0\]: fd00::\/120 is not announced by Cilium 1\.18\.4, which knows ARP only/,
    ],
  ],

  "machines without the delivery that configures them": [
    [
      { ...machine("{}"), delivery: "manifest" },
      /^talos: names machines, but delivery "manifest" configures none; set delivery to "machineConfig"/,
    ],
  ],
  "a machine config that has Cilium already": [
    [
      machine("cluster: { inlineManifests: [{ name: cilium, contents: a }] }"),
      /^talos\.controlPlanes\[0\]\.machineConfiguration: has an inline manifest "cilium" already/,
    ],
    [
      machine("cluster: { extraManifests: [https://example.com/cilium-cni-1.18.4.yaml] }"),
      /machineConfiguration: loads Cilium from https:\/\/example\.com/,
    ],
  ],
  "machines whose config is of Talos 1.14": [
    [
      { ...machine("{}"), talos: { ...machine("{}").talos, configContract: "1.14" } },
      /^talos\.configContract: is 1\.14, and the Talos provider 0\.8\.1 knows no config of 1\.14/,
    ],
  ],
  "another port of KubePrism than the one in a config of Talos 1.14": [
    [
      { delivery: "machineConfig", talos: { configContract: "v1.14" }, kubePrism: { port: 7446 } },
      /^kubePrism\.port: is 7446; in a config of Talos 1\.14/,
    ],
  ],
  "a machine name that is not a DNS subdomain": [
    [
      machines({ name: "CP 1" }),
      /^talos\.controlPlanes\[0\]\.name: is "CP 1"; write lower case letters, digits, "-" and "\.", such as cp-1$/,
    ],
  ],
  "two machines of one name": [
    [
      machines({ name: "cp" }, { name: "cp", node: "192.168.1.11" }),
      /^talos\.controlPlanes\[1\]\.name: is "cp", as is the name of talos\.controlPlanes\[0\]; names are unique$/,
    ],
    [
      machines({ name: "control-plane-1" }, { node: "192.168.1.11" }),
      /^talos\.controlPlanes\[1\]: is named "control-plane-1" by its position, as talos\.controlPlanes\[0\] is by its name; give it a name/,
    ],
  ],
  "one machine listed twice": [
    [
      machines({}, {}),
      /^talos\.controlPlanes\[1\]\.node: is "192\.168\.1\.10", as is talos\.controlPlanes\[0\]\.node; list each machine once$/,
    ],
    [machines({ node: "fd00::a" }, { node: "fd00:0::A" }), /^talos\.controlPlanes\[1\]\.node: is "fd00:0::A", as is/],
    [machines({ node: "cp.home" }, { node: "CP.home" }), /^talos\.controlPlanes\[1\]\.node: is "CP\.home", as is/],
  ],
  "machines without the client configuration": [
    [
      { delivery: "machineConfig", talos: { controlPlanes: [{ node: "a", machineConfiguration: "{}" }] } },
      /^talos\.clientConfiguration: is missing/,
    ],
  ],
  "Gateway API without its CRDs, where they could be installed": [
    [
      { delivery: "chart", gatewayApi: { installCrds: false } },
      /^gatewayApi\.installCrds: is false, .*\/v1\.2\.0\/standard-install\.yaml$/,
    ],
  ],

  "Gateway API CRDs that the Cilium does not work with": [
    [
      { delivery: "chart", gatewayApi: { crdsPath: crds("v1.6.1") } },
      /^gatewayApi\.crdsPath: \w+ \S+ is of Gateway API v1\.6\.1, and Cilium 1\.18\.4 works with >=1\.2\.0 <1\.5\.0: .*v1\.2\.0\/standard-install\.yaml$/,
    ],
  ],
  "Gateway API CRDs of another release than the Cilium was made for": [
    [
      { delivery: "chart", gatewayApi: { crdsPath: crds("v1.4.1") } },
      /^gatewayApi\.crdsPath: is Gateway API v1\.4\.1; Cilium 1\.18\.4 was made for v1\.2\.0$/,
    ],
  ],
  "a label, an annotation or a setting that is no text": [
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
  "a namespace that the chart makes for other purposes, with delivery chart": [
    [
      { delivery: "chart", namespace: "cilium-secrets", gatewayApi: { crdsPath: crds("v1.2.0") } },
      /^namespace: cilium-secrets is one that the chart makes/,
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
      const findings = found(args).filter((finding) => !others.includes(finding.check));
      assert.deepEqual(
        findings.map((finding) => finding.check),
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
    [...errors, ...warnings].map(({ finds }: Check<never>) => finds),
  );
  assert.deepEqual(named.toSorted(), Object.keys(rows).toSorted());
});

test("what is right is left alone", () => {
  for (const args of validInputs) assert.deepEqual(found(args), [], JSON.stringify(args));
});
