import { leaseRequests } from "../../cilium/apiRateLimit.ts";
import { parseDuration } from "../../support/goDuration.ts";
import {
  agentDaemonSet,
  ciliumConfig,
  ciliumPods,
  isExpired,
  isOn,
  isReady,
  lastErrors,
  secondsSinceRenewal,
  stateOf,
} from "../cluster.ts";
import { type Facts, fullName, list, read, UnreadError } from "../facts.ts";
import type { Lease, Pod } from "../objects.ts";
import { type Cause, causeIf, clusterRule, restartAgents } from "../rule.ts";

/** The lease of the operator that works. The others wait for it. */
const operatorLease = "cilium-operator-resource-lock";

export const ciliumRules = [
  clusterRule({
    id: "cilium-missing",
    title: "no Cilium in the cluster",
    why: "Nobody gives out addresses, and nobody announces them.",
    remedy: "Install Cilium, or choose the right cluster with --context.",
    source: "https://docs.siderolabs.com/kubernetes-guides/cni/deploying-cilium",
    run: (facts) => {
      if (agentDaemonSet(facts) !== undefined) return [];
      return [{ problem: `there is no DaemonSet cilium in the namespace ${facts.namespace}` }];
    },
  }),
  clusterRule({
    id: "kubeprism-unreachable",
    title: "agents or operators that do not reach KubePrism",
    why: "On Talos, Cilium reaches the API server at localhost:7445, where KubePrism listens on every node. Without it no agent starts.",
    remedy:
      "Set machine.features.kubePrism.enabled to true in the machine config of the node, with the port that Cilium uses (input kubePrism.port).",
    source: "https://docs.siderolabs.com/kubernetes-guides/advanced-guides/kubeprism",
    run: (facts) =>
      unreadyPods(facts).flatMap((pod) => {
        const address = refusedLoopback(facts, pod);
        return causeIf(address !== undefined, `pod ${fullName(pod)} on ${pod.spec?.nodeName}: ${address} refuses connections`);
      }),
  }),
  clusterRule({
    id: "agent-not-ready",
    title: "nodes without a ready agent",
    why: "Pods on such a node get no network, and the node announces nothing.",
    remedy: "The log says why: `kubectl -n kube-system logs ds/cilium --all-containers --prefix`, also with `--previous`.",
    source: "https://docs.cilium.io/en/stable/operations/troubleshooting/",
    run: (facts) => {
      if (agentDaemonSet(facts) === undefined) return [];
      const agents = ciliumPods(facts, "agent");
      const withoutPod = list(facts, "nodes")
        // The agent runs on Linux alone.
        .filter(({ metadata }) => (metadata.labels?.["kubernetes.io/os"] ?? "linux") === "linux")
        .map(({ metadata }) => metadata.name)
        .filter((node) => !agents.some(({ spec }) => spec?.nodeName === node))
        .map((node) => ({ problem: `node ${node} has no pod of Cilium's agent` }));
      return [...withoutPod, ...agents.filter((pod) => !isReady(pod)).flatMap((pod) => unreadyCause(facts, pod))];
    },
  }),
  clusterRule({
    id: "operator-not-ready",
    title: "no operator that is ready",
    why: "The operator gives Services their addresses, registers Cilium's kinds, and serves Gateways.",
    remedy: "The log says why: `kubectl -n kube-system logs deploy/cilium-operator`, also with `--previous`.",
    source: "https://docs.cilium.io/en/stable/internals/cilium_operator/",
    run: (facts) => {
      if (agentDaemonSet(facts) === undefined) return [];
      const operators = ciliumPods(facts, "operator");
      if (operators.some(isReady)) return [];
      if (operators.length === 0) return [{ problem: "there is no pod of Cilium's operator" }];
      return operators.flatMap((pod) => unreadyCause(facts, pod));
    },
  }),
  clusterRule({
    id: "operator-not-leading",
    title: "an operator that does not work",
    why: "Only the operator that holds the lease works. If nobody renews it, no Service gets an address.",
    remedy:
      "Restart the operator: `kubectl -n kube-system rollout restart deploy/cilium-operator`. Its log says what it waits for.",
    source: "https://docs.cilium.io/en/stable/internals/cilium_operator/",
    run: (facts) => {
      if (agentDaemonSet(facts) === undefined) return [];
      const lease = leaseOfOperator(facts);
      const followsFrom = "operator-not-ready";
      if (lease === undefined) return [{ problem: `no operator has the lease ${facts.namespace}/${operatorLease}`, followsFrom }];
      if (!isExpired(facts, lease)) return [];
      const seconds = Math.round(secondsSinceRenewal(facts, lease) ?? 0);
      const holder = lease.spec?.holderIdentity ?? "nobody";
      return [{ problem: `${holder} has not renewed the lease ${operatorLease} for ${seconds} s`, followsFrom }];
    },
  }),
  clusterRule({
    id: "kinds-missing",
    title: "Cilium's kinds are not registered",
    why: "The operator registers the kinds of pools and policies when it starts, unless the value `operator.skipCRDCreation` is true. Without them there can be no pool.",
    remedy:
      "Set the value operator.skipCRDCreation to false, and restart the operator: `kubectl -n kube-system rollout restart deploy/cilium-operator`. Then apply the pools and policies.",
    source: "https://docs.cilium.io/en/stable/internals/cilium_operator/",
    run: (facts) => {
      if (agentDaemonSet(facts) === undefined || !facts.missingKinds.includes("ipPools")) return [];
      // The operator that holds the lease registers them.
      const followsFrom = leaseOfOperator(facts) === undefined ? "operator-not-leading" : "operator-not-ready";
      return [{ problem: "the API server does not know CiliumLoadBalancerIPPool", followsFrom }];
    },
  }),
  clusterRule({
    id: "request-limit",
    title: "agents whose request limit is too low for the leases",
    why: "Every agent asks the API server for the lease of each announced Service again and again. An agent that exceeds its own limit loses its leases, and the addresses stop answering. It works at first, with few Services.",
    remedy:
      "Raise the value k8sClientRateLimit (qps and burst) and restart the agents. In this project it follows the size of the pools, with room for 25 Services whose pools are created elsewhere.",
    source: "https://docs.cilium.io/en/stable/network/l2-announcements/#sizing-client-rate-limit",
    likelihood: 8,
    run: (facts) => {
      if (agentDaemonSet(facts) === undefined || !isOn(facts, "enable-l2-announcements")) return [];
      const config = ciliumConfig(facts);
      const retryPeriod = config["l2-announcements-retry-period"] ?? "2s";
      const leases = list(facts, "leases").filter(isAnnouncement).length;
      const needed = leaseRequests(leases, parseDuration(retryPeriod));
      const limit = Number(config["k8s-client-qps"] ?? 10);
      if (needed <= limit) return [];
      return [
        {
          problem: `each agent sends ${needed} requests per second for ${leases} leases (one each per ${retryPeriod}), and its limit is ${limit}`,
          remedy: `Set k8sClientRateLimit.qps to at least ${needed + 10} and burst to twice as much, apply it, and ${restartAgents}.`,
        },
      ];
    },
  }),
];

/** Whether an agent renews a lease for a Service. Of a Service that was deleted, one without a holder stays for some time. */
function isAnnouncement({ metadata, spec }: Lease): boolean {
  return metadata.name.startsWith("cilium-l2announce-") && Boolean(spec?.holderIdentity);
}

function leaseOfOperator(facts: Facts): Lease | undefined {
  return list(facts, "leases").find(({ metadata }) => metadata.name === operatorLease);
}

/** The agent ends if it finds no device to manage. Its log names another setting, which does not help. */
const remedyWithoutDevice =
  "Cilium finds no network interface that it can manage. Leave the value devices out, or name the interface there that has the address of the node, also if it is a bridge.";

function unreadyPods(facts: Facts): readonly Pod[] {
  return [...ciliumPods(facts, "agent"), ...ciliumPods(facts, "operator")].filter((pod) => !isReady(pod));
}

/** The loopback address of which a pod's log says that it refuses connections. Undefined if the log does not say so. */
function refusedLoopback({ logs }: Facts, { metadata: { name } }: Pod): string | undefined {
  const log = read(logs[name], `the log of ${name}`);
  return /((?:localhost|127\.0\.0\.1|\[::1\]):\d+)[^\n]*connection refused/.exec(log)?.[1];
}

function unreadyCause(facts: Facts, pod: Pod): readonly Cause[] {
  const state = `pod ${fullName(pod)}${pod.spec?.nodeName === undefined ? "" : ` on ${pod.spec.nodeName}`}: ${stateOf(pod)}`;
  try {
    if (refusedLoopback(facts, pod) !== undefined) return [{ problem: state, followsFrom: "kubeprism-unreachable" }];
    const [error] = lastErrors(facts, pod);
    if (error === undefined) return [{ problem: state }];
    const remedy = /unable to determine direct routing device/i.test(error) ? { remedy: remedyWithoutDevice } : {};
    return [{ problem: `${state}; its log ends with: ${error}`, ...remedy }];
  } catch (error) {
    // The state alone says enough.
    if (error instanceof UnreadError) return [{ problem: state }];
    throw error;
  }
}
