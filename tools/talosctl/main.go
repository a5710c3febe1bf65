// The commands of talosctl that talos.sync needs, for the tests: the command line is read here, and the work is done by Talos' own code of
// 1.13.0. talosctl itself needs modules that the Go module proxy does not have.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/siderolabs/go-kubernetes/kubernetes/ssa"
	"github.com/siderolabs/go-kubernetes/kubernetes/upgrade"
	"github.com/siderolabs/talos/cmd/talosctl/cmd/talos/output"
	"github.com/siderolabs/talos/cmd/talosctl/pkg/talos/helpers"
	"github.com/siderolabs/talos/pkg/cluster"
	k8s "github.com/siderolabs/talos/pkg/cluster/kubernetes"
	"github.com/siderolabs/talos/pkg/machinery/client"
	clientconfig "github.com/siderolabs/talos/pkg/machinery/client/config"
	"github.com/siderolabs/talos/pkg/machinery/config/encoder"
	"github.com/siderolabs/talos/pkg/machinery/constants"
	"github.com/siderolabs/talos/pkg/machinery/formatters"
	"github.com/spf13/cobra"

	"github.com/cosi-project/runtime/pkg/resource"
)

var (
	talosconfig      string
	endpoints, nodes []string
)

// withClient connects as talosctl does with these options.
func withClient(action func(context.Context, *client.Client) error) error {
	config, err := clientconfig.Open(talosconfig)
	if err != nil {
		return fmt.Errorf("failed to open config file %q: %w", talosconfig, err)
	}
	ctx := context.Background()
	connected, err := client.New(ctx, client.WithConfig(config), client.WithDefaultGRPCDialOptions(), client.WithEndpoints(endpoints...))
	if err != nil {
		return fmt.Errorf("error constructing client: %w", err)
	}
	defer connected.Close() //nolint:errcheck
	return action(client.WithNodes(ctx, nodes...), connected)
}

func versionCommand() *cobra.Command {
	command := &cobra.Command{
		Use: "version",
		Run: func(*cobra.Command, []string) { fmt.Println("Talos v1.13.0") },
	}
	command.Flags().Bool("client", false, "")
	command.Flags().Bool("short", false, "")
	return command
}

func serviceCommand() *cobra.Command {
	return &cobra.Command{
		Use:  "service <id>",
		Args: cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			return withClient(func(ctx context.Context, c *client.Client) error {
				services, err := c.ServiceInfo(ctx, args[0])
				if err != nil {
					return fmt.Errorf("error listing services: %w", err)
				}
				return formatters.RenderServicesInfo(services, os.Stdout, nodes[0], true)
			})
		},
	}
}

func getCommand() *cobra.Command {
	var format string
	command := &cobra.Command{
		Use:  "get <type>",
		Args: cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			return withClient(func(ctx context.Context, c *client.Client) error {
				out, err := output.NewWriter(format)
				if err != nil {
					return err
				}
				defer out.Flush() //nolint:errcheck
				return helpers.ForEachResource(ctx, c, nil, func(_ context.Context, host string, r resource.Resource, err error) error {
					if err != nil {
						return err
					}
					return out.WriteResource(host, r, 0)
				}, "", args...)
			})
		},
	}
	command.Flags().StringVarP(&format, "output", "o", "table", "")
	return command
}

func kubeconfigCommand() *cobra.Command {
	var merge bool
	command := &cobra.Command{
		Use:  "kubeconfig -",
		Args: cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			if merge || args[0] != "-" {
				return errors.New("only --merge=false - is simulated")
			}
			return withClient(func(ctx context.Context, c *client.Client) error {
				kubeconfig, err := c.Kubeconfig(ctx)
				if err != nil {
					return fmt.Errorf("error copying: %w", err)
				}
				_, err = os.Stdout.Write(kubeconfig)
				return err
			})
		},
	}
	command.Flags().BoolVar(&merge, "merge", true, "")
	return command
}

// upgradeCommand is upgrade-k8s of cmd/talosctl/cmd/talos/upgrade-k8s.go.
func upgradeCommand() *cobra.Command {
	var (
		options            k8s.UpgradeOptions
		from, to           string
		withDocs, examples bool
	)
	command := &cobra.Command{
		Use:  "upgrade-k8s",
		Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			return withClient(func(ctx context.Context, c *client.Client) error {
				provider := &cluster.ConfigClientProvider{DefaultClient: c}
				defer provider.Close() //nolint:errcheck
				state := struct {
					cluster.ClientProvider
					cluster.K8sProvider
				}{provider, &cluster.KubernetesClient{ClientProvider: provider}}
				var err error
				if from == "" {
					if from, err = k8s.DetectLowestVersion(ctx, &state, options); err != nil {
						return fmt.Errorf("error detecting the lowest Kubernetes version %w", err)
					}
				}
				if options.Path, err = upgrade.NewPath(from, to); err != nil {
					return fmt.Errorf("error creating upgrade path %w", err)
				}
				options.InventoryPolicy = ssa.InventoryPolicyAdoptIfNoInventory
				options.EncoderOpt = encoder.WithComments(encoder.CommentsDisabled)
				options.KubeletImage = constants.KubeletImage
				options.APIServerImage = constants.KubernetesAPIServerImage
				options.ControllerManagerImage = constants.KubernetesControllerManagerImage
				options.SchedulerImage = constants.KubernetesSchedulerImage
				options.ProxyImage = constants.KubeProxyImage
				return k8s.Upgrade(ctx, &state, options)
			})
		},
	}
	flags := command.Flags()
	flags.StringVar(&from, "from", "", "")
	flags.StringVar(&to, "to", constants.DefaultKubernetesVersion, "")
	flags.BoolVar(&withDocs, "with-docs", true, "")
	flags.BoolVar(&examples, "with-examples", true, "")
	flags.BoolVar(&options.PrePullImages, "pre-pull-images", true, "")
	flags.BoolVar(&options.UpgradeKubelet, "upgrade-kubelet", true, "")
	flags.BoolVar(&options.DryRun, "dry-run", false, "")
	flags.DurationVar(&options.ReconcileTimeout, "manifests-reconcile-timeout", 5*time.Minute, "")
	return command
}

func main() {
	root := &cobra.Command{Use: "talosctl", SilenceUsage: true}
	root.PersistentFlags().StringVar(&talosconfig, "talosconfig", "", "")
	root.PersistentFlags().StringSliceVarP(&endpoints, "endpoints", "e", nil, "")
	root.PersistentFlags().StringSliceVarP(&nodes, "nodes", "n", nil, "")
	root.AddCommand(versionCommand(), serviceCommand(), getCommand(), kubeconfigCommand(), upgradeCommand())
	if err := root.Execute(); err != nil {
		os.Exit(1)
	}
}
