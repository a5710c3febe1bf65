// The test suites and everything that each needs. It is fetched before the first file starts, and the files find nothing else on PATH.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { inputDefaults } from "../../components/inputs/settings.ts";
import { pinnedCharts } from "../../components/versions/pins.ts";
import { ciliumMinors } from "../../components/versions/supported.ts";
import type { tools } from "../../tools/tools.mjs";
import type { ConsumerName } from "./consumers.ts";
import type { Plugin } from "./plugins.ts";

export type Tool = keyof typeof tools;

/** The system commands that suites use, each with its Debian package. */
export const systemCommands = {
  arping: "iputils-arping",
  bash: "bash",
  bgpd: "frr",
  bird: "bird2",
  birdc: "bird2",
  bpftool: "bpftool",
  capsh: "libcap2-bin",
  chmod: "coreutils",
  chown: "coreutils",
  chromium: "chromium",
  chroot: "coreutils",
  clang: "clang-19",
  cp: "coreutils",
  diff: "diffutils",
  dirname: "coreutils",
  find: "findutils",
  git: "git",
  go: "golang-go, or from https://go.dev/dl/",
  gzip: "gzip",
  ip: "iproute2",
  ip6tables: "iptables",
  "ip6tables-save": "iptables",
  ipset: "ipset",
  iptables: "iptables",
  "iptables-save": "iptables",
  jq: "jq",
  lsns: "util-linux",
  mkdir: "coreutils",
  mount: "mount",
  npm: "npm",
  nsenter: "util-linux",
  od: "coreutils",
  pgrep: "procps",
  python3: "python3",
  sed: "sed",
  setpriv: "util-linux",
  sh: "dash",
  tar: "tar",
  umount: "mount",
  tr: "coreutils",
  uname: "coreutils",
  unshare: "util-linux",
  vtysh: "frr",
  zebra: "frr",
} as const satisfies Readonly<Record<string, string>>;
export type SystemCommand = keyof typeof systemCommands;

/** Folders of commands that are not on PATH on Debian, whose name there has a version, or that are scripts there. */
export const commandFolders: Partial<Readonly<Record<SystemCommand, string>>> = {
  bgpd: "/usr/lib/frr",
  // /usr/bin/chromium is a script that needs other commands.
  chromium: "/usr/lib/chromium",
  clang: "/usr/lib/llvm-19/bin",
  zebra: "/usr/lib/frr",
};

export interface Suite {
  /** A glob pattern, relative to the root. */
  readonly files: string;
  /** Glob patterns of the files that may share a process with others, because they change nothing in it. */
  readonly sharesProcesses?: readonly string[];
  /** Whether `npm test` runs it: true if none of its tools takes long to build. */
  readonly byDefault?: boolean;
  /** Tools of tools/tools.mjs. */
  readonly tools: readonly Tool[];
  readonly commands?: readonly SystemCommand[];
  /** The Cilium releases whose chart it renders. */
  readonly charts?: readonly string[];
  /** The Gateway API releases whose CRDs it reads. */
  readonly gatewayApi?: readonly string[];
  /** The Cilium releases whose source it reads. */
  readonly ciliumSources?: readonly string[];
  /** The projects of test/package/projects into which the npm package is installed. */
  readonly consumers?: readonly ConsumerName[];
  /** The Pulumi plugins that all its tests need; they are not built here. Tests that need other plugins are skipped one by one. */
  readonly plugins?: readonly Plugin[];
  /** Whether it runs Python programs, if there is a language host for them. */
  readonly python?: boolean;
  /** Whether it runs Cilium's agent, which not every kernel supports. */
  readonly runsAgent?: boolean;
  /** Whether its files run one after another, because they use something that a machine has only once. */
  readonly oneByOne?: boolean;
}

/**
 * The releases whose charts the tests render everywhere: one of each minor. More would make the suites slower with every release that is pinned.
 * The suite `thorough` renders the others.
 */
export const mainReleases: readonly string[] = ["1.18.4", "1.19.6", "1.20.0"];
/** The other releases whose charts are available without a connection to their repository: from Cilium's Go module. */
export const otherReleases = Object.keys(pinnedCharts).filter(
  (version) => pinnedCharts[version]?.source !== undefined && !mainReleases.includes(version),
);
const allGatewayApi = [...new Set(Object.values(ciliumMinors).map(({ gatewayApi }) => gatewayApi))];

/** The release of the stack `dev`, and that of a stack that names none. */
const stackReleases = ["1.18.4", inputDefaults.ciliumVersion];

/** The Cilium release of the tools operator and agent. */
export const agentRelease = releaseOfAgent();

const apiServer: readonly Tool[] = ["etcd", "apiserver", "kubectl", "operator", "operator-1.19"];
const nodes: readonly Tool[] = ["controllerManager", "scheduler", "kwok"];

/** The slowest come first, so that all cores are busy until the end. */
export const suites = {
  /** A client on a LAN of network namespaces, and the real agent. */
  lan: {
    files: "test/lan/*.test.ts",
    tools: [...apiServer, "helm", "yamlread", "agent", "ciliumDbg", "agent-1.19", "operator-1.20", "agent-1.20"],
    commands: [
      "arping",
      "bgpd",
      "bird",
      "birdc",
      "bpftool",
      "capsh",
      "chmod",
      "chown",
      "chroot",
      "clang",
      "cp",
      "find",
      "ip",
      "ip6tables",
      "ip6tables-save",
      "ipset",
      "iptables",
      "iptables-save",
      "lsns",
      "mkdir",
      "mount",
      "nsenter",
      "pgrep",
      "setpriv",
      "sh",
      "unshare",
      "vtysh",
      "zebra",
    ],
    charts: mainReleases,
    gatewayApi: allGatewayApi,
    ciliumSources: mainReleases,
    runsAgent: true,
    oneByOne: true,
  },
  /** The real agent of each release that is built here, as the judge of what the checks accept and refuse. */
  verdicts: {
    files: "test/verdicts/*.test.ts",
    tools: ["etcd", "apiserver", "kubectl", "helm", "agent", "agent-1.19", "agent-1.20"],
    // No clang: a trial ends where the agent would compile.
    commands: [
      "capsh",
      "chroot",
      "cp",
      "ip",
      "ip6tables",
      "ip6tables-save",
      "ipset",
      "iptables",
      "iptables-save",
      "mkdir",
      "mount",
      "setpriv",
      "sh",
      "umount",
      "unshare",
    ],
    charts: mainReleases,
    ciliumSources: mainReleases,
    runsAgent: true,
    oneByOne: true,
  },
  /** Generated inputs: either problems that name them, or objects that Helm renders and the API server accepts. */
  fuzz: {
    files: "test/fuzz/*.test.ts",
    tools: [...apiServer, "helm"],
    commands: ["sh"],
    charts: mainReleases,
    gatewayApi: ["v1.4.1"],
  },
  /** The real Pulumi engine with index.ts, and the commands as a user starts them. */
  engine: {
    files: "test/engine/*.test.ts",
    byDefault: true,
    tools: ["pulumi", "helm"],
    commands: ["bash", "chmod", "git", "go", "npm", "sh"],
    charts: mainReleases,
    ciliumSources: ["1.18.4"],
  },
  /** Real Helm with the real charts. */
  charts: {
    files: "test/charts/*.test.ts",
    byDefault: true,
    tools: ["helm", "yamlread"],
    commands: ["chmod", "go"],
    charts: mainReleases,
    gatewayApi: allGatewayApi,
    ciliumSources: stackReleases,
  },
  /** Tests that take too long for unit, charts and engine: Helm 3, a hundred renderings, every default, every delivery, the README. */
  thorough: {
    files: "test/thorough/*.test.ts",
    tools: ["pulumi", "helm", "helm3", "yamlread"],
    commands: ["bash", "git", "go", "npm", "sh"],
    charts: [...mainReleases, ...otherReleases],
    gatewayApi: allGatewayApi,
  },
  /** The exported manifest on a real API server, with the real Cilium operator. */
  cluster: {
    files: "test/cluster/*.test.ts",
    tools: [...apiServer, ...nodes, "pulumi", "helm", "yamlread", "ciliumDbg", "operator-1.20"],
    commands: ["bash", "git", "npm", "od", "pgrep", "sh", "tr"],
    charts: mainReleases,
    gatewayApi: allGatewayApi,
    ciliumSources: mainReleases,
  },
  /** The real engine with the real Kubernetes plugin against a real API server. */
  plugins: {
    files: "test/plugins/*.test.ts",
    tools: [...apiServer, ...nodes, "pulumi", "helm", "yamlread", "talosNode", "talosSync", "talosctl"],
    commands: ["bash", "git", "go", "ip", "jq", "mount", "npm", "pgrep", "sh", "unshare"],
    charts: stackReleases,
    gatewayApi: ["v1.2.0", "v1.4.1"],
    plugins: ["resource-kubernetes"],
  },
  /** The npm package and the Pulumi plugin as strangers install them. Tests are skipped where a language host of the Pulumi CLI is missing. */
  package: {
    files: "test/package/*.test.ts",
    tools: ["pulumi", "helm"],
    // pnpm's commands are shell scripts.
    commands: ["bash", "dirname", "git", "npm", "sed", "sh", "uname"],
    charts: [inputDefaults.ciliumVersion],
    consumers: ["commonjs", "esm", "pnpm"],
    plugins: [],
    python: true,
  },
  /** The documentation site in a browser. */
  docs: {
    files: "test/docs/*.test.ts",
    tools: [],
    commands: ["chromium"],
  },
  /** Talos' own code: its config code with our patches, and its manifest sync with a real API server. */
  talos: {
    files: "test/talos/*.test.ts",
    tools: [
      ...apiServer,
      ...nodes,
      "helm",
      "helm3",
      "yamlread",
      "machinery-1.11",
      "machinery-1.13",
      "machinery-1.14",
      "talosSync",
    ],
    commands: ["bash", "diff", "jq", "sh"],
    charts: stackReleases,
    gatewayApi: ["v1.2.0", "v1.4.1"],
  },
  /** Functions from data to data, and the components with Pulumi's mocks. */
  unit: {
    files: "test/unit/**/*.test.ts",
    sharesProcesses: [
      "test/unit/{checks,cilium,docs,versions}/**/*.test.ts",
      "test/unit/kubernetes/{manifest,names,podTemplates,references,secrets,yaml}.test.ts",
      "test/unit/talos/{clusterDns,dryRun,existingConfig,linkAddresses,machine*,newerParts,patchCommand,syncCommand}.test.ts",
      "test/unit/inputs/{interfaceNames,interfacePatterns,network,plainData,schema,settings}.test.ts",
      "test/unit/helm/{chartContents,render,values,valuesSchema}.test.ts",
      "test/unit/support/{goDuration,ipRange,merge,problems}.test.ts",
      "test/unit/{importOrder,mirror}.test.ts",
      "test/unit/commands/generate.test.ts",
    ],
    byDefault: true,
    tools: ["helm", "yamlread", "goregexp", "labelselector", "actionlint"],
    commands: ["gzip", "tar"],
    charts: mainReleases,
    gatewayApi: allGatewayApi,
  },
} as const satisfies Readonly<Record<string, Suite>>;
export type SuiteName = keyof typeof suites;

/** The Cilium release that tools/cilium builds. */
function releaseOfAgent(): string {
  const file = join(import.meta.dirname, "..", "..", "tools", "cilium", "go.mod");
  const [, version] = /^require github\.com\/cilium\/cilium v(\S+)$/m.exec(readFileSync(file, "utf8")) ?? [];
  if (version === undefined) throw new Error(`${file} does not require github.com/cilium/cilium`);
  return version;
}
