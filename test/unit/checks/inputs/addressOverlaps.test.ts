import { addressOverlapChecks } from "../../../../components/checks/inputs/addressOverlaps.ts";
import type { TalosCiliumCniArgs } from "../../../../components/inputs/args.ts";
import type { IpPoolBlock, Lan } from "../../../../components/inputs/loadBalancerArgs.ts";
import { lan, pool } from "../../../fixtures/validInputs.ts";
import { testExamples } from "../../../harness/checkExamples.ts";

const poolsOn = (lan: Lan, ...blocks: IpPoolBlock[]): TalosCiliumCniArgs => ({ lan, ...pool(...blocks) });

testExamples(addressOverlapChecks, {
  "two pools with the same addresses": [
    [
      pool({ cidr: "192.168.1.200/29" }, { start: "192.168.1.100" }, { start: "192.168.1.207" }),
      /\.blocks\[2\]: 192\.168\.1\.207 is inside loadBalancer\.ipPools\[0\]\.blocks\[0\] 192\.168\.1\.200\/29; give each address to one block only$/,
    ],
  ],
  "a pool that contains the address of a node, of the control planes or of the router": [
    [
      poolsOn({ nodes: ["192.168.1.201"] }, { cidr: "192.168.1.200/29" }),
      /\.blocks\[0\]: 192\.168\.1\.200\/29 contains lan\.nodes\[0\] 192\.168\.1\.201; choose a range without it/,
    ],
    [
      poolsOn({ vip: "192.168.1.5" }, { start: "192.168.1.5" }),
      /\.blocks\[0\]: 192\.168\.1\.5 is lan\.vip 192\.168\.1\.5; choose a range without it/,
    ],
    [
      poolsOn({ gateway: "192.168.1.1" }, { start: "192.168.1.1", stop: "192.168.1.9" }),
      /\.blocks\[0\]: .* contains lan\.gateway 192\.168\.1\.1/,
    ],
  ],
  "a node, the virtual address or the router outside of the node networks": [
    [
      { lan: { subnets: lan.subnets, vip: "192.168.2.5" } },
      /^lan\.vip: 192\.168\.2\.5 is in none of lan\.subnets \(192\.168\.1\.0\/24\)/,
    ],
  ],
  "one LAN address used twice": [
    [{ lan: { nodes: lan.nodes, vip: "192.168.1.11" } }, /^lan\.vip: 192\.168\.1\.11 is lan\.nodes\[1\] 192\.168\.1\.11/],
    [
      { lan: { nodes: ["192.168.1.10", "192.168.1.10"] } },
      /^lan\.nodes\[1\]: 192\.168\.1\.10 is lan\.nodes\[0\] 192\.168\.1\.10/,
    ],
  ],
  "a pool that overlaps with the DHCP range": [
    [
      poolsOn({ dhcpRange: "192.168.1.100-192.168.1.203" }, { cidr: "192.168.1.200/29" }),
      /\.blocks\[0\]: 192\.168\.1\.200\/29 overlaps lan\.dhcpRange .*; reserve/,
    ],
    [
      poolsOn({ dhcpRange: "192.168.1.128/25" }, { cidr: "192.168.1.200/29" }),
      /\.blocks\[0\]: 192\.168\.1\.200\/29 is inside lan\.dhcpRange 192\.168\.1\.128\/25/,
    ],
  ],
  "a pool that contains the network or broadcast address of a node network": [
    [
      poolsOn({ subnets: lan.subnets }, { cidr: "192.168.1.248/29" }),
      /\.blocks\[0\]: 192\.168\.1\.248\/29 contains the broadcast address of 192\.168\.1\.0\/24/,
    ],
    [
      poolsOn({ subnets: lan.subnets }, { cidr: "192.168.1.0/24" }),
      /contains the network and the broadcast address of 192\.168\.1\.0\/24/,
    ],
  ],
});
