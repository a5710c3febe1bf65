import { isIP } from "node:net";
import semver from "semver";
import { overlap, parseCidr } from "./addresses.ts";
import type { IpPool, IpPoolBlock, L2, TalosCiliumCniArgs } from "./args.ts";
import { parseDuration } from "./duration.ts";
import { InputError, shown, type Problem } from "./problems.ts";
import { schemaProblems } from "./schemaProblems.ts";
import { defaults, settingsOf, type Settings } from "./settings.ts";
import { configProblems, machinesOf } from "./talos.ts";
import { ciliumMinor, ciliumMinors, minorOf } from "./versions.ts";

/** Throws one InputError for all that is wrong with the inputs. */
export function validate(args: TalosCiliumCniArgs): void {
  const outputs = outputsAmong(args);
  // An Output is reported as what it is, not as what its type is not.
  const isOutput = ({ input }: Problem) => outputs.some((output) => /^$|^[.[]/.test(input.replace(output.input, "")));
  const misfits = [...outputs, ...schemaProblems(args).filter((problem) => !isOutput(problem))];
  // What has the wrong type is reported as such, and judged no further.
  const misfit = new Set(misfits.map(({ input }) => input.replace(/[.[].*$/, "")));
  const rest = Object.fromEntries(Object.entries(args).filter(([key]) => !misfit.has(key)));
  const problems = [...misfits, ...settingsProblems(settingsOf(rest))];
  if (problems.length > 0) throw new InputError(problems);
}

function settingsProblems(settings: Settings): readonly Problem[] {
  return [
    ...deliveryProblems(settings),
    ...versionProblems(settings),
    ...nameProblems("namespace", settings.namespace, dnsLabel, "a DNS label such as kube-system"),
    ...cidrProblems(settings),
    ...kubePrismProblems(settings),
    ...hubbleProblems(settings),
    ...leaseProblems(settings.l2),
    ...loadBalancerProblems(settings),
    ...nodeProblems(settings),
    ...chartProblems(settings),
    ...talosProblems(settings),
    ...namespaceOverrideProblems(settings),
  ];
}

// What comes from machines, and nothing is rendered from.
const fromResources = /^talos\.(?:clientConfiguration(?:\.|$)|(?:controlPlanes|workers)\[\d+\]\.)/;

// An Output is not known yet when the program starts, so nothing could be rendered or checked at preview. Recognized as Pulumi does it.
function outputsAmong(value: unknown, input = ""): readonly Problem[] {
  if (typeof value === "function" || typeof value === "symbol" || typeof value === "bigint") {
    return [{ input, message: `is a ${typeof value}; only plain data can be rendered and checked at preview` }];
  }
  if (typeof value !== "object" || value === null) return [];
  if ("__pulumiOutput" in value || value instanceof Promise) {
    if (fromResources.test(input)) return [];
    return [
      { input, message: "is an Output or a Promise; only plain data, known when the program starts, can be checked at preview" },
    ];
  }
  const member = (key: string) => (Array.isArray(value) ? `${input}[${key}]` : input === "" ? key : `${input}.${key}`);
  return Object.entries(value).flatMap(([key, inner]) => outputsAmong(inner, member(key)));
}

function deliveryProblems({ delivery, hubble, ciliumVersion }: Settings): readonly Problem[] {
  const problems: Problem[] = [];
  if (delivery === "chart" && hubble.enabled && ciliumVersion.startsWith("1.18.")) {
    problems.push({
      input: "hubble.enabled",
      message:
        "cannot be true with delivery chart and Cilium 1.18: there the job that makes the certificates is a Helm hook, which " +
        'Pulumi\'s Chart leaves out; take Cilium 1.19 or later, or delivery "manifest"',
    });
  }
  return problems;
}

function versionProblems({ ciliumVersion, kubernetesVersion }: Settings): readonly Problem[] {
  const problems: Problem[] = [];
  const supported = Object.keys(ciliumMinors).join(", ");
  if (semver.valid(ciliumVersion) !== ciliumVersion) {
    problems.push({
      input: "ciliumVersion",
      message: `${shown(ciliumVersion)} is not a release such as 1.18.4; supported are releases of ${supported}`,
    });
  } else if (ciliumMinor(ciliumVersion) === undefined) {
    problems.push({
      input: "ciliumVersion",
      message: `${ciliumVersion} is of ${minorOf(ciliumVersion)}; supported are releases of ${supported}`,
    });
  }
  if (kubernetesVersion !== "" && !/^v?1\.\d{1,3}(?:\.\d{1,3})?$/.test(kubernetesVersion)) {
    problems.push({ input: "kubernetesVersion", message: `${shown(kubernetesVersion)} is not a version such as 1.33 or 1.33.2` });
  }
  return problems;
}

const dnsLabel = /^(?=.{1,63}$)[a-z0-9](?:[-a-z0-9]*[a-z0-9])?$/;
const dnsSubdomain = /^(?=.{1,253}$)[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*$/;

function nameProblems(input: string, name: string, form: RegExp, description: string): readonly Problem[] {
  return form.test(name) ? [] : [{ input, message: `${shown(name)} is no Kubernetes name; it must be ${description}` }];
}

function namespaceOverrideProblems({ values: { namespaceOverride } }: Settings): readonly Problem[] {
  if (!namespaceOverride) return [];
  return [
    {
      input: "values.namespaceOverride",
      message: `is ${shown(namespaceOverride)}, a namespace that nobody makes; set the input namespace to it instead`,
    },
  ];
}

function cidrProblems({ podCidr, serviceCidr }: Settings): readonly Problem[] {
  const problems = (["podCidr", "serviceCidr"] as const).flatMap((input) => {
    const cidr = { podCidr, serviceCidr }[input];
    if (parseCidr(cidr)?.family === 4) return [];
    const message = `${shown(cidr)} is no IPv4 range; write it as in the Talos machine config, such as ${defaults[input]}`;
    return [{ input, message }];
  });
  if (problems.length === 0 && overlap(podCidr, serviceCidr)) {
    return [
      { input: "podCidr", message: `${podCidr} overlaps serviceCidr ${serviceCidr}; pods and Services need ranges of their own` },
    ];
  }
  return problems;
}

function kubePrismProblems({ kubePrism: { host } }: Settings): readonly Problem[] {
  if (isIP(host) !== 0 || dnsSubdomain.test(host)) return [];
  return [
    { input: "kubePrism.host", message: `${shown(host)} is neither a host name nor an address; the port is kubePrism.port` },
  ];
}

function hubbleProblems({ hubble }: Settings): readonly Problem[] {
  const problems: Problem[] = [];
  if (hubble.relay && !hubble.enabled) {
    problems.push({ input: "hubble.relay", message: "cannot be true while hubble.enabled is false; set both" });
  }
  if (hubble.ui && !hubble.relay) {
    problems.push({
      input: "hubble.ui",
      message: "cannot be true while hubble.relay is false: it shows what Relay gathers; set both",
    });
  }
  return problems;
}

function leaseProblems(l2: L2): readonly Problem[] {
  return (["leaseDuration", "leaseRenewDeadline", "leaseRetryPeriod"] as const).flatMap((key) =>
    durationProblems(`l2.${key}`, l2[key]),
  );
}

function durationProblems(input: string, duration: string | undefined): readonly Problem[] {
  if (duration === undefined || parseDuration(duration) !== undefined) return [];
  return [{ input, message: `${shown(duration)} is no Go duration; write it with a unit, such as 15s or 500ms` }];
}

function loadBalancerProblems({ loadBalancer: { ipPools, l2Policies, operatorTimeout } }: Settings): readonly Problem[] {
  return [
    ...durationProblems("loadBalancer.operatorTimeout", operatorTimeout),
    ...objectNameProblems("loadBalancer.ipPools", ipPools),
    ...objectNameProblems("loadBalancer.l2Policies", l2Policies),
    ...ipPools.flatMap((pool, index) => poolProblems(pool, `loadBalancer.ipPools[${index}]`)),
  ];
}

function objectNameProblems(list: string, objects: readonly { readonly name: string }[]): readonly Problem[] {
  return objects.flatMap(({ name }, index) => {
    const input = `${list}[${index}].name`;
    const first = objects.findIndex((other) => other.name === name);
    if (first < index) return [{ input, message: `${shown(name)} is the name of ${list}[${first}] too; names are unique` }];
    return nameProblems(input, name, dnsSubdomain, "a DNS subdomain such as default-ip-pool");
  });
}

function poolProblems({ blocks }: IpPool, pool: string): readonly Problem[] {
  if (blocks.length === 0) return [{ input: `${pool}.blocks`, message: "is empty; a pool needs at least one block" }];
  return blocks.flatMap((block, index) => blockProblems(block, `${pool}.blocks[${index}]`));
}

function blockProblems({ cidr, start, stop }: IpPoolBlock, input: string): readonly Problem[] {
  if ((cidr === undefined) === (start === undefined) || (cidr !== undefined && stop !== undefined)) {
    return [{ input, message: "is neither a cidr nor a range; give either cidr, or start with an optional stop" }];
  }
  if (cidr !== undefined && parseCidr(cidr) === undefined) {
    return [{ input: `${input}.cidr`, message: `${shown(cidr)} is no range; write it as 192.168.1.200/29` }];
  }
  return Object.entries({ start, stop }).flatMap(([key, address]) => addressProblems(`${input}.${key}`, address));
}

function nodeProblems({ lan }: Settings): readonly Problem[] {
  return lan.nodes.flatMap((node, index) => addressProblems(`lan.nodes[${index}]`, node));
}

function addressProblems(input: string, address: string | undefined): readonly Problem[] {
  if (address === undefined || isIP(address) !== 0) return [];
  return [{ input, message: `${shown(address)} is no address; write it as 192.168.1.200` }];
}

function chartProblems({ chart: { repository, sha256 } }: Settings): readonly Problem[] {
  const problems: Problem[] = [];
  if (!/^(?:https?|oci):\/\/[^/]/.test(repository)) {
    problems.push({
      input: "chart.repository",
      message: `${shown(repository)} is no repository; write https://… or oci://…, or name a folder or archive as chart.path`,
    });
  }
  if (sha256 !== undefined && !/^[0-9a-f]{64}$/.test(sha256)) {
    problems.push({ input: "chart.sha256", message: `${shown(sha256)} is no SHA-256; it has 64 digits of 0-9 and a-f` });
  }
  return problems;
}

function talosProblems({ delivery, talos }: Settings): readonly Problem[] {
  const { configContract } = talos;
  const machines = machinesOf({ talos });
  // What is an Output is looked at when it is known.
  const problems = machines.flatMap(({ machineConfiguration, input }) =>
    typeof machineConfiguration === "string" ? [...configProblems(machineConfiguration, `${input}.machineConfiguration`)] : [],
  );
  if (!/^v?1\.\d{1,3}(?:\.\d{1,3})?$/.test(configContract)) {
    problems.push({ input: "talos.configContract", message: `${shown(configContract)} is not a Talos version such as 1.13` });
  }
  if (delivery !== "machineConfig" && machines.length > 0) {
    problems.push({
      input: "talos",
      message: `names machines, but delivery ${shown(delivery)} configures none; set delivery to "machineConfig", or leave them out`,
    });
  }
  return problems;
}
