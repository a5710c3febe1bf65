import assert from "node:assert/strict";
import { join } from "node:path";
import { formatPage, type Page } from "../../commands/lib/page.ts";
import { readReasons } from "../../commands/lib/reasons.ts";
import { root } from "../../commands/lib/root.ts";
import { ciliumValues } from "../../components/cilium/values.ts";
import { resolveSettings } from "../../components/inputs/settings.ts";
import { createPlan } from "../../components/plan.ts";
import { devStack } from "../fixtures/devStack.ts";
import { chartArgs } from "../harness/charts.ts";
import { eventually } from "../harness/cluster.ts";
import { runCommand } from "../harness/isolation.ts";
import { answersArp, fetchPage } from "../harness/lanClient.ts";
import { capabilitiesOf, type LanNode } from "../harness/lanNode.ts";
import { leafPaths, type Path } from "../harness/leafPaths.ts";
import type { VirtualLan } from "../harness/virtualLan.ts";

/** A LAN with the dev stack's Cilium. Only the second node runs with the default that serves no ClusterIP to the LAN. */
interface Bench {
  readonly lan: VirtualLan;
  readonly firstNode: LanNode;
  readonly secondNode: LanNode;
}

/** Observes the effect of a default on a real part, and describes it. Throws if there is no such effect. */
type Observation = (bench: Bench) => string | Promise<string>;

/** Quotes the match of a pattern in the output of a program, or only its groups if it has some. */
function quoteMatch(output: string, pattern: RegExp): string {
  const [match, ...groups] = pattern.exec(output) ?? assert.fail(`${String(pattern)} is not in\n${output}`);
  const quote = groups.length > 0 ? groups.join(" … ") : match;
  return `\`${quote.replaceAll(/ +/g, " ")}\``;
}

const status =
  (pattern: RegExp) =>
  ({ firstNode }: Bench): string =>
    `\`cilium-dbg status\`: ${quoteMatch(firstNode.ciliumDbg("status", "--verbose"), pattern)}`;
const option =
  (pattern: RegExp) =>
  ({ firstNode }: Bench): string =>
    `the agent's log: ${quoteMatch(firstNode.log(), pattern)}`;
const notObservable =
  (reason: string): Observation =>
  () =>
    `_not observable here: ${reason}_`;
const object = ({ lan: { cluster } }: Bench, kind: string, name: string) => {
  const [plainName = "", namespace] = name.split("/").toReversed();
  return cluster.get(kind, plainName, namespace) ?? assert.fail(`there is no ${kind} ${name}`);
};
/** Observes that the default manifest changed a Deployment or DaemonSet, although only `cilium-config` differs. */
const rollsOut =
  (kind: string, name: string): Observation =>
  (bench) => {
    const { generation } = object(bench, kind, `kube-system/${name}`).metadata as { generation?: number };
    assert.equal(generation, 2);
    return `after a change of \`cilium-config\`, the ${kind} \`${name}\` has changed too: \`generation: ${generation}\``;
  };

const kubePrism: Observation = (bench) =>
  `${option(/ipAddr=https:\/\/localhost:7445/)(bench)}; a plain TCP proxy takes the place of KubePrism`;
const startedByBench = "the test starts the agent and the operator itself";
const memory = notObservable(`${startedByBench}, and only a kubelet sets memory limits`);
const digests = notObservable("the test pulls no images; a test of the rendered charts checks that every image has its digest");
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
    return `the agent's init containers: ${names.map((name) => `\`${name}\``).join(", ")}`;
  },
  "cgroup.hostRoot": ({ firstNode }) => {
    const programs = firstNode.runInAgentPod("bpftool", "cgroup", "show", "/sys/fs/cgroup");
    return `\`bpftool cgroup show /sys/fs/cgroup\` in the agent's pod: ${quoteMatch(programs, /cil_sock4_connect/)}`;
  },
  "securityContext.capabilities.ciliumAgent": (bench) => {
    const { ciliumAgent } = (
      ciliumValues(resolveSettings({})) as { securityContext: { capabilities: { ciliumAgent: string[] } } }
    ).securityContext.capabilities;
    // In a sandbox, this process may not have all capabilities itself.
    const availableCapabilities = capabilitiesOf("self");
    const expected = ciliumAgent.filter((name) => availableCapabilities.includes(name));
    assert.deepEqual(bench.firstNode.capabilities.toSorted(), expected.toSorted());
    assert.doesNotMatch(bench.firstNode.log(), /level=fatal|permission denied/);
    return "the agent's process has exactly these capabilities, as far as the machine has them, and its log has no `permission denied`";
  },
  "securityContext.capabilities.cleanCiliumState": notObservable(`${startedByBench}, but not the init container that cleans up`),
  routingMode: (bench) => {
    const links = [bench.firstNode, bench.secondNode].map((node) => node.ip("-brief", "link")).join("");
    assert.doesNotMatch(links, /vxlan|geneve/);
    return `${status(/Routing: +Network: Native/)(bench)}; \`ip link\` has no \`cilium_vxlan\``;
  },
  ipv4NativeRoutingCIDR: ({ firstNode }) => {
    const rules = runCommand("ip", "netns", "exec", firstNode.name, "iptables", "-t", "nat", "-S", "CILIUM_POST_nat");
    return `\`iptables -t nat -S\`: ${quoteMatch(rules, /(-s 10\.244\.1\.0\/24 ! -d 10\.244\.0\.0\/16 ! -o cilium_\+).*(-j MASQUERADE)/)}`;
  },
  autoDirectNodeRoutes: ({ firstNode, secondNode }) => {
    const route = quoteMatch(firstNode.ip("route"), /10\.244\.2\.0\/24 via 192\.168\.1\.12 dev eth0/);
    assert.match(secondNode.ip("route"), /10\.244\.1\.0\/24 via 192\.168\.1\.11 dev eth0/);
    return `\`ip route\` on the first of two nodes: ${route}`;
  },
  kubeProxyReplacement: status(/KubeProxyReplacement: +True/),
  "l2announcements.enabled": async (bench) => {
    await eventually(() => answersArp("192.168.1.200"), "nobody answers ARP for 192.168.1.200");
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
    await eventually(() => answers(bench.firstNode), "the ClusterIP does not answer from the LAN");
    assert.equal(await answers(bench.secondNode), false);
    return "a request from the LAN to a ClusterIP, through a node, gets no answer; with `externalClusterIp` it gets the page";
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
  "envoy.rollOutPods": notObservable(
    "no input changes Envoy's configuration; a test of the rendered charts checks the annotation",
  ),
  "operator.rollOutPods": rollsOut("Deployment", "cilium-operator"),
  "operator.replicas": notObservable(`${startedByBench}, and only one operator`),
  "updateStrategy.rollingUpdate.maxUnavailable": notObservable(`${startedByBench}, one agent after another`),
  "gatewayAPI.enabled": async (bench) => {
    const isAccepted = () => {
      const { conditions } = object(bench, "gatewayclass", "cilium")["status"] as {
        conditions: { type: string; status: string }[];
      };
      return conditions.some(({ type, status }) => type === "Accepted" && status === "True");
    };
    await eventually(isAccepted, "GatewayClass cilium is not accepted");
    return "the operator has set the condition `Accepted` of the GatewayClass `cilium`";
  },
  "gatewayAPI.enableAlpn": option(/--enable-gateway-api-alpn='true'/),
  "gatewayAPI.enableAppProtocol": option(/--enable-gateway-api-app-protocol='true'/),
  "gatewayAPI.gatewayClass.create": (bench) => {
    object(bench, "gatewayclass", "cilium");
    return "the API server has the GatewayClass `cilium`";
  },
  "hubble.enabled": status(/Hubble: +Disabled/),
  "hubble.tls.auto.method": notObservable("Hubble is off; a test of the rendered charts checks that there is no Secret"),
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
 * Generates docs/defaults.md from observations on a LAN whose first node announces the Service `web` of the dev stack. Adds the second node.
 *
 * @throws if a default does not have its effect
 */
export async function observeDefaults(lan: VirtualLan, firstNode: LanNode): Promise<Page & { readonly secondNode: LanNode }> {
  const loadBalancer = { ...devStack.loadBalancer, externalClusterIp: false };
  lan.cluster.apply(createPlan({ ...devStack, ...chartArgs(), loadBalancer }).manifest.yaml);
  const secondNode = await lan.addNode();
  await eventually(
    () => secondNode.ip("route").includes(firstNode.podCidr) && firstNode.ip("route").includes(secondNode.podCidr),
    "the nodes have no routes to each other's pods",
  );

  const values = ciliumValues(resolveSettings({ ...devStack, loadBalancer }));
  const reasons = [...readReasons(join(root, "components", "cilium", "values.ts"))];
  const rows: string[] = [];
  let previousReason = "";
  for (const path of leafPaths(values)) {
    const key = path.join(".");
    const observe = observations[key] ?? assert.fail(`there is no observation of ${key}`);
    const [, reason] =
      reasons.find(([prefix]) => `${key}.`.startsWith(`${prefix}.`)) ?? assert.fail(`there is no reason for ${key}`);
    const why = reason === previousReason ? "as above" : reason;
    const observed = await observe({ lan, firstNode, secondNode });
    rows.push(`| \`${key}\` | ${formatDefault(values, path)} | ${why} | ${observed} |`);
    previousReason = reason;
  }
  const title = `# Defaults

This page lists the Helm values that the component sets, why, and the effect of each in a test with real parts: the API server, and Cilium's
operator and agents on two nodes of a LAN of network namespaces, with the default Cilium release and only the dev stack's pool and policy.
\`npm run measure -- defaults\` generates it from the comments in [components/cilium/values.ts](../components/cilium/values.ts) and a run; the
suite \`lan\` checks that it is up to date.

| Value | Default | Why | Observed |
| --- | --- | --- | --- |
`;
  const page = await formatPage(join("docs", "defaults.md"), `${title}${rows.join("\n")}\n`);
  return { ...page, secondNode };
}

/** Formats a default for the page. */
function formatDefault(values: unknown, path: Path): string {
  const value = path.reduce((map, key) => (map as Readonly<Record<string, unknown>>)[key], values);
  if (value === undefined) return "the chart's own";
  if (Array.isArray(value) && value.length > 0) return value.map((item) => `\`${String(item)}\``).join(" ");
  return `\`${JSON.stringify(value).replace(/^"(.+)"$/, "$1")}\``;
}
