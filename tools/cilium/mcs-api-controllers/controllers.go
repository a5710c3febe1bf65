// Package controllers has what Cilium uses of sigs.k8s.io/mcs-api/controllers v0.5.2.
package controllers

// DerivedServiceAnnotation names the Service that was made for a ServiceImport.
const DerivedServiceAnnotation = "multicluster.kubernetes.io/derived-service"
