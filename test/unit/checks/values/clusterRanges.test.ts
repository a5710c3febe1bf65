import { clusterRangeChecks } from "../../../../components/checks/values/clusterRanges.ts";
import { bgp, lan, pool, values } from "../../../fixtures/validInputs.ts";
import { testExamples } from "../../../harness/checkExamples.ts";

const peerAt = (address: string) => bgp({ peers: [{ address, asn: 64512 }] });
const dual = { serviceCidr: "10.96.0.0/12,fd01::/112" };

testExamples(clusterRangeChecks, {
  "pods and Services in the same range": [
    [{ podCidr: "10.100.0.0/16" }, /^podCidr: 10\.100\.0\.0\/16 is inside serviceCidr 10\.96\.0\.0\/12; pods and Services need/],
    [{ podCidr: "10.0.0.0/8" }, /^podCidr: 10\.0\.0\.0\/8 contains serviceCidr 10\.96\.0\.0\/12/],
    [
      values({ ipam: { mode: "cluster-pool", operator: { clusterPoolIPv4PodCIDRList: ["10.96.0.0/12"] } } }),
      /^values\.ipam\.operator\.clusterPoolIPv4PodCIDRList\[0\]: 10\.96\.0\.0\/12 is serviceCidr 10\.96\.0\.0\/12/,
    ],
    [
      values(
        {
          ipam: {
            mode: "multi-pool",
            operator: { autoCreateCiliumPodIPPools: { default: { ipv4: { cidrs: ["10.100.0.0/16"] } } } },
          },
        },
        { ciliumVersion: "1.18.4" },
      ),
      /^values\.ipam\.operator\.autoCreateCiliumPodIPPools\.default\.ipv4\.cidrs\[0\]: 10\.100\.0\.0\/16 is inside serviceCidr/,
    ],
  ],
  "a pod range that is too small for the nodes": [
    [{ podCidr: "10.244.0.0/25" }, /^podCidr: 10\.244\.0\.0\/25 is too small for one node with a \/24 each/],
    [
      { ...dual, podCidr: "10.244.0.0/16,fd00::/64", lan },
      /^podCidr: fd00::\/64 is too small for 2 nodes with a \/64 each; choose a larger range, or give the node-cidr-mask-size-ipv6/,
    ],
    [{ podCidr: "10.244.0.0/24", lan }, /^podCidr: 10\.244\.0\.0\/24 is too small for 2 nodes/],
    [
      { podCidr: "10.244.0.0/24", lan, values: { ipam: { mode: "cluster-pool" } } },
      /^podCidr: 10\.244\.0\.0\/24 is too small for 2 nodes with a \/24 each; .*, or give a larger mask size in values\.ipam\.operator$/,
    ],
    [
      values({ ipam: { mode: "cluster-pool", operator: { clusterPoolIPv4PodCIDRList: ["10.50.0.0/25"] } } }),
      /^values\.ipam\.operator\.clusterPoolIPv4PodCIDRList\[0\]: 10\.50\.0\.0\/25 is too small for one node/,
    ],
  ],
  "an IPv6 pod range that is too large for the ranges of the nodes": [
    [
      { ...dual, podCidr: "10.244.0.0/16,fd00::/47" },
      /^podCidr: fd00::\/47 is too large for nodes with a \/64 each: more than 65536 of them fit; choose a range of \/48 or longer, or give the node-cidr-mask-size-ipv6 of the controller manager as talos\.nodeCidrMaskSizeIPv6$/,
    ],
    [
      { ...dual, podCidr: "10.244.0.0/16,fd00::/56", talos: { nodeCidrMaskSizeIPv6: 80 } },
      /^podCidr: fd00::\/56 is too large for nodes with a \/80 each/,
    ],
    [
      {
        ...dual,
        podCidr: "10.244.0.0/16,fd00::/56",
        values: { ipam: { mode: "cluster-pool", operator: { clusterPoolIPv6MaskSize: 120 } } },
      },
      /^podCidr: fd00::\/56 is too large for nodes with a \/120 each: .*, or give a smaller mask size in values\.ipam\.operator$/,
    ],
  ],
  "a pod or Service range that contains an address of the LAN": [
    [
      { ...dual, podCidr: "10.244.0.0/16,2001:db8::/48", lan: { nodes: ["2001:db8::5"] } },
      /^podCidr: 2001:db8::\/48 contains lan\.nodes\[0\] 2001:db8::5/,
    ],
    [
      { podCidr: "192.168.0.0/16", lan: { nodes: lan.nodes.slice(1) } },
      /^podCidr: 192\.168\.0\.0\/16 contains lan\.nodes\[0\] 192\.168\.1\.11/,
    ],
    [
      { serviceCidr: "192.168.0.0/16", lan: { subnets: lan.subnets } },
      /^serviceCidr: .* contains lan\.subnets\[0\] 192\.168\.1\.0\/24/,
    ],
    [peerAt("10.244.7.1"), /^podCidr: 10\.244\.0\.0\/16 contains bgp\[0\]\.peers\[0\]\.address 10\.244\.7\.1; choose a range/],
    [peerAt("10.96.0.1"), /^serviceCidr: 10\.96\.0\.0\/12 contains bgp\[0\]\.peers\[0\]\.address 10\.96\.0\.1/],
    [
      { ...peerAt("fd01::7"), ...dual, podCidr: "10.244.0.0/16,fd00:10:244::/56" },
      /^serviceCidr: fd01::\/112 contains bgp\[0\]\.peers\[0\]\.address fd01::7/,
    ],
    [
      {
        ...peerAt("10.50.0.9"),
        ...values({ ipam: { mode: "cluster-pool", operator: { clusterPoolIPv4PodCIDRList: ["10.50.0.0/16"] } } }),
      },
      /^values\.ipam\.operator\.clusterPoolIPv4PodCIDRList\[0\]: 10\.50\.0\.0\/16 contains bgp\[0\]\.peers\[0\]\.address/,
    ],
  ],
  "a pool that overlaps with pods or Services": [
    [
      pool({ cidr: "10.244.3.0/24" }),
      /^loadBalancer\.ipPools\[0\]\.blocks\[0\]: 10\.244\.3\.0\/24 is inside podCidr 10\.244\.0\.0\/16; choose addresses of the node subnet$/,
    ],
    [
      pool({ start: "10.111.255.250", stop: "10.112.0.10" }),
      /\.blocks\[0\]: 10\.111\.255\.250-10\.112\.0\.10 overlaps serviceCidr 10\.96\.0\.0\/12/,
    ],
  ],
  "a pod or Service range inside a network of the LAN": [
    [
      { lan: { subnets: ["10.240.0.0/12"] } },
      /^podCidr: 10\.244\.0\.0\/16 is inside lan\.subnets\[0\] 10\.240\.0\.0\/12; make sure/,
    ],
  ],
});
