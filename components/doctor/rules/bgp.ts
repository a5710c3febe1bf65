import { matchesLabels } from "../../inputs/labelSelection.ts";
import { addressesOf, isOn, selectableLabels } from "../cluster.ts";
import { condition, type Facts, fullName, isTrue, list } from "../facts.ts";
import type { BgpAdvertisement, BgpPeerConfig, Condition } from "../objects.ts";
import { clusterRule, restartAgents, restartOperator, serviceRule, type ServiceSubject } from "../rule.ts";

const controlPlane = "https://docs.cilium.io/en/stable/network/bgp-control-plane/";

/** The sessions of the nodes to the routers. */
export const sessionRules = [
  clusterRule({
    id: "bgp-off",
    title: "BGP objects although BGP is off",
    why: "Without the switch, no node opens a session.",
    remedy: `Set the value bgpControlPlane.enabled to true, apply it, ${restartAgents}, and ${restartOperator}.`,
    source: `${controlPlane}bgp-control-plane-configuration/`,
    run: (facts) => {
      const configs = list(facts, "bgpClusterConfigs");
      if (configs.length === 0 || isOn(facts, "enable-bgp-control-plane")) return [];
      return [
        { problem: `there is CiliumBGPClusterConfig ${configs.map(fullName).join(", ")}, and enable-bgp-control-plane is off` },
      ];
    },
  }),
  clusterRule({
    id: "bgp-config-refused",
    title: "BGP objects that the operator cannot use",
    why: "No node matches, two configurations select the same node, or a CiliumBGPPeerConfig is missing. The status says which.",
    remedy: "Correct nodeSelector or peerConfigRef of the CiliumBGPClusterConfig.",
    source: `${controlPlane}bgp-control-plane-configuration/`,
    run: (facts) =>
      list(facts, "bgpClusterConfigs").flatMap((config) =>
        ["NoMatchingNode", "ConflictingClusterConfig", "MissingPeerConfigs"]
          .map((type) => condition(config.status?.conditions, `cilium.io/${type}`))
          .filter((each) => each?.status === "True")
          .map((each) => ({ problem: `CiliumBGPClusterConfig ${fullName(config)}: ${textOf(each)}` })),
      ),
  }),
  clusterRule({
    id: "bgp-password-missing",
    title: "a BGP peer whose password is missing",
    why: "The agents need the Secret that authSecretRef names, in the namespace of bgpControlPlane.secretsNamespace.",
    remedy: "Create the Secret with the key password.",
    source: `${controlPlane}bgp-control-plane-configuration/#md5-password`,
    run: (facts) =>
      list(facts, "bgpPeerConfigs")
        .filter(({ status }) => isTrue(status?.conditions, "cilium.io/MissingAuthSecret"))
        .map((config) => ({
          problem: `CiliumBGPPeerConfig ${fullName(config)} names Secret ${config.spec?.authSecretRef}, which does not exist`,
        })),
  }),
  clusterRule({
    id: "bgp-session-down",
    title: "BGP sessions that are down",
    why: "A router learns the addresses only over a session that is established.",
    remedy:
      "Compare addresses, AS numbers, port and password with the router. docs/bgp.md has the configuration that fits; the output bgpRouterConfig makes it.",
    source: "docs/bgp.md",
    run: (facts) => {
      if (!isOn(facts, "enable-bgp-control-plane")) return [];
      return sessionsOf(facts)
        .filter(({ state }) => state !== "established")
        .map(({ node, peer, asn, state }) => ({
          problem: `${node}: the session to ${peer} (AS ${asn}) is ${state}`,
          followsFrom: "bgp-password-missing",
        }));
    },
  }),
];

/** Why no router learns the address of a Service. */
export const advertisementRules = [
  serviceRule({
    id: "no-session",
    title: "no BGP session that carries the address",
    why: "A router learns the addresses only over a session that is established.",
    remedy: "Add an instance to the input bgp, which makes a CiliumBGPClusterConfig that selects nodes, and apply it.",
    source: `${controlPlane}bgp-control-plane-configuration/`,
    run: ({ facts }) => {
      if (!isOn(facts, "enable-bgp-control-plane")) return [{ problem: "BGP is off", followsFrom: "bgp-off" }];
      const sessions = sessionsOf(facts);
      if (sessions.some(({ state }) => state === "established")) return [];
      if (sessions.length > 0) return [{ problem: "no session is established", followsFrom: "bgp-session-down" }];
      return [{ problem: "no node has a session", followsFrom: "bgp-config-refused" }];
    },
  }),
  serviceRule({
    id: "no-advertisement",
    title: "no CiliumBGPAdvertisement that selects the Service",
    why: "An advertisement without a selector advertises no Service, and its addresses must name LoadBalancerIP.",
    remedy:
      "Add an advertisement of type Service with service.addresses: [LoadBalancerIP] and a selector that fits; the empty selector {} fits all.",
    source: `${controlPlane}bgp-control-plane-configuration/#service-virtual-ips`,
    run: (subject) => {
      if (advertisementsFor(subject).length > 0) return [];
      const names = list(subject.facts, "bgpAdvertisements").map(fullName);
      const problem =
        names.length === 0
          ? "there is no CiliumBGPAdvertisement"
          : `none of ${names.join(", ")} advertises ${fullName(subject.service)}`;
      return [{ problem }];
    },
  }),
  serviceRule({
    id: "advertisement-without-peer",
    title: "an advertisement that no peer gets",
    why: "A CiliumBGPPeerConfig names the advertisements for each family by their labels. Without families, its peers get nothing.",
    remedy:
      "Add spec.families with the family of the address, whose advertisements select the labels of the CiliumBGPAdvertisement.",
    source: `${controlPlane}bgp-control-plane-configuration/#address-families`,
    run: (subject) => {
      const peers = list(subject.facts, "bgpPeerConfigs");
      const advertisements = advertisementsFor(subject);
      return addressesOf(subject.service)
        .map((address) => (address.includes(":") ? "ipv6" : "ipv4"))
        .filter((family) => !peers.some((peer) => advertisements.some((each) => carries(peer, family, each))))
        .map((family) => ({
          problem: `no CiliumBGPPeerConfig has the family ${family} with the advertisements ${advertisements.map(fullName).join(", ")}`,
        }));
    },
  }),
];

function sessionsOf(facts: Facts) {
  return list(facts, "bgpNodeConfigs").flatMap(({ metadata, status }) =>
    (status?.bgpInstances ?? []).flatMap(({ peers = [] }) =>
      peers.map(({ name, peerAddress, peerASN, peeringState }) => ({
        node: metadata.name,
        peer: peerAddress ?? name,
        asn: peerASN ?? "?",
        state: peeringState ?? "unknown",
      })),
    ),
  );
}

function advertisementsFor({ facts, service }: ServiceSubject): readonly BgpAdvertisement[] {
  return list(facts, "bgpAdvertisements").filter(({ spec }) =>
    spec?.advertisements?.some(
      ({ advertisementType, service: of, selector }) =>
        advertisementType === "Service" &&
        of?.addresses?.includes("LoadBalancerIP") === true &&
        // Without a selector, Cilium advertises no Service.
        selector !== undefined &&
        matchesLabels(selector, selectableLabels(service)),
    ),
  );
}

function carries({ spec }: BgpPeerConfig, family: string, { metadata }: BgpAdvertisement): boolean {
  return (spec?.families ?? []).some(
    ({ afi, advertisements }) =>
      afi === family && advertisements !== undefined && matchesLabels(advertisements, metadata.labels ?? {}),
  );
}

function textOf(each: Condition | undefined): string {
  return `${each?.type.replace("cilium.io/", "") ?? ""}: ${each?.message ?? each?.reason ?? ""}`;
}
