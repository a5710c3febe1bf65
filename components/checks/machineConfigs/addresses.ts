import { addressesInUse, type NamedRange, namedRange, nodeSubnets, outsideOf, poolBlocks } from "../../inputs/network.ts";
import { type IpRange, overlap, parseAddress } from "../../support/ipRange.ts";
import { problem } from "../../support/problems.ts";
import { type Checks, machineConfigCheck, type MachineConfigSubject } from "../check.ts";
import { overlapProblems, overlapsBetween } from "../overlaps.ts";
import { clusterRanges } from "../values/clusterRanges.ts";

const vipGuide = "https://docs.siderolabs.com/talos/v1.13/networking/advanced/vip";

export const machineConfigAddressChecks: Checks<MachineConfigSubject> = {
  errors: [
    machineConfigCheck({
      title: "a pool that contains an address of a machine config",
      why: "A Service could get the address of the node or of the control planes.",
      source: "https://github.com/cilium/cilium/issues/44430",
      needs: ["talos", "loadBalancer", "lan"],
      run: (subject) =>
        overlapProblems(
          overlapsBetween(poolBlocks(subject.settings), addressesOf(subject)),
          "choose a range without it, or one on each side of it",
        ),
    }),
    machineConfigCheck({
      title: "a pod or Service range that contains an address of a machine config",
      why: "The nodes would send traffic for the LAN into the cluster.",
      source: "https://docs.cilium.io/en/stable/network/concepts/routing/",
      needs: ["talos", "podCidr", "serviceCidr", "lan"],
      run: (subject) =>
        overlapProblems(
          overlapsBetween(clusterRanges(subject), addressesOf(subject)),
          "choose a range that nothing on your network uses",
        ),
    }),
    machineConfigCheck({
      title: "a virtual address that differs from the one in a machine config",
      why: "Other addresses are checked against it.",
      source: vipGuide,
      needs: ["talos", "lan"],
      run: ({ settings, input, config }) => {
        const inputVip = settings.lan.vip === undefined ? undefined : parseAddress(settings.lan.vip);
        const [first] = config.virtualAddresses;
        if (inputVip === undefined || first === undefined || isAmong(config.virtualAddresses, inputVip)) return [];
        return [
          problem(
            "lan.vip",
            `is ${inputVip.text}, but ${input} has the virtual address ${first.text}; leave lan.vip out: the machine configs are read`,
          ),
        ];
      },
    }),
    machineConfigCheck({
      title: "a virtual address of a machine config that is the address of a node or of the router",
      why: "A virtual address that belongs to a node cannot move.",
      source: vipGuide,
      needs: ["talos", "lan"],
      run: ({ settings, input, config }) => {
        if (settings.lan.vip !== undefined) return [];
        const inUse = addressesInUse(settings);
        return config.virtualAddresses.flatMap((vip) => {
          const other = inUse.find(({ range }) => overlap(range, vip));
          if (other === undefined) return [];
          return [problem(input, `has the virtual address ${vip.text}, which is also ${other.input}; give each its own`)];
        });
      },
    }),
    machineConfigCheck({
      title: "a virtual address of a machine config outside of the node networks",
      why: "Either the address or the network is wrong, and other addresses are checked against both.",
      source: vipGuide,
      needs: ["talos", "lan"],
      run: ({ settings, input, config }) => {
        if (settings.lan.vip !== undefined) return [];
        const virtual = config.virtualAddresses.flatMap((range) => namedRange(input, range));
        return outsideOf(nodeSubnets(settings), virtual).map(({ range, networks }) =>
          problem(
            input,
            `has the virtual address ${range.text}, which is in none of lan.subnets (${networks}); correct it, or add its network there`,
          ),
        );
      },
    }),
  ],
  warnings: [],
};

/** The addresses of the machine, named for messages, without those that `lan` has too, which are checked there. */
function addressesOf({ settings, input, config }: MachineConfigSubject<"lan">): readonly NamedRange[] {
  const ofLan = addressesInUse(settings).map(({ range }) => range);
  const unique = [...config.virtualAddresses, ...config.addresses].filter(
    (address, index, all) => all.findIndex((each) => overlap(each, address)) === index,
  );
  return unique
    .filter((address) => !isAmong(ofLan, address))
    .map((range) => ({
      range,
      input: `${isAmong(config.virtualAddresses, range) ? "the virtual address" : "the address"} in ${input}`,
    }));
}

function isAmong(addresses: readonly IpRange[], address: IpRange): boolean {
  return addresses.some((each) => overlap(each, address));
}
