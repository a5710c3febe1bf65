import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";

const commands = ["ip", "unshare", "nsenter", "setpriv", "capsh", "arping", "iptables", "ipset", "bpftool", "lsns"];
const packages = "clang-19 llvm-19 iproute2 util-linux libcap2-bin iputils-arping iptables ipset bpftool";

/** Why Cilium's agent cannot run on this machine, or undefined when it can. */
export function withoutLan(): string | undefined {
  if (process.platform !== "linux") return "Cilium's agent runs on Linux only";
  if (process.getuid?.() !== 0) return "only root can run Cilium's agent and make network namespaces";
  if (!existsSync("/sys/kernel/btf/vmlinux")) return "the kernel has no BTF, which Cilium's programs take";
  const missing = commands.filter((command) => spawnSync("sh", ["-c", `command -v ${command}`]).status !== 0);
  if (!existsSync(`${compilers}/clang`)) missing.unshift("clang 19");
  if (missing.length > 0) return `there is no ${missing.join(", ")}; Debian has them in ${packages}`;
  return withoutNamespaces();
}

/** Why nothing can be run in namespaces of its own, or undefined when it can. */
export function withoutNamespaces(): string | undefined {
  const { error, status, stderr } = spawnSync("unshare", ["--net", "--mount", "--pid", "--fork", "ip", "link"], {
    encoding: "utf8",
  });
  return status === 0 ? undefined : `no namespaces can be made here: ${error?.message ?? stderr.trim()}`;
}

/** Where the compiler of Cilium's programs is. */
export const compilers = "/usr/lib/llvm-19/bin";
