import { originOf } from "../../cilium/valueOrigins.ts";
import { type HelmValues, isOff, isOn, valueAt } from "../../helm/values.ts";
import { type Problem, problem, quote } from "../../support/problems.ts";
import { type Checks, valuesCheck, type ValuesSubject } from "../check.ts";

const linuxCapabilities = new Set(
  (
    "AUDIT_CONTROL AUDIT_READ AUDIT_WRITE BLOCK_SUSPEND BPF CHECKPOINT_RESTORE CHOWN DAC_OVERRIDE DAC_READ_SEARCH FOWNER FSETID " +
    "IPC_LOCK IPC_OWNER KILL LEASE LINUX_IMMUTABLE MAC_ADMIN MAC_OVERRIDE MKNOD NET_ADMIN NET_BIND_SERVICE NET_BROADCAST NET_RAW " +
    "PERFMON SETFCAP SETGID SETPCAP SETUID SYS_ADMIN SYS_BOOT SYS_CHROOT SYSLOG SYS_MODULE SYS_NICE SYS_PACCT SYS_PTRACE SYS_RAWIO " +
    "SYS_RESOURCE SYS_TIME SYS_TTY_CONFIG WAKE_ALARM"
  ).split(" "),
);

/** The capabilities that Talos gives to no container. */
const withheldByTalos = new Set(["SYS_MODULE", "SYS_BOOT"]);

/** The parts of the chart that need certificates, by the value that turns them on. */
const certificates = [
  { switchedOnBy: "hubble.enabled", tls: "hubble.tls" },
  { switchedOnBy: "clustermesh.useAPIServer", tls: "clustermesh.apiserver.tls" },
];

export const clusterFitChecks: Checks<ValuesSubject> = {
  errors: [
    valuesCheck({
      title: "certificates that Helm creates",
      why: "Each rendering creates new keys, so every update replaces them, and the manifest contains the private ones.",
      source: "https://docs.cilium.io/en/stable/observability/hubble/configuration/tls/",
      needs: [],
      run: ({ settings, values }) =>
        certificates
          .filter(({ switchedOnBy, tls }) => isOn(values, switchedOnBy) && areCreatedByHelm(values, tls))
          .map(({ tls }) =>
            problem(
              originOf(settings, `${tls}.auto.method`),
              'is "helm", which creates new keys at every rendering; use "cronJob" or "certmanager"',
            ),
          ),
    }),
    valuesCheck({
      title: "an API server that the chart should find by itself",
      why: "It searches the cluster. Without a cluster, 1.18 renders the word auto as the host.",
      source: "https://docs.cilium.io/en/stable/network/kubernetes/kubeproxy-free/",
      needs: [],
      run: ({ settings, values }) => {
        if (valueAt(values, "k8sServiceHost") !== "auto") return [];
        return [
          problem(
            originOf(settings, "k8sServiceHost"),
            'cannot be "auto", which needs a cluster to search; leave it out: on Talos it is localhost, port 7445',
          ),
        ];
      },
    }),
    valuesCheck({
      title: "a capability that does not exist, or that Talos gives to no container",
      why: "A container silently starts without an unknown capability. With one that Talos withholds, it never starts.",
      source: "https://docs.siderolabs.com/talos/v1.13/learn-more/process-capabilities",
      needs: [],
      run: ({ settings, values }) =>
        capabilitiesIn(values).flatMap(({ path, index, name }) =>
          capabilityProblems(`${originOf(settings, path)}[${index}]`, name),
        ),
    }),
    valuesCheck({
      title: "`namespaceOverride`, which bypasses the input `namespace`",
      why: "Nothing creates that namespace, and pools and leases look for Cilium in the other one.",
      source: "docs/inputs.md",
      needs: [],
      run: ({ settings, values }) => {
        const override = valueAt(values, "namespaceOverride");
        if (override === undefined || override === "") return [];
        return [
          problem(
            originOf(settings, "namespaceOverride"),
            `is ${quote(override)}, a namespace that nothing creates; set the input namespace to it instead`,
          ),
        ];
      },
    }),
  ],
  warnings: [
    valuesCheck({
      title: "more operators than nodes",
      why: "Operators refuse to share a node: one stays pending, and everything that waits for the Deployment waits with it.",
      source: "https://github.com/cilium/cilium/tree/main/install/kubernetes/cilium",
      needs: ["lan"],
      run: ({ settings, values }) => {
        const replicas = Number(valueAt(values, "operator.replicas"));
        const nodes = settings.lan.nodes.length;
        if (nodes === 0 || !(replicas > nodes)) return [];
        return [
          problem(
            originOf(settings, "operator.replicas"),
            `is ${replicas}, but lan.nodes has ${nodes}; operators refuse to share a node, so one is never scheduled`,
          ),
        ];
      },
    }),
  ],
};

function areCreatedByHelm(values: HelmValues, tls: string): boolean {
  if (isOff(values, `${tls}.enabled`) || isOff(values, `${tls}.auto.enabled`)) return false;
  return (valueAt(values, `${tls}.auto.method`) ?? "helm") === "helm";
}

interface Capability {
  /** The path of the list that contains it. */
  readonly path: string;
  readonly index: number;
  readonly name: unknown;
}

function capabilitiesIn(values: HelmValues): readonly Capability[] {
  return ["securityContext.capabilities", "envoy.securityContext.capabilities"].flatMap((parent) =>
    Object.entries((valueAt(values, parent) ?? {}) as Readonly<Record<string, unknown>>).flatMap(([container, list]) => {
      if (!Array.isArray(list)) return [];
      return list.map((name: unknown, index) => ({ path: `${parent}.${container}`, index, name }));
    }),
  );
}

function capabilityProblems(input: string, name: unknown): readonly Problem[] {
  // The container runtime converts the name to upper case and adds CAP_.
  const capability = String(name).toUpperCase();
  if (withheldByTalos.has(capability)) {
    return [problem(input, `is ${quote(name)}, which Talos gives to no container; leave it out`)];
  }
  if (linuxCapabilities.has(capability) || capability === "ALL") return [];
  return [problem(input, `is ${quote(name)}, which Linux does not know; the names look like NET_ADMIN, without CAP_`)];
}
