import { isIP } from "node:net";
import semver from "semver";
import { parse } from "yaml";
import { parseCidr, parseAddress, parseBlock } from "../../support/ipRange.ts";
import type { IpPoolBlock } from "../../inputs/loadBalancerArgs.ts";
import { parseDuration } from "../../support/goDuration.ts";
import { shown, type Problem } from "../../support/problems.ts";
import { defaults, type Settings } from "../../inputs/settings.ts";
import { ciliumMinor, ciliumMinors, minorOf } from "../../versions/supported.ts";
import type { Checks } from "../check.ts";
import { at } from "../../cilium/valueOrigins.ts";
import { parseDhcpRange } from "../../inputs/network.ts";

const dnsLabel = /^(?=.{1,63}$)[a-z0-9](?:[-a-z0-9]*[a-z0-9])?$/;
/** The name of most Kubernetes objects. */
export const dnsSubdomain = /^(?=.{1,253}$)[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*$/;
const minorOrPatch = /^v?1\.\d{1,3}(?:\.\d{1,3}(?:-[0-9A-Za-z.-]+)?)?$/;

/** Each input by itself. */
export const inputChecks: Checks<Settings> = {
  errors: [
    {
      finds: "a Cilium version that is not supported",
      because:
        "Values and their effects differ from one minor release to the next; each supported one is tested on its real chart.",
      source: "https://github.com/cilium/cilium/releases",
      in: ({ ciliumVersion }) => {
        const supported = `supported are releases of ${Object.keys(ciliumMinors).join(", ")}`;
        const refused = (message: string) => [{ input: "ciliumVersion", message: `${message}; ${supported}` }];
        if (semver.valid(ciliumVersion) !== ciliumVersion)
          return refused(`${shown(ciliumVersion)} is not a release such as 1.18.4`);
        return ciliumMinor(ciliumVersion) === undefined ? refused(`${ciliumVersion} is of ${minorOf(ciliumVersion)}`) : [];
      },
    },
    {
      finds: "a Kubernetes or Talos version that is none",
      because: "The chart renders for it, and the other checks look it up.",
      source: "https://helm.sh/docs/helm/helm_template/",
      in: ({ kubernetesVersion, ciliumVersion, talos }) => [
        // Of an unknown Cilium there is no newest Kubernetes.
        ...(minorOrPatch.test(kubernetesVersion) || (kubernetesVersion === "" && ciliumMinor(ciliumVersion) === undefined)
          ? []
          : [{ input: "kubernetesVersion", message: `${shown(kubernetesVersion)} is not a version such as 1.33 or 1.33.2` }]),
        ...(["configContract", "version"] as const).flatMap((key) => {
          const version = talos[key];
          if (version === undefined || minorOrPatch.test(version)) return [];
          return [{ input: `talos.${key}`, message: `${shown(version)} is not a Talos version such as 1.13` }];
        }),
      ],
    },
    {
      finds: "a name that Kubernetes does not take, or takes once only",
      because: "The API server refuses it, or the second object overwrites the first.",
      source: "https://kubernetes.io/docs/concepts/overview/working-with-objects/names/",
      in: ({ namespace, loadBalancer }) => [
        ...(typeof parse(namespace, { version: "1.1" }) === "string" || !dnsLabel.test(namespace)
          ? nameProblems("namespace", namespace, dnsLabel, "a DNS label such as kube-system")
          : [
              {
                input: "namespace",
                message: `${shown(namespace)} is no text where it stands without quotes, as the chart writes it; choose another name`,
              },
            ]),
        ...objectNameProblems("loadBalancer.ipPools", loadBalancer.ipPools),
        ...objectNameProblems("loadBalancer.l2Policies", loadBalancer.l2Policies),
      ],
    },
    {
      finds: "a pod or Service range that is no IPv4 range",
      because: "Talos and Cilium take these ranges in CIDR notation.",
      source: "https://docs.siderolabs.com/talos/v1.13/reference/configuration/v1alpha1/config",
      in: (settings) =>
        (["podCidr", "serviceCidr"] as const).flatMap((input) => {
          const cidr = settings[input];
          if (parseCidr(cidr)?.family === 4) return [];
          const message = `${shown(cidr)} is no IPv4 range; write it as in the Talos machine config, such as ${defaults[input]}`;
          return [{ input, message }];
        }),
    },
    {
      finds: "an address of the Kubernetes API that is none",
      because: "Agents and operator would reach nothing.",
      source: "https://docs.siderolabs.com/kubernetes-guides/advanced-guides/kubeprism",
      in: ({ kubePrism: { host } }) =>
        isIP(host) !== 0 || dnsSubdomain.test(host)
          ? []
          : [
              {
                input: "kubePrism.host",
                message: `${shown(host)} is neither a host name nor an address; the port is kubePrism.port`,
              },
            ],
    },
    {
      finds: "Hubble with delivery chart and Cilium 1.18",
      because: "There a Helm hook makes the certificates, and Pulumi's Chart leaves hooks out.",
      source: "https://www.pulumi.com/registry/packages/kubernetes/api-docs/helm/v4/chart/",
      in: ({ delivery, hubble, ciliumVersion, values }) =>
        // By other certificates there is no hook; the rendering tells.
        delivery === "chart" && hubble.enabled && ciliumVersion.startsWith("1.18.") && at(values, "hubble.tls") === undefined
          ? [
              {
                input: "hubble.enabled",
                message:
                  "cannot be true with delivery chart and Cilium 1.18: there the job that makes the certificates is a Helm hook, which " +
                  'Pulumi\'s Chart leaves out; take Cilium 1.19 or later, or delivery "manifest"',
              },
            ]
          : [],
    },
    {
      finds: "a duration without a unit",
      because: "Go reads no bare number.",
      source: "https://pkg.go.dev/time#ParseDuration",
      in: ({ l2, loadBalancer: { operatorTimeout } }) => [
        ...durationProblems("loadBalancer.operatorTimeout", operatorTimeout),
        ...durationProblems("l2.leaseDuration", l2.leaseDuration),
        ...durationProblems("l2.leaseRenewDeadline", l2.leaseRenewDeadline),
        ...durationProblems("l2.leaseRetryPeriod", l2.leaseRetryPeriod),
      ],
    },
    {
      finds: "a pool without blocks, or a block that is no range of addresses",
      because: "Cilium's operator gives no address of it; of a cidr beside a start it silently takes the cidr.",
      source: "https://docs.cilium.io/en/stable/network/lb-ipam/",
      in: ({ loadBalancer: { ipPools } }) =>
        ipPools.flatMap(({ blocks }, pool) => {
          const input = `loadBalancer.ipPools[${pool}].blocks`;
          if (blocks.length === 0) return [{ input, message: "is empty; a pool needs at least one block" }];
          return blocks.flatMap((block, index) => blockProblems(block, `${input}[${index}]`));
        }),
    },
    {
      finds: "an address or a range of the LAN that is none",
      because: "The other addresses are checked against it.",
      source: "docs/inputs.md",
      in: ({ lan }) => [
        ...lan.nodes.flatMap((node, index) => addressProblems(`lan.nodes[${index}]`, node)),
        ...addressProblems("lan.vip", lan.vip),
        ...addressProblems("lan.gateway", lan.gateway),
        ...lan.subnets.flatMap((subnet, index) =>
          parseCidr(subnet) === undefined
            ? [{ input: `lan.subnets[${index}]`, message: `${shown(subnet)} is no range; write it as 192.168.1.0/24` }]
            : [],
        ),
        ...(lan.dhcpRange !== undefined && parseDhcpRange(lan.dhcpRange) === undefined
          ? [
              {
                input: "lan.dhcpRange",
                message: `${shown(lan.dhcpRange)} is no range; write it as 192.168.1.100-192.168.1.150 or 192.168.1.128/25`,
              },
            ]
          : []),
      ],
    },
    {
      finds: "a chart repository or digest that is none",
      because: "Nothing could be fetched, or nothing would match.",
      source: "https://helm.sh/docs/helm/helm_pull/",
      in: ({ chart: { repository, sha256 } }) => [
        ...(/^(?:https?|oci):\/\/[^/]/.test(repository)
          ? []
          : [
              {
                input: "chart.repository",
                message: `${shown(repository)} is no repository; write https://… or oci://…, or name a folder or archive as chart.path`,
              },
            ]),
        ...(sha256 === undefined || /^[0-9a-f]{64}$/.test(sha256)
          ? []
          : [{ input: "chart.sha256", message: `${shown(sha256)} is no SHA-256; it has 64 digits of 0-9 and a-f` }]),
      ],
    },
  ],
  warnings: [],
};

function nameProblems(input: string, name: string, form: RegExp, description: string): readonly Problem[] {
  return form.test(name) ? [] : [{ input, message: `${shown(name)} is no Kubernetes name; it must be ${description}` }];
}

function objectNameProblems(list: string, objects: readonly { readonly name: string }[]): readonly Problem[] {
  return objects.flatMap(({ name }, index) => {
    const input = `${list}[${index}].name`;
    const first = objects.findIndex((other) => other.name === name);
    if (first < index) return [{ input, message: `${shown(name)} is the name of ${list}[${first}] too; names are unique` }];
    return nameProblems(input, name, dnsSubdomain, "a DNS subdomain such as default-ip-pool");
  });
}

function durationProblems(input: string, duration: string | undefined): readonly Problem[] {
  if (duration === undefined || parseDuration(duration) !== undefined) return [];
  return [{ input, message: `${shown(duration)} is no Go duration; write it with a unit, such as 15s or 500ms` }];
}

function addressProblems(input: string, address: string | undefined): readonly Problem[] {
  if (address === undefined || parseAddress(address) !== undefined) return [];
  return [{ input, message: `${shown(address)} is no address; write it as 192.168.1.200` }];
}

function blockProblems(block: IpPoolBlock, input: string): readonly Problem[] {
  const { cidr, start, stop } = block;
  if ((cidr === undefined) === (start === undefined) || (cidr !== undefined && stop !== undefined)) {
    return [{ input, message: "is neither a cidr nor a range; give either cidr, or start with an optional stop" }];
  }
  if (cidr !== undefined) {
    if (parseCidr(cidr) !== undefined) return [];
    return [{ input: `${input}.cidr`, message: `${shown(cidr)} is no range; write it as 192.168.1.200/29` }];
  }
  const problems = Object.entries({ start, stop }).flatMap(([key, address]) => addressProblems(`${input}.${key}`, address));
  if (problems.length > 0 || parseBlock(block) !== undefined) return problems;
  return [
    {
      input,
      message: `from ${start ?? ""} to ${stop ?? ""} there are no addresses; start comes first, and both are of one family`,
    },
  ];
}
