import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, beforeEach, test } from "node:test";
import { ClusterClient, ClusterError } from "../../../components/doctor/client.ts";
import { collectFacts, type Collection } from "../../../components/doctor/collect.ts";
import { agentLabels, node, pod, ready } from "../../fixtures/healthyFacts.ts";

// An API server that says what the test wants. The suites `cluster` and `lan` collect from a real one.
const folder = mkdtempSync(join(tmpdir(), "doctor-"));
let answers: Record<string, readonly [status: number, body: unknown]> = {};
const requests: string[] = [];
const server = createServer(({ method, url = "" }, response) => {
  requests.push(`${method} ${url}`);
  const [path = ""] = url.split("?");
  const [status, body] = answers[url] ?? answers[path] ?? [200, { items: [] }];
  response
    .writeHead(status, { date: "Thu, 01 Jan 2026 12:00:00 GMT" })
    .end(typeof body === "string" ? body : JSON.stringify(body));
});
let client: ClusterClient;
before(async () => {
  server.listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const address = `http://127.0.0.1:${(server.address() as { port: number }).port}`;
  const config = {
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name: "a", cluster: { server: address, "insecure-skip-tls-verify": true } }],
    users: [{ name: "a", user: { token: "t" } }],
    contexts: [{ name: "a", context: { cluster: "a", user: "a" } }],
    "current-context": "a",
  };
  writeFileSync(join(folder, "kubeconfig"), JSON.stringify(config));
  client = new ClusterClient({ kubeconfig: join(folder, "kubeconfig") });
});
beforeEach(() => {
  answers = {};
  requests.length = 0;
});
after(() => {
  server.close();
  rmSync(folder, { recursive: true });
});
const collect = (more: Partial<Collection> = {}) =>
  collectFacts(client, { service: undefined, asksNetwork: false, manifest: undefined, ...more });

test("it only asks with GET, and never for Secrets", async () => {
  const manifest = ["Secret", "ConfigMap", "Gone"].map(
    (kind) => `---\n${JSON.stringify({ apiVersion: "v1", kind, metadata: { name: "a", namespace: "b" } })}\n`,
  );
  answers["/api/v1"] = [
    200,
    {
      resources: [
        { name: "secrets", kind: "Secret", namespaced: true },
        { name: "configmaps", kind: "ConfigMap", namespaced: true },
        { name: "configmaps/status", kind: "ConfigMap", namespaced: true },
      ],
    },
  ];
  answers["/api/v1/namespaces/b/configmaps/a"] = [200, { kind: "ConfigMap" }];
  const { installed } = await collect({ manifest: manifest.join("") });
  assert.deepEqual(installed, { read: [{ kind: "ConfigMap" }] });
  for (const request of requests) {
    assert.match(request, /^GET /);
    assert.doesNotMatch(request, /secret/i);
  }
});

test("the namespace is that of the DaemonSet with Cilium's label", async () => {
  assert.equal((await collect()).namespace, "kube-system");
  const daemonSet = (namespace: string, labels: object) => ({ metadata: { name: "cilium", namespace, labels } });
  answers["/apis/apps/v1/daemonsets"] = [200, { items: [daemonSet("other", {}), daemonSet("network", { "k8s-app": "cilium" })] }];
  assert.equal((await collect()).namespace, "network");
  assert(requests.includes("GET /apis/coordination.k8s.io/v1/namespaces/network/leases"));
});

test("what may not be read has the reason of the API server, and a kind that is missing has no objects", async () => {
  const message = 'leases.coordination.k8s.io is forbidden: User "a" cannot list resource "leases"';
  answers["/apis/coordination.k8s.io/v1/namespaces/kube-system/leases"] = [403, { kind: "Status", message }];
  answers["/api/v1/nodes"] = [502, "<html>"];
  answers["/apis/apiextensions.k8s.io/v1/customresourcedefinitions"] = [200, { items: null }];
  answers["/apis/cilium.io/v2/ciliumloadbalancerippools"] = [404, "404 page not found"];
  const { objects, missingKinds, time } = await collect();
  assert.deepEqual(objects.leases, { unread: message });
  assert.deepEqual(objects.nodes, { unread: "status 502" });
  assert.deepEqual(objects.ipPools, { read: [] });
  assert.deepEqual(objects.crds, { read: [] });
  assert.deepEqual(missingKinds, ["ipPools"]);
  assert.equal(time, "2026-01-01T12:00:00.000Z");
});

test("a user whom the API server does not know is an error", async () => {
  answers["/version"] = [401, { message: "Unauthorized" }];
  await assert.rejects(collect(), (error) => error instanceof ClusterError && error.message.endsWith("kubeconfig: Unauthorized"));
});

test("the logs of agents that are not ready are read, with those of the run before", async () => {
  const restarted = { ...ready("False"), containerStatuses: [{ name: "cilium-agent", restartCount: 1 }] };
  const pods = [
    pod("a", "node-1", agentLabels),
    pod("b", "node-2", agentLabels, restarted),
    pod("c", "node-3", agentLabels, ready("False")),
  ];
  const log = (name: string) => `/api/v1/namespaces/kube-system/pods/${name}/log?container=cilium-agent&tailLines=200`;
  answers["/api/v1/namespaces/kube-system/pods"] = [200, { items: pods }];
  answers[log("b")] = [200, "now"];
  answers[`${log("b")}&previous=true`] = [200, "before"];
  answers[log("c")] = [403, { message: "forbidden" }];
  const { logs, agents } = await collect();
  assert.deepEqual(logs, { b: { read: "before\nnow" }, c: { unread: "forbidden" } });
  assert.deepEqual(agents["node-2"], { unread: "it is not ready" });
  // This server does not run commands.
  assert(agents["node-1"] !== undefined && "unread" in agents["node-1"]);
});

test("only the addresses of the Services that are asked for are asked, and those of the nodes", async () => {
  const service = (name: string, ip: string) => ({
    metadata: { name, namespace: "default" },
    spec: {
      type: "LoadBalancer",
      ports: [
        { port: 1, protocol: "TCP" },
        { port: 2, protocol: "UDP" },
      ],
    },
    status: { loadBalancer: { ingress: [{ ip }] } },
  });
  answers["/api/v1/services"] = [200, { items: [service("a", "127.0.0.1"), service("b", "127.0.0.2")] }];
  const status = {
    ...ready(),
    addresses: [
      { type: "InternalIP", address: "127.0.0.3" },
      { type: "Hostname", address: "node-1" },
    ],
  };
  answers["/api/v1/nodes"] = [200, { items: [node("node-1", status)] }];
  const { answers: asked, macAddresses } = await collect({ service: "a", asksNetwork: true });
  assert.deepEqual(asked, { "127.0.0.1": { isOnLink: false, isSilent: false, ports: { "1": "refused" }, http: {} } });
  assert.deepEqual(macAddresses, {});
  assert.equal((await collect()).answers, undefined);
});
