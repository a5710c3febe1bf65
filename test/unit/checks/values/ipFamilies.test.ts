import { ipFamilyChecks } from "../../../../components/checks/values/ipFamilies.ts";
import { agentRefusalsOf } from "../../../fixtures/agentRefusals.ts";
import { testExamples } from "../../../harness/checkExamples.ts";

const dual = { podCidr: "10.244.0.0/16,fd40:10::/56", serviceCidr: "10.96.0.0/12,fd40:20::/112" };

testExamples(ipFamilyChecks, {
  ...agentRefusalsOf(ipFamilyChecks),
  "tunnels over an IP family that is off, from Cilium 1.20 on": [
    [
      { ciliumVersion: "1.20.0", values: { underlayProtocol: "ipv6" } },
      /^values\.underlayProtocol: is "ipv6", an IP family that is off; leave values\.underlayProtocol out$/,
    ],
  ],
  "a pod range of an IP family that is off": [
    [
      { ...dual, values: { ipv6: { enabled: false } } },
      /^values\.ipv6\.enabled: is false, although podCidr 10\.244\.0\.0\/16,fd40:10::\/56 has a range of IPv6; leave/,
    ],
    [
      { ...dual, talos: { forwardKubeDNSToHost: false }, values: { ipv4: { enabled: false } } },
      /^values\.ipv4\.enabled: is false, although podCidr .* has a range of IPv4; leave values\.ipv4\.enabled out$/,
    ],
  ],
  "pods without IPv4 while Talos answers the DNS of the cluster": [
    [
      { podCidr: "fd40:10::/56", serviceCidr: "fd40:20::/112" },
      /^podCidr: leaves pods without IPv4, but Talos forwards .* at 169\.254\.116\.108, .*; turn hostDNS\.forwardKubeDNSToHost off/,
    ],
  ],
});
