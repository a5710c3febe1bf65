// A machine's Talos API for the tests, as in maintenance mode: takes a machine config if Talos' own validation does, and keeps it.
//
// `talos-node <address>` prints a line of JSON when a config comes, and one when it is taken or refused.
package main

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"log"
	"math/big"
	"net"
	"os"
	"time"

	"github.com/siderolabs/talos/pkg/machinery/api/machine"
	"github.com/siderolabs/talos/pkg/machinery/api/storage"
	"github.com/siderolabs/talos/pkg/machinery/config/configloader"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/emptypb"
)

type node struct {
	machine.UnimplementedMachineServiceServer
	storage.UnimplementedStorageServiceServer
}

// metal is the platform of a machine at home, as the validation wants to know it.
type metal struct{}

func (metal) String() string        { return "metal" }
func (metal) RequiresInstall() bool { return true }
func (metal) InContainer() bool     { return false }

func say(event, mode, config string) {
	line, err := json.Marshal(map[string]string{"event": event, "mode": mode, "config": config})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(string(line))
}

// Disks is what clients ask without certificates to find out whether a machine is in maintenance mode.
func (node) Disks(context.Context, *emptypb.Empty) (*storage.DisksResponse, error) {
	return &storage.DisksResponse{}, nil
}

func (node) ApplyConfiguration(_ context.Context, request *machine.ApplyConfigurationRequest) (*machine.ApplyConfigurationResponse, error) {
	mode := request.GetMode()
	provider, err := configloader.NewFromBytes(request.GetData())
	if err == nil {
		_, err = provider.Validate(metal{})
	}
	if !request.GetDryRun() {
		say("comes", mode.String(), "")
		// Long enough that two at once would be seen.
		time.Sleep(time.Second)
		if err != nil {
			say("refused", mode.String(), "")
		} else {
			say("taken", mode.String(), string(request.GetData()))
		}
	}
	if err != nil {
		return nil, status.Error(codes.InvalidArgument, err.Error())
	}
	return &machine.ApplyConfigurationResponse{Messages: []*machine.ApplyConfiguration{{Mode: mode}}}, nil
}

func certificate() tls.Certificate {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		log.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(24 * time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		log.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

func main() {
	listener, err := net.Listen("tcp", os.Args[1])
	if err != nil {
		log.Fatal(err)
	}
	server := grpc.NewServer(grpc.Creds(credentials.NewTLS(&tls.Config{Certificates: []tls.Certificate{certificate()}})))
	machine.RegisterMachineServiceServer(server, node{})
	storage.RegisterStorageServiceServer(server, node{})
	say("ready", "", "")
	log.Fatal(server.Serve(listener))
}
