import semver from "semver";
import { rateLimit } from "./apiRateLimit.ts";
import { merge } from "../support/merge.ts";
import type { Settings } from "../inputs/settings.ts";
import { pinnedCharts } from "../versions/supported.ts";

/** Values of the Cilium chart. */
export type HelmValues = Readonly<Record<string, unknown>>;

/** The values that the inputs ask for, the user's own last. */
export function helmValues(settings: Settings): HelmValues {
  return merge(talosValues(settings), settings.values);
}

/** What Cilium needs on Talos, each value with its reason. */
export function talosValues(settings: Settings): HelmValues {
  return [
    nodes(settings),
    routing(settings),
    services(settings),
    requests(settings),
    memory,
    rollout(settings),
    gatewayApi(settings),
    hubble(settings),
    images(settings),
    unset(settings),
  ].reduce<HelmValues>(merge, {});
}

function nodes({ kubePrism }: Settings): HelmValues {
  return {
    // The controller manager of Talos gives each node its pod range; Cilium takes it from the Node object.
    ipam: { mode: "kubernetes" },
    // KubePrism answers on every node before there is a cluster network, and goes on when a control plane is down.
    k8sServiceHost: kubePrism.host,
    k8sServicePort: kubePrism.port,
    // Talos mounts cgroup2 itself; a second mount by Cilium fails on its read-only root.
    cgroup: { autoMount: { enabled: false }, hostRoot: "/sys/fs/cgroup" },
    // Talos lets no pod load kernel modules: the chart's list without SYS_MODULE. A container that asks for it never starts.
    securityContext: {
      capabilities: {
        ciliumAgent: [
          "CHOWN",
          "KILL",
          "NET_ADMIN",
          "NET_RAW",
          "IPC_LOCK",
          "SYS_ADMIN",
          "SYS_RESOURCE",
          "DAC_OVERRIDE",
          "FOWNER",
          "SETGID",
          "SETUID",
        ],
        cleanCiliumState: ["NET_ADMIN", "SYS_ADMIN", "SYS_RESOURCE"],
      },
    },
  };
}

function routing({ routing, podCidr }: Settings): HelmValues {
  // The agent refuses direct routes and ignores a native CIDR beside a tunnel: none of the three.
  if (routing.mode === "tunnel") return { routingMode: "tunnel" };
  return {
    // The chart's default is a tunnel, whatever else is set.
    routingMode: "native",
    // Without it the agent does not start: it is what is not masqueraded.
    ipv4NativeRoutingCIDR: podCidr,
    // Somebody has to know the way to the pods of the other nodes: the nodes themselves, unless BGP or the router does.
    autoDirectNodeRoutes: routing.directRoutes,
  };
}

function services({ l2, loadBalancer }: Settings): HelmValues {
  return {
    // Talos runs without kube-proxy; Gateway API and L2 announcements want Cilium in its place.
    kubeProxyReplacement: true,
    l2announcements: {
      // Gives the agents the lease permissions and the ARP responder; what is announced, a policy says.
      enabled: l2.enabled,
      // The timing is the chart's own unless given: it is handed through as it is.
      leaseDuration: l2.leaseDuration,
      leaseRenewDeadline: l2.leaseRenewDeadline,
      leaseRetryPeriod: l2.leaseRetryPeriod,
    },
    // Services without a loadBalancerClass get their address from the pools. The chart's default too, but a network relies on it.
    defaultLBServiceIPAM: "lbipam",
    // Only who asks for it opens every ClusterIP to the LAN. At the top level, where the old script had it, the chart ignores this key.
    bpf: { lbExternalClusterIP: loadBalancer.externalClusterIp },
  };
}

function requests(settings: Settings): HelmValues {
  const { qps, burst } = (settings.values["k8sClientRateLimit"] ?? {}) as { readonly qps?: unknown; readonly burst?: unknown };
  // The one goes with the other.
  if (qps !== undefined || burst !== undefined) return {};
  // Every agent asks for the lease of every announced Service, again and again; held back by its own limit, it loses them.
  return { k8sClientRateLimit: rateLimit(settings, settings.values["l2announcements"] ?? {}) };
}

// When memory runs short, Talos (from 1.12 on) kills whole pods: first those without requests, the largest first, and never one
// whose cgroup has memory.max. The kubelet sets that only if every container of the pod, init containers included, has a limit.
// So all of them have one, set to what a homelab never reaches: it spares the pod, it is not there to hold it back.
const memory: HelmValues = {
  resources: { requests: { memory: "256Mi" }, limits: { memory: "2Gi" } },
  initResources: { requests: { memory: "64Mi" }, limits: { memory: "1Gi" } },
  cni: { resources: { limits: { memory: "1Gi" } } },
  operator: { resources: { requests: { memory: "64Mi" }, limits: { memory: "512Mi" } } },
  // Envoy grows with the traffic: a request takes it out of the first in line, a limit would end connections under load.
  envoy: { resources: { requests: { memory: "64Mi" } } },
};

function rollout({ lan }: Settings): HelmValues {
  return {
    // A changed setting reaches a pod only when the pod starts again.
    rollOutCiliumPods: true,
    envoy: { rollOutPods: true },
    operator: {
      rollOutPods: true,
      // Two replicas refuse to share a node: on a single one the second would be pending for ever.
      replicas: lan.nodes.length < 2 ? 1 : 2,
    },
    // One node after the other; the chart's two are most of a homelab.
    updateStrategy: { rollingUpdate: { maxUnavailable: 1 } },
  };
}

function gatewayApi({ gatewayApi }: Settings): HelmValues {
  if (!gatewayApi.enabled) return {};
  return {
    gatewayAPI: {
      // The operator accepts GatewayClasses, and the Envoys serve Gateways; the chart's default is off.
      enabled: true,
      // HTTP/2 and gRPC through a Gateway: its TLS listeners offer h2, and a Service's appProtocol counts.
      enableAlpn: gatewayApi.alpn,
      enableAppProtocol: gatewayApi.appProtocol,
      // The chart renders a GatewayClass by itself only where it sees the CRDs, so never without a cluster. A string: 1.18 and
      // 1.19 take no boolean.
      gatewayClass: { create: "true" },
    },
  };
}

function hubble({ hubble }: Settings): HelmValues {
  return {
    hubble: {
      // The chart's default is on.
      enabled: hubble.enabled,
      // A job makes the certificates in the cluster: no private key in the manifest, and the same bytes every time. The chart's own
      // method makes a new certificate authority at every render. Also for one who turns Hubble on by `values`.
      tls: { auto: { method: "cronJob" } },
      // Only what is asked for.
      relay: { enabled: hubble.relay },
      ui: { enabled: hubble.ui },
    },
  };
}

function images({ ciliumVersion }: Settings): HelmValues {
  const digests = pinnedCharts[ciliumVersion]?.source?.images;
  if (digests === undefined) return {};
  // The released archive has these digests, the chart folder in the source has none: with them both render the same.
  return {
    image: { digest: digests.agent, useDigest: true },
    operator: { image: { genericDigest: digests.operator, useDigest: true } },
    hubble: { relay: { image: { digest: digests.relay, useDigest: true } } },
  };
}

function unset({ ciliumVersion }: Settings): HelmValues {
  // Keys that the chart has without a value: Helm 3 renders them as empty settings, Helm 4 leaves them out. Said out loud, both render
  // the same bytes, and no pod restarts because somebody else's Helm is older.
  return {
    debug: { verbose: "" },
    nodePort: { addresses: [] },
    policyCIDRMatchMode: [],
    // Before 1.20 the chart does not have this one.
    ...(semver.gte(ciliumVersion, "1.20.0") && { k8s: { apiServerURLs: "" } }),
  };
}
