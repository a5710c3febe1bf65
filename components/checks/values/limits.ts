import { originOf } from "../../cilium/valueOrigins.ts";
import { type HelmValues, isOn, valueAt } from "../../helm/values.ts";
import { parseDuration } from "../../support/goDuration.ts";
import { parseCidr } from "../../support/ipRange.ts";
import { problem, quote } from "../../support/problems.ts";
import { leaveOut } from "../advice.ts";
import { type Checks, valuesCheck, type ValuesSubject } from "../check.ts";

const agentFlags = "https://docs.cilium.io/en/stable/cmdref/cilium-agent/";

/** Numbers with what the agent takes. */
const numbers: readonly { readonly path: string; readonly least: number; readonly most: number }[] = [
  { path: "MTU", least: 0, most: 65_535 },
  { path: "tunnelPort", least: 0, most: 65_535 },
  { path: "bpf.ctTcpMax", least: 1024, most: 16_777_216 },
  { path: "bpf.ctAnyMax", least: 1024, most: 16_777_216 },
  { path: "bpf.natMax", least: 1024, most: 16_777_216 },
  { path: "bpf.nodeMapMax", least: 16_384, most: 4_294_967_295 },
  { path: "bpf.authMapMax", least: 256, most: 16_777_216 },
  { path: "bpf.lbMapMax", least: 1, most: 4_294_967_295 },
];

const tcpFlags = ["syn", "ack", "rst", "fin", "urg", "psh", "ece", "cwr", "all", "none"];

const tableSizes = [251, 509, 1021, 2039, 4093, 8191, 16_381, 32_749, 65_521, 131_071];

interface Form {
  readonly path: string;
  readonly isValid: (text: string) => boolean;
  readonly form: string;
  /** The value that makes the chart pass it to the agent. Undefined if it always does. */
  readonly onlyWith?: string;
}

const duration = 'a duration with a unit, such as "30s"';

/** Text in a form that the agent reads. */
const forms: readonly Form[] = [
  { path: "nodePort.range", isValid: isRange(","), form: 'two ports, the smaller one first, such as "30000,32767"' },
  { path: "tunnelSourcePortRange", isValid: isRange("-"), form: 'two ports, such as "0-0"' },
  {
    path: "maglev.hashSeed",
    isValid: isSeed,
    form: "12 bytes in base64, such as the output of `head -c12 /dev/urandom | base64 -w0`",
  },
  { path: "bpf.monitorFlags", isValid: isFlags, form: 'TCP flags separated by blanks, such as "syn fin rst", or "all"' },
  { path: "ipam.multiPoolPreAllocation", isValid: isPreAllocation, form: 'pools with numbers, such as "default=8"' },
  // Up to 1.18, a number without a unit is taken as nanoseconds.
  { path: "encryption.wireguard.persistentKeepalive", isValid: isDuration, form: duration, onlyWith: "encryption.enabled" },
  { path: "egressGateway.reconciliationTriggerInterval", isValid: isDuration, form: duration },
  { path: "hubble.dropEventEmitter.interval", isValid: isDuration, form: duration, onlyWith: "hubble.dropEventEmitter.enabled" },
];

/** Lists whose entries the agent reads in one form. */
const lists: readonly Form[] = [
  { path: "bpf.vlanBypass", isValid: (entry) => /^\d+$/.test(entry), form: "the number of a VLAN, or 0 for all" },
  { path: "policyCIDRMatchMode", isValid: (entry) => entry === "nodes", form: '"nodes"' },
];

export const limitChecks: Checks<ValuesSubject> = {
  errors: [
    valuesCheck({
      title: "a number that the agent does not take",
      why: "The agent does not start.",
      source: agentFlags,
      needs: [],
      stopsAgent: true,
      run: ({ settings, values }) => {
        const outside = numbers.filter(({ path, least, most }) => {
          const value = numberAt(values, path);
          return value !== undefined && (value < least || value > most);
        });
        const problems = outside.map(({ path, least, most }) => {
          const input = originOf(settings, path);
          return problem(input, `is ${quote(valueAt(values, path))}; allowed are ${least} to ${most}: ${leaveOut(input)}`);
        });
        const ratio = numberAt(values, "bpf.mapDynamicSizeRatio");
        if (ratio !== undefined && (ratio < 0 || ratio > 1)) {
          const input = originOf(settings, "bpf.mapDynamicSizeRatio");
          problems.push(problem(input, `is ${ratio}; it is a part of the memory, between 0 and 1: ${leaveOut(input)}`));
        }
        const tableSize = numberAt(values, "maglev.tableSize");
        if (
          tableSize !== undefined &&
          valueAt(values, "loadBalancer.algorithm") === "maglev" &&
          !tableSizes.includes(tableSize)
        ) {
          const input = originOf(settings, "maglev.tableSize");
          problems.push(problem(input, `is ${tableSize}; allowed are ${tableSizes.join(", ")}: ${leaveOut(input)}`));
        }
        return problems;
      },
    }),
    valuesCheck({
      title: "a cluster ID that the cluster mesh has no room for",
      why: "The agent does not start.",
      source: "https://docs.cilium.io/en/stable/network/clustermesh/clustermesh/",
      needs: [],
      stopsAgent: true,
      run: ({ settings, values }) => {
        const id = numberAt(values, "cluster.id") ?? 0;
        const most = numberAt(values, "clustermesh.maxConnectedClusters") ?? 255;
        if (id >= 0 && id <= most) return [];
        const input = originOf(settings, "cluster.id");
        return [problem(input, `is ${id}; allowed are 1 to ${most}, or 0 without a cluster mesh: ${leaveOut(input)}`)];
      },
    }),
    valuesCheck({
      title: "text in a form that the agent does not read",
      why: "The agent does not start.",
      source: agentFlags,
      needs: [],
      stopsAgent: true,
      run: ({ settings, values }) =>
        forms.flatMap(({ path, isValid, form, onlyWith }) => {
          if (onlyWith !== undefined && !isOn(values, onlyWith)) return [];
          const text = valueAt(values, path);
          if (typeof text !== "string" || text === "" || isValid(text)) return [];
          // The seed counts only for this algorithm.
          if (path === "maglev.hashSeed" && valueAt(values, "loadBalancer.algorithm") !== "maglev") return [];
          const input = originOf(settings, path);
          return [problem(input, `is ${quote(text)}; it must be ${form}: ${leaveOut(input)}`)];
        }),
    }),
    valuesCheck({
      title: "an entry of a list that the agent does not read",
      why: "The agent does not start.",
      source: agentFlags,
      needs: [],
      stopsAgent: true,
      run: ({ settings, values }) =>
        lists.flatMap(({ path, isValid, form }) => {
          const list = valueAt(values, path);
          if (!Array.isArray(list)) return [];
          const input = originOf(settings, path);
          return list.flatMap((entry: unknown, index) => {
            if (isValid(String(entry))) return [];
            return [problem(`${input}[${index}]`, `is ${quote(entry)}; allowed is ${form}: ${leaveOut(`${input}[${index}]`)}`)];
          });
        }),
    }),
    valuesCheck({
      title: "NodePort addresses that are not ranges",
      why: "The agent does not start.",
      source: agentFlags,
      needs: [],
      stopsAgent: true,
      run: ({ settings, values }) => {
        const addresses = valueAt(values, "nodePort.addresses");
        if (!Array.isArray(addresses)) return [];
        const input = originOf(settings, "nodePort.addresses");
        return addresses.flatMap((range: unknown, index) => {
          if (parseCidr(String(range)) !== undefined) return [];
          return [
            problem(`${input}[${index}]`, `is ${quote(range)}; allowed are ranges such as 192.168.1.0/24: ${leaveOut(input)}`),
          ];
        });
      },
    }),
    valuesCheck({
      title: "half a limit for events",
      why: "The agent does not start: rate and burst belong together.",
      source: agentFlags,
      needs: [],
      stopsAgent: true,
      run: ({ settings, values }) => {
        const isSet = (name: string) => (numberAt(values, `bpf.events.default.${name}`) ?? 0) > 0;
        if (isSet("rateLimit") === isSet("burstLimit")) return [];
        const [present, missing] = isSet("rateLimit") ? ["rateLimit", "burstLimit"] : ["burstLimit", "rateLimit"];
        const input = originOf(settings, `bpf.events.default.${present}`);
        return [problem(input, `needs ${missing} beside it; ${leaveOut(input)}`)];
      },
    }),
    valuesCheck({
      title: "VTEP without endpoints",
      why: "The agent does not start.",
      source: "https://docs.cilium.io/en/stable/network/vtep/",
      needs: [],
      stopsAgent: true,
      run: ({ settings, values }) => {
        if (!isOn(values, "vtep.enabled")) return [];
        const counts = ["endpoint", "cidr", "mac"].map((name) => wordsAt(values, `vtep.${name}`));
        if (counts[0] !== 0 && counts.every((count) => count === counts[0])) return [];
        const input = originOf(settings, "vtep.enabled");
        return [problem(input, `needs as many values.vtep.endpoint as values.vtep.cidr and values.vtep.mac; ${leaveOut(input)}`)];
      },
    }),
  ],
  warnings: [],
};

/** A number, which may be given as text. Undefined for anything else. */
function numberAt(values: HelmValues, path: string): number | undefined {
  const value = valueAt(values, path);
  if (typeof value === "number") return value;
  return typeof value === "string" && /^-?\d+(\.\d+)?$/.test(value) ? Number(value) : undefined;
}

/** How many words a value has, which are separated by blanks. */
function wordsAt(values: HelmValues, path: string): number {
  const value = valueAt(values, path);
  return typeof value === "string" ? value.split(/\s+/).filter((word) => word !== "").length : 0;
}

function isRange(separator: string): (text: string) => boolean {
  return (text) => {
    const [first, last] = text.split(separator).map(Number);
    if (first === undefined || last === undefined || !(first >= 0) || !(last <= 65_535)) return false;
    return separator === "," ? first < last : true;
  };
}

function isSeed(text: string): boolean {
  return /^[A-Za-z0-9+/]+=*$/.test(text) && Buffer.from(text, "base64").length === 12;
}

function isFlags(text: string): boolean {
  return text
    .trim()
    .split(/\s+/)
    .every((flag) => tcpFlags.includes(flag.toLowerCase()));
}

function isPreAllocation(text: string): boolean {
  return text.split(",").every((pool) => /^[^=,\s]+=[^=,\s]+$/.test(pool));
}

function isDuration(text: string): boolean {
  return text === "0" || parseDuration(text) !== undefined;
}
