import { addressFormatChecks } from "../../../../components/checks/inputs/addressFormats.ts";
import { pool } from "../../../fixtures/validInputs.ts";
import { testExamples } from "../../../harness/checkExamples.ts";

testExamples(addressFormatChecks, {
  "pod or Service ranges that are neither one range nor one of each IP family": [
    [{ podCidr: "10.244.0.0" }, /^podCidr: "10\.244\.0\.0" is not a valid range/],
    [{ podCidr: "10.244.0.0/16,fd00::" }, /^podCidr: "10\.244\.0\.0\/16,fd00::" has "fd00::", which is not a valid range/],
    [{ podCidr: "10.244.0.0/16," }, /^podCidr: "10\.244\.0\.0\/16," has "", which is not a valid range/],
    [
      { podCidr: "fd00:1::/56,fd00:2::/56" },
      /^podCidr: .* has two ranges of one IP family; give one range, or one of each family, such as 10\.244\.0\.0\/16,fd00:10:244::\/56$/,
    ],
    [
      { serviceCidr: "10.96.0.0/12,fd00:10:96::/108,10.112.0.0/16" },
      /^serviceCidr: .* has two ranges of one IP family; .*, such as 10\.96\.0\.0\/12,fd00:10:96::\/108$/,
    ],
  ],
  "a pool without blocks, or a block that is not a valid range of addresses": [
    [pool(), /^loadBalancer\.ipPools\[0\]\.blocks: is empty/],
    [pool({ cidr: "192.168.1.200-207" }), /\.blocks\[0\]\.cidr: .* is not a valid range/],
    [
      pool({ start: "192.168.1.9", stop: "192.168.1.8" }),
      /\.blocks\[0\]: start 192\.168\.1\.9 is after stop 192\.168\.1\.8; give the lower address as start/,
    ],
    [
      pool({ start: "192.168.1.9", stop: "fd00::9" }),
      /\.blocks\[0\]: 192\.168\.1\.9 and fd00::9 are of different families; .* as stop$/,
    ],
  ],
  "an invalid address or range of the LAN": [
    [{ lan: { nodes: ["node-1"] } }, /^lan\.nodes\[0\]: "node-1" is not a valid address/],
    [
      { lan: { subnets: ["192.168.1.0"] } },
      /^lan\.subnets\[0\]: "192\.168\.1\.0" is not a valid range; write it as 192\.168\.1\.0\/24$/,
    ],
    [{ lan: { vip: "192.168.1.5/24" } }, /^lan\.vip: .* is not a valid address/],
    [{ lan: { gateway: "fe80::1%eth0" } }, /^lan\.gateway: .* is not a valid address/],
    [{ lan: { dhcpRange: "192.168.1.150-192.168.1.100" } }, /^lan\.dhcpRange: .* is not a valid range; write it as 192/],
  ],
});
