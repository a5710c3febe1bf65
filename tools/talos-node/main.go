// The Talos API of a machine, for the tests. Like a machine in maintenance mode, it accepts a machine config if Talos' own validation does.
// From then on it uses a certificate of the config's CA and can be bootstrapped.
//
// `talos-node <address> [kubeconfig] [running]` prints a line of JSON when a config arrives, when the config is accepted or refused, and when a
// bootstrap is requested. It then serves the kubeconfig to clients. With `running`, it is a member of a cluster from the start.
package main

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"log"
	"math/big"
	"net"
	"os"
	"sync/atomic"
	"time"

	talosx509 "github.com/siderolabs/crypto/x509"
	"github.com/siderolabs/talos/pkg/machinery/api/common"
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
	certificate *atomic.Pointer[tls.Certificate]
	cluster     *cluster
}

// metal is the platform of bare-metal machines, which the validation needs to know.
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

// Disks answers the request that clients send without certificates to find out whether a machine is in maintenance mode.
func (node) Disks(context.Context, *emptypb.Empty) (*storage.DisksResponse, error) {
	return &storage.DisksResponse{}, nil
}

func (n node) ApplyConfiguration(ctx context.Context, request *machine.ApplyConfigurationRequest) (*machine.ApplyConfigurationResponse, error) {
	mode := request.GetMode()
	provider, err := configloader.NewFromBytes(request.GetData())
	if err == nil {
		_, err = provider.Validate(metal{})
	}
	if !request.GetDryRun() {
		say("comes", mode.String(), "")
		// Long enough for a test to notice two configs at once.
		time.Sleep(time.Second)
		if err != nil {
			say("refused", mode.String(), "")
		} else {
			// A staged config waits for the next reboot.
			if mode != machine.ApplyConfigurationRequest_STAGED {
				if err := n.cluster.use(ctx, provider); err != nil {
					log.Fatal(err)
				}
			}
			say("taken", mode.String(), string(request.GetData()))
			if ca := provider.Machine().Security().IssuingCA(); ca != nil && len(ca.Key) > 0 {
				n.certificate.Store(issued(ca))
			}
		}
	}
	if err != nil {
		return nil, status.Error(codes.InvalidArgument, err.Error())
	}
	return &machine.ApplyConfigurationResponse{Messages: []*machine.ApplyConfiguration{{Mode: mode}}}, nil
}

func (n node) Bootstrap(context.Context, *machine.BootstrapRequest) (*machine.BootstrapResponse, error) {
	n.cluster.mutex.Lock()
	n.cluster.etcd = "Running"
	n.cluster.mutex.Unlock()
	say("bootstrap", "", "")
	return &machine.BootstrapResponse{Messages: []*machine.Bootstrap{{}}}, nil
}

// Kubeconfig sends the file in an archive, as Talos does.
func (node) Kubeconfig(_ *emptypb.Empty, stream machine.MachineService_KubeconfigServer) error {
	if len(os.Args) < 3 {
		return status.Error(codes.FailedPrecondition, "there is no cluster")
	}
	content, err := os.ReadFile(os.Args[2])
	if err != nil {
		return err
	}
	var archive bytes.Buffer
	compressed := gzip.NewWriter(&archive)
	files := tar.NewWriter(compressed)
	header := &tar.Header{Typeflag: tar.TypeReg, Name: "kubeconfig", Mode: 0o600, Size: int64(len(content))}
	if err = files.WriteHeader(header); err != nil {
		return err
	}
	if _, err = files.Write(content); err != nil {
		return err
	}
	if err = errors.Join(files.Close(), compressed.Close()); err != nil {
		return err
	}
	return stream.Send(&common.Data{Bytes: archive.Bytes()})
}

// issued creates a certificate for the address that the machine listens at.
func issued(ca *talosx509.PEMEncodedCertificateAndKey) *tls.Certificate {
	authority, err := talosx509.NewCertificateAuthorityFromCertificateAndKey(ca)
	if err != nil {
		log.Fatal(err)
	}
	host, _, err := net.SplitHostPort(os.Args[1])
	if err != nil {
		log.Fatal(err)
	}
	pair, err := talosx509.NewKeyPair(authority, talosx509.IPAddresses([]net.IP{net.ParseIP(host)}),
		talosx509.ExtKeyUsage([]x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}))
	if err != nil {
		log.Fatal(err)
	}
	return pair.Certificate
}

func certificate() *tls.Certificate {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		log.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(24 * time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		log.Fatal(err)
	}
	return &tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

func main() {
	listener, err := net.Listen("tcp", os.Args[1])
	if err != nil {
		log.Fatal(err)
	}
	current := &atomic.Pointer[tls.Certificate]{}
	current.Store(certificate())
	get := func(*tls.ClientHelloInfo) (*tls.Certificate, error) { return current.Load(), nil }
	server := grpc.NewServer(grpc.Creds(credentials.NewTLS(&tls.Config{GetCertificate: get})))
	member := newCluster(context.Background())
	if len(os.Args) > 3 {
		member.etcd = "Running"
	}
	member.register(server)
	machine.RegisterMachineServiceServer(server, node{certificate: current, cluster: member})
	storage.RegisterStorageServiceServer(server, node{})
	say("ready", "", "")
	log.Fatal(server.Serve(listener))
}
