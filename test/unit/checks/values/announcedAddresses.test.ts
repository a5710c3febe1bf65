import { announcedAddressChecks } from "../../../../components/checks/values/announcedAddresses.ts";
import { announcedPool, lan } from "../../../fixtures/validInputs.ts";
import { testExamples } from "../../../harness/checkExamples.ts";

testExamples(announcedAddressChecks, {
  "a pool outside of the node networks, announced by ARP": [
    [
      announcedPool(lan, "192.168.2.0/29"),
      /\.blocks\[0\]: 192\.168\.2\.0\/29 is in none of lan\.subnets \(192\.168\.1\.0\/24\), so no client asks for it by ARP/,
    ],
    // Only one of two policies announces every Service.
    [
      {
        lan,
        loadBalancer: {
          ipPools: [{ name: "a", blocks: [{ start: "192.168.1.200" }, { start: "192.168.2.1", stop: "192.168.2.9" }] }],
          l2Policies: [{ name: "a", serviceSelector: {} }, { name: "b" }],
        },
      },
      /^loadBalancer\.ipPools\[0\]\.blocks\[1\]: 192\.168\.2\.1-192\.168\.2\.9 is in none of lan\.subnets/,
    ],
  ],
  "a pool inside a node network, announced by BGP alone": [
    [
      {
        lan,
        loadBalancer: { ipPools: [{ name: "a", blocks: [{ cidr: "192.168.1.200/29" }, { cidr: "172.20.0.0/24" }] }] },
        values: { bgpControlPlane: { enabled: true } },
      },
      /^loadBalancer\.ipPools\[0\]\.blocks\[0\]: 192\.168\.1\.200\/29 is inside lan\.subnets\[0\] 192\.168\.1\.0\/24, whose clients/,
    ],
  ],
});
