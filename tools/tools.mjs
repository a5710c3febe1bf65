import { createHash } from "node:crypto";
import { existsSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { cacheFolder, makeFolder } from "../components/support/cacheFolder.mjs";
import { ChildProcessError, run, runAsync, runUnchecked } from "./childProcess.mjs";
import { downloadRelease, releaseOf } from "./releases.mjs";

/**
 * @typedef {object} Tool
 * @property {string} executable the command
 * @property {string} module the folder in tools/ whose go.mod and go.sum pin the source
 * @property {string} package the Go package to build, a dependency of that module
 * @property {string} [modfile] the file in that folder to use instead of go.mod, with its own `.sum`
 * @property {string[]} [sources] further files in that folder that it is built from
 * @property {string} [tags] build tags
 * @property {string} [ldflags] linker flags, to set the version
 * @property {string[]} [idle] packages that it links but never runs here: compiled without optimization, which takes half the time
 * @property {string} minutes build time on two cores
 * @property {{ arguments: string[], minimum: string, install: string }} [onPath] how to print the version of an installed tool
 */

/**
 * The tools. A tool is used from PATH if it is new enough. Otherwise its official release is downloaded, if there is one for this machine and it can
 * be reached, or it is built from the source that its go.mod and go.sum pin.
 */
export const tools = /** @type {const} @satisfies {Record<string, Tool>} */ ({
  pulumi: {
    executable: "pulumi",
    module: "pulumi",
    package: "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi",
    ldflags: "-X github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=v3.274.1",
    // The services of clouds, and of Pulumi Cloud.
    idle: [
      "github.com/pb33f",
      "github.com/aws",
      "github.com/Azure",
      "cloud.google.com/go",
      "google.golang.org/api",
      "github.com/envoyproxy",
    ],
    minutes: "3 min",
    onPath: { arguments: ["version"], minimum: "3.259.0", install: "https://www.pulumi.com/docs/install/" },
  },
  helm: {
    executable: "helm",
    module: "helm",
    package: "helm.sh/helm/v4/cmd/helm",
    ldflags: "-X helm.sh/helm/v4/internal/version.version=v4.3.1",
    // Clients of the Kubernetes API: rendering needs none.
    idle: ["k8s.io/client-go/informers", "k8s.io/client-go/kubernetes", "k8s.io/client-go/applyconfigurations"],
    minutes: "2 min",
    onPath: {
      arguments: ["version", "--template", "{{.Version}}"],
      minimum: "3.19.0",
      install: "https://helm.sh/docs/intro/install/",
    },
  },
  /** Helm 3, for the tests: the rendering must be the same. */
  helm3: {
    executable: "helm",
    module: "helm3",
    package: "helm.sh/helm/v3/cmd/helm",
    ldflags: "-X helm.sh/helm/v3/internal/version.version=v3.22.0",
    minutes: "1 min",
  },
  /** Reads the workflows of GitHub Actions, for `npm run check`. */
  actionlint: {
    executable: "actionlint",
    module: "actionlint",
    package: "github.com/rhysd/actionlint/cmd/actionlint",
    minutes: "10 s",
  },
  /** Reads YAML like Kubernetes, for the tests. */
  yamlread: { executable: "yamlread", module: "yamlread", package: "talos-cilium-cni/tools/yamlread", minutes: "10 s" },
  /** Compiles regular expressions like Cilium, for the tests. */
  goregexp: { executable: "goregexp", module: "goregexp", package: "talos-cilium-cni/tools/goregexp", minutes: "5 s" },
  /** Reads label selectors like Kubernetes, for the tests. */
  labelselector: {
    executable: "labelselector",
    module: "labelselector",
    package: "talos-cilium-cni/tools/labelselector",
    minutes: "15 s",
  },
  /** The parts of a cluster, for the tests. */
  etcd: { executable: "etcd", module: "etcd", package: "go.etcd.io/etcd/server/v3", minutes: "20 s" },
  apiserver: kubernetes("kube-apiserver", "3 min"),
  controllerManager: kubernetes("kube-controller-manager", "1 min"),
  scheduler: kubernetes("kube-scheduler", "20 s"),
  kubectl: {
    executable: "kubectl",
    module: "kubernetes",
    package: "k8s.io/kubernetes/cmd/kubectl",
    minutes: "1 min",
    onPath: { arguments: ["version", "--client"], minimum: "1.32.0", install: "https://kubernetes.io/docs/tasks/tools/" },
  },
  /** Simulates the kubelets of nodes that do not exist: their pods become ready. */
  kwok: { executable: "kwok", module: "kwok", package: "sigs.k8s.io/kwok/cmd/kwok", minutes: "1 min" },
  operator: {
    executable: "cilium-operator",
    module: "cilium",
    package: "github.com/cilium/cilium/operator",
    tags: "osusergo,ipam_provider_operator",
    minutes: "4 min",
  },
  "operator-1.19": {
    executable: "1.19-cilium-operator",
    module: "cilium",
    package: "github.com/cilium/cilium/operator",
    modfile: "v1.19.mod",
    tags: "osusergo,ipam_provider_operator",
    minutes: "4 min",
  },
  "operator-1.20": {
    executable: "1.20-cilium-operator",
    module: "cilium",
    package: "github.com/cilium/cilium/operator",
    modfile: "v1.20.mod",
    sources: ["mcs-api-controllers/controllers.go"],
    tags: "osusergo,ipam_provider_operator",
    minutes: "6 min",
  },
  /** Cilium's agent, and the command that shows its status. */
  agent: {
    executable: "cilium-agent",
    module: "cilium",
    package: "github.com/cilium/cilium/daemon",
    tags: "osusergo",
    minutes: "3 min",
  },
  "agent-1.19": {
    // The name must end like this: under any other, the agent looks for its maps in the first BPF file system of the machine.
    executable: "1.19-cilium-agent",
    module: "cilium",
    package: "github.com/cilium/cilium/daemon",
    modfile: "v1.19.mod",
    tags: "osusergo",
    minutes: "4 min",
  },
  "agent-1.20": {
    executable: "1.20-cilium-agent",
    module: "cilium",
    package: "github.com/cilium/cilium/daemon",
    modfile: "v1.20.mod",
    sources: ["mcs-api-controllers/controllers.go"],
    tags: "osusergo",
    minutes: "5 min",
  },
  ciliumDbg: {
    executable: "cilium-dbg",
    module: "cilium",
    package: "github.com/cilium/cilium/cilium-dbg",
    tags: "osusergo",
    minutes: "20 s",
  },
  /** Talos' own machine config code, of several releases. */
  "machinery-1.11": machinery("1.11"),
  "machinery-1.13": machinery("1.13"),
  "machinery-1.14": machinery("1.14"),
  /** Talos' own code for syncing the manifests of a machine config to a cluster. */
  talosSync: {
    executable: "talos-sync",
    module: "talos-sync",
    package: "talos-cilium-cni/tools/talos-sync",
    minutes: "1 min",
  },
  /** The commands of talosctl that talos.sync needs, with Talos' own code. */
  talosctl: {
    executable: "talosctl",
    module: "talosctl",
    package: "talos-cilium-cni/tools/talosctl",
    minutes: "2 min",
  },
  /** Simulates the Talos API of a machine. */
  talosNode: {
    executable: "talos-node",
    module: "talos-node",
    package: "talos-cilium-cni/tools/talos-node",
    minutes: "20 s",
  },
});

/** @template {string} T @param {T} release */
function machinery(release) {
  const target = "talos-cilium-cni/tools/talos-machinery";
  const modfile = `v${release}.mod`;
  return { executable: `machinery-${release}`, module: "talos-machinery", package: target, modfile, minutes: "30 s" };
}

/** @param {string} executable @param {string} minutes */
function kubernetes(executable, minutes) {
  const version = "k8s.io/component-base/version";
  return {
    executable,
    module: "kubernetes",
    package: `k8s.io/kubernetes/cmd/${executable}`,
    // Without these flags, the API server reports version 0.
    ldflags: `-X ${version}.gitVersion=v1.34.2 -X ${version}.gitMajor=1 -X ${version}.gitMinor=34`,
    minutes,
  };
}

/** A tool is missing and cannot be built here. */
export class MissingToolError extends Error {}

/** Throws a MissingToolError with this message unless Go is installed and runs. @param {string} message */
export function requireGo(message) {
  try {
    run("go", ["version"], { seconds: 30 });
  } catch (error) {
    throw new MissingToolError(message, { cause: error });
  }
}

/**
 * Told about the work on tools.
 *
 * @typedef {object} Reporter
 * @property {(line: string) => void} report prints a line of progress
 * @property {(name: string, received: number, total: number) => void} [onBytes] called while a release arrives, and with 0 of 0 bytes if it fails
 */

/**
 * Returns the folder with the executable of a tool, and downloads or builds it first if needed; undefined if the tool on PATH is new enough.
 *
 * @param {keyof typeof tools} name
 * @param {Reporter} reporter
 * @returns {Promise<string | undefined>}
 */
export async function ensureTool(name, reporter) {
  /** @type {Tool} */
  const tool = tools[name];
  if (tool.onPath && atLeast(installedVersion(tool), tool.onPath.minimum)) return undefined;
  const source = sourceOf(tool);
  const cache = cacheFolder();
  if (cache === undefined) throw noFolder(name, "there is neither an absolute XDG_CACHE_HOME nor a home folder");
  const folder = join(cache, "tools", `${name}-${pinOf(source, tool)}`);
  if (existsSync(join(folder, tool.executable))) return folder;
  const unfinished = unfinishedFolder(name, folder);
  try {
    const problem = await downloadTool(name, tool, source, unfinished, reporter);
    if (problem !== undefined) await inTurn(() => build(name, tool, source, unfinished, problem, reporter));
    try {
      renameSync(unfinished, folder);
    } catch (error) {
      // Another process may have got the same tool in the meantime.
      if (!existsSync(join(folder, tool.executable))) throw error;
    }
    return folder;
  } finally {
    rmSync(unfinished, { recursive: true, force: true });
  }
}

/**
 * Downloads the official release of a tool. Returns undefined if that succeeded, else what stands against it, which is empty for a tool without a
 * release.
 *
 * @param {string} name @param {Tool} tool @param {string} source @param {string} folder @param {Reporter} reporter
 */
async function downloadTool(name, tool, source, folder, { report, onBytes }) {
  const release = pinnedRelease(name, source, tool);
  if (release === undefined) return "";
  report(`downloading ${name} ${release.version}`);
  try {
    const digest = await downloadRelease(release, folder, tool.executable, {
      onBytes: (received, total) => onBytes?.(name, received, total),
    });
    const origin = digest === "pinned" ? "the one in tools/releases.mjs" : "the one published with the release";
    report(`downloaded ${name} ${release.version}; its SHA-256 is ${origin}`);
    return undefined;
  } catch (error) {
    onBytes?.(name, 0, 0);
    for (const file of readdirSync(folder)) rmSync(join(folder, file), { recursive: true, force: true });
    const { message } = /** @type {Error} */ (error);
    report(`${message}; building ${name} from source instead`);
    return message;
  }
}

/** The folder that pins the source of a tool. @param {Tool} tool */
export function sourceOf(tool) {
  return join(dirname(fileURLToPath(import.meta.url)), tool.module);
}

/**
 * The official release of a tool for this machine, of the version that its source pins.
 *
 * @param {string} name @param {string} source @param {Tool} tool
 */
export function pinnedRelease(name, source, tool) {
  const version = pinnedVersion(source, tool);
  return version === undefined ? undefined : releaseOf(name, version);
}

/** The version of the module that has the package of a tool, without `v`: `4.3.1`. @param {string} source @param {Tool} tool */
function pinnedVersion(source, { package: target, modfile = "go.mod" }) {
  const requirements = readFileSync(join(source, modfile), "utf8").matchAll(/^\s*(?:require )?(\S+) v(\S+)/gm);
  return [...requirements].find(([, module = ""]) => `${target}/`.startsWith(`${module}/`))?.[2];
}

/** @type {Set<Promise<unknown>>} */
const builds = new Set();

/** Starts a build as soon as less than two others run: Go itself uses all processors, except when it links. @param {() => Promise<void>} work */
async function inTurn(work) {
  while (builds.size >= 2) await Promise.race(builds);
  const result = work();
  const ended = result.catch(() => undefined).finally(() => builds.delete(ended));
  builds.add(ended);
  return result;
}

/** A program that does not print its version within 30 seconds counts as missing. @param {Tool} tool */
function installedVersion({ executable, onPath }) {
  try {
    const { stdout } = runUnchecked(executable, onPath?.arguments ?? [], { seconds: 30 });
    return /\d+\.\d+\.\d+/.exec(stdout)?.[0];
  } catch (error) {
    if (error instanceof ChildProcessError) return undefined;
    throw error;
  }
}

/** @param {string | undefined} version @param {string} minimum */
function atLeast(version, minimum) {
  return version !== undefined && version.localeCompare(minimum, "en", { numeric: true }) >= 0;
}

/** @param {string} source @param {Tool} tool */
function pinOf(source, { package: target, modfile = "go.mod", sources = [], ldflags = "", tags = "" }) {
  const hash = createHash("sha256").update(`${target} ${ldflags} ${tags}`);
  const own = readdirSync(source).filter((file) => file.endsWith(".go"));
  const pinned = [modfile, modfile.replace(/mod$/, "sum"), ...own.sort(), ...sources];
  for (const file of pinned.map((file) => join(source, file)).filter(existsSync)) hash.update(readFileSync(file));
  return hash.digest("hex").slice(0, 16);
}

/**
 * @param {string} name @param {Tool} tool @param {string} source @param {string} folder @param {string} problem of the release @param {Reporter} reporter
 */
async function build(name, tool, source, folder, problem, { report }) {
  const alternative = tool.onPath ? `${tool.executable} ${tool.onPath.minimum} or later (${tool.onPath.install}), or ` : "";
  const reason = problem === "" ? "" : `; its official release could not be used: ${problem}`;
  requireGo(
    `${name} is needed: install ${alternative}Go 1.26 or later (https://go.dev/dl/), which builds it once from source${reason}`,
  );
  const start = Date.now();
  const seconds = () => `${Math.round((Date.now() - start) / 1000)} s`;
  report(`building ${name} once from source (takes about ${tool.minutes} on two cores)`);
  let packages = 0;
  const heartbeat = setInterval(() => {
    report(`building ${name}: ${packages} packages compiled, ${seconds()}`);
  }, 30_000);
  try {
    const options = [
      "-v",
      "-trimpath",
      "-buildvcs=false",
      "-ldflags",
      `-s -w ${tool.ldflags ?? ""}`,
      // The linker drops what a debugger needs, so the compiler need not write it.
      "-gcflags=all=-dwarf=false",
      ...(tool.idle ?? []).map((packages) => `-gcflags=${packages}/...=-dwarf=false -N -l`),
      "-tags",
      tool.tags ?? "",
      "-modfile",
      tool.modfile ?? "go.mod",
    ];
    await go(["build", ...options, "-o", join(folder, tool.executable), tool.package], source, (lines) => (packages += lines));
  } catch (error) {
    const { message } = /** @type {Error} */ (error);
    const advice = tool.onPath
      ? `\ninstall ${tool.executable} ${tool.onPath.minimum} or later (${tool.onPath.install}), which is used instead`
      : "";
    throw new Error(`${name} could not be built from source: ${message}${advice}`, { cause: error });
  } finally {
    clearInterval(heartbeat);
  }
  report(`built ${name} in ${seconds()}`);
}

/** @param {string} name @param {string} folder */
function unfinishedFolder(name, folder) {
  try {
    makeFolder(dirname(folder));
    return mkdtempSync(`${folder}-`);
  } catch (error) {
    throw noFolder(name, /** @type {Error} */ (error).message);
  }
}

/** @param {string} name @param {string} reason */
function noFolder(name, reason) {
  return new MissingToolError(
    `${name} is needed, but no folder can store it: ${reason}; set XDG_CACHE_HOME to a writable folder`,
  );
}

/** @param {string[]} options @param {string} folder @param {(lines: number) => void} onCompiled */
function go(options, folder, onCompiled) {
  // A Go workspace or GOFLAGS from the user's shell must not change what is built.
  const env = { ...process.env, GOWORK: "off", GOFLAGS: "-mod=readonly", CGO_ENABLED: "0" };
  // The slowest build takes a few minutes; a build of an hour hangs.
  return runAsync("go", options, {
    cwd: folder,
    env,
    seconds: 3600,
    onStderr: (text) => {
      onCompiled(text.match(/^(?!go: ).+$/gm)?.length ?? 0);
    },
  });
}
