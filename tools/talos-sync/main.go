// Syncs the manifests of a machine config to a cluster as `talosctl upgrade-k8s` does, with Talos' own code.
//
// `talos-sync <apply|update> <kubeconfig>` reads a stream of objects and prints the action for each. `apply` is server-side apply with an
// inventory and pruning, as in Talos 1.13 and later; `update` creates and updates objects one by one, as in Talos 1.12 and earlier.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"os"
	"time"

	"github.com/siderolabs/go-kubernetes/kubernetes/manifests"
	"github.com/siderolabs/go-kubernetes/kubernetes/ssa"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/util/yaml"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
)

func read(stream io.Reader) ([]*unstructured.Unstructured, error) {
	decoder := yaml.NewYAMLOrJSONDecoder(stream, 4096)
	var objects []*unstructured.Unstructured
	for {
		object := &unstructured.Unstructured{}
		if err := decoder.Decode(object); errors.Is(err, io.EOF) {
			return objects, nil
		} else if err != nil {
			return nil, err
		}
		if len(object.Object) > 0 {
			objects = append(objects, object)
		}
	}
}

func apply(ctx context.Context, config *rest.Config, objects []*unstructured.Unstructured) error {
	// Talos uses these names.
	manager, err := ssa.NewManager(ctx, config, "talos", "kube-system", "talos-bootstrap-manifests-inventory")
	if err != nil {
		return err
	}
	defer manager.Close()
	changes, err := manager.Apply(ctx, objects, ssa.ApplyOptions{
		InventoryPolicy: ssa.InventoryPolicyAdoptIfNoInventory,
		WaitInterval:    time.Second,
		WaitTimeout:     time.Minute,
	})
	for _, change := range changes {
		fmt.Printf("%s %s\n", change.Action, change.Subject)
	}
	return err
}

func update(ctx context.Context, config *rest.Config, objects []*unstructured.Unstructured) error {
	results := make(chan manifests.SyncResult)
	failed := make(chan error, 1)
	go func() {
		defer close(results)
		failed <- manifests.Sync(ctx, objects, config, false, results)
	}()
	for result := range results {
		action := "updated"
		if result.Skipped {
			action = "unchanged"
		}
		fmt.Printf("%s %s\n", action, result.Path)
	}
	return <-failed
}

func main() {
	config, err := clientcmd.BuildConfigFromFlags("", os.Args[2])
	if err != nil {
		log.Fatal(err)
	}
	objects, err := read(os.Stdin)
	if err != nil {
		log.Fatal(err)
	}
	sync := update
	if os.Args[1] == "apply" {
		sync = apply
	}
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	if err := sync(ctx, config, objects); err != nil {
		log.Fatal(err)
	}
}
