module talos-cilium-cni/tools/goregexp

go 1.25.0
