import { announcesAnything } from "../../cilium/loadBalancer/bgp.ts";
import type { BgpCommunities, BgpInstance } from "../../inputs/bgpArgs.ts";
import { areDisjoint, implies } from "../../inputs/labelSelection.ts";
import type { Settings } from "../../inputs/settings.ts";
import { type Problem, problem, quote } from "../../support/problems.ts";
import { anyOf, leaveOut, setTo } from "../advice.ts";
import { type Checks, inputCheck } from "../check.ts";

const bgpGuide = "https://docs.cilium.io/en/stable/network/bgp-control-plane/bgp-control-plane-configuration/";
const communityTypes = "https://github.com/cilium/cilium/blob/v1.18.4/pkg/k8s/apis/cilium.io/v2/bgp_advert_types.go";

export const bgpChecks: Checks<Settings> = {
  errors: [
    inputCheck({
      title: "a BGP instance without peers",
      why: "The nodes connect to no router, and announce nothing.",
      source: bgpGuide,
      needs: ["bgp"],
      run: ({ bgp }) =>
        bgp.flatMap(({ peers }, index) =>
          peers.length > 0 ? [] : [problem(`bgp[${index}].peers`, "is empty; give the address and the asn of a router")],
        ),
    }),
    inputCheck({
      title: "a BGP instance that announces nothing",
      why: "The sessions are established, and no router learns a route.",
      source: `${bgpGuide}#bgp-advertisements`,
      needs: ["bgp"],
      run: ({ bgp }) =>
        bgp.flatMap(({ advertise = {} }, index) => {
          if (announcesAnything(advertise)) return [];
          const input = `bgp[${index}].advertise`;
          const waysOut = anyOf([leaveOut(`${input}.loadBalancerIPs`), setTo(`${input}.externalIPs`, true)]);
          return [problem(input, `announces nothing, because loadBalancerIPs and all other switches are false; ${waysOut}`)];
        }),
    }),
    inputCheck({
      title: "a reserved AS number",
      why: "Routers refuse the session, or do not pass its routes on.",
      source: "https://www.iana.org/assignments/iana-as-numbers-special-registry/iana-as-numbers-special-registry.xhtml",
      needs: ["bgp"],
      run: ({ bgp }) =>
        bgp.flatMap(({ localAsn, peers }, index) => [
          ...asnProblems(`bgp[${index}].localAsn`, localAsn),
          ...peers.flatMap(({ asn }, peer) => asnProblems(`bgp[${index}].peers[${peer}].asn`, asn)),
        ]),
    }),
    inputCheck({
      title: "communities that the API server refuses, or none",
      why: "Cilium's object is not created, or the routes have no community.",
      source: communityTypes,
      needs: ["bgp"],
      run: ({ bgp }) =>
        bgp.flatMap(({ advertise }, index) => communityProblems(`bgp[${index}].advertise.communities`, advertise?.communities)),
    }),
    inputCheck({
      title: "a preference for routers of another AS",
      why: "Cilium sends it in internal sessions only, and ignores it otherwise.",
      source: "https://docs.cilium.io/en/v1.18/network/bgp-control-plane/bgp-control-plane-v1/",
      needs: ["bgp"],
      run: ({ bgp }) =>
        bgp.flatMap(({ localAsn, peers, advertise }, index) => {
          if (advertise?.localPreference === undefined || peers.length === 0) return [];
          if (peers.some(({ asn }) => asn === localAsn)) return [];
          const input = `bgp[${index}].advertise.localPreference`;
          return [problem(input, `has no effect, because no peer has the asn ${localAsn} of the nodes; ${leaveOut(input)}`)];
        }),
    }),
    inputCheck({
      title: "two BGP instances for the same nodes",
      why: "Cilium's operator reports a conflict, and uses only one of them for a node.",
      source: `${bgpGuide}#bgp-cluster-configuration`,
      needs: ["bgp"],
      run: ({ bgp }) =>
        sharingPairs(bgp)
          .filter(([one, other]) => isPartOf(one, other) || isPartOf(other, one))
          .map(([one, , first, second]) =>
            problem(
              `bgp[${second}].nodeSelector`,
              `selects nodes that bgp[${first}] (${one.name}) selects too; give each instance a nodeSelector of its own nodes, or one instance both peers`,
            ),
          ),
    }),
  ],
  warnings: [
    inputCheck({
      title: "two BGP instances that may select the same node",
      why: "Cilium's operator reports a conflict, and uses only one of them for a node.",
      source: `${bgpGuide}#bgp-cluster-configuration`,
      needs: ["bgp"],
      run: ({ bgp }) =>
        sharingPairs(bgp)
          .filter(([one, other]) => !isPartOf(one, other) && !isPartOf(other, one))
          .map(([one, , first, second]) =>
            problem(
              `bgp[${second}].nodeSelector`,
              `may select a node that bgp[${first}] (${one.name}) selects too; give one label different values in both selectors`,
            ),
          ),
    }),
  ],
};

/** AS numbers that nobody can have, apart from 0. */
const reservedAsns: readonly number[] = [23456, 65535, 4294967295];

function asnProblems(input: string, asn: number): readonly Problem[] {
  if (!reservedAsns.includes(asn)) return [];
  return [
    problem(input, `is ${asn}, which is reserved; choose a private one from 64512 to 65534, or from 4200000000 to 4294967294`),
  ];
}

const wellKnownCommunities: readonly string[] = [
  "internet",
  "planned-shut",
  "accept-own",
  "route-filter-translated-v4",
  "route-filter-v4",
  "route-filter-translated-v6",
  "route-filter-v6",
  "llgr-stale",
  "no-llgr",
  "blackhole",
  "no-export",
  "no-advertise",
  "no-export-subconfed",
  "no-peer",
];

function communityProblems(input: string, communities: BgpCommunities | undefined): readonly Problem[] {
  if (communities === undefined) return [];
  const { standard = [], wellKnown = [], large = [] } = communities;
  if (standard.length + wellKnown.length + large.length === 0) {
    return [problem(input, `has no community, so it has no effect; ${leaveOut(input)}`)];
  }
  const invalid = (kind: keyof BgpCommunities, list: readonly string[], isValid: (text: string) => boolean, allowed: string) =>
    list.flatMap((text, index) =>
      isValid(text)
        ? []
        : [problem(`${input}.${kind}[${index}]`, `${quote(text)} is not a valid community; it must be ${allowed}`)],
    );
  return [
    ...invalid("standard", standard, isStandardCommunity, "a number such as 4259840100, or two up to 65535 such as 65000:100"),
    ...invalid(
      "wellKnown",
      wellKnown,
      (text) => wellKnownCommunities.includes(text),
      `one of ${wellKnownCommunities.join(", ")}`,
    ),
    ...invalid("large", large, (text) => areNumbers(text, 3, 2 ** 32 - 1), "three numbers such as 4200000000:100:1"),
  ];
}

function isStandardCommunity(text: string): boolean {
  return areNumbers(text, 1, 2 ** 32 - 1) || areNumbers(text, 2, 2 ** 16 - 1);
}

/** Whether a text is this many decimal numbers up to a limit, with colons between them and without leading zeros. */
function areNumbers(text: string, count: number, limit: number): boolean {
  const parts = text.split(":");
  return parts.length === count && parts.every((part) => /^(?:0|[1-9]\d{0,9})$/.test(part) && Number(part) <= limit);
}

/** Every two instances that may select the same node, with their positions. */
function sharingPairs(
  bgp: readonly BgpInstance[],
): readonly (readonly [one: BgpInstance, other: BgpInstance, first: number, second: number])[] {
  return bgp
    .flatMap((other, second) => bgp.slice(0, second).map((one, first) => [one, other, first, second] as const))
    .filter(([one, other]) => !areDisjoint(one.nodeSelector, other.nodeSelector));
}

/** Whether every node that an instance selects is selected by the other one too. */
function isPartOf(one: BgpInstance, other: BgpInstance): boolean {
  return implies(one.nodeSelector, other.nodeSelector);
}
