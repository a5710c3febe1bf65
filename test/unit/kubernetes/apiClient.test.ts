import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { generate } from "selfsigned";
import { ApiClient, ApiError } from "../../../components/kubernetes/apiClient.ts";
import { FakeApiServer } from "../../harness/apiServer.ts";

let server: FakeApiServer;
before(async () => {
  server = await FakeApiServer.start({ "/version": { gitVersion: "v1.34.2" } });
});
after(() => {
  server.stop();
});

const object = (kind: string, name: string) => ({ apiVersion: "apps/v1", kind, metadata: { name, namespace: "kube-system" } });
const daemonSet = "/apis/apps/v1/namespaces/kube-system/daemonsets/cilium";
const deployment = "/apis/apps/v1/namespaces/kube-system/deployments/cilium-operator";
const generation = (kind: string, status: object, spec: object = {}) => ({ kind, metadata: { generation: 2 }, spec, status });
const ready: Readonly<Record<string, ReturnType<typeof generation>>> = {
  [daemonSet]: generation("DaemonSet", {
    observedGeneration: 2,
    desiredNumberScheduled: 3,
    updatedNumberScheduled: 3,
    numberAvailable: 3,
  }),
  [deployment]: generation("Deployment", { observedGeneration: 2, updatedReplicas: 2, availableReplicas: 2 }, { replicas: 2 }),
};
const objects = [object("DaemonSet", "cilium"), object("Deployment", "cilium-operator"), object("ConfigMap", "cilium-config")];
const client = () => new ApiClient(server.kubeconfig());

test("the version is read with the authority and the token of the kubeconfig", async () => {
  assert.equal(await client().version(), "1.34.2");
  assert.equal(server.tokens.at(-1), "Bearer token-of-admin");
});

test("another authority, another status and no server are errors that name the server", async () => {
  const other = await generate([{ name: "commonName", value: "other" }]);
  await assert.rejects(new ApiClient(server.kubeconfig({ authority: other.cert })).version(), ApiError);
  const stopped = await FakeApiServer.start({});
  await assert.rejects(new ApiClient(stopped.kubeconfig()).version(), /^ApiError: https:\S+ answers \/version with status 404$/);
  const kubeconfig = stopped.kubeconfig();
  stopped.stop();
  await assert.rejects(new ApiClient(kubeconfig).version(), /^ApiError: https:\S+ does not answer: .*ECONNREFUSED/);
});

test("workloads that are rolled out end the wait, and other objects are not asked for", async () => {
  Object.assign(server.answers, ready);
  await client().waitForRollout(objects, 0);
  await client().waitForRollout([object("ConfigMap", "missing")], 0);
});

test("each reason for which a rollout is not complete is named at the end", async () => {
  const reasons: readonly (readonly [path: string, status: object, reason: RegExp])[] = [
    [daemonSet, { observedGeneration: 1 }, /^DaemonSet kube-system\/cilium: its controller has not seen the change yet$/],
    [daemonSet, { updatedNumberScheduled: 1 }, /cilium: 1 of 3 pods are updated$/],
    [daemonSet, { numberAvailable: 2 }, /cilium: 2 of 3 pods are available$/],
    [daemonSet, { numberAvailable: undefined }, /cilium: 0 of 3 pods are available$/],
    [deployment, { updatedReplicas: 0 }, /^Deployment kube-system\/cilium-operator: 0 of 2 pods are updated$/],
    [deployment, { availableReplicas: 1 }, /cilium-operator: 1 of 2 pods are available$/],
  ];
  for (const [path, status, reason] of reasons) {
    const complete = ready[path] ?? assert.fail();
    Object.assign(server.answers, ready, { [path]: { ...complete, status: { ...complete.status, ...status } } });
    await assert.rejects(client().waitForRollout(objects, 0), ({ message }: Error) => reason.test(message), String(reason));
  }
});

test("an object that is missing for a while, and an API server that fails for a while, only take longer", async () => {
  Object.assign(server.answers, ready, { [daemonSet]: undefined });
  await assert.rejects(client().waitForRollout(objects, 0), /DaemonSet kube-system\/cilium: .*status 404/);
  const wait = client().waitForRollout(objects, 10_000, 20);
  setTimeout(() => Object.assign(server.answers, ready), 100);
  await wait;
});
