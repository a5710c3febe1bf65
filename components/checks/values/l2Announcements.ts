import { RE2JS, RE2JSException } from "re2js";
import semver from "semver";
import type { L2, L2Policy } from "../../inputs/loadBalancerArgs.ts";
import { parseDuration } from "../../support/goDuration.ts";
import { leaseTiming, type LeaseTiming } from "../../cilium/apiRateLimit.ts";
import { shown, type Problem } from "../../support/problems.ts";
import type { Settings } from "../../inputs/settings.ts";
import type { Checks } from "../check.ts";
import { at, inputOf, isOff, isOn, type Effective } from "../../cilium/valueOrigins.ts";
import { blocksOf } from "../../inputs/network.ts";

const announcements = "https://docs.cilium.io/en/stable/network/l2-announcements/";

/** The policies by themselves. */
export const policyChecks: Checks<Settings> = {
  errors: [
    {
      finds: "a policy that announces nothing",
      because: "Cilium announces no address unless one of loadBalancerIPs and externalIPs is true, and says nothing of it.",
      source: `${announcements}#ip-types`,
      in: ({ loadBalancer: { l2Policies } }) =>
        l2Policies.flatMap(({ loadBalancerIPs = true, externalIPs = false }, index) =>
          loadBalancerIPs || externalIPs
            ? []
            : [
                {
                  input: `loadBalancer.l2Policies[${index}]`,
                  message:
                    "announces nothing, with loadBalancerIPs and externalIPs both false; leave loadBalancerIPs out, or set externalIPs",
                },
              ],
        ),
    },
    {
      finds: "an interface pattern that Go refuses",
      because: "The agent takes Go's regular expressions, and ignores a policy whose pattern it cannot read.",
      source: "https://pkg.go.dev/regexp/syntax",
      in: ({ loadBalancer: { l2Policies } }) =>
        patternsOf(l2Policies).flatMap(({ input, text, pattern }) =>
          typeof pattern === "string"
            ? [{ input, message: `${shown(text)} is no regular expression of Go's: ${pattern}; such as ^enp or ^eno[0-9]+$` }]
            : [],
        ),
    },
  ],
  warnings: [],
};

/** The policies together with the values. */
export const announcementChecks: Checks<Effective> = {
  errors: [
    {
      finds: "policies while no agent may announce",
      because: "Without the switch the agents have neither the code nor the permissions to do so.",
      source: `${announcements}#configuration`,
      in: ({ values, settings }) =>
        settings.loadBalancer.l2Policies.length > 0 && !isOn(values, "l2announcements.enabled")
          ? [
              {
                input: inputOf(settings, "l2announcements.enabled"),
                message: "is false, so that no agent follows loadBalancer.l2Policies; set it to true, or leave the policies out",
              },
            ]
          : [],
    },
    {
      finds: "a lease timing that Cilium does not take",
      because: "The agent replaces what breaks the rules by something else, and says so in its log only.",
      source: `${announcements}#leases`,
      in: ({ values, settings }) => (isOn(values, "l2announcements.enabled") ? timingProblems(values, settings) : []),
    },
    {
      finds: "a policy whose interfaces Cilium does not manage",
      because: "The agent announces on managed devices only: where the pattern fits none of them, nobody answers.",
      source: `${announcements}#interfaces`,
      in: (subject) =>
        unmanaged(subject, "exact").map(({ input, devices }) => ({
          input,
          message: `fits none of the devices that ${inputOf(subject.settings, "devices")} leaves to Cilium (${devices.join(", ")}); change one of the two`,
        })),
    },
    {
      finds: "a pool of addresses of a family that is off",
      because: "The operator gives no address of it.",
      source: "https://docs.cilium.io/en/stable/network/lb-ipam/",
      in: ({ values, settings }) =>
        ([4, 6] as const)
          .filter((family) => (family === 4 ? isOff(values, "ipv4.enabled") : !isOn(values, "ipv6.enabled")))
          .flatMap((family) =>
            ofFamily(
              family,
              settings,
              `gives no addresses while values.ipv${family}.enabled is false; set it, or leave the block out`,
            ),
          ),
    },
  ],
  warnings: [
    {
      finds: "a policy whose interfaces Cilium may not manage",
      because: "The agent announces on managed devices only. A wildcard may stand for other names than those that were tried.",
      source: `${announcements}#interfaces`,
      in: (subject) =>
        unmanaged(subject, "wildcard").map(({ input, devices }) => ({
          input,
          message: `seems to fit none of the devices that ${inputOf(subject.settings, "devices")} leaves to Cilium (${devices.join(", ")})`,
        })),
    },
    {
      finds: "a policy for names that Talos does not give to interfaces",
      because: "Talos names interfaces by their place, such as enp3s0 or eno1; eth0 there is only with net.ifnames=0.",
      source: "https://docs.siderolabs.com/talos/v1.13/networking/predictable-interface-names",
      in: ({ settings, values }) => {
        if (at(values, "devices") !== undefined) return [];
        return settings.loadBalancer.l2Policies.flatMap((policy, index) => {
          const patterns = patternsOf([policy]);
          const fitSome = (names: readonly string[]) => patterns.some(({ pattern }) => names.some((name) => fits(pattern, name)));
          if (!fitSome(["eth0"]) || fitSome(predictable)) return [];
          return [
            {
              input: `loadBalancer.l2Policies[${index}].interfaces`,
              message:
                `${shown(policy.interfaces)} fits eth0, but no name that Talos usually gives, such as ` +
                `${predictable.slice(0, 2).join(" or ")}; leave interfaces out to announce on all`,
            },
          ];
        });
      },
    },
    {
      finds: "a pool of IPv6 addresses that Cilium 1.18 should announce",
      because: "It answers ARP, which is IPv4; neighbour discovery came with 1.19.",
      source: announcements,
      in: ({ settings }) =>
        settings.loadBalancer.l2Policies.length > 0 && semver.satisfies(settings.ciliumVersion, "<1.19.0")
          ? ofFamily(
              6,
              settings,
              `is not announced by Cilium ${settings.ciliumVersion}, which knows ARP only; take 1.19 or later`,
            )
          : [],
    },
  ],
};

const predictable = ["enp3s0", "eno1", "ens18", "enx001122334455", "bond0", "br0"];

interface Pattern {
  readonly input: string;
  readonly text: string;
  /** What Go has against it, if it is not read. */
  readonly pattern: RE2JS | string;
}

function patternsOf(policies: readonly L2Policy[]): readonly Pattern[] {
  return policies.flatMap(({ interfaces = [] }, policy) =>
    interfaces.map((text, index) => ({
      input: `loadBalancer.l2Policies[${policy}].interfaces[${index}]`,
      text,
      pattern: compiled(text),
    })),
  );
}

function compiled(text: string): RE2JS | string {
  try {
    return RE2JS.compile(text);
  } catch (error) {
    if (!(error instanceof RE2JSException)) throw error;
    return error.message.replace(/^error parsing regexp: /, "");
  }
}

function fits(pattern: RE2JS | string, device: string): boolean {
  return typeof pattern !== "string" && pattern.matcher(device).find();
}

/** The policies whose patterns fit no device that Cilium manages, where these are named exactly, or where some are wildcards. */
function unmanaged({ values, settings }: Effective, kind: "exact" | "wildcard") {
  const given = at(values, "devices");
  const listed = Array.isArray(given) ? given.map(String) : typeof given === "string" ? given.split(/[\s,]+/) : [];
  const devices = listed.filter((device) => device !== "");
  const isWildcard = (device: string) => device.endsWith("+");
  // With ! a device is left out, and all others are managed.
  if (devices.length === 0 || devices.some((device) => device.startsWith("!"))) return [];
  // Then others are found and managed as well.
  if (isOn(values, "forceDeviceDetection")) return [];
  if (devices.some(isWildcard) !== (kind === "wildcard")) return [];
  const names = devices.flatMap((device) => (isWildcard(device) ? samples(device.slice(0, -1)) : [device]));
  return settings.loadBalancer.l2Policies.flatMap((policy, index) => {
    const patterns = patternsOf([policy]).map(({ pattern }) => pattern);
    if (patterns.length === 0 || patterns.some((pattern) => typeof pattern === "string")) return [];
    if (patterns.some((pattern) => names.some((name) => fits(pattern, name)))) return [];
    return [{ input: `loadBalancer.l2Policies[${index}].interfaces`, devices }];
  });
}

/** Names that begin so. */
function samples(beginning: string): readonly string[] {
  const numbers = Array.from({ length: 10 }, (_, number) => String(number));
  return [...numbers, "3s0", "1s0f0", "s18", "0.100"]
    .map((end) => `${beginning}${end}`)
    .concat(predictable.filter((name) => name.startsWith(beginning)));
}

function ofFamily(family: 4 | 6, settings: Settings, message: string): readonly Problem[] {
  return blocksOf(settings)
    .filter(({ range }) => range.family === family)
    .map(({ input, range }) => ({ input, message: `${range.text} ${message}` }));
}

function timingProblems(values: Effective["values"], settings: Settings): readonly Problem[] {
  const input = (key: string) => inputOf(settings, `l2announcements.${key}`);
  const timing = leaseTiming(at(values, "l2announcements") as L2);
  const keys = Object.keys(timing) as readonly (keyof LeaseTiming)[];
  const malformed = keys.filter((key) => parseDuration(timing[key]) === undefined);
  if (malformed.length > 0) {
    return malformed
      .filter((key) => input(key).startsWith("values."))
      .map((key) => ({
        input: input(key),
        message: `${shown(timing[key])} is no Go duration; write it with a unit, such as 15s or 500ms`,
      }));
  }
  const [duration, deadline, period] = keys.map((key) => parseDuration(timing[key]) ?? 0) as [number, number, number];
  const problems: Problem[] = [];
  if (duration < 1000) {
    problems.push({ input: input("leaseDuration"), message: `is ${timing.leaseDuration}; the agent takes 1s at least` });
  }
  if (duration <= deadline) {
    problems.push({
      input: input("leaseRenewDeadline"),
      message: `is ${timing.leaseRenewDeadline}, and must be shorter than leaseDuration, which is ${timing.leaseDuration}`,
    });
  }
  if (deadline <= jitter * period) {
    problems.push({
      input: input("leaseRetryPeriod"),
      message: `is ${timing.leaseRetryPeriod}; ${jitter} times as long, it must be shorter than leaseRenewDeadline, which is ${timing.leaseRenewDeadline}`,
    });
  }
  return problems;
}

/** By how much a retry may come later, in client-go's leader election. */
const jitter = 1.2;
