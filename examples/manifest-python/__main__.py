"""Renders Cilium for Talos and exports it. No cluster is touched."""

import pulumi
import pulumi_talos_cilium_cni as talos_cilium_cni

cni = talos_cilium_cni.TalosCiliumCni(
    "cilium",
    cilium_version="1.19.6",
    lan={
        "subnets": ["192.168.1.0/24"],
        "gateway": "192.168.1.1",
        "dhcp_range": "192.168.1.100-192.168.1.199",
    },
    load_balancer={
        "ip_pools": [{"name": "lan", "blocks": [{"cidr": "192.168.1.200/29"}]}],
        "l2_policies": [{"name": "lan"}],
    },
)

pulumi.export("manifest", cni.manifest)
pulumi.export("loadBalancerManifest", cni.load_balancer_manifest)
pulumi.export("warnings", cni.warnings)
