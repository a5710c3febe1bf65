// What the doctor asks of pods goes through a real API server to a kubelet, which is simulated: commands in the agents, and logs. The log of the
// operator is that of the real one.
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
import { Cluster, eventually, type Operator } from "../harness/cluster.ts";
import { readGatewayApiCrds } from "../harness/suiteData.ts";

const folder = mkdtempSync(join(tmpdir(), "doctor-"));
const file = (name: string) => join(folder, name);
const status = { "kube-proxy-replacement": { deviceList: [{ name: "enp3s0" }, { name: "eno1" }], devices: ["other"] } };
let cluster: Cluster;
let client: ClusterClient;
let operator: Operator;

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
  writeLog("operator.log", "");
  const targets = { containers: ["cilium-agent"] };
  const kinds = [
    { kind: "ClusterExec", spec: { execs: [{ ...targets, local: {} }] } },
    {
      kind: "ClusterLogs",
      spec: {
        logs: [
          { ...targets, logsFile: file("agent.log"), previousLogsFile: file("previous.log") },
          { containers: ["cilium-operator"], logsFile: file("operator.log") },
        ],
      },
    },
  ];
  const configuration = kinds.map((each) => ({ apiVersion: "kwok.x-k8s.io/v1alpha1", ...each, metadata: { name: "agents" } }));
  writeFileSync(file("kwok.yaml"), configuration.map((each) => `---\n${JSON.stringify(each)}\n`).join(""));

  const exported = createPlan({ ...devStack, ...chartArgs("1.19.6") });
  cluster = await Cluster.start();
  cluster.apply(readGatewayApiCrds("v1.4.1"));
  cluster.apply(exported.manifest.yaml);
  await cluster.startNodesWithPods(file("kwok.yaml"), file("bin"), "node-1");
  operator = await cluster.startOperator();
  client = new ClusterClient({ kubeconfig: cluster.kubeconfig });
  await eventually(async () => examine(await facts()).findings.length === 0, "the cluster does not become healthy", 90);
});
after(async () => {
  await cluster.stop();
  rmSync(folder, { recursive: true });
});

const facts = (): Promise<Facts> => collectFacts(client, { service: undefined, asksNetwork: false, manifest: undefined });
const podWith = ({ objects: { pods } }: Facts, label: string, value: string) =>
  ("read" in pods ? pods.read : []).find(({ metadata }) => metadata.labels?.[label] === value)?.metadata.name ?? assert.fail();
const agentPod = (all: Facts) => podWith(all, "k8s-app", "cilium");
function setReady(pod: string, isReady: boolean): void {
  const status = { conditions: [{ type: "Ready", status: isReady ? "True" : "False" }] };
  const target = ["pod", pod, "--namespace", "kube-system", "--subresource=status"];
  const { ok, output } = cluster.kubectl(["patch", ...target, "--patch", JSON.stringify({ status })]);
  assert(ok, output);
}

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

test("a real operator that ends is the first finding, with the reason in its log", async () => {
  await operator.stop();
  const setGcInterval = (interval: string) => {
    const patch = ["--namespace", "kube-system", "patch", "configmap", "cilium-config", "--patch"];
    const { ok, output } = cluster.kubectl([...patch, JSON.stringify({ data: { "identity-gc-interval": interval } })]);
    assert(ok, output);
  };
  setGcInterval("soon");
  const ended = await cluster.startOperator();
  await eventually(() => ended.log().includes("level=fatal") && ended.hasEnded(), "the operator does not end", 60);
  const lines = ended.log().trim().split("\n");
  writeFileSync(file("operator.log"), lines.map((line) => `2026-01-01T12:00:00.000000000Z stderr F ${line}\n`).join(""));
  const pod = podWith(await facts(), "io.cilium/app", "operator");
  setReady(pod, false);
  const { findings } = examine(await facts());
  assert.equal(findings[0]?.rule, "operator-not-ready", JSON.stringify(findings));
  assert.match(findings[0].problem, /its log ends with: .*option identity-gc-interval: .*soon/);

  setGcInterval("15m0s");
  operator = await cluster.startOperator();
  setReady(pod, true);
  await eventually(async () => examine(await facts()).findings.length === 0, "the cluster does not become healthy again", 60);
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
