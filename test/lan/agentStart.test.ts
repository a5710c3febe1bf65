import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { after, before, test } from "node:test";
import { loadBalancerObjects } from "../../components/cilium/loadBalancer/objects.ts";
import type { TalosCiliumCniArgs } from "../../components/inputs/args.ts";
import { resolveSettings } from "../../components/inputs/settings.ts";
import { createManifest } from "../../components/kubernetes/manifest.ts";
import { createPlan } from "../../components/plan.ts";
import { InputError } from "../../components/support/problems.ts";
import { runUnchecked } from "../../tools/childProcess.mjs";
import { devStack } from "../fixtures/devStack.ts";
import { chartArgs } from "../harness/charts.ts";
import { eventually } from "../harness/cluster.ts";
import { isolate } from "../harness/isolation.ts";
import { webService } from "../harness/lanClient.ts";
import { type LanNode } from "../harness/lanNode.ts";
import { renderInputs } from "../harness/renderInputs.ts";
import { VirtualLan } from "../harness/virtualLan.ts";

isolate();

let lan: VirtualLan;
let node: LanNode;
before(async () => {
  lan = await VirtualLan.start(createPlan(chartArgs()));
  node = await lan.addNode();
  await node.stopAgent();
});
after(() => lan.stop());

function agentCapabilities(...ciliumAgent: readonly string[]): TalosCiliumCniArgs {
  return { values: { securityContext: { capabilities: { ciliumAgent } } } };
}

// Inputs that the checks reject, and the error that the agent gives for them.
const rejected: readonly (readonly [args: TalosCiliumCniArgs, agentError: RegExp])[] = [
  [agentCapabilities("NET_RAW", "SYS_ADMIN"), /error while creating ipset/],
  [agentCapabilities("NET_ADMIN", "NET_RAW"), /failed to set memlock rlimit: operation not permitted/],
];

for (const [args, agentError] of rejected) {
  test(`the agent does not start with ${JSON.stringify(args.values)}`, async () => {
    assert.throws(() => createPlan({ ...args, ...chartArgs() }), InputError);
    lan.cluster.apply(createManifest(renderInputs(args).objects).yaml);
    await assert.rejects(node.startAgent(), agentError);
  });
}

test("the agent replaces a lease timing that breaks the rules, and reports it only in its log", async () => {
  const args = { ...devStack, l2: { leaseDuration: "2s", leaseRenewDeadline: "3s" } };
  assert.throws(() => createPlan({ ...args, ...chartArgs() }), InputError);
  lan.cluster.apply(createManifest(renderInputs(args).objects).yaml);
  lan.cluster.apply(createManifest(loadBalancerObjects(resolveSettings(devStack))).yaml);
  lan.cluster.apply(webService("web", [node]));
  await node.startAgent();
  const logLine = "l2-announcements-lease-duration must be greater than --l2-announcements-renew-deadline, defaulting";
  await eventually(() => node.log().includes(logLine), "the agent does not replace the timing");
});

test("the agent starts with the capabilities that the checks ask for, and without NET_RAW it cannot write its iptables rules", async () => {
  const failure = "iptables rules full reconciliation failed";
  const needed = agentCapabilities("NET_ADMIN", "NET_RAW", "SYS_ADMIN");
  createPlan({ ...needed, ...chartArgs() });
  lan.cluster.apply(createManifest(renderInputs(needed).objects).yaml);
  await node.startAgent();
  assert(!node.log().includes(failure), node.log());
  await node.stopAgent();

  const rejectedArgs = agentCapabilities("NET_ADMIN", "SYS_ADMIN");
  assert.throws(() => createPlan({ ...rejectedArgs, ...chartArgs() }), InputError);
  lan.cluster.apply(createManifest(renderInputs(rejectedArgs).objects).yaml);
  await node.startAgent();
  await eventually(() => node.log().includes(failure), "the agent writes its iptables rules");
  await node.stopAgent();
});

test("with BPF and PERFMON in place of SYS_ADMIN, the agent cannot change network namespaces", async () => {
  const args = agentCapabilities("NET_ADMIN", "NET_RAW", "BPF", "PERFMON", "SYS_RESOURCE");
  assert.throws(() => createPlan({ ...args, ...chartArgs() }), InputError);
  lan.cluster.apply(createManifest(renderInputs(args).objects).yaml);
  // It neither ends nor becomes ready.
  const start = node.startAgent();
  start.catch(() => undefined);
  await eventually(() => node.log().includes("failed to set into network namespace"), "the agent changes namespaces");
  await node.stopAgent();
  await assert.rejects(start);
});

test("the init containers that enter the host's namespaces need all three of their capabilities", async () => {
  const host = spawn("unshare", ["--mount", "--cgroup", "sh", "-c", "echo; read -r _"], { stdio: ["pipe", "pipe", "ignore"] });
  await new Promise((resolve) => host.stdout.once("data", resolve));
  const enter = (...capabilities: readonly string[]) => {
    const bounds = `--bounding-set=-all${capabilities.map((name) => `,+${name}`).join("")}`;
    return runUnchecked("setpriv", [bounds, "nsenter", `--mount=/proc/${host.pid}/ns/mnt`, "--", "sh", "-c", ":"]).status === 0;
  };
  const all = ["sys_admin", "sys_chroot", "sys_ptrace"];
  assert(enter(...all));
  for (const missing of all) assert(!enter(...all.filter((name) => name !== missing)), missing);
  host.stdin.end();
});
