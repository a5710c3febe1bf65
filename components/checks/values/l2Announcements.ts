import { announcesByBgp, announcesOnLan, usesFamily } from "../../cilium/facts.ts";
import { type LeaseTiming, leaseTiming } from "../../cilium/leaseTiming.ts";
import { announcesPoolsByBgp } from "../../cilium/loadBalancer/bgp.ts";
import { announcesPools } from "../../cilium/loadBalancer/l2Policies.ts";
import { isUserValue, originOf, userValueInput, type UserValues } from "../../cilium/valueOrigins.ts";
import { type HelmValues } from "../../helm/values.ts";
import { poolBlocks } from "../../inputs/network.ts";
import type { Settings } from "../../inputs/settings.ts";
import { parseDuration } from "../../support/goDuration.ts";
import { type Problem, problem, quote } from "../../support/problems.ts";
import { anyOf, leaveOut, setTo } from "../advice.ts";
import { type Checks, valuesCheck, type ValuesSubject } from "../check.ts";

const announcements = "https://docs.cilium.io/en/stable/network/l2-announcements/";

export const l2AnnouncementChecks: Checks<ValuesSubject> = {
  errors: [
    valuesCheck({
      title: "policies although L2 announcements are off",
      why: "Without the switch, the agents have neither the code nor the permissions to announce.",
      source: `${announcements}#configuration`,
      needs: ["loadBalancer"],
      run: ({ settings, values }) => {
        if (settings.loadBalancer.l2Policies.length === 0 || announcesOnLan(values)) return [];
        const input = originOf(settings, "l2announcements.enabled");
        const waysOut = anyOf([setTo(input, true), leaveOut("loadBalancer.l2Policies")]);
        return [problem(input, `is false, so no agent follows loadBalancer.l2Policies; ${waysOut}`)];
      },
    }),
    valuesCheck({
      title: "a lease timing that Cilium does not accept",
      why: "The agent replaces timings that break its rules, and only its log says so.",
      source: `${announcements}#leases`,
      needs: [],
      run: ({ settings, values }) => (announcesOnLan(values) ? timingProblems(settings, values) : []),
    }),
    valuesCheck({
      title: "a pool of an IP family that is off",
      why: "The operator gives out no address of it.",
      source: "https://docs.cilium.io/en/stable/network/lb-ipam/",
      needs: ["loadBalancer", "podCidr"],
      run: ({ settings, values }) =>
        ([4, 6] as const)
          .filter((family) => !usesFamily(values, family))
          .flatMap((family) => {
            const path = `ipv${family}.enabled`;
            const state = isUserValue(settings, path)
              ? `${userValueInput(settings, path)} is not true`
              : `podCidr ${settings.podCidr} has no range of IPv${family}`;
            const remedy = `choose addresses of the other family, or give podCidr and serviceCidr a range of IPv${family} too`;
            return blockProblems(settings, family, `gives no addresses while ${state}; ${remedy}`);
          }),
    }),
    valuesCheck({
      title: "a pool of IPv6 addresses that Cilium 1.18 should announce",
      why: "Cilium 1.18 answers ARP, which is IPv4. Neighbor discovery came with 1.19.",
      source: announcements,
      needs: ["ciliumVersion", "loadBalancer", "bgp"],
      releases: "<1.19.0",
      run: ({ settings, values }) => {
        const { ciliumVersion, loadBalancer } = settings;
        // BGP announces IPv6 in every release.
        if (!loadBalancer.l2Policies.some(announcesPools) || announcesPoolsByBgp(settings, values, 6)) return [];
        return blockProblems(
          settings,
          6,
          `is not announced by Cilium ${ciliumVersion}, which only answers ARP; use Cilium 1.19 or later, or announce these addresses by BGP`,
        );
      },
    }),
  ],
  warnings: [
    valuesCheck({
      title: "pools whose addresses nobody announces",
      why: "Services get the addresses, but no router and no client learns where they are.",
      source: "https://docs.cilium.io/en/stable/network/lb-ipam/",
      needs: ["loadBalancer", "bgp"],
      run: ({ settings, values }) => {
        const { ipPools, l2Policies } = settings.loadBalancer;
        const isByBgp = ([4, 6] as const).some((family) => announcesPoolsByBgp(settings, values, family));
        if (ipPools.length === 0 || l2Policies.some(announcesPools) || isByBgp) return [];
        // Instances that cannot work are a problem of their own.
        if (settings.bgp.length > 0 && !announcesByBgp(values)) return [];
        const state = l2Policies.length === 0 ? "is empty" : "announces no address from a pool, because loadBalancerIPs is false";
        const permission = announcesOnLan(values) ? "" : `turn ${originOf(settings, "l2announcements.enabled")} on and `;
        return [
          problem(
            "loadBalancer.l2Policies",
            `${state}, and no router learns them by bgp, so nobody announces the addresses of the pools; ${permission}add a policy such as ` +
              '{ name: "lan" }, unless something else announces them',
          ),
        ];
      },
    }),
  ],
};

function blockProblems(settings: Pick<Settings, "loadBalancer">, family: 4 | 6, message: string): readonly Problem[] {
  return poolBlocks(settings)
    .filter(({ range }) => range.family === family)
    .map(({ input, range }) => problem(input, `${range.text} ${message}`));
}

/** The factor by which client-go's leader election may delay a retry. */
const jitter = 1.2;

function timingProblems(settings: UserValues, values: HelmValues): readonly Problem[] {
  const timing = leaseTiming(values);
  const pathOf = (key: keyof LeaseTiming) => `l2announcements.${key}`;
  const input = (key: keyof LeaseTiming) => originOf(settings, pathOf(key));
  const keys = ["leaseDuration", "leaseRenewDeadline", "leaseRetryPeriod"] as const;
  const malformed = keys.filter((key) => parseDuration(timing[key]) === undefined);
  if (malformed.length > 0) {
    // A malformed input of `l2` is reported by the check of durations.
    return malformed
      .filter((key) => isUserValue(settings, pathOf(key)))
      .map((key) =>
        problem(input(key), `${quote(timing[key])} is not a valid Go duration; write it with a unit, such as 15s or 500ms`),
      );
  }
  const milliseconds = (key: keyof LeaseTiming) => parseDuration(timing[key]) ?? 0;
  const problems: Problem[] = [];
  if (milliseconds("leaseDuration") < 1000) {
    problems.push(problem(input("leaseDuration"), `is ${timing.leaseDuration}; the agent requires at least 1s`));
  }
  if (milliseconds("leaseDuration") <= milliseconds("leaseRenewDeadline")) {
    problems.push(
      problem(
        input("leaseRenewDeadline"),
        `is ${timing.leaseRenewDeadline}, and must be shorter than leaseDuration, which is ${timing.leaseDuration}`,
      ),
    );
  }
  if (milliseconds("leaseRenewDeadline") <= jitter * milliseconds("leaseRetryPeriod")) {
    problems.push(
      problem(
        input("leaseRetryPeriod"),
        `is ${timing.leaseRetryPeriod}, and ${jitter} times that must be shorter than leaseRenewDeadline, which is ${timing.leaseRenewDeadline}`,
      ),
    );
  }
  return problems;
}
