// Downloads the official releases of tools. Like everything that tools/run.mjs imports, this file needs only Node 20 and no package.
import { fork } from "node:child_process";
import { createHash } from "node:crypto";
import { chmodSync, createReadStream, mkdtempSync, renameSync, rmSync } from "node:fs";
import { basename, join } from "node:path";
import { pipeline } from "node:stream/promises";
import { fileURLToPath } from "node:url";
import { run, runUnchecked } from "./childProcess.mjs";

/**
 * An official release of a tool for this machine.
 *
 * @typedef {object} Release
 * @property {string} version for example `4.3.1`
 * @property {string} url of an archive, or of the executable itself
 * @property {string} [member] the path of the executable in the archive
 * @property {string} [checksums] URL of the file with the SHA-256: the digest alone, or a line for each file
 * @property {string} [sha256] if it is known from another source than the release
 * @property {string[]} printVersion the arguments that make the executable print its version
 */

/** Where a tool is released, by its version such as `4.3.1`, and the names of the system and of the processor. @typedef {(version: string, os: string, cpu: string) => Omit<Release, "version"> | undefined} Place */

/**
 * SHA-256 of executables that a source tells which is independent of the release: kubespray's list of checksums
 * (kubernetes-sigs/kubespray, roles/kubespray_defaults/vars/main/checksums.yml).
 *
 * @type {Readonly<Record<string, string>>}
 */
const independentDigests = {
  "kubectl 1.34.2 linux/amd64": "9591f3d75e1581f3f7392e6ad119aab2f28ae7d6c6e083dc5d22469667f27253",
  "kubectl 1.34.2 linux/arm64": "95df604e914941f3172a93fa8feeb1a1a50f4011dfbe0c01e01b660afc8f9b85",
};

/** The places of releases. Tools without a place, or without a release for a system, are built from source. */
export const places = /** @type {const} @satisfies {Record<string, Place>} */ ({
  pulumi: (version, os, cpu) => ({
    url: `https://get.pulumi.com/releases/sdk/pulumi-v${version}-${os}-${cpu === "amd64" ? "x64" : cpu}.tar.gz`,
    checksums: `https://github.com/pulumi/pulumi/releases/download/v${version}/pulumi-${version}-checksums.txt`,
    member: "pulumi/pulumi",
    printVersion: ["version"],
  }),
  helm,
  helm3: helm,
  actionlint: (version, os, cpu) => {
    const release = `https://github.com/rhysd/actionlint/releases/download/v${version}`;
    return {
      url: `${release}/actionlint_${version}_${os}_${cpu}.tar.gz`,
      checksums: `${release}/actionlint_${version}_checksums.txt`,
      member: "actionlint",
      printVersion: ["-version"],
    };
  },
  etcd: (version, os, cpu) => {
    const release = `https://github.com/etcd-io/etcd/releases/download/v${version}`;
    const name = `etcd-v${version}-${os}-${cpu}`;
    return {
      url: `${release}/${name}.${os === "darwin" ? "zip" : "tar.gz"}`,
      checksums: `${release}/SHA256SUMS`,
      member: `${name}/etcd`,
      printVersion: ["--version"],
    };
  },
  kubectl: (version, os, cpu) => kubernetes("kubectl", version, os, cpu, ["version", "--client"]),
  // The parts of a control plane are released for Linux only.
  apiserver: (version, os, cpu) => (os === "linux" ? kubernetes("kube-apiserver", version, os, cpu) : undefined),
  controllerManager: (version, os, cpu) => (os === "linux" ? kubernetes("kube-controller-manager", version, os, cpu) : undefined),
  scheduler: (version, os, cpu) => (os === "linux" ? kubernetes("kube-scheduler", version, os, cpu) : undefined),
});

/** @type {Place} */
function helm(version, os, cpu) {
  const url = `https://get.helm.sh/helm-v${version}-${os}-${cpu}.tar.gz`;
  return { url, checksums: `${url}.sha256sum`, member: `${os}-${cpu}/helm`, printVersion: ["version", "--short"] };
}

/** @param {string} executable @param {string} version @param {string} os @param {string} cpu */
function kubernetes(executable, version, os, cpu, printVersion = ["--version"]) {
  const url = `https://dl.k8s.io/release/v${version}/bin/${os}/${cpu}/${executable}`;
  const sha256 = independentDigests[`${executable} ${version} ${os}/${cpu}`];
  return { url, checksums: `${url}.sha256`, printVersion, ...(sha256 !== undefined && { sha256 }) };
}

/** @type {Readonly<Record<string, string>>} */
const cpus = { x64: "amd64", arm64: "arm64" };

/**
 * The official release of a tool for this machine, if there is one.
 *
 * @param {string} name
 * @param {string} version
 * @param {{ platform: string, arch: string }} [machine]
 * @returns {Release | undefined}
 */
export function releaseOf(name, version, machine = process) {
  const place = /** @type {Record<string, Place>} */ (places)[name];
  const cpu = cpus[machine.arch];
  if (place === undefined || cpu === undefined || !["linux", "darwin"].includes(machine.platform)) return undefined;
  const release = place(version, machine.platform, cpu);
  return release && { version, ...release };
}

/**
 * @typedef {object} Transfer
 * @property {(received: number, total: number) => void} [onBytes] called while the release arrives, with the number of bytes so far and of all, which
 * is NaN if the server does not tell it
 * @property {number} [patience] gives up if less than a megabyte arrives in this number of seconds; 15 by default
 */

/**
 * Downloads a release, checks its SHA-256, and puts its executable into a folder. Throws an Error if it cannot be had, has another digest, or does
 * not run here.
 *
 * @param {Release} release
 * @param {string} folder
 * @param {string} executable the name of the file
 * @param {Transfer} [transfer]
 * @returns {Promise<"pinned" | "published">} whether the digest is pinned here or published with the release
 */
export async function downloadRelease(release, folder, executable, transfer = {}) {
  const { version, url, member, checksums, sha256, printVersion } = release;
  const archive = join(folder, "download");
  const digests = sha256 ?? publishedDigest(checksums, url, transfer.patience);
  const [digest] = await Promise.all([digests, fetchWith(url, transfer, archive)]);
  const actual = await sha256Of(archive);
  if (actual !== digest) throw new Error(`${url} has the SHA-256 ${actual}, not ${digest}`);
  const file = join(folder, executable);
  if (member === undefined) renameSync(archive, file);
  else {
    const unpacked = mkdtempSync(join(folder, "unpacked-"));
    run("tar", ["-xf", archive, "-C", unpacked, member]);
    renameSync(join(unpacked, member), file);
    for (const remainder of [archive, unpacked]) rmSync(remainder, { recursive: true });
  }
  chmodSync(file, 0o755);
  const { stdout, stderr } = runUnchecked(file, printVersion, { seconds: 30 });
  if (!`${stdout}${stderr}`.includes(version))
    throw new Error(`${url} does not run here, or is not ${version}: ${stdout}${stderr}`);
  return sha256 === undefined ? "published" : "pinned";
}

/** @param {string | undefined} checksums @param {string} url @param {number | undefined} patience */
async function publishedDigest(checksums, url, patience) {
  if (checksums === undefined) throw new Error(`no SHA-256 is published for ${url}`);
  const text = await fetchWith(checksums, { ...(patience !== undefined && { patience }) });
  const [digest] = text.split("\n").flatMap((line) => digestIn(line, basename(url)));
  if (digest === undefined) throw new Error(`${checksums} has no SHA-256 of ${basename(url)}`);
  return digest;
}

/** The digest in a line such as `<digest>`, `<digest>  <file>` or `<digest> *<file>`, if it is about this file. @param {string} line @param {string} file */
function digestIn(line, file) {
  const [, digest = "", name = file] = /^([0-9a-f]{64})(?:\s+\*?(\S+))?\s*$/i.exec(line) ?? [];
  return digest !== "" && basename(name) === file ? [digest.toLowerCase()] : [];
}

/** @param {string} file */
async function sha256Of(file) {
  const hash = createHash("sha256");
  await pipeline(createReadStream(file), hash);
  return hash.digest("hex");
}

/**
 * Runs tools/fetch.mjs, and resolves to its output. It is a process of its own because Node reads its proxy from the environment only when it starts.
 *
 * @param {string} url
 * @param {Transfer} transfer
 * @param {string} [file] where the content goes instead of the output
 * @returns {Promise<string>}
 */
function fetchWith(url, { onBytes, patience = 15 }, file) {
  const program = fileURLToPath(new URL("fetch.mjs", import.meta.url));
  const env = { ...process.env, NODE_USE_ENV_PROXY: "1" };
  const child = fork(program, [String(patience), url, ...(file === undefined ? [] : [file])], {
    env,
    // Node warns that its support of proxies is new.
    execArgv: ["--disable-warning=UNDICI-EHPA"],
    silent: true,
  });
  const output = /** @type {Buffer[]} */ ([]);
  const errors = /** @type {Buffer[]} */ ([]);
  child.stdout?.on("data", (/** @type {Buffer} */ chunk) => output.push(chunk));
  child.stderr?.on("data", (/** @type {Buffer} */ chunk) => errors.push(chunk));
  child.on("message", (message) => {
    const [received = 0, total = NaN] = /** @type {number[]} */ (message);
    onBytes?.(received, total);
  });
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (status) => {
      if (status === 0) resolve(Buffer.concat(output).toString("utf8"));
      else reject(new Error(`${url} could not be downloaded: ${Buffer.concat(errors).toString("utf8").trim()}`));
    });
  });
}
