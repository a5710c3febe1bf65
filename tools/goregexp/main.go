// Command goregexp says of each regular expression in a JSON array what Go has against it; empty when it takes it.
package main

import (
	"encoding/json"
	"log"
	"os"
	"regexp"
)

func main() {
	var expressions []string
	if err := json.NewDecoder(os.Stdin).Decode(&expressions); err != nil {
		log.Fatal(err)
	}
	answers := make([]string, len(expressions))
	for index, expression := range expressions {
		if _, err := regexp.Compile(expression); err != nil {
			answers[index] = err.Error()
		}
	}
	if err := json.NewEncoder(os.Stdout).Encode(answers); err != nil {
		log.Fatal(err)
	}
}
