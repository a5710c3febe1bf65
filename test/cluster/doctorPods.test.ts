// What the doctor asks of pods goes through a real API server to a kubelet, which is simulated: commands in the agents, and their logs.
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { ClusterClient, ClusterError } from "../../components/doctor/client.ts";
import { collectFacts } from "../../components/doctor/collect.ts";
import { examine } from "../../components/doctor/examine.ts";
import type { Facts } from "../../components/doctor/facts.ts";
import { createPlan } from "../../components/plan.ts";
import { devStack } from "../fixtures/devStack.ts";
import { chartArgs } from "../harness/charts.ts";
import { Cluster, eventually } from "../harness/cluster.ts";
import { readGatewayApiCrds } from "../harness/suiteData.ts";

const folder = mkdtempSync(join(tmpdir(), "doctor-"));
const file = (name: string) => join(folder, name);
const status = { "kube-proxy-replacement": { deviceList: [{ name: "enp3s0" }, { name: "eno1" }], devices: ["other"] } };
let cluster: Cluster;
let client: ClusterClient;

before(async () => {
  mkdirSync(file("bin"));
  // It has the shell's own commands alone.
  const script = `[ "$*" = "status --output json" ] || { echo "unknown: $*" >&2; exit 1; }\nprintf %s '${JSON.stringify(status)}'`;
  writeFileSync(file("bin/cilium-dbg"), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  // The form in which a container runtime writes logs.
  const writeLog = (name: string, line: string) => {
    writeFileSync(file(name), `2026-01-01T12:00:00.000000000Z stderr F ${line}\n`);
  };
  writeLog("agent.log", 'level=error msg="dial tcp [::1]:7445: connect: connection refused" host=https://localhost:7445');
  writeLog("previous.log", 'level=fatal msg="the run before"');
  const targets = { containers: ["cilium-agent"] };
  const kinds = [
    { kind: "ClusterExec", spec: { execs: [{ ...targets, local: {} }] } },
    {
      kind: "ClusterLogs",
      spec: { logs: [{ ...targets, logsFile: file("agent.log"), previousLogsFile: file("previous.log") }] },
    },
  ];
  const configuration = kinds.map((each) => ({ apiVersion: "kwok.x-k8s.io/v1alpha1", ...each, metadata: { name: "agents" } }));
  writeFileSync(file("kwok.yaml"), configuration.map((each) => `---\n${JSON.stringify(each)}\n`).join(""));

  const exported = createPlan({ ...devStack, ...chartArgs("1.19.6") });
  cluster = await Cluster.start();
  cluster.apply(readGatewayApiCrds("v1.4.1"));
  cluster.apply(exported.manifest.yaml);
  await cluster.startNodesWithPods(file("kwok.yaml"), file("bin"), "node-1");
  await cluster.startOperator();
  client = new ClusterClient({ kubeconfig: cluster.kubeconfig });
  await eventually(async () => examine(await facts()).findings.length === 0, "the cluster does not become healthy", 90);
});
after(async () => {
  await cluster.stop();
  rmSync(folder, { recursive: true });
});

const facts = (): Promise<Facts> => collectFacts(client, { service: undefined, asksNetwork: false, manifest: undefined });
const agentPod = ({ objects: { pods } }: Facts) =>
  ("read" in pods ? pods.read : []).find(({ metadata }) => metadata.labels?.["k8s-app"] === "cilium")?.metadata.name ??
  assert.fail();

test("the devices come from a command in the agent", async () => {
  assert.deepEqual((await facts()).agents, { "node-1": { read: { devices: ["enp3s0", "eno1"] } } });
});

test("a command that fails is an error in its own words", async () => {
  const pod = agentPod(await facts());
  const run = (container: string, ...command: string[]) => client.execute("kube-system", pod, container, command);
  assert.equal(await run("cilium-agent", "cilium-dbg", "status", "--output", "json"), JSON.stringify(status));
  await assert.rejects(
    run("cilium-agent", "cilium-dbg", "x"),
    (error) => error instanceof ClusterError && error.message.includes("unknown: x"),
  );
  await assert.rejects(run("other", "cilium-dbg"), ClusterError);
});

test("an agent that is not ready is reported with the reason in its log, of the last run too", async () => {
  const pod = agentPod(await facts());
  const containerStatuses = [{ name: "cilium-agent", image: "", imageID: "", ready: false, restartCount: 2 }];
  const patch = { status: { conditions: [{ type: "Ready", status: "False" }], containerStatuses } };
  const target = ["pod", pod, "--namespace", "kube-system", "--subresource=status"];
  const { ok, output } = cluster.kubectl(["patch", ...target, "--patch", JSON.stringify(patch)]);
  assert(ok, output);
  const { logs, ...others } = await facts();
  assert.match(JSON.stringify(logs), /the run before.*7445: connect: connection refused/);
  const { findings } = examine({ logs, ...others });
  assert.deepEqual([findings[0]?.rule, findings.length], ["kubeprism-unreachable", 1], JSON.stringify(findings));
});
