import { announcedAddressChecks } from "../../../../components/checks/values/announcedAddresses.ts";
import { announcedPool, lan } from "../../../fixtures/validInputs.ts";
import { testExamples } from "../../../harness/checkExamples.ts";

testExamples(announcedAddressChecks, {
  "a pool outside of the node networks, announced by ARP": [
    [
      announcedPool(lan, "192.168.2.0/29"),
      /\.blocks\[0\]: 192\.168\.2\.0\/29 is in none of lan\.subnets \(192\.168\.1\.0\/24\), so no client asks for it by ARP/,
    ],
  ],
});
