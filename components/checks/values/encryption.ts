import { chainingValue, encryptionType, encryptsBy, tunnelProtocol, usesTunnel } from "../../cilium/facts.ts";
import { originOf } from "../../cilium/valueOrigins.ts";
import { isOff, isOn, valueAt } from "../../helm/values.ts";
import { parseCidr } from "../../support/ipRange.ts";
import { problem, quote } from "../../support/problems.ts";
import { isInRange } from "../../versions/supported.ts";
import { anyOf, leaveOut, setTo } from "../advice.ts";
import { type Checks, valuesCheck, type ValuesSubject } from "../check.ts";

const encryption = "https://docs.cilium.io/en/stable/security/network/encryption/";

export const encryptionChecks: Checks<ValuesSubject> = {
  errors: [
    valuesCheck({
      title: "an encryption that does not exist",
      why: "The chart ignores any other word, and traffic stays unencrypted.",
      source: encryption,
      needs: ["ciliumVersion"],
      run: ({ settings, values }) => {
        if (!isOn(values, "encryption.enabled")) return [];
        const type = encryptionType(values);
        const allowed = ["ipsec", "wireguard"];
        if (isInRange(settings.ciliumVersion, ">=1.19.0")) allowed.push("ztunnel");
        if (allowed.includes(type)) return [];
        const words = allowed.map((word) => quote(word)).join(", ");
        return [
          problem(originOf(settings, "encryption.type"), `is ${quote(type)}, which encrypts nothing; allowed are ${words}`),
        ];
      },
    }),
    valuesCheck({
      title: "IPsec with the host firewall",
      why: "The agent does not start.",
      source: `${encryption}ipsec/`,
      needs: [],
      stopsAgent: true,
      run: ({ settings, values }) => {
        if (!encryptsBy(values, "ipsec") || !isOn(values, "hostFirewall.enabled")) return [];
        const input = originOf(settings, "hostFirewall.enabled");
        const waysOut = [setTo(originOf(settings, "encryption.type"), "wireguard"), setTo(input, false)];
        return [problem(input, `cannot be true together with IPsec; ${anyOf(waysOut)}`)];
      },
    }),
    valuesCheck({
      title: "IPsec with IPAM mode multi-pool and native routing, with Cilium 1.18",
      why: "The agent does not start.",
      source: `${encryption}ipsec/`,
      needs: [],
      releases: "<1.19.0",
      stopsAgent: true,
      run: ({ settings, values }) => {
        if (!encryptsBy(values, "ipsec") || valueAt(values, "ipam.mode") !== "multi-pool" || usesTunnel(values)) return [];
        const waysOut = [setTo(originOf(settings, "encryption.type"), "wireguard"), leaveOut(originOf(settings, "ipam.mode"))];
        return [
          problem(originOf(settings, "ipam.mode"), `cannot be "multi-pool" with IPsec and native routing; ${anyOf(waysOut)}`),
        ];
      },
    }),
    valuesCheck({
      title: "IPsec without the transparent mode of the DNS proxy",
      why: "The agent does not start.",
      source: `${encryption}ipsec/`,
      needs: [],
      stopsAgent: true,
      run: ({ settings, values }) => {
        const path = "dnsProxy.enableTransparentMode";
        if (!encryptsBy(values, "ipsec") || isOff(values, "l7Proxy") || isOn(values, path)) return [];
        const chaining = chainingValue(values);
        const input = originOf(settings, path);
        if (isOff(values, path)) return [problem(input, `cannot be false with IPsec; ${setTo(input, true)}`)];
        // With CNI chaining, the chart does not turn it on.
        if (chaining === undefined) return [];
        return [
          problem(originOf(settings, chaining), `needs the DNS proxy's transparent mode with IPsec; ${setTo(input, true)}`),
        ];
      },
    }),
    valuesCheck({
      title: "IPsec inside VXLAN without a VXLAN tunnel, with Cilium 1.18",
      why: "The agent does not start.",
      source: `${encryption}ipsec/`,
      needs: [],
      releases: "<1.19.0",
      stopsAgent: true,
      run: ({ settings, values }) => {
        if (!encryptsBy(values, "ipsec") || !isOn(values, "encryption.ipsec.encryptedOverlay")) return [];
        if (usesTunnel(values) && tunnelProtocol(values) === "vxlan") return [];
        const input = originOf(settings, "encryption.ipsec.encryptedOverlay");
        return [problem(input, `cannot be true without a tunnel of protocol "vxlan"; ${setTo(input, false)}`)];
      },
    }),
    valuesCheck({
      title: "strict encryption without an IPv4 range",
      why: "The agent does not start, because it does not know which traffic must be encrypted.",
      source: `${encryption}wireguard/`,
      needs: [],
      stopsAgent: true,
      run: ({ settings, values }) => {
        const places = ["encryption.strictMode", "encryption.strictMode.egress"];
        return places
          .filter((place) => isOn(values, "encryption.enabled") && isOn(values, `${place}.enabled`))
          .filter((place) => parseCidr(String(valueAt(values, `${place}.cidr`)))?.family !== 4)
          .map((place) => {
            const input = originOf(settings, `${place}.cidr`);
            const fault =
              valueAt(values, `${place}.cidr`) === undefined ? "is missing" : `is ${quote(valueAt(values, `${place}.cidr`))}`;
            const off = setTo(originOf(settings, `${place}.enabled`), false);
            return problem(
              input,
              `${fault}; strict encryption needs an IPv4 range, such as that of the pods: ${anyOf(["give one", off])}`,
            );
          });
      },
    }),
    valuesCheck({
      title: "strict encryption of what arrives, without WireGuard and a tunnel",
      why: "The agent does not start.",
      source: `${encryption}wireguard/`,
      needs: [],
      stopsAgent: true,
      run: ({ settings, values }) => {
        const path = "encryption.strictMode.ingress.enabled";
        if (!isOn(values, "encryption.enabled") || !isOn(values, path)) return [];
        if (usesTunnel(values) && !encryptsBy(values, "ipsec")) return [];
        const input = originOf(settings, path);
        return [problem(input, `cannot be true without WireGuard and a tunnel; ${setTo(input, false)}`)];
      },
    }),
    valuesCheck({
      title: "WireGuard over IPv6 tunnels, with Cilium 1.18",
      why: "The agent does not start.",
      source: `${encryption}wireguard/`,
      needs: [],
      releases: "<1.19.0",
      run: ({ settings, values }) => {
        if (!encryptsBy(values, "wireguard") || !usesTunnel(values) || valueAt(values, "underlayProtocol") !== "ipv6") return [];
        const input = originOf(settings, "underlayProtocol");
        return [problem(input, `cannot be "ipv6" with WireGuard; ${leaveOut(input)}`)];
      },
    }),
  ],
  warnings: [],
};
