// Talos' own machine config code: generates or reads a machine config, patches it, and validates the result as a node would.
//
// Reads a request as JSON and prints the answer as JSON. It also checks whether a Talos version supports a Kubernetes version.
package main

import (
	"encoding/json"
	"log"
	"os"
	"time"

	machineapi "github.com/siderolabs/talos/pkg/machinery/api/machine"
	"github.com/siderolabs/talos/pkg/machinery/compatibility"
	"github.com/siderolabs/talos/pkg/machinery/config"
	"github.com/siderolabs/talos/pkg/machinery/config/configloader"
	"github.com/siderolabs/talos/pkg/machinery/config/configpatcher"
	"github.com/siderolabs/talos/pkg/machinery/config/generate"
	"github.com/siderolabs/talos/pkg/machinery/config/generate/secrets"
	"github.com/siderolabs/talos/pkg/machinery/config/machine"
)

type request struct {
	// A machine config, or the Talos version and the machine type to generate one for.
	Config, Contract, MachineType string
	Patches                       []string
	// Alternatively two versions, to check whether this Talos supports this Kubernetes.
	Talos, Kubernetes string
}

type answer struct {
	Config          string            `json:"config"`
	InlineManifests map[string]string `json:"inlineManifests"`
	// What Talos itself reads in the config.
	Facts *facts `json:"facts,omitempty"`
	// The error of Talos; empty if it accepts the config.
	Refused string `json:"refused"`
}

// metal is the platform of bare-metal machines, which the validation needs to know.
type metal struct{}

func (metal) String() string        { return "metal" }
func (metal) RequiresInstall() bool { return true }
func (metal) InContainer() bool     { return false }

func generated(contract, machineType string) ([]byte, error) {
	version, err := config.ParseContractFromVersion(contract)
	if err != nil {
		return nil, err
	}
	bundle, err := secrets.NewBundle(secrets.NewFixedClock(time.Now()), version)
	if err != nil {
		return nil, err
	}
	input, err := generate.NewInput("homelab", "https://192.168.1.10:6443", "1.33.0",
		generate.WithVersionContract(version), generate.WithSecretsBundle(bundle), generate.WithInstallDisk("/dev/sda"))
	if err != nil {
		return nil, err
	}
	kind, err := machine.ParseType(machineType)
	if err != nil {
		return nil, err
	}
	provider, err := input.Config(kind)
	if err != nil {
		return nil, err
	}
	return provider.Bytes()
}

func patched(given []byte, patches []string) ([]byte, error) {
	loaded, err := configpatcher.LoadPatches(patches)
	if err != nil {
		return nil, err
	}
	output, err := configpatcher.Apply(configpatcher.WithBytes(given), loaded)
	if err != nil {
		return nil, err
	}
	return output.Bytes()
}

func judged(given []byte, patches []string) (result answer) {
	refuse := func(err error) answer { result.Refused = err.Error(); return result }
	bytes, err := patched(given, patches)
	if err != nil {
		return refuse(err)
	}
	result.Config = string(bytes)
	provider, err := configloader.NewFromBytes(bytes)
	if err != nil {
		return refuse(err)
	}
	if _, err = provider.Validate(metal{}); err != nil {
		return refuse(err)
	}
	result.Facts = factsOf(provider)
	result.InlineManifests = inlineManifests(provider)
	return result
}

// runs checks whether a Talos version supports a Kubernetes version.
func runs(talos, kubernetes string) (result answer) {
	version, err := compatibility.ParseTalosVersion(&machineapi.VersionInfo{Tag: talos})
	if err == nil {
		var wanted *compatibility.KubernetesVersion
		if wanted, err = compatibility.ParseKubernetesVersion(kubernetes); err == nil {
			err = wanted.SupportedWith(version)
		}
	}
	if err != nil {
		result.Refused = err.Error()
	}
	return result
}

func main() {
	var asked request
	if err := json.NewDecoder(os.Stdin).Decode(&asked); err != nil {
		log.Fatal(err)
	}
	if asked.Talos != "" {
		if err := json.NewEncoder(os.Stdout).Encode(runs(asked.Talos, asked.Kubernetes)); err != nil {
			log.Fatal(err)
		}
		return
	}
	given := []byte(asked.Config)
	if asked.Config == "" {
		var err error
		if given, err = generated(asked.Contract, asked.MachineType); err != nil {
			log.Fatal(err)
		}
	}
	if err := json.NewEncoder(os.Stdout).Encode(judged(given, asked.Patches)); err != nil {
		log.Fatal(err)
	}
}
