import { addressesOf } from "../cluster.ts";
import type { Answer } from "../facts.ts";
import { serviceRule, type ServiceSubject } from "../rule.ts";
import { holderOf } from "./leases.ts";

/** What this machine gets from the addresses of a Service. */
export const answerRules = [
  serviceRule({
    id: "silent-on-the-lan",
    title: "nobody answers ARP or NDP on this machine's network",
    why: "Something on the way filters ARP: Wi-Fi access points, hypervisors that pin MAC addresses, routers that ignore gratuitous ARP. The address then works from another machine on the same switch.",
    remedy:
      "Ask from a machine that is wired to the same switch as the nodes. Allow other MAC addresses at the hypervisor's port, or turn ARP filtering off at the access point.",
    source: "docs/failover.md",
    likelihood: 10,
    run: (subject) =>
      answersOf(subject)
        .filter(([, { isSilent }]) => isSilent)
        .map(([address]) => {
          const holder = holderOf(subject);
          const announcer = holder === undefined ? "" : `, although ${holder} announces it`;
          return { problem: `this machine is in the subnet of ${address}, and nobody answers for it${announcer}` };
        }),
  }),
  serviceRule({
    id: "stranger-answers",
    title: "another machine answers for the address",
    why: "The pool is outside your node subnet, or DHCP hands out its addresses too. Two MAC addresses in the output of `arping` prove it.",
    remedy: "Take the pool out of the range that DHCP hands out, or the address away from the other machine.",
    source: "https://docs.cilium.io/en/stable/network/l2-announcements/",
    likelihood: 5,
    run: (subject) => {
      const { macAddresses } = subject.facts;
      // Without the MAC addresses of nodes there is nothing to compare with. A node may announce on another interface than that of its
      // InternalIP, so an address whose ports all answer is none of a stranger.
      if (Object.keys(macAddresses).length === 0) return [];
      return answersOf(subject)
        .filter(([, { mac, ports }]) => mac !== undefined && macAddresses[mac] === undefined && isSilentAnywhere(ports))
        .map(([address, { mac }]) => ({
          problem: `${mac} answers for ${address}, which is the MAC address of the InternalIP of no node`,
        }));
    },
  }),
  serviceRule({
    id: "outside-the-lan",
    title: "a pool outside of the nodes' subnet, without BGP",
    why: "Clients ask by ARP or NDP only for addresses in their own subnet. For others they ask their router, which knows no way to the address.",
    remedy: "Use a pool in the subnet of the nodes, or announce it to the router by BGP.",
    source: "https://docs.cilium.io/en/stable/network/l2-announcements/",
    run: (subject) => {
      // This machine is in the subnet of the nodes if it knows their MAC addresses.
      if (holderOf(subject) === undefined || Object.keys(subject.facts.macAddresses).length === 0) return [];
      return answersOf(subject)
        .filter(([, { isOnLink, ports }]) => !isOnLink && !hasConnected(ports))
        .map(([address]) => ({ problem: `${address} is not in the subnet that this machine shares with the nodes` }));
    },
  }),
  serviceRule({
    id: "port-silent",
    title: "a port that does not answer",
    why: "The node gets the packets, but no pod answers: it does not listen on targetPort, a network policy drops the packets, or a firewall is in between.",
    remedy:
      "Compare spec.ports.targetPort with the port of the pod, and ask the pod itself: `kubectl port-forward`. `kubectl -n kube-system exec ds/cilium -- cilium-dbg monitor --type drop` shows what is dropped.",
    source: "https://docs.cilium.io/en/stable/operations/troubleshooting/",
    run: (subject) =>
      answersOf(subject).flatMap(([address, { ports }]) =>
        Object.entries(ports)
          .filter(([, result]) => result !== "connected")
          .map(([port, result]) => ({
            problem: `${address} port ${port}: ${result === "refused" ? "the connection is refused" : "no answer"}`,
          })),
      ),
  }),
  serviceRule({
    id: "http-no-answer",
    title: "a connection without an answer to HTTP",
    why: "The connection is there, so the way to the pod is. Large packets may get lost on the way, which a wrong MTU does, or the pod is busy or does not speak HTTP.",
    remedy:
      "Ask the pod itself: `kubectl port-forward`. If it answers, compare the MTU of the network with the value MTU of Cilium: `ping -M do -s 1472` to a node must get through.",
    source: "https://docs.cilium.io/en/stable/operations/troubleshooting/",
    run: (subject) =>
      answersOf(subject).flatMap(([address, { http }]) =>
        Object.entries(http)
          .filter(([, status]) => status === "no answer")
          .map(([port]) => ({ problem: `${address} port ${port}: it connects, and GET / gets no answer` })),
      ),
  }),
  serviceRule({
    id: "http-gateway-error",
    title: "a proxy that reaches no pod",
    why: "The address works. What answers is a proxy, such as the Envoy of a Gateway or an ingress controller, and it says that it reaches nothing behind it.",
    remedy:
      "Look at what the proxy sends requests to: `kubectl describe httproute` names backends that are missing or not allowed, `kubectl get endpointslices` those without pods.",
    source: "https://gateway-api.sigs.k8s.io/api-types/httproute/",
    run: (subject) =>
      answersOf(subject).flatMap(([address, { http }]) =>
        Object.entries(http)
          .filter(([, status]) => typeof status === "number" && status >= 502 && status <= 504)
          .map(([port, status]) => ({ problem: `${address} port ${port}: GET / gets the status ${status}` })),
      ),
  }),
];

/** What this machine got from each address. */
function answersOf({
  facts: { answers = {} },
  service,
}: ServiceSubject): readonly (readonly [address: string, answer: Answer])[] {
  return addressesOf(service).flatMap((address) => {
    const answer = answers[address];
    return answer === undefined ? [] : [[address, answer] as const];
  });
}

function hasConnected(ports: Answer["ports"]): boolean {
  return Object.values(ports).includes("connected");
}

function isSilentAnywhere(ports: Answer["ports"]): boolean {
  return Object.values(ports).some((result) => result !== "connected");
}
