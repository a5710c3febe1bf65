import { type IpRange, parseCidr } from "../../support/ipRange.ts";
import { problem } from "../../support/problems.ts";
import { allOf, anyOf, leaveOut, setTo, withoutMachines } from "../advice.ts";
import { type Checks, machineConfigCheck, type MachineConfigSubject } from "../check.ts";

type RangeSubject = MachineConfigSubject<"talos" | "podCidr" | "serviceCidr">;

/** The ranges of one kind that a machine config has and the patch replaces. */
interface ReplacedRanges {
  /** The name of the setting in the config. */
  readonly setting: "podSubnets" | "serviceSubnets";
  /** The input whose range the patch sets. */
  readonly replacement: { readonly input: "podCidr" | "serviceCidr"; readonly range: IpRange };
  readonly before: readonly IpRange[];
}

const talosNetwork = "https://docs.siderolabs.com/talos/v1.13/reference/configuration/overview";

/** The ranges that Talos writes into every new config. */
const talosDefaults = { podSubnets: parseCidr("10.244.0.0/16"), serviceSubnets: parseCidr("10.96.0.0/12") };

export const machineConfigRangeChecks: Checks<MachineConfigSubject> = {
  errors: [
    machineConfigCheck({
      title: "a machine config with other ranges of pods or Services than the inputs",
      why:
        "The patch replaces the ranges of the config. A running cluster cannot change its ranges, and a range of IPv6 would be lost: the " +
        "agents of a cluster with two ranges then wait for the second one forever.",
      source: talosNetwork,
      needs: ["talos", "podCidr", "serviceCidr"],
      run: (subject) =>
        replacedRanges(subject)
          .filter((ranges) => !isDefault(ranges))
          .map(({ setting, replacement, before }) => {
            const effect = `has the ${setting} ${textOf(before)}, which the patch replaces by ${replacement.input} ${replacement.range.text}`;
            return problem(subject.input, `${effect}; ${remedyFor({ setting, replacement, before })}`);
          }),
    }),
  ],
  warnings: [
    machineConfigCheck({
      title: "a machine config with Talos' default ranges in place of those of the inputs",
      why: "The patch sets the ranges of a new cluster. A running cluster cannot change its ranges.",
      source: talosNetwork,
      needs: ["talos", "podCidr", "serviceCidr"],
      run: (subject) =>
        replacedRanges(subject)
          .filter(isDefault)
          .map(({ setting, replacement: { input, range }, before }) =>
            problem(
              subject.input,
              `has the ${setting} ${textOf(before)}, Talos' default, which the patch replaces by ${input} ${range.text}; for a cluster that ` +
                `runs with them already, whose ranges cannot change, set ${input} to ${textOf(before)}; for any other, write ${range.text} ` +
                "into the config too",
            ),
          ),
    }),
  ],
};

function replacedRanges({ settings, config }: RangeSubject): readonly ReplacedRanges[] {
  const pairs = [
    ["podSubnets", "podCidr"],
    ["serviceSubnets", "serviceCidr"],
  ] as const;
  return pairs.flatMap(([setting, input]) => {
    const range = parseCidr(settings[input]);
    const before = config[setting];
    if (range === undefined || before.every((each) => isSame(each, range))) return [];
    return [{ setting, replacement: { input, range }, before }];
  });
}

function remedyFor({ setting, replacement: { input }, before }: ReplacedRanges): string {
  const ofIpv4 = before.filter(({ family }) => family === 4);
  const [range, ...others] = ofIpv4;
  if (others.length > 0) return `${input} is one range: keep only one in the config, and give it as ${input}`;
  if (range !== undefined && ofIpv4.length === before.length) {
    return `${setTo(input, range.text)}, or write ${input} into the config if the cluster is new`;
  }
  const withIpv6 = allOf(
    setTo("delivery", "manifest"),
    withoutMachines,
    "turn kube-proxy and Talos' own CNI off in the config yourself",
  );
  const path = `cluster.network.${setting}`;
  const withoutIpv6 =
    range === undefined
      ? `${leaveOut(path)} of the config`
      : allOf(setTo(input, range.text), `${setTo(path, [range.text])} in the config`);
  return `${input} is one range of IPv4: ${anyOf([`${withIpv6} to keep IPv6`, `${withoutIpv6} for a new cluster without IPv6`])}`;
}

function isDefault({ setting, before }: ReplacedRanges): boolean {
  const talosDefault = talosDefaults[setting];
  return talosDefault !== undefined && before.every((range) => isSame(range, talosDefault));
}

function isSame(one: IpRange, other: IpRange): boolean {
  return one.family === other.family && one.first === other.first && one.last === other.last;
}

function textOf(ranges: readonly IpRange[]): string {
  return ranges.map(({ text }) => text).join(", ");
}
