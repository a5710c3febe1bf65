import { routingChecks } from "../../../../components/checks/values/routing.ts";
import { agentRefusalsOf } from "../../../fixtures/agentRefusals.ts";
import { values } from "../../../fixtures/validInputs.ts";
import { testExamples } from "../../../harness/checkExamples.ts";

testExamples(routingChecks, {
  ...agentRefusalsOf(routingChecks),
  "native routing without a native range": [
    [
      values({ ipv4NativeRoutingCIDR: "10.244.0.0" }),
      /^values\.ipv4NativeRoutingCIDR: is "10\.244\.0\.0", not a valid IPv4 range/,
    ],
    [
      values({ ipv4NativeRoutingCIDR: null }),
      /^values\.ipv4NativeRoutingCIDR: is missing, .* \(routing\.mode\); leave values\.ipv4NativeRoutingCIDR out$/,
    ],
    [
      values({ ipv6: { enabled: true } }),
      /^values\.ipv6NativeRoutingCIDR: is missing, .*; give the range of the pods in podCidr, or set values\.enableIPv6Masquerade to false$/,
    ],
  ],
  "direct routes with a tunnel": [
    [
      values({ autoDirectNodeRoutes: true }, { routing: { mode: "tunnel" } }),
      /^values\.autoDirectNodeRoutes: contradicts the other routing values: direct routes are for native routing/,
    ],
    [
      values({ routingMode: "tunnel" }, { routing: { mode: "native" } }),
      /^values\.routingMode: contradicts the other routing values/,
    ],
  ],
  "direct routes between nodes of different networks": [
    [
      { lan: { subnets: ["192.168.1.0/24", "192.168.2.0/24"], nodes: ["192.168.1.10", "192.168.2.10"] } },
      /^routing\.directRoutes: cannot be true for nodes of different networks \(192\.168\.1\.10 in 192\.168\.1\.0\/24, 192\.168\.2\.10 in 192\.168\.2\.0\/24\)/,
    ],
  ],
  "masquerading by BPF while Talos answers the DNS of the cluster": [
    [values({ enableIPv4Masquerade: false }), /^values\.enableIPv4Masquerade: cannot be false while Talos forwards/],
    [
      values({ bpf: { masquerade: true } }),
      /^values\.bpf\.masquerade: cannot be true while Talos forwards .*values\.bpf\.hostLegacyRouting to true, .*talos\.forwardKubeDNSToHost to false$/,
    ],
  ],
  "a native range that does not contain the pods": [
    [
      values({ ipv4NativeRoutingCIDR: "10.42.0.0/16" }),
      /^values\.ipv4NativeRoutingCIDR: is 10\.42\.0\.0\/16, which does not contain podCidr 10\.244\.0\.0\/16/,
    ],
  ],
});
