import assert from "node:assert/strict";
import { join } from "node:path";
import { formatPage, type Page } from "../../commands/lib/page.ts";
import { readReasons } from "../../commands/lib/reasons.ts";
import { root } from "../../commands/lib/stack.ts";
import { talosValues } from "../../components/cilium/values.ts";
import { plan } from "../../components/plan.ts";
import { settingsOf } from "../../components/inputs/settings.ts";
import { chartArgs } from "../harness/charts.ts";
import { eventually } from "../harness/cluster.ts";
import { devStack } from "../fixtures/devStack.ts";
import { runCommand } from "../harness/isolation.ts";
import type { VirtualLan } from "../harness/virtualLan.ts";
import { capabilitiesOf, type LanNode } from "../harness/lanNode.ts";
import { answersArp, fetchPage } from "../harness/lanClient.ts";
import { leafPaths, type Path } from "../harness/leafPaths.ts";

/** A LAN whose Cilium is that of the dev stack, but for the second node: it serves no ClusterIP to the LAN, as is the default. */
interface Bench {
  readonly lan: VirtualLan;
  readonly first: LanNode;
  readonly second: LanNode;
}

/** What a default does, as it shows on a real part; throws when it does not. */
type Observation = (bench: Bench) => string | Promise<string>;

/** What a part says, quoted; only what is in parentheses, when there are some. */
function quoteMatch(quotedText: string, pattern: RegExp): string {
  const [all, ...parts] = pattern.exec(quotedText) ?? assert.fail(`${String(pattern)} is not in\n${quotedText}`);
  const text = parts.length > 0 ? parts.join(" … ") : all;
  return `\`${text.replaceAll(/ +/g, " ")}\``;
}

const status =
  (pattern: RegExp) =>
  ({ first }: Bench): string =>
    `\`cilium-dbg status\`: ${quoteMatch(first.ciliumDbg("status", "--verbose"), pattern)}`;
const option =
  (pattern: RegExp) =>
  ({ first }: Bench): string =>
    `the agent's log: ${quoteMatch(first.log(), pattern)}`;
const notObservable =
  (reason: string): Observation =>
  () =>
    `_not seen: ${reason}_`;
const object = ({ lan: { cluster } }: Bench, kind: string, name: string) => {
  const [plain, namespace] = name.split("/").toReversed();
  return cluster.get(kind, plain ?? "", namespace) ?? assert.fail(`there is no ${kind} ${name}`);
};
/** The Deployment or DaemonSet was changed by the default manifest, in which nothing else differs but `cilium-config`. */
const rollsOut =
  (kind: string, name: string): Observation =>
  (bench) => {
    const { generation } = object(bench, kind, `kube-system/${name}`).metadata as { generation?: number };
    assert.equal(generation, 2);
    return `another setting in \`cilium-config\`, and the ${kind} \`${name}\` changes with it: \`generation: ${generation}\``;
  };

const kubePrism: Observation = (bench) =>
  `${option(/ipAddr=https:\/\/localhost:7445/)(bench)}, where a plain proxy stands for KubePrism`;
const startedByBench = "the bench starts the agent and the operator by itself";
const memory = notObservable(`${startedByBench}; the kubelet sets limits of memory`);
const digests = notObservable("nothing is pulled on the bench; that every image has its digest is tested on the rendered charts");
const notDeployed =
  (name: string): Observation =>
  ({ lan: { cluster } }) => {
    assert.equal(cluster.get("deployment", name, "kube-system"), undefined);
    return `there is no Deployment \`${name}\``;
  };

const observations: Readonly<Record<string, Observation>> = {
  "ipam.mode": status(/(IPAM: +IPv4:).*(allocated from 10\.244\.1\.0\/24)/),
  k8sServiceHost: kubePrism,
  k8sServicePort: kubePrism,
  "cgroup.autoMount.enabled": (bench) => {
    const { spec } = object(bench, "daemonset", "kube-system/cilium") as unknown as {
      spec: { template: { spec: { initContainers: { name: string }[] } } };
    };
    const names = spec.template.spec.initContainers.map(({ name }) => name);
    assert(!names.includes("mount-cgroup"));
    return `what runs before the agent: ${names.map((name) => `\`${name}\``).join(", ")}`;
  },
  "cgroup.hostRoot": ({ first }) => {
    const programs = first.runInAgentPod("bpftool", "cgroup", "show", "/sys/fs/cgroup");
    return `\`bpftool cgroup show /sys/fs/cgroup\` on the agent's side: ${quoteMatch(programs, /cil_sock4_connect/)}`;
  },
  "securityContext.capabilities.ciliumAgent": (bench) => {
    const { ciliumAgent } = (talosValues(settingsOf({})) as { securityContext: { capabilities: { ciliumAgent: string[] } } })
      .securityContext.capabilities;
    // A machine in a sandbox may not have all of them to give.
    const own = capabilitiesOf("self");
    assert.deepEqual(bench.first.capabilities.toSorted(), ciliumAgent.filter((name) => own.includes(name)).toSorted());
    assert.doesNotMatch(bench.first.log(), /level=fatal|permission denied/);
    return "the agent's process has exactly these, so far as the machine has them, and its log has no `permission denied`";
  },
  "securityContext.capabilities.cleanCiliumState": notObservable(`${startedByBench}, not what cleans up before it`),
  routingMode: (bench) => {
    const links = [bench.first, bench.second].map((node) => node.ip("-brief", "link")).join("");
    assert.doesNotMatch(links, /vxlan|geneve/);
    return `${status(/Routing: +Network: Native/)(bench)}; \`ip link\` has no \`cilium_vxlan\``;
  },
  ipv4NativeRoutingCIDR: ({ first }) => {
    const rules = runCommand("ip", "netns", "exec", first.name, "iptables", "-t", "nat", "-S", "CILIUM_POST_nat");
    return `\`iptables -t nat -S\`: ${quoteMatch(rules, /(-s 10\.244\.1\.0\/24 ! -d 10\.244\.0\.0\/16 ! -o cilium_\+).*(-j MASQUERADE)/)}`;
  },
  autoDirectNodeRoutes: ({ first, second }) => {
    const route = quoteMatch(first.ip("route"), /10\.244\.2\.0\/24 via 192\.168\.1\.12 dev eth0/);
    assert.match(second.ip("route"), /10\.244\.1\.0\/24 via 192\.168\.1\.11 dev eth0/);
    return `\`ip route\` on the first of two nodes: ${route}`;
  },
  kubeProxyReplacement: status(/KubeProxyReplacement: +True/),
  "l2announcements.enabled": async (bench) => {
    await eventually(() => answersArp("192.168.1.200"), "nobody answers");
    const lease = object(bench, "lease", "kube-system/cilium-l2announce-default-web") as unknown as {
      spec: { holderIdentity: string };
    };
    assert.equal(lease.spec.holderIdentity, "node-1");
    return "the first node holds the lease `cilium-l2announce-default-web` and answers ARP for 192.168.1.200";
  },
  "l2announcements.leaseDuration": option(/--l2-announcements-lease-duration='15s'/),
  "l2announcements.leaseRenewDeadline": option(/--l2-announcements-renew-deadline='5s'/),
  "l2announcements.leaseRetryPeriod": option(/--l2-announcements-retry-period='2s'/),
  defaultLBServiceIPAM: (bench) => {
    const { spec, status } = object(bench, "service", "web") as unknown as {
      spec: { loadBalancerClass?: string };
      status: { loadBalancer: { ingress: { ip: string }[] } };
    };
    assert.equal(spec.loadBalancerClass, undefined);
    assert.equal(status.loadBalancer.ingress[0]?.ip, "192.168.1.200");
    return "a Service without a class gets 192.168.1.200, the first address of the pool";
  },
  "bpf.lbExternalClusterIP": async (bench) => {
    const { clusterIP } = object(bench, "service", "web")["spec"] as { clusterIP: string };
    const answers = async (node: LanNode) => {
      runCommand("ip", "route", "replace", "10.96.0.0/12", "via", node.address);
      return (await fetchPage(clusterIP)) === "node-1";
    };
    await eventually(() => answers(bench.first), "the ClusterIP does not answer from the LAN");
    assert.equal(await answers(bench.second), false);
    return "a ClusterIP, asked for from the LAN by way of a node: no answer; with `externalClusterIp`, the page";
  },
  "k8sClientRateLimit.qps": option(/--k8s-client-qps='23'/),
  "k8sClientRateLimit.burst": option(/--k8s-client-burst='46'/),
  "resources.requests.memory": memory,
  "resources.limits.memory": memory,
  "initResources.requests.memory": memory,
  "initResources.limits.memory": memory,
  "cni.resources.limits.memory": memory,
  "operator.resources.requests.memory": memory,
  "operator.resources.limits.memory": memory,
  "envoy.resources.requests.memory": memory,
  rollOutCiliumPods: rollsOut("DaemonSet", "cilium"),
  "envoy.rollOutPods": notObservable("no input changes Envoy's configuration; the annotation is tested on the rendered charts"),
  "operator.rollOutPods": rollsOut("Deployment", "cilium-operator"),
  "operator.replicas": notObservable(`${startedByBench}, and one operator only`),
  "updateStrategy.rollingUpdate.maxUnavailable": notObservable(`${startedByBench}, one agent after the other`),
  "gatewayAPI.enabled": async (bench) => {
    const accepted = () =>
      (object(bench, "gatewayclass", "cilium")["status"] as { conditions: { type: string; status: string }[] }).conditions.some(
        ({ type, status }) => type === "Accepted" && status === "True",
      );
    await eventually(accepted, "GatewayClass cilium is not accepted");
    return "the GatewayClass `cilium` is `Accepted` by the operator";
  },
  "gatewayAPI.enableAlpn": option(/--enable-gateway-api-alpn='true'/),
  "gatewayAPI.enableAppProtocol": option(/--enable-gateway-api-app-protocol='true'/),
  "gatewayAPI.gatewayClass.create": (bench) => {
    object(bench, "gatewayclass", "cilium");
    return "the API server has the GatewayClass `cilium`";
  },
  "hubble.enabled": status(/Hubble: +Disabled/),
  "hubble.tls.auto.method": notObservable("Hubble is off; that no Secret is rendered is tested on the charts"),
  "hubble.relay.enabled": notDeployed("hubble-relay"),
  "hubble.ui.enabled": notDeployed("hubble-ui"),
  "image.digest": digests,
  "image.useDigest": digests,
  "operator.image.genericDigest": digests,
  "operator.image.useDigest": digests,
  "hubble.relay.image.digest": digests,
  "hubble.relay.image.useDigest": digests,
  "debug.verbose": option(/--debug-verbose=''/),
  "nodePort.addresses": option(/--nodeport-addresses=''/),
  policyCIDRMatchMode: option(/--policy-cidr-match-mode=''/),
};

/**
 * docs/defaults.md, from what is seen on a LAN whose first node announces the Service `web` of the dev stack. Adds the second node.
 *
 * @throws when a default does not do what it is there for
 */
export async function observeDefaults(lan: VirtualLan, first: LanNode): Promise<Page & { readonly second: LanNode }> {
  const pool = { ...devStack.loadBalancer, externalClusterIp: false };
  lan.cluster.apply(plan({ ...devStack, ...chartArgs(), loadBalancer: pool }).manifest.yaml);
  const second = await lan.addNode();
  await eventually(
    () => second.ip("route").includes(first.podCidr) && first.ip("route").includes(second.podCidr),
    "there are no routes",
  );

  const values = talosValues(settingsOf({ ...devStack, loadBalancer: pool }));
  const reasons = [...readReasons(join(root, "components", "cilium", "values.ts"))];
  const rows: string[] = [];
  let said = "";
  for (const path of leafPaths(values)) {
    const key = path.join(".");
    const see = observations[key] ?? assert.fail(`nobody looks for ${key}`);
    const [, reason] = reasons.find(([of]) => `${key}.`.startsWith(`${of}.`)) ?? assert.fail(`there is no reason for ${key}`);
    const seen = await see({ lan, first, second });
    rows.push(`| \`${key}\` | ${formatDefault(values, path)} | ${reason === said ? "as above" : reason} | ${seen} |`);
    said = reason;
  }
  const title = `# Defaults

What the Helm values are that the component sets, why, and what was seen of each on real parts: the API server, Cilium's operator and its agents
on two nodes of a LAN made of network namespaces, with the default Cilium release, the dev stack's pool and policy, and nothing else asked for. Made by
\`npm run measure -- defaults\`, from the comments of [components/cilium/values.ts](../components/cilium/values.ts) and a run; the suite \`lan\` compares.

| Value | Default | Why | Seen |
| --- | --- | --- | --- |
`;
  return { ...(await formatPage(join("docs", "defaults.md"), `${title}${rows.join("\n")}\n`)), second };
}

/** A default as one writes it. */
function formatDefault(values: unknown, path: Path): string {
  const value = path.reduce((within, key) => (within as Readonly<Record<string, unknown>>)[key], values);
  if (value === undefined) return "the chart's own";
  if (Array.isArray(value) && value.length > 0) return value.map((item) => `\`${String(item)}\``).join(" ");
  return `\`${JSON.stringify(value).replace(/^"(.+)"$/, "$1")}\``;
}
