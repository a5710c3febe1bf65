import { encryptionChecks } from "../../../../components/checks/values/encryption.ts";
import { agentRefusalsOf } from "../../../fixtures/agentRefusals.ts";
import { testExamples } from "../../../harness/checkExamples.ts";

testExamples(encryptionChecks, {
  ...agentRefusalsOf(encryptionChecks),
  "an encryption that does not exist": [
    [
      { values: { encryption: { enabled: true, type: "wiregard" } } },
      /type: is "wiregard", which encrypts nothing; allowed are "ipsec", "wireguard"/,
    ],
    [{ ciliumVersion: "1.18.4", values: { encryption: { enabled: true, type: "ztunnel" } } }, /is "ztunnel"/],
  ],
  "WireGuard over IPv6 tunnels, with Cilium 1.18": [
    [
      {
        ciliumVersion: "1.18.4",
        routing: { mode: "tunnel" },
        values: { underlayProtocol: "ipv6", encryption: { enabled: true, type: "wireguard" } },
      },
      /^values\.underlayProtocol: cannot be "ipv6" with WireGuard; leave values\.underlayProtocol out$/,
    ],
  ],
});
