// Command labelselector converts each label selector of a JSON array as Kubernetes does and prints the errors as a JSON array; an empty string
// if the selector is valid.
package main

import (
	"encoding/json"
	"log"
	"os"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

func main() {
	var selectors []metav1.LabelSelector
	if err := json.NewDecoder(os.Stdin).Decode(&selectors); err != nil {
		log.Fatal(err)
	}
	answers := make([]string, len(selectors))
	for index := range selectors {
		if _, err := metav1.LabelSelectorAsSelector(&selectors[index]); err != nil {
			answers[index] = err.Error()
		}
	}
	if err := json.NewEncoder(os.Stdout).Encode(answers); err != nil {
		log.Fatal(err)
	}
}
