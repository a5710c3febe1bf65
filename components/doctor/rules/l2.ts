import { isInRange } from "../../versions/supported.ts";
import { addressesOf, ciliumRelease, devicesOf, isOn } from "../cluster.ts";
import { condition, type Facts, fullName, isTrue, list } from "../facts.ts";
import { fitsInterface, policiesForService, policiesWithAddresses, policyNodes } from "../l2Policies.ts";
import type { L2Policy } from "../objects.ts";
import { causeIf, restartAgents, serviceRule } from "../rule.ts";

const l2 = "https://docs.cilium.io/en/stable/network/l2-announcements/";

/** Why no policy lets any node announce the address of a Service. Each rule looks at what the rules before it have let through. */
export const l2Rules = [
  serviceRule({
    id: "l2-off",
    title: "L2 announcements are off",
    why: "Without the switch, the agents have neither the code nor the permissions to announce.",
    remedy: `Set the input l2.enabled to true (value l2announcements.enabled), apply it, and ${restartAgents}.`,
    source: `${l2}#configuration`,
    run: ({ facts }) => causeIf(!isOn(facts, "enable-l2-announcements"), "enable-l2-announcements is off in cilium-config"),
  }),
  serviceRule({
    id: "no-policy",
    title: "no L2 announcement policy",
    why: "An agent announces a Service only if a policy selects it.",
    remedy: 'Add a policy such as { name: "lan" } to the input loadBalancer.l2Policies, and apply it.',
    source: `${l2}#policies`,
    run: ({ facts }) => causeIf(list(facts, "l2Policies").length === 0, "there is no CiliumL2AnnouncementPolicy"),
  }),
  serviceRule({
    id: "policy-refused",
    title: "a policy that the agents refuse",
    why: "The agents ignore a policy with a selector or an interface pattern that is not valid. Its status says so.",
    remedy: "Correct the policy. The patterns of interfaces are regular expressions of Go.",
    source: `${l2}#policies`,
    run: ({ facts, service }) => {
      const policies = policiesForService({ facts, service });
      if (policies.length === 0 || policies.some((policy) => refusal(policy) === undefined)) return [];
      return policies.map((policy) => ({ problem: `policy ${fullName(policy)}: ${refusal(policy)}` }));
    },
  }),
  serviceRule({
    id: "no-policy-fits",
    title: "no policy whose serviceSelector fits the Service",
    why: "A policy with a serviceSelector announces only the Services that it selects.",
    remedy: "Give the Service the labels that the policy selects, or remove serviceSelector from the policy.",
    source: `${l2}#service-selector`,
    run: (subject) => {
      if (policiesForService(subject).length > 0) return [];
      const selectors = list(subject.facts, "l2Policies").map(
        (policy) => `${fullName(policy)} selects ${JSON.stringify(policy.spec?.serviceSelector)}`,
      );
      return [
        {
          problem: `${selectors.join("; ")}; the labels of the Service are ${JSON.stringify(subject.service.metadata.labels ?? {})}`,
        },
      ];
    },
  }),
  serviceRule({
    id: "policy-announces-nothing",
    title: "a policy that announces nothing",
    why: "Neither `loadBalancerIPs` nor `externalIPs` is true, and both are false by default. `kubectl get leases -A | grep l2announce` prints nothing.",
    remedy: "Set spec.loadBalancerIPs of the policy to true.",
    source: `${l2}#policies`,
    likelihood: 1,
    run: (subject) => {
      if (policiesWithAddresses(subject).length > 0) return [];
      return policiesForService(subject).map((policy) => ({
        problem: `loadBalancerIPs of policy ${fullName(policy)} is not true`,
      }));
    },
  }),
  serviceRule({
    id: "no-node-fits",
    title: "no node that may announce",
    why: "A `nodeSelector` excludes the control planes, in a cluster where every node is a control plane.",
    remedy: "Remove nodeSelector from the policy, or select labels that nodes have: `kubectl get ciliumnodes --show-labels`.",
    source: `${l2}#node-selector`,
    likelihood: 9,
    run: (subject) =>
      causesIfAll(policiesWithAddresses(subject), (policy) => {
        if (policyNodes(subject.facts, policy).length > 0) return undefined;
        return `policy ${fullName(policy)} selects nodes with ${JSON.stringify(policy.spec?.nodeSelector)}, which no node has`;
      }),
  }),
  serviceRule({
    id: "no-device",
    title: "a node whose network interface Cilium does not manage",
    why: "Cilium announces on the devices that it manages. It leaves out an interface that has no address, is part of a bridge or bond, or that the value `devices` does not name. A bridge itself must be named in `devices`, which has names such as `br0` and beginnings such as `enp+`, but no regular expressions.",
    remedy:
      "Leave the value devices out, or name the interface there. `kubectl -n kube-system exec ds/cilium -- cilium-dbg status --verbose` lists the managed devices under KubeProxyReplacement.",
    source: "https://docs.cilium.io/en/stable/network/kubernetes/kubeproxy-free/#nodeport-devices-port-and-bind-settings",
    likelihood: 3,
    run: (subject) => {
      const nodes = [...new Set(policiesWithAddresses(subject).flatMap((policy) => policyNodes(subject.facts, policy)))];
      if (nodes.length === 0 || nodes.some((node) => hasDevices(subject.facts, node))) return [];
      return [{ problem: `Cilium manages no device on ${nodes.join(", ")}` }];
    },
  }),
  serviceRule({
    id: "no-interface-fits",
    title: "interfaces of the policy that no node has",
    why: "Talos names them `enp3s0` or `eno1`, rarely `eth0`; `talosctl get links` shows them.",
    remedy: "Leave interfaces of the policy out, or name one that Cilium manages.",
    source: `${l2}#interfaces`,
    likelihood: 2,
    run: (subject) => {
      const { facts } = subject;
      return causesIfAll(policiesWithAddresses(subject), (policy) => {
        const nodes = policyNodes(facts, policy);
        if (nodes.some((node) => devicesOf(facts, node).some((device) => fitsInterface(policy, device)))) return undefined;
        const devices = nodes.map((node) => `${node}: ${devicesOf(facts, node).join(", ")}`);
        return `policy ${fullName(policy)} has the interfaces ${JSON.stringify(policy.spec?.interfaces)}, and Cilium manages ${devices.join("; ")}`;
      });
    },
  }),
  serviceRule({
    id: "ipv6-before-1.19",
    title: "an IPv6 address that Cilium 1.18 should announce",
    why: "Cilium 1.18 answers ARP, which is IPv4. Neighbor discovery came with 1.19.",
    remedy: "Use Cilium 1.19 or later, or announce the address by BGP.",
    source: l2,
    run: ({ facts, service }) => {
      const release = ciliumRelease(facts);
      if (release === undefined || !isInRange(release, "<1.19.0")) return [];
      return addressesOf(service)
        .filter((address) => address.includes(":"))
        .map((address) => ({ problem: `the agents are of Cilium ${release}, which does not answer for ${address}` }));
    },
  }),
];

/** One cause for each policy, if there is a reason against every one of them. */
function causesIfAll(policies: readonly L2Policy[], reasonAgainst: (policy: L2Policy) => string | undefined) {
  const reasons = policies.map(reasonAgainst);
  return reasons.includes(undefined) ? [] : reasons.map((problem = "") => ({ problem }));
}

function hasDevices(facts: Facts, node: string): boolean {
  return devicesOf(facts, node).length > 0;
}

function refusal({ status }: L2Policy): string | undefined {
  const types = ["bad-node-selector", "bad-interface-regex", "bad-service-selector"];
  const type = types.find((each) => isTrue(status?.conditions, `io.cilium/${each}`));
  return type === undefined ? undefined : `${type}: ${condition(status?.conditions, `io.cilium/${type}`)?.message ?? ""}`;
}
