import { type HelmValues, valueAt } from "../helm/values.ts";
import { nodeCount, podCidrRanges } from "../inputs/network.ts";
import type { Settings } from "../inputs/settings.ts";
import { merge } from "../support/merge.ts";
import type { ImageDigests } from "../versions/pinnedChart.ts";
import { pinnedCharts } from "../versions/pins.ts";
import { isInRange } from "../versions/supported.ts";
import { apiRateLimit } from "./apiRateLimit.ts";
import { agentCapabilities } from "./capabilities.ts";
import { operatorPoolValues, podFamilies, podRanges } from "./podRanges.ts";

/** The effective values of the Cilium chart: what the inputs set, with the user's own values merged over it. */
export function ciliumValues(settings: Settings): HelmValues {
  const values = merge<HelmValues>(
    familyValues(settings),
    ipamValues(settings),
    nodeValues(settings),
    routingValues(settings),
    serviceValues(settings),
    memoryValues,
    rolloutValues(settings),
    gatewayApiValues(settings),
    hubbleValues(settings),
    imageDigests(settings),
    explicitEmptyValues(settings),
    settings.userValues,
  );
  return merge(clientRateLimit(values, settings), values);
}

function familyValues(settings: Settings): HelmValues {
  const families = podFamilies(settings);
  if (!families.includes(6)) return {};
  // Pods get addresses of the IP families of `podCidr`. The chart's defaults are IPv4 on and IPv6 off.
  const ipv6 = { ipv6: { enabled: true } };
  return families.includes(4) ? ipv6 : { ...ipv6, ipv4: { enabled: false } };
}

function ipamValues(settings: Settings): HelmValues {
  return {
    // The controller manager of Talos gives each node its pod range; Cilium takes it from the Node object. If the user's values let
    // Cilium's operator assign the ranges instead, it takes them from `podCidr` too: the chart's default is all of 10.0.0.0/8.
    ipam: { mode: "kubernetes", operator: operatorPoolValues(settings) },
  };
}

function nodeValues({ kubePrism }: Settings): HelmValues {
  return {
    // KubePrism answers on every node before there is a cluster network, and keeps answering when a control plane is down.
    k8sServiceHost: kubePrism.host,
    k8sServicePort: kubePrism.port,
    // Talos mounts cgroup2 itself; a second mount by Cilium fails on its read-only root.
    cgroup: { autoMount: { enabled: false }, hostRoot: "/sys/fs/cgroup" },
    // The chart's list without SYS_MODULE: Talos lets no pod load kernel modules, and a container that asks for it never starts.
    securityContext: {
      capabilities: {
        ciliumAgent: agentCapabilities.defaultList,
        cleanCiliumState: ["NET_ADMIN", "SYS_ADMIN", "SYS_RESOURCE"],
      },
    },
  };
}

function routingValues(settings: Settings): HelmValues {
  const { routing, userValues } = settings;
  const isTunnel = routing.mode === "tunnel" || (routing.mode === undefined && userValues["routingMode"] === "tunnel");
  // With a tunnel, the agent refuses direct routes and ignores native ranges, so set neither.
  if (isTunnel) return { routingMode: "tunnel", ...underlayValues(settings) };
  const ipv6 = nativeRange(settings, 6);
  return {
    // The chart's default is a tunnel, whatever else is set.
    routingMode: "native",
    // The range that is not masqueraded: that of the pods. Without it the agent does not start.
    ipv4NativeRoutingCIDR: nativeRange(settings, 4),
    ...(ipv6 !== undefined && { ipv6NativeRoutingCIDR: ipv6 }),
    // Something must know the routes to the pods of the other nodes: the nodes themselves, unless BGP or the router does.
    autoDirectNodeRoutes: routing.directRoutes,
  };
}

/** The range of an IP family that is not masqueraded. Undefined if pods have no address of it. */
function nativeRange(settings: Settings, family: 4 | 6): string | undefined {
  const [pods, ...others] = podRanges(settings, merge(ipamValues(settings), settings.userValues)).filter(
    ({ range }) => range.family === family,
  );
  const podCidr = podCidrRanges(settings).find(({ range }) => range.family === family);
  // Only one range is not masqueraded. If the user's own pools have several, it is that of the input.
  const native = others.length === 0 ? (pods ?? podCidr) : podCidr;
  return native?.range.text;
}

function underlayValues(settings: Settings): HelmValues {
  const [family, ...others] = podFamilies(settings);
  // Up to 1.19, tunnels use IPv4 by default, although Cilium then knows no IPv4 address of a node.
  return family === 6 && others.length === 0 ? { underlayProtocol: "ipv6" } : {};
}

function serviceValues({ l2, loadBalancer, bgp }: Settings): HelmValues {
  return {
    // Talos runs without kube-proxy. Gateway API and L2 announcements need Cilium to replace it.
    kubeProxyReplacement: true,
    l2announcements: {
      // Gives the agents the permission for leases and the ARP responder. The policies decide what is announced.
      enabled: l2.enabled,
      // Passed through unchanged; without it, the chart's own timing applies.
      leaseDuration: l2.leaseDuration,
      leaseRenewDeadline: l2.leaseRenewDeadline,
      leaseRetryPeriod: l2.leaseRetryPeriod,
    },
    // The agents have the code and the permissions of BGP only with this. The chart's default is off.
    ...(bgp.length > 0 && { bgpControlPlane: { enabled: true } }),
    // Services without a loadBalancerClass get their address from the pools. This is the chart's default too, but a network relies on it.
    defaultLBServiceIPAM: "lbipam",
    // Opens every ClusterIP to the LAN, so only on request. At the top level, where the old script set it, the chart ignores this key.
    bpf: { lbExternalClusterIP: loadBalancer.externalClusterIp },
  };
}

function clientRateLimit(values: HelmValues, settings: Settings): HelmValues {
  const isUserChoice = ["qps", "burst"].some((key) => valueAt(values, `k8sClientRateLimit.${key}`) !== undefined);
  // qps and burst belong together: if the user sets either, set neither here.
  if (isUserChoice) return {};
  // Every agent asks for the lease of every announced Service again and again. If its own limit holds it back, it loses them.
  return { k8sClientRateLimit: apiRateLimit(values, settings) };
}

// When memory runs short, Talos (1.12 and later) kills whole pods: first those without requests, the largest first, and never one
// whose cgroup has memory.max. The kubelet sets that only if every container of the pod, init containers included, has a limit.
// So all of them get one that a homelab never reaches: its purpose is to spare the pod, not to restrict it.
const memoryValues: HelmValues = {
  resources: { requests: { memory: "256Mi" }, limits: { memory: "2Gi" } },
  initResources: { requests: { memory: "64Mi" }, limits: { memory: "1Gi" } },
  cni: { resources: { limits: { memory: "1Gi" } } },
  operator: { resources: { requests: { memory: "64Mi" }, limits: { memory: "512Mi" } } },
  // Envoy grows with the traffic: a request keeps it from being killed first, but a limit would end connections under load.
  envoy: { resources: { requests: { memory: "64Mi" } } },
};

function rolloutValues(settings: Settings): HelmValues {
  return {
    // A changed setting reaches a pod only when the pod restarts.
    rollOutCiliumPods: true,
    envoy: { rollOutPods: true },
    operator: {
      rollOutPods: true,
      // Two replicas refuse to share a node: on a single node the second would stay pending.
      replicas: nodeCount(settings) < 2 ? 1 : 2,
    },
    // One node at a time; the chart's default of two is most of a homelab.
    updateStrategy: { rollingUpdate: { maxUnavailable: 1 } },
  };
}

function gatewayApiValues({ gatewayApi }: Settings): HelmValues {
  if (!gatewayApi.enabled) return {};
  return {
    gatewayAPI: {
      // Makes the operator accept GatewayClasses and Envoy serve Gateways. The chart's default is off.
      enabled: true,
      // HTTP/2 and gRPC through a Gateway: TLS listeners offer h2, and a Service's appProtocol selects the backend protocol.
      enableAlpn: gatewayApi.alpn,
      enableAppProtocol: gatewayApi.appProtocol,
      // By default the chart renders a GatewayClass only if it sees the CRDs, so never without a cluster. The value is text because
      // 1.18 and 1.19 take no boolean.
      gatewayClass: { create: "true" },
    },
  };
}

function hubbleValues({ hubble }: Settings): HelmValues {
  return {
    hubble: {
      // The chart's default is on.
      enabled: hubble.enabled,
      // A job creates the certificates in the cluster, so the manifest contains no private key and stays the same. The chart's own
      // method creates a new certificate authority at every render. Set even without Hubble, for users who turn it on in `values`.
      tls: { auto: { method: "cronJob" } },
      // Only on request.
      relay: { enabled: hubble.relay },
      ui: { enabled: hubble.ui },
    },
  };
}

function imageDigests({ ciliumVersion }: Settings): HelmValues {
  const digests = pinnedCharts[ciliumVersion]?.source?.images;
  return digests === undefined ? {} : imageDigestValues(digests);
}

/** The values that give the chart folder in Cilium's source the digests of the released images. */
export function imageDigestValues(digests: ImageDigests): HelmValues {
  // The released archive contains these digests, the chart folder in the source does not. With them, both render the same bytes.
  return {
    image: { digest: digests.agent, useDigest: true },
    operator: { image: { genericDigest: digests.operator, useDigest: true } },
    hubble: { relay: { image: { digest: digests.relay, useDigest: true } } },
  };
}

function explicitEmptyValues({ ciliumVersion }: Settings): HelmValues {
  // The chart has these keys without a value. Helm 3 renders them as empty settings, Helm 4 leaves them out. Setting them explicitly makes
  // both render the same bytes, so no pod restarts because somebody else's Helm is older.
  const values = { debug: { verbose: "" }, nodePort: { addresses: [] }, policyCIDRMatchMode: [] };
  // Charts before 1.20 do not have this key.
  return isInRange(ciliumVersion, ">=1.20.0") ? { ...values, k8s: { apiServerURLs: "" } } : values;
}
