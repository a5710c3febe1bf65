import semver from "semver";
import { encryptsWithIpsec, replacesKubeProxy, routesNatively, usesFamily } from "../../cilium/facts.ts";
import { podRanges } from "../../cilium/podRanges.ts";
import { isUserValue, originOf, userValueInput } from "../../cilium/valueOrigins.ts";
import { type HelmValues, isOff, isOn, valueAt } from "../../helm/values.ts";
import { nodeAddresses, nodeSubnets } from "../../inputs/network.ts";
import type { Settings } from "../../inputs/settings.ts";
import { contains, parseCidr } from "../../support/ipRange.ts";
import { problem, quote } from "../../support/problems.ts";
import { type Checks, valuesCheck, type ValuesSubject } from "../check.ts";

const routing = "https://docs.cilium.io/en/stable/network/concepts/routing/";

export const routingChecks: Checks<ValuesSubject> = {
  errors: [
    valuesCheck({
      title: "an invalid routing mode",
      why: "The chart renders any word, and the agent does not start.",
      source: routing,
      needs: [],
      run: ({ settings, values }) => {
        const mode = valueAt(values, "routingMode");
        if (mode === undefined || mode === "" || mode === "native" || mode === "tunnel") return [];
        return [problem(originOf(settings, "routingMode"), `is ${quote(mode)}; allowed are "native" and "tunnel"`)];
      },
    }),
    valuesCheck({
      title: "native routing without a native range",
      why: "The agent does not start, because it must know what not to masquerade.",
      source: routing,
      needs: [],
      run: ({ settings, values }) => {
        if (!routesNatively(values) || isOn(values, "ipMasqAgent.enabled")) return [];
        return ([4, 6] as const).flatMap((family) => {
          const path = `ipv${family}NativeRoutingCIDR`;
          const range = valueAt(values, path);
          if (!usesFamily(values, family) || isOff(values, `enableIPv${family}Masquerade`)) return [];
          if (parseCidr(String(range))?.family === family) return [];
          // An invalid podCidr is reported by the check of addresses.
          if (range !== undefined && !isUserValue(settings, path)) return [];
          const fault = range === undefined ? "is missing" : `is ${quote(range)}, not a valid IPv${family} range`;
          return [
            problem(
              userValueInput(settings, path),
              `${fault}, and with native routing the agent does not start without it (${originOf(settings, "routingMode")}); set it to ` +
                `the range of the pods, or set enableIPv${family}Masquerade to false`,
            ),
          ];
        });
      },
    }),
    valuesCheck({
      title: "direct routes with a tunnel",
      why: "The agent does not start.",
      source: routing,
      needs: [],
      run: ({ settings, values }) => {
        if (routesNatively(values) || !isOn(values, "autoDirectNodeRoutes")) return [];
        return [
          problem(
            originOf(settings, "autoDirectNodeRoutes", "routingMode"),
            "contradicts the other routing values: direct routes are for native routing, and the agent refuses them with a tunnel; remove " +
              'the value, and set the input routing.mode to "native" or "tunnel"',
          ),
        ];
      },
    }),
    valuesCheck({
      title: "direct routes between nodes of different networks",
      why: "A node can only be the next hop on its own network. The agent installs no route to the others, and their pods stay unreachable.",
      source: routing,
      needs: ["lan"],
      run: ({ settings, values }) => {
        if (!isOn(values, "autoDirectNodeRoutes") || isOn(values, "directRoutingSkipUnreachable")) return [];
        const networks = [nodeByNetwork(settings, 4), nodeByNetwork(settings, 6)].find(({ size }) => size > 1);
        if (networks === undefined) return [];
        const locations = Array.from(networks, ([network, node]) => `${node} in ${network}`).join(", ");
        return [
          problem(
            originOf(settings, "autoDirectNodeRoutes"),
            `cannot be true for nodes of different networks (${locations}); set it to false and let BGP or the router know the routes, ` +
              'use routing.mode "tunnel", or set values.directRoutingSkipUnreachable if there is another route',
          ),
        ];
      },
    }),
    valuesCheck({
      title: "masquerading by BPF while Talos answers the DNS of the cluster",
      why:
        "BPF masquerading turns on eBPF host routing, which bypasses the host. The answers of Talos' own DNS are lost, and no name " +
        "resolves.",
      source: "https://docs.siderolabs.com/kubernetes-guides/cni/deploying-cilium",
      needs: ["talos", "ciliumVersion"],
      run: ({ settings, values }) => {
        const isBpf = isOn(values, "bpf.masquerade");
        if (!settings.talos.forwardKubeDNSToHost || !bypassesHost(values, settings.ciliumVersion)) return [];
        return [
          problem(
            originOf(settings, isBpf ? "bpf.masquerade" : "enableIPv4Masquerade"),
            `cannot be ${isBpf ? "true" : "false"} while Talos forwards the DNS of the cluster to its own; set ` +
              "values.bpf.hostLegacyRouting to true, or turn hostDNS.forwardKubeDNSToHost off in the machine config and set " +
              "talos.forwardKubeDNSToHost to false",
          ),
        ];
      },
    }),
  ],
  warnings: [
    valuesCheck({
      title: "a native range that does not contain the pods",
      why: "Traffic between pods is then masqueraded, and network policies see nodes instead of pods.",
      source: routing,
      needs: ["podCidr"],
      run: ({ settings, values }) => {
        const native = parseCidr(String(valueAt(values, "ipv4NativeRoutingCIDR")));
        if (native === undefined) return [];
        const outside = podRanges(settings, values).filter(({ range }) => !contains(native, range));
        return outside.map(({ input, range }) =>
          problem(
            originOf(settings, "ipv4NativeRoutingCIDR"),
            `is ${native.text}, which does not contain ${input} ${range.text}: traffic between pods is masqueraded`,
          ),
        );
      },
    }),
  ],
};

/** One node of each node network of a family, by the network. */
function nodeByNetwork(settings: Pick<Settings, "lan">, family: 4 | 6): ReadonlyMap<string, string> {
  const networks = nodeSubnets(settings).filter(({ range }) => range.family === family);
  const nodes = new Map<string, string>();
  for (const { range: node } of nodeAddresses(settings)) {
    const network = networks.find(({ range }) => contains(range, node));
    if (network !== undefined) nodes.set(network.range.text, node.text);
  }
  return nodes;
}

/** Whether eBPF host routing is on, so that traffic of pods does not pass through the host. */
function bypassesHost(values: HelmValues, ciliumVersion: string): boolean {
  if (!replacesKubeProxy(values) || isOn(values, "bpf.hostLegacyRouting")) return false;
  // Up to Cilium 1.18, IPsec turns eBPF host routing off.
  const usesIpsec = encryptsWithIpsec(values);
  if (usesIpsec && semver.satisfies(ciliumVersion, "<1.19.0")) return false;
  // eBPF host routing is also on if nothing is masqueraded.
  const isUnmasqueraded = isOff(values, "enableIPv4Masquerade") && !isOn(values, "ipv6.enabled");
  return isOn(values, "bpf.masquerade") || isUnmasqueraded;
}
