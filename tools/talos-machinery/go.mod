module talos-cilium-cni/tools/talos-machinery

// Each Talos release has a file of its own, such as v1.13.mod.
go 1.25.0
