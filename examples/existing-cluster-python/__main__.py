"""Installs Cilium in an existing cluster, and takes over the objects that Talos or the old script created."""

import pulumi
import pulumi_kubernetes as kubernetes
import pulumi_talos_cilium_cni as talos_cilium_cni

config = pulumi.Config()
cluster = kubernetes.Provider(
    "cluster",
    context=config.require("context"),
    # Without this, Pulumi deletes and recreates Cilium's ConfigMap to change it, and an agent that starts at that moment finds none.
    enable_config_map_mutable=True,
    upsert_existing_objects=config.get_bool("adopt") or False,
)

cni = talos_cilium_cni.TalosCiliumCni(
    "cilium",
    delivery=talos_cilium_cni.Delivery.CHART,
    cilium_version="1.19.6",
    load_balancer={
        "ip_pools": [{"name": "default-ip-pool", "blocks": [{"cidr": "192.168.1.200/29"}]}],
        "l2_policies": [{"name": "default-l2-announcement"}],
    },
    opts=pulumi.ResourceOptions(providers=[cluster]),
)

pulumi.export("objects", cni.objects)
pulumi.export("images", cni.images)
pulumi.export("warnings", cni.warnings)
