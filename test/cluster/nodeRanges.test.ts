import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { generateKeyPairSync } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { after, before, test } from "node:test";
import type { TalosCiliumCniArgs } from "../../components/inputs/args.ts";
import { Cluster, eventually } from "../harness/cluster.ts";
import { checkResults } from "../harness/findings.ts";

const node = { apiVersion: "v1", kind: "Node", metadata: { name: "node-1" } };
const serviceCidr = "10.96.0.0/12,fd00:96::/108";

let cluster: Cluster;
before(async () => {
  cluster = await Cluster.start();
});
after(() => cluster.stop());

/** Starts the controller that gives nodes their ranges, as Talos does for these inputs. */
function startNodeRanges({ podCidr = "", talos = {} }: TalosCiliumCniArgs) {
  const sizes = podCidr.includes(",")
    ? Object.entries({
        "node-cidr-mask-size-ipv4": talos.nodeCidrMaskSize,
        "node-cidr-mask-size-ipv6": talos.nodeCidrMaskSizeIPv6,
      })
    : [];
  const child = spawn("kube-controller-manager", [
    `--kubeconfig=${cluster.kubeconfig}`,
    "--leader-elect=false",
    "--secure-port=0",
    "--controllers=node-ipam-controller",
    "--allocate-node-cidrs",
    `--cluster-cidr=${podCidr}`,
    ...sizes.filter(([, size]) => size !== undefined).map(([flag, size]) => `--${flag}=${size}`),
  ]);
  return { child, log: text(child.stderr) };
}

for (const args of [
  { podCidr: "10.244.0.0/16,fd00:10:244::/56" },
  { podCidr: "fd00:10:244::/48,10.244.0.0/16" },
  { podCidr: "10.244.0.0/16,fd00:10:244::/64", talos: { nodeCidrMaskSize: 25, nodeCidrMaskSizeIPv6: 80 } },
] satisfies TalosCiliumCniArgs[]) {
  test(`with ${JSON.stringify(args)}, each node gets a range of each IP family in the order of podCidr`, async () => {
    assert.deepEqual(checkResults({ ...args, serviceCidr }), []);
    const { child } = startNodeRanges(args);
    try {
      cluster.apply(JSON.stringify(node));
      const podCidrs = () => (cluster.get("node", "node-1")?.["spec"] as { podCIDRs?: string[] } | undefined)?.podCIDRs ?? [];
      await eventually(() => podCidrs().length === 2, "the node gets no ranges");
      const { nodeCidrMaskSize = 24, nodeCidrMaskSizeIPv6 = 64 } = "talos" in args ? args.talos : {};
      const sizes = podCidrs().map((range) => Number(range.split("/")[1]));
      const isIpv6First = args.podCidr.startsWith("fd");
      assert.deepEqual(isIpv6First ? sizes.toReversed() : sizes, [nodeCidrMaskSize, nodeCidrMaskSizeIPv6]);
      assert.equal(podCidrs()[0]?.includes(":"), isIpv6First);
    } finally {
      const exit = once(child, "exit");
      child.kill("SIGKILL");
      await exit;
      cluster.kubectl(["delete", "node", "node-1"]);
    }
  });
}

const keys = generateKeyPairSync("rsa", {
  modulusLength: 2048,
  privateKeyEncoding: { type: "pkcs8", format: "pem" },
  publicKeyEncoding: { type: "spki", format: "pem" },
});

/** The error of an API server that behaves like Kubernetes 1.33 and cannot start, without its stack trace. */
async function startupError(serviceRange: string): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), "api-server-"));
  const file = (name: string) => join(folder, name);
  writeFileSync(file("key"), keys.privateKey);
  writeFileSync(file("key.pub"), keys.publicKey);
  const child = spawn("kube-apiserver", [
    "--emulated-version=1.33",
    // It reads the ranges before it connects.
    "--etcd-servers=http://127.0.0.1:1",
    `--cert-dir=${folder}`,
    "--bind-address=127.0.0.1",
    "--service-account-issuer=https://kubernetes.default.svc",
    `--service-account-key-file=${file("key.pub")}`,
    `--service-account-signing-key-file=${file("key")}`,
    `--service-cluster-ip-range=${serviceRange}`,
  ]);
  const timer = setTimeout(() => child.kill("SIGKILL"), 5_000);
  const log = await text(child.stderr);
  clearTimeout(timer);
  rmSync(folder, { recursive: true });
  return /"command failed" err="(.*)"/.exec(log)?.[1] ?? "";
}

test("the API server of Kubernetes 1.33 does not start with the Service ranges that are refused as too large", async () => {
  for (const [serviceRange, isTooLarge] of [
    ["10.96.0.0/12,fd00:96::/108", false],
    ["10.96.0.0/12,fd00:96::/107", true],
    ["fd00:96::/64,10.96.0.0/12", true],
    ["10.64.0.0/11,fd00:96::/108", true],
  ] as const) {
    const args = { podCidr: "172.16.0.0/16,fd00:10:244::/56", serviceCidr: serviceRange, kubernetesVersion: "1.33" };
    assert.deepEqual(
      checkResults(args).map(({ check }) => check),
      isTooLarge ? ["a Service range that is too large for the API server"] : [],
    );
    assert.equal((await startupError(serviceRange)).includes("is too large; for"), isTooLarge, serviceRange);
  }
});

for (const args of [
  { podCidr: "10.244.0.0/16,fd00::/47" },
  { podCidr: "10.244.0.0/16,fd00:10:244::/56", talos: { nodeCidrMaskSizeIPv6: 73 } },
] satisfies TalosCiliumCniArgs[]) {
  test(`with ${JSON.stringify(args)}, which is refused, the controller manager ends`, async () => {
    assert.deepEqual(
      checkResults({ ...args, serviceCidr }).map(({ check }) => check),
      ["an IPv6 pod range that is too large for the ranges of the nodes"],
    );
    const { child, log } = startNodeRanges(args);
    await once(child, "exit");
    assert.match(await log, /the node CIDR size is too big/);
  });
}
