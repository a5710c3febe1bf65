import semver from "semver";
import { podCidrRanges, serviceRanges } from "../../inputs/network.ts";
import { type IpRange, parseCidr } from "../../support/ipRange.ts";
import { problem } from "../../support/problems.ts";
import { setTo } from "../advice.ts";
import { type Checks, machineConfigCheck, type MachineConfigSubject } from "../check.ts";

type RangeSubject = MachineConfigSubject<"talos" | "podCidr" | "serviceCidr">;

/** The ranges of one kind that a machine config has and the patch replaces. */
interface ReplacedRanges {
  /** The name of the setting in the config. */
  readonly setting: "podSubnets" | "serviceSubnets";
  /** The input whose ranges the patch sets. */
  readonly input: "podCidr" | "serviceCidr";
  readonly before: readonly IpRange[];
  readonly after: readonly IpRange[];
}

const talosNetwork = "https://docs.siderolabs.com/talos/v1.13/reference/configuration/overview";

/** The ranges that Talos writes into every new config. */
const talosDefaults = { podSubnets: parseCidr("10.244.0.0/16"), serviceSubnets: parseCidr("10.96.0.0/12") };

export const machineConfigRangeChecks: Checks<MachineConfigSubject> = {
  errors: [
    machineConfigCheck({
      title: "a machine config with other ranges of pods or Services than the inputs",
      why:
        "The patch replaces the ranges of the config. A running cluster cannot change its ranges, and a range of the second IP family would " +
        "be lost: the agents of a cluster with two families then wait for it forever.",
      source: talosNetwork,
      needs: ["talos", "podCidr", "serviceCidr"],
      run: (subject) =>
        replacedRanges(subject)
          .filter((ranges) => !isDefault(ranges))
          .map((replaced) => {
            const { setting, input, before, after } = replaced;
            const effect = `has the ${setting} ${textOf(before)}, which the patch replaces by ${input} ${textOf(after)}`;
            return problem(subject.input, `${effect}; ${remedyFor(replaced)}`);
          }),
    }),
    machineConfigCheck({
      title: "a machine config with which the controller manager of Talos 1.14 does not start",
      why:
        "Talos 1.14 sets the flag of each IP family. Next to one of them, the controller manager refuses the common flag, and no node gets a " +
        "range for its pods.",
      source: "https://kubernetes.io/docs/reference/command-line-tools-reference/kube-controller-manager/",
      needs: ["talos", "podCidr"],
      run: ({ settings, input, isControlPlane, config: { setsCommonMaskSize } }) => {
        const isNewTalos = semver.gte(semver.coerce(settings.talos.version) ?? "0.0.0", "1.14.0");
        if (!isControlPlane || !setsCommonMaskSize || !isNewTalos) return [];
        const families = [...new Set(podCidrRanges(settings).map(({ range }) => range.family))];
        const flags = families.map((family) => `node-cidr-mask-size-ipv${family}`).join(" and ");
        return [
          problem(
            input,
            "gives the controller manager node-cidr-mask-size, with which it does not start on Talos 1.14, because that sets the flag of each IP " +
              `family itself; rename it to ${flags} in the config`,
          ),
        ];
      },
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
          .map(({ setting, input, before, after }) =>
            problem(
              subject.input,
              `has the ${setting} ${textOf(before)}, Talos' default, which the patch replaces by ${input} ${textOf(after)}; for a cluster that ` +
                `runs with them already, whose ranges cannot change, set ${input} to ${textOf(before)}; for any other, write ${textOf(after)} ` +
                "into the config too",
            ),
          ),
    }),
  ],
};

function replacedRanges({ settings, config }: RangeSubject): readonly ReplacedRanges[] {
  const pods = { setting: "podSubnets", input: "podCidr", after: podCidrRanges(settings) } as const;
  const services = { setting: "serviceSubnets", input: "serviceCidr", after: serviceRanges(settings) } as const;
  return [pods, services].flatMap(({ setting, input, after }) => {
    const before = config[setting];
    const ranges = after.map(({ range }) => range);
    if (ranges.length === 0 || before.length === 0 || areSame(before, ranges)) return [];
    return [{ setting, input, before, after: ranges }];
  });
}

function remedyFor({ input, before }: ReplacedRanges): string {
  const families = new Set(before.map(({ family }) => family));
  if (families.size < before.length) {
    return `${input} is one range, or one of each IP family: keep only these in the config, and give them as ${input}`;
  }
  return `${setTo(input, before.map(({ text }) => text).join(","))}, or write ${input} into the config if the cluster is new`;
}

function isDefault({ setting, before }: ReplacedRanges): boolean {
  const talosDefault = talosDefaults[setting];
  return talosDefault !== undefined && areSame(before, [talosDefault]);
}

/** Whether two lists have the same ranges in the same order. The first range is of the primary IP family. */
function areSame(ones: readonly IpRange[], others: readonly IpRange[]): boolean {
  if (ones.length !== others.length) return false;
  return ones.every((one, index) => {
    const { family, first, last } = others[index] ?? one;
    return one.family === family && one.first === first && one.last === last;
  });
}

function textOf(ranges: readonly IpRange[]): string {
  return ranges.map(({ text }) => text).join(", ");
}
