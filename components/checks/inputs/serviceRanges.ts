import semver from "semver";
import { type NamedRange, podCidrRanges, serviceRanges } from "../../inputs/network.ts";
import type { Settings } from "../../inputs/settings.ts";
import { prefixLengthOf } from "../../support/ipRange.ts";
import { problem } from "../../support/problems.ts";
import { ipv6Examples, setTo } from "../advice.ts";
import { type Checks, inputCheck } from "../check.ts";

const dualStack = "https://kubernetes.io/docs/concepts/services-networking/dual-stack/";

/** The shortest prefixes of Service ranges with which the API server of Kubernetes 1.33 and older starts. */
const shortestPrefix = { 4: 12, 6: 108 } as const;

/** The shortest prefix of an IPv6 range from which Kubernetes 1.34 and newer give addresses. Their IPv4 ranges have no limit. */
const shortestIpv6Prefix = 64;

export const serviceRangeChecks: Checks<Settings> = {
  errors: [
    inputCheck({
      title: "a Service range of an IP family that pods do not have",
      why: "A Service sends traffic to pods of its own IP family only, so Services of this family would reach no pod.",
      source: dualStack,
      needs: ["podCidr", "serviceCidr"],
      run: (settings) => {
        const pods = podCidrRanges(settings);
        // An invalid podCidr is reported by the check of addresses.
        if (pods.length === 0) return [];
        return serviceRanges(settings)
          .filter(({ range }) => !pods.some((pod) => pod.range.family === range.family))
          .map(({ input, range }) =>
            problem(
              input,
              `${range.text} is a range of IPv${range.family}, which podCidr ${settings.podCidr} has not; give Services a range of each IP family of ` +
                "the pods, and of no other",
            ),
          );
      },
    }),
    inputCheck({
      title: "a Service range that is too large for the API server",
      why: "Up to Kubernetes 1.33, the API server does not start. Newer ones give out no address of an IPv6 range larger than a /64.",
      source: "https://github.com/kubernetes/kubernetes/blob/v1.33.0/cmd/kube-apiserver/app/options/validation.go",
      needs: ["serviceCidr", "kubernetesVersion"],
      run: (settings) => {
        const { kubernetesVersion } = settings;
        const effect = hasSizeLimit(kubernetesVersion) ? "does not start with it" : "gives out no address of it";
        return serviceRanges(settings)
          .filter(({ range }) => prefixLengthOf(range) < shortestOf(range.family, kubernetesVersion))
          .map((named) => tooLarge(named, `the API server of Kubernetes ${kubernetesVersion} ${effect}`));
      },
    }),
  ],
  warnings: [
    inputCheck({
      title: "a Service range that is too large for the API server of older Kubernetes",
      why: "Up to Kubernetes 1.33, the API server does not start.",
      source: "https://github.com/kubernetes/kubernetes/blob/v1.34.0/cmd/kube-apiserver/app/options/validation.go",
      needs: ["serviceCidr", "kubernetesVersion"],
      run: (settings) =>
        serviceRanges(settings)
          .filter(({ range }) => prefixLengthOf(range) < shortestPrefix[range.family])
          .filter(({ range }) => prefixLengthOf(range) >= shortestOf(range.family, settings.kubernetesVersion))
          .map((named) => tooLarge(named, "the API server of Kubernetes 1.33 and older does not start with it")),
    }),
    inputCheck({
      title: "pods of two IP families with Services of one",
      why: "Services get no addresses of the other family, from pools neither.",
      source: dualStack,
      needs: ["podCidr", "serviceCidr"],
      run: (settings) => {
        const services = serviceRanges(settings);
        const [own] = services;
        const missing = podCidrRanges(settings).find(({ range }) => !services.some((each) => each.range.family === range.family));
        if (own === undefined || missing === undefined || podCidrRanges(settings).length < 2) return [];
        const { family } = missing.range;
        const both = family === 6 ? `${own.range.text},${ipv6Examples.serviceCidr}` : `10.96.0.0/12,${own.range.text}`;
        return [
          problem(
            own.input,
            `${own.range.text} has no range of IPv${family}, unlike podCidr ${settings.podCidr}, so no Service gets an address of IPv${family}; ` +
              `${setTo(own.input, both)}, with the range that the cluster has`,
          ),
        ];
      },
    }),
  ],
};

function shortestOf(family: 4 | 6, kubernetesVersion: string): number {
  if (hasSizeLimit(kubernetesVersion)) return shortestPrefix[family];
  return family === 4 ? 0 : shortestIpv6Prefix;
}

/** Whether the API server starts with small ranges only. An invalid version is reported by the check of versions. */
function hasSizeLimit(kubernetesVersion: string): boolean {
  return semver.lt(semver.coerce(kubernetesVersion) ?? "0.0.0", "1.34.0");
}

function tooLarge({ input, range }: NamedRange, effect: string): ReturnType<typeof problem> {
  const shortest = shortestPrefix[range.family];
  return problem(
    input,
    `${range.text} is too large: ${effect}; choose a range of /${shortest} or longer, which has a million addresses`,
  );
}
