import { l2AnnouncementChecks } from "../../../../components/checks/values/l2Announcements.ts";
import { announcedPool, bgp, bgpPool, policy, pool, values } from "../../../fixtures/validInputs.ts";
import { testExamples } from "../../../harness/checkExamples.ts";

const ipv6Only = { podCidr: "fd01::/56", serviceCidr: "fd02::/112", talos: { forwardKubeDNSToHost: false } };
const dual = { podCidr: "10.244.0.0/16,fd01::/56", serviceCidr: "10.96.0.0/12,fd02::/112" };

testExamples(l2AnnouncementChecks, {
  "policies although L2 announcements are off": [
    [{ ...policy({}), l2: { enabled: false } }, /^l2\.enabled: is false, so no agent follows loadBalancer\.l2Policies/],
  ],
  "a lease timing that Cilium does not accept": [
    [{ l2: { leaseDuration: "5s" } }, /^l2\.leaseRenewDeadline: is 5s, and must be shorter than leaseDuration, which is 5s$/],
    [
      { l2: { leaseRetryPeriod: "4.5s" } },
      /^l2\.leaseRetryPeriod: is 4\.5s, and 1\.2 times that must be shorter than leaseRenewDeadline, which is 5s$/,
    ],
    [
      { l2: { leaseDuration: "900ms", leaseRenewDeadline: "500ms", leaseRetryPeriod: "100ms" } },
      /^l2\.leaseDuration: is 900ms; the agent requires at least 1s$/,
    ],
    [
      values({ l2announcements: { leaseDuration: "15" } }),
      /^values\.l2announcements\.leaseDuration: "15" is not a valid Go duration/,
    ],
  ],
  "a pool of an IP family that is off": [
    [
      { ...pool({ cidr: "192.168.1.200/29" }), ...ipv6Only },
      /gives no addresses while podCidr fd01::\/56 has no range of IPv4; choose addresses of the other family, or give podCidr/,
    ],
    [
      { ...pool({ cidr: "fd00::/120" }), ciliumVersion: "1.19.6" },
      /\.blocks\[0\]: fd00::\/120 gives no addresses while podCidr 10\.244\.0\.0\/16 has no range of IPv6/,
    ],
  ],
  "a pool of IPv6 addresses that Cilium 1.18 should announce": [
    [
      { ...announcedPool({}, "fd00::/120"), ...dual, ciliumVersion: "1.18.4" },
      /\.blocks\[0\]: fd00::\/120 is not announced by Cilium 1\.18\.4, which only answers ARP; use Cilium 1\.19 or later, or/,
    ],
    // BGP announces the other family.
    [
      bgp(
        {},
        {
          ...dual,
          ciliumVersion: "1.18.4",
          lan: { subnets: ["192.168.1.0/24"] },
          loadBalancer: {
            ipPools: [{ name: "a", blocks: [{ cidr: "172.20.0.0/24" }, { cidr: "fd00::/120" }] }],
            l2Policies: [{ name: "a" }],
          },
        },
      ),
      /\.blocks\[1\]: fd00::\/120 is not announced by Cilium 1\.18\.4/,
    ],
  ],
  "pools whose addresses nobody announces": [
    [
      { loadBalancer: { ipPools: [{ name: "a", blocks: [{ cidr: "192.168.1.200/29" }] }] } },
      /^loadBalancer\.l2Policies: is empty, .*; add a policy such as \{ name: "lan" \}/,
    ],
    [
      {
        l2: { enabled: false },
        loadBalancer: { ipPools: [{ name: "a", blocks: [{ cidr: "192.168.1.200/29" }] }] },
      },
      /nobody announces the addresses of the pools; turn l2\.enabled on and add a policy such as/,
    ],
    [
      {
        loadBalancer: {
          ipPools: [{ name: "a", blocks: [{ cidr: "192.168.1.200/29" }] }],
          l2Policies: [
            { name: "a", loadBalancerIPs: false, externalIPs: true },
            { name: "b", loadBalancerIPs: false, externalIPs: true, serviceSelector: {} },
          ],
        },
      },
      /^loadBalancer\.l2Policies: announces no address from a pool, because loadBalancerIPs is false, and no router learns them by bgp/,
    ],
    [
      bgp({ advertise: { loadBalancerIPs: false, externalIPs: true } }, bgpPool({ cidr: "172.20.0.0/24" })),
      /^loadBalancer\.l2Policies: is empty, and no router learns them by bgp, so nobody announces/,
    ],
  ],
});
