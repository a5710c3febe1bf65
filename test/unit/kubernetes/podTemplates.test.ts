import assert from "node:assert/strict";
import { test } from "node:test";
import { containersOf, isRefusedByBaseline, podSpecOf } from "../../../components/kubernetes/podTemplates.ts";
import type { KubernetesObject } from "../../../components/kubernetes/yaml.ts";

const spec = { containers: [{ name: "c" }], initContainers: [{ name: "i" }] };
const object = (kind: string, spec: unknown): KubernetesObject => ({ apiVersion: "v1", kind, metadata: { name: "a" }, spec });

test("the pod of every kind that creates pods is read, and other templates are not", () => {
  assert.equal(podSpecOf(object("Pod", spec)), spec);
  for (const kind of ["DaemonSet", "Deployment", "StatefulSet", "Job"]) {
    assert.equal(podSpecOf(object(kind, { template: { spec } })), spec, kind);
  }
  assert.equal(podSpecOf(object("CronJob", { jobTemplate: { spec: { template: { spec } } } })), spec);
  for (const other of [undefined, null, {}, { template: {} }, { template: { spec: { commonName: "a" } } }]) {
    assert.equal(podSpecOf(object("Certificate", other)), undefined);
  }
  assert.deepEqual(
    containersOf(spec).map(({ name }) => name),
    ["i", "c"],
  );
});

// What the API server says about pods like these is in test/cluster/podSecurity.test.ts.
test("PodSecurity baseline refuses a pod that uses the host", () => {
  const withContainer = (container: object) => ({ containers: [], initContainers: [{ name: "i", ...container }] });
  for (const refused of [
    { ...spec, hostNetwork: true },
    { ...spec, hostPID: true },
    { ...spec, hostIPC: true },
    { ...spec, volumes: [{ name: "v", hostPath: { path: "/" } }] },
    withContainer({ securityContext: { privileged: true } }),
    withContainer({ securityContext: { capabilities: { add: ["CHOWN", "NET_ADMIN"] } } }),
    withContainer({ ports: [{ hostPort: 80 }] }),
  ]) {
    assert(isRefusedByBaseline(refused), JSON.stringify(refused));
  }
  for (const admitted of [
    spec,
    { ...spec, hostNetwork: false, volumes: [{ name: "v", emptyDir: {} }] },
    { ...spec, volumes: null, initContainers: null },
    withContainer({ securityContext: { capabilities: { add: ["CHOWN", "NET_BIND_SERVICE"] } } }),
    withContainer({ securityContext: { capabilities: { add: null } }, ports: [{ containerPort: 80, hostPort: 0 }] }),
    withContainer({ securityContext: { capabilities: null }, ports: null }),
  ]) {
    assert(!isRefusedByBaseline(admitted), JSON.stringify(admitted));
  }
});
