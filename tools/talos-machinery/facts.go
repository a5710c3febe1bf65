package main

import (
	"fmt"
	"reflect"
	"slices"
)

// facts is what Talos reads in a machine config, as its own accessors answer.
type facts struct {
	ForwardsKubeDNS  any      `json:"forwardsKubeDns"`
	KubeSpanEnabled  any      `json:"kubeSpanEnabled"`
	KubeSpanPods     any      `json:"kubeSpanPods"`
	PodSubnets       []string `json:"podSubnets"`
	ServiceSubnets   []string `json:"serviceSubnets"`
	RunsKubeProxy    any      `json:"runsKubeProxy"`
	KubePrismEnabled any      `json:"kubePrismEnabled"`
	KubePrismPort    any      `json:"kubePrismPort"`
	VirtualAddresses []string `json:"virtualAddresses"`
	Addresses        []string `json:"addresses"`
	// Where it downloads manifests from, those of a CNI included.
	ManifestURLs []string `json:"manifestUrls"`
}

// factsOf asks the accessors by name, because every Talos release has them elsewhere.
func factsOf(provider any) *facts {
	features := ask(provider, "Machine", "Features")
	kubeSpan := first(ask(provider, "NetworkKubeSpanConfig"), ask(provider, "Machine", "Network", "KubeSpan"))
	network := first(ask(provider, "K8sNetworkConfig"), ask(provider, "Cluster", "Network"))
	proxy := first(ask(provider, "K8sProxyConfig"), ask(provider, "Cluster", "Proxy"))
	prismEnabled, prismPort := kubePrism(provider)

	var virtual, addresses []any

	for _, device := range list(ask(provider, "Machine", "Network", "Devices")) {
		virtual = append(virtual, ask(device, "VIPConfig", "IP"))

		for _, vlan := range list(ask(device, "Vlans")) {
			virtual = append(virtual, ask(vlan, "VIPConfig", "IP"))
			addresses = append(addresses, list(ask(vlan, "Addresses"))...)
		}

		if ask(device, "Dummy") != true && ask(device, "WireguardConfig") == nil && ask(device, "Interface") != "lo" {
			addresses = append(addresses, list(ask(device, "Addresses"))...)
		}
	}

	for _, document := range list(ask(provider, "NetworkVirtualIPConfigs")) {
		virtual = append(virtual, ask(document, "VIP"))
	}

	for _, document := range list(ask(provider, "NetworkCommonLinkConfigs")) {
		switch ask(document, "Kind") {
		case "DummyLinkConfig", "WireguardConfig":
			continue
		}

		for _, entry := range list(ask(document, "Addresses")) {
			addresses = append(addresses, ask(entry, "Address"))
		}
	}

	return &facts{
		ForwardsKubeDNS:  ask(first(ask(provider, "NetworkHostDNSConfig"), ask(features, "HostDNS")), "ForwardKubeDNSToHost"),
		KubeSpanEnabled:  ask(kubeSpan, "Enabled"),
		KubeSpanPods:     ask(kubeSpan, "AdvertiseKubernetesNetworks"),
		PodSubnets:       texts(list(ask(network, "PodCIDRs"))),
		ServiceSubnets:   texts(list(ask(network, "ServiceCIDRs"))),
		RunsKubeProxy:    ask(proxy, "Enabled"),
		KubePrismEnabled: prismEnabled,
		KubePrismPort:    prismPort,
		VirtualAddresses: texts(virtual),
		Addresses:        texts(addresses),
		ManifestURLs:     manifestURLs(provider),
	}
}

// kubePrism tells whether KubePrism is on, and its port. From Talos 1.14 on, one that is off is no config at all.
func kubePrism(provider any) (enabled, port any) {
	if has(provider, "K8sKubePrismConfig") {
		prism := ask(provider, "K8sKubePrismConfig")

		return prism != nil, ask(prism, "Port")
	}

	return ask(provider, "Machine", "Features", "KubePrism", "Enabled"), ask(provider, "Machine", "Features", "KubePrism", "Port")
}

// inlineManifests returns the manifests that are written out in the config. If two have the same name, Talos applies the last one.
func inlineManifests(provider any) map[string]string {
	manifests := map[string]string{}

	for _, manifest := range append(list(ask(provider, "Cluster", "InlineManifests")), list(ask(provider, "K8sInlineManifestConfigs"))...) {
		manifests[fmt.Sprint(ask(manifest, "Name"))] = fmt.Sprint(ask(manifest, "Contents"))
	}

	return manifests
}

func manifestURLs(provider any) []string {
	urls := texts(append(list(ask(provider, "Cluster", "ExtraManifestURLs")), list(ask(provider, "Cluster", "Network", "CNI", "URLs"))...))

	for _, manifest := range list(ask(provider, "K8sExternalManifestConfigs")) {
		urls = append(urls, fmt.Sprint(ask(manifest, "URL")))
	}

	slices.Sort(urls)

	return slices.Compact(urls)
}

// has tells whether this Talos release has a method.
func has(value any, method string) bool {
	return reflect.ValueOf(value).MethodByName(method).IsValid()
}

// ask calls one method after the other, and returns nil if one of them is missing or returns nil.
func ask(value any, methods ...string) any {
	for _, name := range methods {
		if value == nil || isNil(value) {
			return nil
		}

		method := reflect.ValueOf(value).MethodByName(name)
		if !method.IsValid() || method.Type().NumIn() != 0 || method.Type().NumOut() == 0 {
			return nil
		}

		value = method.Call(nil)[0].Interface()
	}

	if value == nil || isNil(value) {
		return nil
	}

	return value
}

// isNil tells whether a pointer, a list or the like is nil, although its interface is not.
func isNil(value any) bool {
	switch reflected := reflect.ValueOf(value); reflected.Kind() {
	case reflect.Pointer, reflect.Interface, reflect.Slice, reflect.Map, reflect.Func:
		return reflected.IsNil()
	default:
		return false
	}
}

// first returns the first value that is not nil.
func first(values ...any) any {
	for _, value := range values {
		if value != nil {
			return value
		}
	}

	return nil
}

// list returns the entries of a list of any type.
func list(value any) (entries []any) {
	if value == nil {
		return nil
	}

	for reflected, index := reflect.ValueOf(value), 0; index < reflected.Len(); index++ {
		entries = append(entries, reflected.Index(index).Interface())
	}

	return entries
}

// texts leaves out what is missing.
func texts(values []any) []string {
	result := []string{}

	for _, value := range values {
		if value != nil && value != "" {
			result = append(result, fmt.Sprint(value))
		}
	}

	return result
}
