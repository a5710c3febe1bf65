// Command yamlread reads a stream of YAML documents like Kubernetes and prints them as a JSON array.
//
// A document that is not valid YAML becomes {"error": "..."}.
package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"log"
	"os"

	utilyaml "k8s.io/apimachinery/pkg/util/yaml"
	"sigs.k8s.io/yaml"
)

func main() {
	documents := []json.RawMessage{}
	reader := utilyaml.NewYAMLReader(bufio.NewReader(os.Stdin))
	for {
		document, err := reader.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			log.Fatal(err)
		}
		if len(bytes.TrimSpace(document)) > 0 {
			documents = append(documents, read(document))
		}
	}
	if err := json.NewEncoder(os.Stdout).Encode(documents); err != nil {
		log.Fatal(err)
	}
}

func read(document []byte) json.RawMessage {
	value, err := yaml.YAMLToJSON(document)
	if err != nil {
		value, _ = json.Marshal(map[string]string{"error": err.Error()})
	}
	return value
}
