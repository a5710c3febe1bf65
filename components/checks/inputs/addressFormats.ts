import { isIP } from "node:net";
import type { IpPoolBlock } from "../../inputs/loadBalancerArgs.ts";
import { parseBlock, parseDhcpRange, rangeTexts } from "../../inputs/network.ts";
import { inputDefaults, type Settings } from "../../inputs/settings.ts";
import { parseAddress, parseCidr } from "../../support/ipRange.ts";
import { type Problem, problem, quote } from "../../support/problems.ts";
import { ipv6Examples } from "../advice.ts";
import { type Checks, inputCheck } from "../check.ts";

export const addressFormatChecks: Checks<Settings> = {
  errors: [
    inputCheck({
      title: "pod or Service ranges that are neither one range nor one of each IP family",
      why: "Talos and Cilium take these ranges in CIDR notation. Kubernetes refuses two of the same IP family.",
      source: "https://kubernetes.io/docs/concepts/services-networking/dual-stack/",
      needs: ["podCidr", "serviceCidr"],
      run: ({ podCidr, serviceCidr }) => [
        ...clusterRangeProblems("podCidr", podCidr),
        ...clusterRangeProblems("serviceCidr", serviceCidr),
      ],
    }),
    inputCheck({
      title: "a pool without blocks, or a block that is not a valid range of addresses",
      why: "Cilium's operator gives out no address of it. If a block has a cidr and a start, it silently ignores the start.",
      source: "https://docs.cilium.io/en/stable/network/lb-ipam/",
      needs: ["loadBalancer"],
      run: ({ loadBalancer: { ipPools } }) =>
        ipPools.flatMap(({ blocks }, pool) => {
          const input = `loadBalancer.ipPools[${pool}].blocks`;
          if (blocks.length === 0) return [problem(input, "is empty; a pool needs at least one block")];
          return blocks.flatMap((block, index) => blockProblems(block, `${input}[${index}]`));
        }),
    }),
    inputCheck({
      title: "an invalid address or range of the LAN",
      why: "Other addresses are checked against it.",
      source: "docs/inputs.md",
      needs: ["lan"],
      run: ({ lan }) => [
        ...lan.nodes.flatMap((node, index) => addressProblems(`lan.nodes[${index}]`, node)),
        ...addressProblems("lan.vip", lan.vip),
        ...addressProblems("lan.gateway", lan.gateway),
        ...lan.subnets.flatMap((subnet, index) => rangeProblems(`lan.subnets[${index}]`, subnet, "192.168.1.0/24")),
        ...dhcpRangeProblems(lan.dhcpRange),
      ],
    }),
  ],
  warnings: [],
};

function clusterRangeProblems(input: "podCidr" | "serviceCidr", cidrs: string): readonly Problem[] {
  const example = inputDefaults[input];
  const invalid = rangeTexts(cidrs).find((text) => parseCidr(text) === undefined);
  if (invalid !== undefined) {
    const subject = invalid === cidrs ? "is" : `has ${quote(invalid)}, which is`;
    return [
      problem(input, `${quote(cidrs)} ${subject} not a valid range; write it as in the Talos machine config, such as ${example}`),
    ];
  }
  const families = rangeTexts(cidrs).map((text) => parseCidr(text)?.family);
  if (families.length === new Set(families).size) return [];
  return [
    problem(
      input,
      `${quote(cidrs)} has two ranges of one IP family; give one range, or one of each family, such as ${example},${ipv6Examples[input]}`,
    ),
  ];
}

function addressProblems(input: string, address: string | undefined): readonly Problem[] {
  if (address === undefined || parseAddress(address) !== undefined) return [];
  return [problem(input, `${quote(address)} is not a valid address; write it as 192.168.1.200`)];
}

function rangeProblems(input: string, cidr: string, example: string): readonly Problem[] {
  if (parseCidr(cidr) !== undefined) return [];
  return [problem(input, `${quote(cidr)} is not a valid range; write it as ${example}`)];
}

function dhcpRangeProblems(range: string | undefined): readonly Problem[] {
  if (range === undefined || parseDhcpRange(range) !== undefined) return [];
  const example = "192.168.1.100-192.168.1.150 or 192.168.1.128/25";
  return [problem("lan.dhcpRange", `${quote(range)} is not a valid range; write it as ${example}`)];
}

function blockProblems(block: IpPoolBlock, input: string): readonly Problem[] {
  const { cidr, start, stop } = block;
  if ((cidr === undefined) === (start === undefined) || (cidr !== undefined && stop !== undefined)) {
    return [problem(input, "is neither a cidr nor a range; give either cidr, or start with an optional stop")];
  }
  if (cidr !== undefined) return rangeProblems(`${input}.cidr`, cidr, "192.168.1.200/29");
  const problems = [...addressProblems(`${input}.start`, start), ...addressProblems(`${input}.stop`, stop)];
  if (problems.length > 0 || parseBlock(block) !== undefined) return problems;
  const isSameFamily = isIP(start ?? "") === isIP(stop ?? "");
  const fault = isSameFamily
    ? `start ${start ?? ""} is after stop ${stop ?? ""}`
    : `${start ?? ""} and ${stop ?? ""} are of different families`;
  return [problem(input, `${fault}; give the lower address as start and the higher one of the same family as stop`)];
}
