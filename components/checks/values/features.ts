import { shown } from "../../support/problems.ts";
import type { Checks } from "../check.ts";
import { at, inputOf, isOff, isOn, type Effective } from "../../cilium/valueOrigins.ts";

const capabilities = new Set(
  (
    "AUDIT_CONTROL AUDIT_READ AUDIT_WRITE BLOCK_SUSPEND BPF CHECKPOINT_RESTORE CHOWN DAC_OVERRIDE DAC_READ_SEARCH FOWNER FSETID " +
    "IPC_LOCK IPC_OWNER KILL LEASE LINUX_IMMUTABLE MAC_ADMIN MAC_OVERRIDE MKNOD NET_ADMIN NET_BIND_SERVICE NET_BROADCAST NET_RAW " +
    "PERFMON SETFCAP SETGID SETPCAP SETUID SYS_ADMIN SYS_BOOT SYS_CHROOT SYSLOG SYS_MODULE SYS_NICE SYS_PACCT SYS_PTRACE SYS_RAWIO " +
    "SYS_RESOURCE SYS_TIME SYS_TTY_CONFIG WAKE_ALARM"
  ).split(" "),
);
/** What Talos gives to nobody. */
const withheld = new Set(["SYS_MODULE", "SYS_BOOT"]);

/** Values that contradict each other, or Talos, though the chart renders them. */
export const valueChecks: Checks<Effective> = {
  errors: [
    {
      finds: "Gateway API or L2 announcements without Cilium in the place of kube-proxy",
      because: "Gateways are left alone, and what is announced has nobody who serves it.",
      source: "https://docs.cilium.io/en/stable/network/l2-announcements/#prerequisites",
      in: ({ values, settings }) =>
        (["gatewayAPI", "l2announcements"] as const)
          .filter((key) => isOn(values, `${key}.enabled`) && !isOn(values, "kubeProxyReplacement"))
          .map((key) => ({
            input: inputOf(settings, `${key}.enabled`),
            message: `cannot be true while values.kubeProxyReplacement is ${shown(at(values, "kubeProxyReplacement"))}; change one of the two`,
          })),
    },
    {
      finds: "Gateway API without the L7 proxy",
      because: "Its Gateways are served by Envoy; the chart refuses to render it.",
      source: "https://docs.cilium.io/en/stable/network/servicemesh/gateway-api/gateway-api/",
      in: ({ values, settings }) =>
        isOn(values, "gatewayAPI.enabled") && isOff(values, "l7Proxy")
          ? [
              {
                input: inputOf(settings, "gatewayAPI.enabled"),
                message: "cannot be true while values.l7Proxy is false; change one of the two",
              },
            ]
          : [],
    },
    {
      finds: "Hubble Relay without Hubble, the web interface without Relay",
      because: "The chart refuses to render it.",
      source: "https://docs.cilium.io/en/stable/observability/hubble/setup/",
      in: ({ values, settings }) => [
        ...(isOn(values, "hubble.relay.enabled") && !isOn(values, "hubble.enabled")
          ? [
              {
                input: inputOf(settings, "hubble.relay.enabled"),
                message: "cannot be true while hubble.enabled is false; set both",
              },
            ]
          : []),
        ...(isOn(values, "hubble.ui.enabled") &&
        !isOn(values, "hubble.relay.enabled") &&
        !isOn(values, "hubble.ui.standalone.enabled")
          ? [
              {
                input: inputOf(settings, "hubble.ui.enabled"),
                message: "cannot be true while hubble.relay is false: it shows what Relay gathers; set both",
              },
            ]
          : []),
      ],
    },
    {
      finds: "certificates that Helm makes",
      because: "Each rendering makes new keys: every update replaces them, and the private ones stand in the manifest.",
      source: "https://docs.cilium.io/en/stable/observability/hubble/configuration/tls/",
      in: ({ values }) => {
        const paths = [
          ["hubble.enabled", "hubble.tls"],
          ["clustermesh.useAPIServer", "clustermesh.apiserver.tls"],
        ] as const;
        return paths
          .filter(
            ([switchedBy, tls]) =>
              isOn(values, switchedBy) && !isOff(values, `${tls}.enabled`) && !isOff(values, `${tls}.auto.enabled`),
          )
          .filter(([, tls]) => (at(values, `${tls}.auto.method`) ?? "helm") === "helm")
          .map(([, tls]) => ({
            input: `values.${tls}.auto.method`,
            message: 'is "helm", which makes new keys at every rendering; take "cronJob" or "certmanager"',
          }));
      },
    },
    {
      finds: "an API server that the chart should find out",
      because: "It looks for it in the cluster; without one, 1.18 renders the word auto as the host.",
      source: "https://docs.cilium.io/en/stable/network/kubernetes/kubeproxy-free/",
      in: ({ values, settings }) =>
        at(values, "k8sServiceHost") === "auto"
          ? [
              {
                input: inputOf(settings, "k8sServiceHost"),
                message: 'cannot be "auto", which needs a cluster to ask; leave it out: on Talos it is localhost, port 7445',
              },
            ]
          : [],
    },
    {
      finds: "a way to give addresses to Services that is none",
      because: "The chart renders any word, and the operator then gives no addresses.",
      source: "https://docs.cilium.io/en/stable/network/lb-ipam/",
      in: ({ values, settings }) => {
        const input = inputOf(settings, "defaultLBServiceIPAM");
        const by = String(at(values, "defaultLBServiceIPAM"));
        if (by === "nodeipam" && !isOn(values, "nodeIPAM.enabled"))
          return [{ input, message: 'cannot be "nodeipam" while values.nodeIPAM.enabled is false; set both' }];
        if (["lbipam", "nodeipam", "none", "undefined"].includes(by)) return [];
        return [{ input, message: `is ${shown(by)}; allowed are "lbipam", "nodeipam" and "none"` }];
      },
    },
    {
      finds: "a capability that is none, or that Talos gives to nobody",
      because: "Without a word the container starts without it; with one that Talos withholds it never starts.",
      source: "https://docs.siderolabs.com/talos/v1.13/learn-more/process-capabilities",
      in: ({ values, settings }) =>
        ["securityContext.capabilities", "envoy.securityContext.capabilities"].flatMap((path) =>
          Object.entries((at(values, path) ?? {}) as Readonly<Record<string, unknown>>).flatMap(([container, list]) =>
            (Array.isArray(list) ? (list as readonly unknown[]) : []).flatMap((name, index) => {
              const input = `${inputOf(settings, `${path}.${container}`)}[${index}]`;
              // The container runtime puts CAP_ before it, and makes it upper case.
              const known = String(name).toUpperCase();
              if (withheld.has(known))
                return [{ input, message: `is ${shown(name)}, which Talos gives to nobody; leave it out` }];
              if (capabilities.has(known) || known === "ALL") return [];
              return [
                { input, message: `is ${shown(name)}, which Linux does not know; they are named like NET_ADMIN, without CAP_` },
              ];
            }),
          ),
        ),
    },
    {
      finds: "a namespace that the chart is told behind the back of the input",
      because: "Nobody makes it, and pools and leases look for Cilium in the other one.",
      source: "docs/inputs.md",
      in: ({ values }) => {
        const override = at(values, "namespaceOverride");
        if (override === undefined || override === "") return [];
        return [
          {
            input: "values.namespaceOverride",
            message: `is ${shown(override)}, a namespace that nobody makes; set the input namespace to it instead`,
          },
        ];
      },
    },
  ],
  warnings: [
    {
      finds: "more operators than nodes",
      because: "They refuse to share a node: one waits for ever, and so does whoever waits for the Deployment.",
      source: "https://github.com/cilium/cilium/tree/main/install/kubernetes/cilium",
      in: ({ values, settings }) => {
        const replicas = Number(at(values, "operator.replicas"));
        const nodes = settings.lan.nodes.length;
        if (nodes === 0 || !(replicas > nodes)) return [];
        return [
          {
            input: inputOf(settings, "operator.replicas"),
            message: `is ${replicas}, and lan.nodes has ${nodes}; operators refuse to share a node, so that one is never scheduled`,
          },
        ];
      },
    },
    {
      finds: "Gateways that keep the client's address, with L2 announcements",
      because: "The node that announces drops what it has no Envoy for: the two are not made for each other.",
      source: "https://docs.cilium.io/en/stable/network/l2-announcements/#limitations",
      in: ({ values, settings }) =>
        isOn(values, "l2announcements.enabled") && at(values, "gatewayAPI.externalTrafficPolicy") === "Local"
          ? [
              {
                input: inputOf(settings, "gatewayAPI.externalTrafficPolicy"),
                message: 'is "Local", which does not go together with L2 announcements; take "Cluster"',
              },
            ]
          : [],
    },
  ],
};
