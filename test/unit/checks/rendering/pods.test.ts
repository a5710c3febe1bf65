import assert from "node:assert/strict";
import { test } from "node:test";
import { podChecks } from "../../../../components/checks/rendering/pods.ts";
import type { TalosCiliumCniArgs } from "../../../../components/inputs/args.ts";
import { values } from "../../../fixtures/validInputs.ts";
import { releases } from "../../../harness/charts.ts";
import { testExamples } from "../../../harness/checkExamples.ts";
import { checkResults } from "../../../harness/findings.ts";

const ipsec = { enabled: true, type: "ipsec" };
const spire = (install: object) => ({
  authentication: { enabled: true, mutual: { spire: { enabled: true, install: { enabled: true, ...install } } } },
});

testExamples(podChecks, {
  "pods that wait for a Secret or ConfigMap that nothing creates": [
    [
      values({ encryption: ipsec, bpf: { masquerade: true } }, { ciliumVersion: "1.18.4" }),
      /^values\.encryption\.type: needs Secret kube-system\/cilium-ipsec-keys, which nothing here creates; without it, the pods of DaemonSet kube-system\/cilium do not start; run: kubectl create secret generic cilium-ipsec-keys --namespace kube-system --from-literal=keys="3\+ rfc4106/,
    ],
    // IPsec is the chart's default type.
    [
      values({ encryption: { enabled: true } }, { namespace: "cilium" }),
      /^values\.encryption\.enabled: needs Secret cilium\/cilium-ipsec-keys.* --namespace cilium --from-literal=keys=/,
    ],
    [
      values({ encryption: { ...ipsec, ipsec: { secretName: "own", keyFile: "psk" } } }),
      /^values\.encryption\.ipsec\.secretName: needs Secret kube-system\/own, .* kubectl create secret generic own .* --from-literal=psk=/,
    ],
    [
      values({ extraVolumes: [{ name: "a", configMap: { name: "mine" } }] }),
      /^values\.extraVolumes\[0\]\.configMap\.name: needs ConfigMap kube-system\/mine, .* do not start$/,
    ],
    [
      values({ tls: { caBundle: { enabled: true } }, hubble: { enabled: true, relay: { enabled: true } } }),
      /^values\.tls\.caBundle\.enabled: needs ConfigMap kube-system\/cilium-root-ca\.crt, .* Deployment kube-system\/hubble-relay do/,
    ],
    [
      { ...values({ encryption: { enabled: true, type: "ztunnel" } }), ciliumVersion: "1.20.0" },
      /^values\.encryption\.type: needs Secret kube-system\/cilium-ztunnel-secrets, .* DaemonSet kube-system\/cilium and DaemonSet kube-system\/ztunnel-cilium do not start$/,
    ],
  ],
  "pods that use the host, in a namespace that others create": [
    [
      values(spire({ existingNamespace: true, namespace: "spire" })),
      /^values\.authentication\.mutual\.spire\.install\.existingNamespace: leaves Namespace spire to others, .*; run: kubectl label namespace spire pod-security\.kubernetes\.io\/enforce=privileged$/,
    ],
  ],
});

/** The problems of these inputs. */
function problemsOf(args: TalosCiliumCniArgs): readonly string[] {
  return checkResults(args).flatMap(({ problems }) => problems);
}

const hubble = { enabled: true, relay: { enabled: true }, ui: { enabled: true } };
const mesh = (authMode: object) => ({
  cluster: { name: "a", id: 1 },
  clustermesh: {
    useAPIServer: true,
    apiserver: { service: { type: "NodePort" }, tls: { auto: { method: "cronJob" }, ...authMode } },
  },
});
const issuer = { certManagerIssuerRef: { group: "cert-manager.io", kind: "ClusterIssuer", name: "a" } };

for (const { ciliumVersion } of releases) {
  test(`Cilium ${ciliumVersion}: what Jobs, cert-manager and Kubernetes create is not missing`, () => {
    for (const helmValues of [
      {},
      { envoy: { enabled: false } },
      { hubble },
      { hubble: { ...hubble, relay: { enabled: true, tls: { server: { enabled: true } } } } },
      { hubble: { ...hubble, metrics: { enabled: ["dns"], tls: { enabled: true } } } },
      { hubble: { ...hubble, tls: { auto: { method: "certmanager", ...issuer } } } },
      { hubble: { ...hubble, export: { dynamic: { enabled: true } } } },
      { encryption: { enabled: true, type: "wireguard" } },
      { encryption: { enabled: false, type: "ipsec" } },
      { ipMasqAgent: { enabled: true }, bpf: { masquerade: true, hostLegacyRouting: true } },
      { tls: { caBundle: { enabled: true } } },
      mesh({ authMode: "legacy" }),
      spire({}),
      spire({ namespace: "spire" }),
      spire({ existingNamespace: true, namespace: "kube-system" }),
      { extraVolumes: [{ name: "a", secret: { secretName: "a", optional: true } }] },
      // The chart itself creates it.
      { extraVolumes: [{ name: "a", configMap: { name: "cilium-config" } }] },
    ]) {
      assert.deepEqual(problemsOf({ ciliumVersion, values: helmValues }), [], JSON.stringify(helmValues));
    }
  });
}

test("a cluster mesh needs the users of the other clusters, unless the chart knows the clusters", () => {
  const clusters = [{ name: "b", port: 2379, ips: ["192.168.2.1"] }];
  for (const ciliumVersion of ["1.19.6", "1.20.0"]) {
    const [problem = "", ...others] = problemsOf({ ciliumVersion, values: mesh({}) });
    assert.match(problem, /^values\.clustermesh\.useAPIServer: needs ConfigMap kube-system\/clustermesh-remote-users, /);
    assert.deepEqual(others, []);
    const { cluster, clustermesh } = mesh({});
    const config = { enabled: true, clusters };
    const known = problemsOf({ ciliumVersion, values: { cluster, clustermesh: { ...clustermesh, config } } });
    assert(!known.join("\n").includes("which nothing here creates"), known.join("\n"));
  }
});

test("a name from secretValues is in no message", () => {
  const extraVolumes = [{ name: "a", secret: { secretName: "very-secret-name" } }];
  const problems = problemsOf({ secretValues: { extraVolumes } });
  assert.equal(problems.length, 1);
  assert(!problems.join().includes("very-secret-name"), problems.join());
});
