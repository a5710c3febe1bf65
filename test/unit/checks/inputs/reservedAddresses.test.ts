import { reservedAddressChecks } from "../../../../components/checks/inputs/reservedAddresses.ts";
import type { TalosCiliumCniArgs } from "../../../../components/inputs/args.ts";
import { pool } from "../../../fixtures/validInputs.ts";
import { testExamples } from "../../../harness/checkExamples.ts";

const inPool = (cidr: string, reserved: RegExp): [TalosCiliumCniArgs, RegExp] => [
  pool({ cidr }),
  new RegExp(`^loadBalancer\\.ipPools\\[0\\]\\.blocks\\[0\\]: \\S+ contains ${reserved.source}; choose other addresses$`),
];

testExamples(reservedAddressChecks, {
  "a pool, pod or Service range with reserved addresses": [
    inPool("0.0.0.0/29", /addresses of no host \(0\.0\.0\.0\/8\)/),
    inPool("127.0.0.0/29", /loopback addresses \(127\.0\.0\.0\/8\)/),
    inPool("224.0.0.0/29", /multicast addresses \(224\.0\.0\.0\/4\)/),
    inPool("255.255.255.248/29", /reserved addresses and the broadcast address \(240\.0\.0\.0\/4\)/),
    inPool("169.254.1.0/29", /link-local addresses \(169\.254\.0\.0\/16\)/),
    inPool(
      "169.254.116.104/29",
      /the address of Talos' own DNS, which answers the DNS of the cluster \(169\.254\.116\.108\/32\)/,
    ),
    [{ podCidr: "127.0.0.0/16" }, /^podCidr: 127\.0\.0\.0\/16 contains loopback addresses/],
    [{ serviceCidr: "169.254.0.0/20" }, /^serviceCidr: 169\.254\.0\.0\/20 contains link-local addresses/],
  ],
  "an address of the LAN that no host can have": [
    [{ lan: { nodes: ["127.0.0.1"] } }, /^lan\.nodes\[0\]: 127\.0\.0\.1 contains loopback addresses/],
    [
      { lan: { vip: "::ffff:192.168.1.5" } },
      /^lan\.vip: .* IPv4-mapped addresses \(::ffff:0:0\/96\); write them as IPv4 addresses$/,
    ],
    [{ lan: { gateway: "ff02::1" } }, /^lan\.gateway: ff02::1 contains multicast addresses/],
    [{ lan: { dhcpRange: "255.255.255.0/24" } }, /^lan\.dhcpRange: .* the broadcast address/],
  ],
  "a range with host bits": [
    [{ podCidr: "10.244.3.7/16" }, /^podCidr: 10\.244\.3\.7\/16 has host bits: it means 10\.244\.0\.0\/16; write that/],
    [{ serviceCidr: "10.96.0.10/12" }, /^serviceCidr: .* it means 10\.96\.0\.0\/12/],
    [pool({ cidr: "192.168.1.201/29" }), /\.blocks\[0\]: 192\.168\.1\.201\/29 has host bits: it means 192\.168\.1\.200\/29/],
    [{ lan: { subnets: ["fd00::5/64"] } }, /^lan\.subnets\[0\]: fd00::5\/64 has host bits: it means fd00::\/64/],
    [{ lan: { dhcpRange: "192.168.1.129/25" } }, /^lan\.dhcpRange: .* it means 192\.168\.1\.128\/25/],
  ],
});
