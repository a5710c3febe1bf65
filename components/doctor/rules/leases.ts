import { announcementLease, ciliumPods, ciliumRelease, isExpired, isReady, secondsSinceRenewal } from "../cluster.ts";
import { endpointsOf, readyEndpoints } from "../endpoints.ts";
import { fullName, list } from "../facts.ts";
import { policiesWithAddresses, policyNodes } from "../l2Policies.ts";
import type { Service } from "../objects.ts";
import { restartAgents, serviceRule, type ServiceSubject } from "../rule.ts";

const leases = "https://docs.cilium.io/en/stable/network/l2-announcements/#leases";

/** Why no node announces an address, although a policy and nodes fit. */
export const leaseRules = [
  serviceRule({
    id: "no-lease",
    title: "no node that has taken the lease",
    why: "The node that holds the lease of the Service is the one that answers.",
    remedy: `Look at the logs of the agents: \`kubectl -n kube-system logs -l k8s-app=cilium -c cilium-agent --tail=-1 | grep -i l2\`. To make them try again, ${restartAgents}.`,
    source: leases,
    run: ({ facts, service }) => {
      const lease = announcementLease(facts, service);
      if (holderOf({ facts, service }) !== undefined) return [];
      const problem =
        lease === undefined ? `there is no lease ${leaseName(service)}` : `nobody holds the lease ${leaseName(service)}`;
      // https://github.com/cilium/cilium/pull/47579
      const remedy = ciliumRelease(facts) === "1.20.0" ? { remedy: remedyOf1200 } : {};
      return [{ problem, followsFrom: "agent-not-ready", ...remedy }];
    },
  }),
  serviceRule({
    id: "lease-of-excluded-node",
    title: "a lease of a node that the policies do not select",
    why: "The node does not announce, and no other takes the lease while it is renewed.",
    remedy: `Delete the lease; a node that the policies select takes it. If the lease of the same node comes back, ${restartAgents}.`,
    source: leases,
    run: (subject) => {
      const holder = holderOf(subject);
      const nodes = policiesWithAddresses(subject).flatMap((policy) => policyNodes(subject.facts, policy));
      if (holder === undefined || nodes.includes(holder) || !isNode(subject, holder)) return [];
      return [
        {
          problem: `${holder} holds the lease ${leaseName(subject.service)}, and the policies select ${[...new Set(nodes)].join(", ")}`,
        },
      ];
    },
  }),
  serviceRule({
    id: "lease-of-unknown-node",
    title: "a lease of a node that does not exist",
    why: "Nobody answers until another node takes the lease over.",
    remedy: `Wait until the lease has run out. If no other node has taken it then, ${restartAgents}.`,
    source: leases,
    run: (subject) => {
      const holder = holderOf(subject);
      if (holder === undefined || isNode(subject, holder)) return [];
      return [{ problem: `${holder} holds the lease ${leaseName(subject.service)}, and there is no node of this name` }];
    },
  }),
  serviceRule({
    id: "lease-expired",
    title: "a lease that its holder does not renew",
    why: "The holder is dead, or its agent does not reach the API server. Other nodes take the lease over, unless they have the same trouble.",
    remedy: "Look at the agents of all nodes that may announce: is one ready, and does it reach the API server?",
    source: leases,
    run: (subject) => {
      const lease = announcementLease(subject.facts, subject.service);
      if (lease === undefined || !isExpired(subject.facts, lease)) return [];
      const seconds = Math.round(secondsSinceRenewal(subject.facts, lease) ?? 0);
      const problem = `${lease.spec?.holderIdentity} has not renewed the lease ${leaseName(subject.service)} for ${seconds} s`;
      return [{ problem, followsFrom: "agent-not-ready" }];
    },
  }),
  serviceRule({
    id: "lease-holder-not-ready",
    title: "a lease of a node that is not ready",
    why: "The node may have lost its network. Another one takes the lease over when it runs out.",
    remedy: "Repair the node, or restart the agent on it.",
    source: leases,
    run: (subject) => {
      const { facts } = subject;
      const holder = holderOf(subject);
      const node = list(facts, "nodes").find(({ metadata }) => metadata.name === holder);
      if (holder === undefined || node === undefined) return [];
      const ready = node.status?.conditions?.find(({ type }) => type === "Ready");
      if (ready !== undefined && ready.status !== "True")
        return [
          {
            problem: `${holder} announces ${fullName(subject.service)}, and it is not ready: ${ready.message ?? ready.reason ?? ready.status}`,
          },
        ];
      const agent = ciliumPods(facts, "agent").find(({ spec }) => spec?.nodeName === holder);
      if (agent === undefined || isReady(agent)) return [];
      return [
        {
          problem: `${holder} announces ${fullName(subject.service)}, and its agent is not ready`,
          followsFrom: "agent-not-ready",
        },
      ];
    },
  }),
  serviceRule({
    id: "local-traffic-policy",
    title: "a Service with externalTrafficPolicy: Local",
    why: "The announcing node may have no pod of the Service, and then it may drop the packets. L2 announcements do not look at this policy.",
    remedy: "Set spec.externalTrafficPolicy to Cluster.",
    source: "https://docs.cilium.io/en/stable/network/l2-announcements/#limitations",
    likelihood: 4,
    run: (subject) => {
      const holder = holderOf(subject);
      if (subject.service.spec?.externalTrafficPolicy !== "Local" || holder === undefined) return [];
      if (endpointsOf(subject) === undefined) return [];
      const nodes = [...new Set(readyEndpoints(subject).map(({ nodeName = "" }) => nodeName))];
      if (nodes.length === 0 || nodes.includes(holder)) return [];
      return [{ problem: `${holder} announces ${fullName(subject.service)}, whose ready pods run on ${nodes.join(", ")}` }];
    },
  }),
];

const remedyOf1200 = `Cilium 1.20.0 does not announce a Service whose address is new until an agent restarts: use 1.20.1 or later, or ${restartAgents}.`;

/** The node that holds the lease of a Service. */
export function holderOf({ facts, service }: ServiceSubject): string | undefined {
  return announcementLease(facts, service)?.spec?.holderIdentity || undefined;
}

function isNode({ facts }: ServiceSubject, name: string): boolean {
  return list(facts, "nodes").some(({ metadata }) => metadata.name === name);
}

function leaseName({ metadata: { namespace, name } }: Service): string {
  return `cilium-l2announce-${namespace}-${name}`;
}
