import { routesNatively, usesFamily } from "../../cilium/facts.ts";
import { bypassesHost, needsHostRouting } from "../../cilium/hostRouting.ts";
import { podFamilies, podRanges } from "../../cilium/podRanges.ts";
import { isUserValue, originOf, userValueInput } from "../../cilium/valueOrigins.ts";
import { isOff, isOn, valueAt } from "../../helm/values.ts";
import { nodeAddresses, nodeSubnets } from "../../inputs/network.ts";
import type { Settings } from "../../inputs/settings.ts";
import { contains, parseCidr } from "../../support/ipRange.ts";
import { problem, quote } from "../../support/problems.ts";
import { forwardsKubeDns } from "../../talos/clusterDns.ts";
import { namedMachines } from "../../talos/machines.ts";
import { allOf, anyOf, leaveOut, setTo, withoutHostDns } from "../advice.ts";
import { type Checks, valuesCheck, type ValuesSubject } from "../check.ts";

const routing = "https://docs.cilium.io/en/stable/network/concepts/routing/";

export const routingChecks: Checks<ValuesSubject> = {
  errors: [
    valuesCheck({
      title: "an invalid routing mode",
      why: "The chart renders any word, and the agent does not start.",
      source: routing,
      needs: [],
      stopsAgent: true,
      run: ({ settings, values }) => {
        const mode = valueAt(values, "routingMode");
        if (mode === undefined || mode === "" || mode === "native" || mode === "tunnel") return [];
        const input = originOf(settings, "routingMode");
        return [problem(input, `is ${quote(mode)}; allowed are "native" and "tunnel": ${leaveOut(input)}`)];
      },
    }),
    valuesCheck({
      title: "native routing without a native range",
      why: "The agent does not start, because it must know what not to masquerade.",
      source: routing,
      needs: ["podCidr"],
      stopsAgent: true,
      run: ({ settings, values }) => {
        if (!routesNatively(values) || isOn(values, "ipMasqAgent.enabled")) return [];
        return ([4, 6] as const).flatMap((family) => {
          const path = `ipv${family}NativeRoutingCIDR`;
          const range = valueAt(values, path);
          if (!usesFamily(values, family) || isOff(values, `enableIPv${family}Masquerade`)) return [];
          if (parseCidr(String(range))?.family === family) return [];
          // An invalid podCidr is reported by the check of addresses.
          if (range === undefined && podFamilies(settings).length === 0) return [];
          const fault = range === undefined ? "is missing" : `is ${quote(range)}, not a valid IPv${family} range`;
          const input = userValueInput(settings, path);
          const unmasqueraded = setTo(originOf(settings, `enableIPv${family}Masquerade`), false);
          const hasRange = podRanges(settings, values).some((pods) => pods.range.family === family);
          const waysOut = hasRange ? [leaveOut(input)] : ["give the range of the pods in podCidr", unmasqueraded];
          const reason = `with native routing the agent does not start without it (${originOf(settings, "routingMode")})`;
          return [problem(input, `${fault}, and ${reason}; ${anyOf(waysOut)}`)];
        });
      },
    }),
    valuesCheck({
      title: "direct routes with a tunnel",
      why: "The agent does not start.",
      source: routing,
      needs: [],
      stopsAgent: true,
      run: ({ settings, values }) => {
        if (routesNatively(values) || !isOn(values, "autoDirectNodeRoutes")) return [];
        const input = originOf(settings, "autoDirectNodeRoutes", "routingMode");
        const waysOut = anyOf([leaveOut(input), setTo(originOf(settings, "routingMode"), "native")]);
        return [
          problem(
            input,
            "contradicts the other routing values: direct routes are for native routing, and the agent refuses them with a tunnel; " +
              waysOut,
          ),
        ];
      },
    }),
    valuesCheck({
      title: "skipping unreachable nodes without direct routes",
      why: "The agent does not start. The option belongs to direct routes.",
      source: routing,
      needs: [],
      stopsAgent: true,
      run: ({ settings, values }) => {
        if (!isOn(values, "directRoutingSkipUnreachable") || isOn(values, "autoDirectNodeRoutes")) return [];
        const input = originOf(settings, "directRoutingSkipUnreachable");
        return [problem(input, `cannot be true without direct routes between the nodes; ${leaveOut(input)}`)];
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
        const input = originOf(settings, "autoDirectNodeRoutes");
        const isUserRoute = isUserValue(settings, "autoDirectNodeRoutes");
        const tunnel = [...(isUserRoute ? [leaveOut(input)] : []), setTo(originOf(settings, "routingMode"), "tunnel")];
        const waysOut = [
          `${setTo(input, false)} and let BGP or the router know the routes`,
          allOf(...tunnel),
          `${setTo(originOf(settings, "directRoutingSkipUnreachable"), true)} if there is another route`,
        ];
        return [problem(input, `cannot be true for nodes of different networks (${locations}); ${anyOf(waysOut)}`)];
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
        // Without the input, each machine config answers for itself.
        if (settings.talos.forwardKubeDNSToHost === undefined && namedMachines(settings).length > 0) return [];
        const isBpf = isOn(values, "bpf.masquerade");
        if (!forwardsKubeDns(settings) || !bypassesHost(values, settings.ciliumVersion)) return [];
        const waysOut =
          needsHostRouting(values).length === 0
            ? [setTo(originOf(settings, "bpf.hostLegacyRouting"), true), withoutHostDns]
            : [withoutHostDns];
        return [
          problem(
            originOf(settings, isBpf ? "bpf.masquerade" : "enableIPv4Masquerade"),
            `cannot be ${isBpf ? "true" : "false"} while Talos forwards the DNS of the cluster to its own; ${anyOf(waysOut)}`,
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
        return podRanges(settings, values).flatMap(({ input, range }) => {
          const path = `ipv${range.family}NativeRoutingCIDR`;
          const native = parseCidr(String(valueAt(values, path)));
          if (native === undefined || contains(native, range)) return [];
          const effect = `does not contain ${input} ${range.text}: traffic between pods is masqueraded`;
          return [problem(originOf(settings, path), `is ${native.text}, which ${effect}`)];
        });
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
