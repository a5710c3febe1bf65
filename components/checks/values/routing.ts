import semver from "semver";
import { contains, parseCidr } from "../../support/ipRange.ts";
import { shown } from "../../support/problems.ts";
import type { Checks } from "../check.ts";
import { at, inputOf, isOff, isOn, type Effective } from "../../cilium/valueOrigins.ts";
import { nodesOf, subnetsOf } from "../../inputs/network.ts";

const routing = "https://docs.cilium.io/en/stable/network/concepts/routing/";

/** How packets travel, and as whose. */
export const routingChecks: Checks<Effective> = {
  errors: [
    {
      finds: "a routing mode that is none",
      because: "The chart renders any word, and the agent does not start.",
      source: routing,
      in: ({ values, settings }) => {
        const mode = at(values, "routingMode");
        if (mode === undefined || ["", "native", "tunnel"].some((known) => known === mode)) return [];
        return [{ input: inputOf(settings, "routingMode"), message: `is ${shown(mode)}; allowed are "native" and "tunnel"` }];
      },
    },
    {
      finds: "native routing without its range",
      because: "The agent does not start: it has to know what not to masquerade.",
      source: routing,
      in: ({ values, settings }) => {
        if (at(values, "routingMode") !== "native" || isOn(values, "ipMasqAgent.enabled")) return [];
        return (
          ([4, 6] as const)
            .filter((family) => (family === 4 ? !isOff(values, "ipv4.enabled") : isOn(values, "ipv6.enabled")))
            .filter((family) => !isOff(values, `enableIPv${family}Masquerade`))
            .map((family) => ({ family, path: `ipv${family}NativeRoutingCIDR` }))
            .filter(({ family, path }) => parseCidr(String(at(values, path)))?.family !== family)
            // That podCidr is none is a problem of its own.
            .filter(({ path }) => inputOf(settings, path).startsWith("values.") || at(values, path) === undefined)
            .map(({ family, path }) => ({
              input: `values.${path}`,
              message:
                `${at(values, path) === undefined ? "is missing" : `is ${shown(at(values, path))}, no IPv${family} range`}, and with native ` +
                `routing the agent does not start without it (${inputOf(settings, "routingMode")}); give the range of the pods, or set ` +
                `enableIPv${family}Masquerade to false`,
            }))
        );
      },
    },
    {
      finds: "direct routes beside a tunnel",
      because: "The agent does not start.",
      source: routing,
      in: ({ values, settings }) =>
        at(values, "routingMode") !== "native" && isOn(values, "autoDirectNodeRoutes")
          ? [
              {
                input: inputOf(settings, "autoDirectNodeRoutes", "routingMode"),
                message:
                  "does not go with the other: direct routes are for native routing, and the agent refuses them beside a tunnel; take " +
                  'the value out, and set the input routing.mode to "native" or "tunnel"',
              },
            ]
          : [],
    },
    {
      finds: "direct routes between nodes of different networks",
      because:
        "A node can only be the next hop for those on its own network; the agent gives up on the others, and their pods stay unreachable.",
      source: routing,
      in: ({ values, settings }) => {
        if (!isOn(values, "autoDirectNodeRoutes") || isOn(values, "directRoutingSkipUnreachable")) return [];
        const subnets = subnetsOf(settings);
        const nodes = nodesOf(settings).flatMap(({ range }) => {
          const home = subnets.find((subnet) => contains(subnet.range, range));
          return home === undefined ? [] : [{ node: range, home: home.range }];
        });
        const homesOf = (family: 4 | 6) =>
          new Map(nodes.filter(({ home }) => home.family === family).map(({ home, node }) => [home.text, node.text]));
        const homes = [homesOf(4), homesOf(6)].find(({ size }) => size > 1);
        if (homes === undefined) return [];
        const where = Array.from(homes, ([subnet, node]) => `${node} in ${subnet}`).join(", ");
        return [
          {
            input: inputOf(settings, "autoDirectNodeRoutes"),
            message:
              `cannot be true for nodes of different networks (${where}); set it to false and have BGP or the router know the routes, ` +
              'take routing.mode "tunnel", or set values.directRoutingSkipUnreachable if another way is known',
          },
        ];
      },
    },
    {
      finds: "masquerading by BPF where Talos answers the DNS of the cluster",
      because:
        "It takes eBPF host routing with it, which passes by the host, and the answers of Talos' own DNS are lost: no name resolves.",
      source: "https://docs.siderolabs.com/kubernetes-guides/cni/deploying-cilium",
      in: ({ values, settings }) => {
        const isByBpf = isOn(values, "bpf.masquerade");
        // With nothing to masquerade, host routing by eBPF is on as well.
        const isByNobody = isOff(values, "enableIPv4Masquerade") && !isOn(values, "ipv6.enabled");
        // IPsec takes it back, up to 1.18.
        const isByIpsec =
          semver.satisfies(settings.ciliumVersion, "<1.19.0") &&
          isOn(values, "encryption.enabled") &&
          (at(values, "encryption.type") ?? "ipsec") === "ipsec";
        if (!settings.talos.forwardKubeDNSToHost || !(isByBpf || isByNobody) || isByIpsec) return [];
        if (!isOn(values, "kubeProxyReplacement") || isOn(values, "bpf.hostLegacyRouting")) return [];
        return [
          {
            input: inputOf(settings, isByBpf ? "bpf.masquerade" : "enableIPv4Masquerade"),
            message:
              `cannot be ${isByBpf ? "true" : "false"} while Talos forwards the DNS of the cluster to its own; set ` +
              "values.bpf.hostLegacyRouting to true, or turn hostDNS.forwardKubeDNSToHost off in the machine config and say so with " +
              "talos.forwardKubeDNSToHost",
          },
        ];
      },
    },
  ],
  warnings: [
    {
      finds: "a native range without the pods in it",
      because: "Traffic between pods is then masqueraded, and network policies see nodes in the place of pods.",
      source: routing,
      in: ({ values, settings }) => {
        const [pods, native] = [parseCidr(settings.podCidr), parseCidr(String(at(values, "ipv4NativeRoutingCIDR")))];
        if (pods === undefined || native === undefined || contains(native, pods)) return [];
        return [
          {
            input: inputOf(settings, "ipv4NativeRoutingCIDR"),
            message: `is ${native.text}, which does not hold podCidr ${pods.text}: traffic between pods is masqueraded`,
          },
        ];
      },
    },
  ],
};
