// What a machine of a cluster serves besides: its manifests and static pods as resources, the state of etcd, and its version. This is what
// `talosctl upgrade-k8s` asks for.
package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"sync"

	"github.com/cosi-project/runtime/api/v1alpha1"
	"github.com/cosi-project/runtime/pkg/resource"
	"github.com/cosi-project/runtime/pkg/state"
	"github.com/cosi-project/runtime/pkg/state/impl/inmem"
	"github.com/cosi-project/runtime/pkg/state/impl/namespaced"
	"github.com/cosi-project/runtime/pkg/state/protobuf/server"
	"github.com/cosi-project/runtime/pkg/state/registry"
	"github.com/siderolabs/talos/pkg/machinery/api/machine"
	talosconfig "github.com/siderolabs/talos/pkg/machinery/config"
	"github.com/siderolabs/talos/pkg/machinery/resources/config"
	"github.com/siderolabs/talos/pkg/machinery/resources/k8s"
	"google.golang.org/grpc"
	"google.golang.org/protobuf/types/known/emptypb"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/util/yaml"
)

// kubernetesVersion is the version that the machine config does not name.
const kubernetesVersion = "v1.34.2"

// talosOwn stands for the manifests that Talos itself adds.
const talosOwn = `apiVersion: v1
kind: ConfigMap
metadata: { name: kubeconfig-in-cluster, namespace: kube-system }
data: { kubeconfig: "" }
---
apiVersion: v1
kind: Secret
metadata: { name: bootstrap-token-talos, namespace: kube-system }
stringData: { token: secret-of-talos }
`

// cluster is what the machine knows as a part of a cluster.
type cluster struct {
	mutex     sync.Mutex
	resources state.State
	etcd      string
}

func newCluster(ctx context.Context) *cluster {
	resources := state.WrapCore(namespaced.NewState(inmem.Build))
	types := registry.NewResourceRegistry(resources)
	if err := errors.Join(
		registry.NewNamespaceRegistry(resources).RegisterDefault(ctx),
		types.RegisterDefault(ctx),
		types.Register(ctx, &k8s.Manifest{}),
		types.Register(ctx, &config.MachineConfig{}),
	); err != nil {
		log.Fatal(err)
	}
	apiServer, controllerManager, scheduler := k8s.NewAPIServerConfig(), k8s.NewControllerManagerConfig(), k8s.NewSchedulerConfig()
	image := func(name string) string { return fmt.Sprintf("registry.k8s.io/%s:%s", name, kubernetesVersion) }
	apiServer.TypedSpec().Image = image("kube-apiserver")
	controllerManager.TypedSpec().Image = image("kube-controller-manager")
	scheduler.TypedSpec().Image = image("kube-scheduler")
	for _, created := range []resource.Resource{apiServer, controllerManager, scheduler} {
		if err := resources.Create(ctx, created); err != nil {
			log.Fatal(err)
		}
	}
	return &cluster{resources: resources, etcd: "Preparing"}
}

func (c *cluster) register(services *grpc.Server) {
	v1alpha1.RegisterStateServer(services, server.NewState(c.resources))
}

// use makes a config the active one, as a machine does that needs no reboot for it.
func (c *cluster) use(ctx context.Context, provider talosconfig.Provider) error {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	if err := c.replace(ctx, config.NewMachineConfig(provider)); err != nil {
		return err
	}
	streams := map[string]string{"00-talos": talosOwn}
	if provider.Cluster() != nil {
		for _, inline := range provider.Cluster().InlineManifests() {
			streams["99-"+inline.Name()] = inline.Contents()
		}
		// Downloads nothing: a manifest from a URL is empty.
		for _, url := range provider.Cluster().ExtraManifestURLs() {
			streams["05-"+url] = ""
		}
	}
	present, err := c.resources.List(ctx, resource.NewMetadata(k8s.ControlPlaneNamespaceName, k8s.ManifestType, "", resource.VersionUndefined))
	if err != nil {
		return err
	}
	for _, old := range present.Items {
		if err := c.resources.Destroy(ctx, old.Metadata()); err != nil {
			return err
		}
	}
	for id, stream := range streams {
		manifest := k8s.NewManifest(k8s.ControlPlaneNamespaceName, id)
		if manifest.TypedSpec().Items, err = read(stream); err != nil {
			return err
		}
		if err := c.resources.Create(ctx, manifest); err != nil {
			return err
		}
	}
	return nil
}

func (c *cluster) replace(ctx context.Context, new resource.Resource) error {
	if err := c.resources.Destroy(ctx, new.Metadata()); err != nil && !state.IsNotFoundError(err) {
		return err
	}
	return c.resources.Create(ctx, new)
}

// read reads manifests as Talos does.
func read(stream string) ([]k8s.SingleManifest, error) {
	var items []k8s.SingleManifest
	documents := yaml.NewYAMLReader(bufio.NewReader(bytes.NewBufferString(stream)))
	for {
		document, err := documents.Read()
		if errors.Is(err, io.EOF) {
			return items, nil
		} else if err != nil {
			return nil, err
		}
		json, err := yaml.ToJSON(document)
		if err != nil {
			return nil, err
		}
		if string(json) == "null" {
			continue
		}
		var object unstructured.Unstructured
		if err := object.UnmarshalJSON(json); err != nil {
			return nil, err
		}
		items = append(items, k8s.SingleManifest{Object: object.Object})
	}
}

// ServiceList says only how etcd is.
func (n node) ServiceList(context.Context, *emptypb.Empty) (*machine.ServiceListResponse, error) {
	n.cluster.mutex.Lock()
	defer n.cluster.mutex.Unlock()
	etcd := &machine.ServiceInfo{Id: "etcd", State: n.cluster.etcd, Events: &machine.ServiceEvents{}, Health: &machine.ServiceHealth{}}
	return &machine.ServiceListResponse{Messages: []*machine.ServiceList{{Services: []*machine.ServiceInfo{etcd}}}}, nil
}

func (node) Version(context.Context, *emptypb.Empty) (*machine.VersionResponse, error) {
	return &machine.VersionResponse{Messages: []*machine.Version{{Version: &machine.VersionInfo{Tag: "v1.13.0"}}}}, nil
}
