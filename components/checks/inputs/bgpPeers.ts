import {
  addressesInUse,
  nodeAddresses,
  nodeSubnets,
  outsideOf,
  type PeerAddress,
  peerAddresses,
  poolBlocks,
} from "../../inputs/network.ts";
import type { Settings } from "../../inputs/settings.ts";
import { dnsSubdomain } from "../../kubernetes/names.ts";
import { parseAddress } from "../../support/ipRange.ts";
import { problem, quote } from "../../support/problems.ts";
import { leaveOut, setTo } from "../advice.ts";
import { type Checks, inputCheck } from "../check.ts";
import { overlapProblems, overlapsBetween, overlapsIn } from "../overlaps.ts";
import { reservedProblems } from "./reservedAddresses.ts";

const bgpGuide = "https://docs.cilium.io/en/stable/network/bgp-control-plane/bgp-control-plane-configuration/";
const peerTypes = "https://github.com/cilium/cilium/blob/v1.18.4/pkg/k8s/apis/cilium.io/v2/bgp_peer_types.go";

/** Cilium's own hold time, in seconds. */
const defaultHoldTime = 90;

export const bgpPeerChecks: Checks<Settings> = {
  errors: [
    inputCheck({
      title: "a BGP peer whose address no router can have",
      why: "The nodes cannot connect to it.",
      source: bgpGuide,
      needs: ["bgp"],
      run: (settings) => [
        ...peersOf(settings.bgp).flatMap(({ peerInput, peer: { address } }) => {
          if (parseAddress(address) !== undefined) return [];
          return [problem(`${peerInput}.address`, `${quote(address)} is not a valid address; write it as 192.168.1.1`)];
        }),
        ...peerAddresses(settings).flatMap((peer) => reservedProblems(peer)),
      ],
    }),
    inputCheck({
      title: "one BGP peer twice in an instance",
      why: "Both would be the same object.",
      source: bgpGuide,
      needs: ["bgp"],
      run: (settings) =>
        settings.bgp.flatMap((instance) =>
          overlapProblems(
            overlapsIn(peerAddresses(settings).filter((peer) => peer.instance === instance)),
            "give each router once",
          ),
        ),
    }),
    inputCheck({
      title: "a BGP peer whose address a Service, a node or the control planes may have",
      why: "The nodes would connect to themselves or to a Service, and not to the router.",
      source: bgpGuide,
      needs: ["bgp", "loadBalancer", "lan"],
      run: (settings) => {
        const nodes = [...nodeAddresses(settings), ...addressesInUse(settings).filter(({ input }) => input === "lan.vip")];
        return [
          ...overlapProblems(
            overlapsBetween(peerAddresses(settings), poolBlocks(settings)),
            "choose a pool without the address of the router",
          ),
          ...overlapProblems(overlapsBetween(peerAddresses(settings), nodes), "give the address of the router"),
        ];
      },
    }),
    inputCheck({
      title: "an external BGP peer outside of the node networks, without multihop",
      why: "An external session ends at the first hop unless the peer says otherwise, so it never comes up.",
      source: `${bgpGuide}#ebgp-multihop`,
      needs: ["bgp", "lan"],
      run: (settings) =>
        externalPeers(settings).flatMap((named) => {
          if ((named.peer.ebgpMultihop ?? 1) > 1) return [];
          return outsideOf(nodeSubnets(settings), [named]).map(({ range, networks }) =>
            problem(
              named.input,
              `${range.text} is in none of lan.subnets (${networks}), and an external session reaches only the next hop; ` +
                `${setTo(`${named.peerInput}.ebgpMultihop`, 2)} or to the number of hops, or add its network to lan.subnets`,
            ),
          );
        }),
    }),
    inputCheck({
      title: "multihop for an internal BGP peer",
      why: "Cilium ignores it: internal sessions may take any number of hops.",
      source: peerTypes,
      needs: ["bgp"],
      run: ({ bgp }) =>
        peersOf(bgp).flatMap(({ peerInput, peer, instance }) => {
          if (peer.asn !== instance.localAsn || (peer.ebgpMultihop ?? 1) === 1) return [];
          const input = `${peerInput}.ebgpMultihop`;
          return [
            problem(
              input,
              `is ${peer.ebgpMultihop}, but the session inside AS ${peer.asn} is internal and may take any number of hops; ${leaveOut(input)}`,
            ),
          ];
        }),
    }),
    inputCheck({
      title: "messages to a BGP peer that are rarer than its hold time",
      why: "The API server refuses them: the router would take the node for dead between two messages.",
      source: peerTypes,
      needs: ["bgp"],
      run: ({ bgp }) =>
        peersOf(bgp).flatMap(({ peerInput, peer }) => {
          const { keepAliveTimeSeconds = 0, holdTimeSeconds = defaultHoldTime } = peer;
          if (keepAliveTimeSeconds <= holdTimeSeconds) return [];
          const input = `${peerInput}.keepAliveTimeSeconds`;
          return [
            problem(
              input,
              `is ${keepAliveTimeSeconds}, longer than holdTimeSeconds, which is ${holdTimeSeconds}; ${leaveOut(input)}`,
            ),
          ];
        }),
    }),
    inputCheck({
      title: "a Secret for a BGP password whose name Kubernetes does not accept",
      why: "Such a Secret cannot exist, so the session has no password.",
      source: `${bgpGuide}#md5-password`,
      needs: ["bgp"],
      run: ({ bgp }) =>
        peersOf(bgp).flatMap(({ peerInput, peer: { authSecretRef } }) => {
          if (authSecretRef === undefined || dnsSubdomain.test(authSecretRef)) return [];
          const input = `${peerInput}.authSecretRef`;
          return [
            problem(
              input,
              `${quote(authSecretRef)} is not a valid Kubernetes name; write the name of a Secret, such as bgp-password`,
            ),
          ];
        }),
    }),
  ],
  warnings: [
    inputCheck({
      title: "messages to a BGP peer that are too rare to lose one",
      why: "One lost message ends the session and removes the routes.",
      source: "https://www.rfc-editor.org/rfc/rfc4271#section-4.4",
      needs: ["bgp"],
      run: ({ bgp }) =>
        peersOf(bgp).flatMap(({ peerInput, peer }) => {
          const { keepAliveTimeSeconds = 0, holdTimeSeconds = defaultHoldTime } = peer;
          if (keepAliveTimeSeconds > holdTimeSeconds || keepAliveTimeSeconds * 3 <= holdTimeSeconds) return [];
          const input = `${peerInput}.keepAliveTimeSeconds`;
          return [
            problem(
              input,
              `is ${keepAliveTimeSeconds}, more than a third of holdTimeSeconds, which is ${holdTimeSeconds}: one lost message ends the session; ` +
                leaveOut(input),
            ),
          ];
        }),
    }),
  ],
};

/** The peers of all instances, those with a malformed address too. */
function peersOf(bgp: Settings["bgp"]): readonly Pick<PeerAddress, "peerInput" | "peer" | "instance">[] {
  return bgp.flatMap((instance, instanceIndex) =>
    instance.peers.map((peer, index) => ({ peerInput: `bgp[${instanceIndex}].peers[${index}]`, peer, instance })),
  );
}

function externalPeers(settings: Pick<Settings, "bgp">): readonly PeerAddress[] {
  return peerAddresses(settings).filter(({ peer, instance }) => peer.asn !== instance.localAsn);
}
