// Command goregexp compiles each regular expression of a JSON array and prints the errors as a JSON array; an empty string if it compiles.
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
