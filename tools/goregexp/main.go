// Command goregexp compiles each regular expression of a JSON array of questions. It prints a JSON array of answers: the error, which is an
// empty string if the expression compiles, and for each text of the question whether the expression matches it.
package main

import (
	"encoding/json"
	"log"
	"os"
	"regexp"
)

type question struct {
	Expression string   `json:"expression"`
	Texts      []string `json:"texts"`
}

type answer struct {
	Error   string `json:"error"`
	Matches []bool `json:"matches"`
}

func main() {
	var questions []question
	if err := json.NewDecoder(os.Stdin).Decode(&questions); err != nil {
		log.Fatal(err)
	}
	answers := make([]answer, len(questions))
	for index, question := range questions {
		expression, err := regexp.Compile(question.Expression)
		if err != nil {
			answers[index].Error = err.Error()
			continue
		}
		for _, text := range question.Texts {
			answers[index].Matches = append(answers[index].Matches, expression.MatchString(text))
		}
	}
	if err := json.NewEncoder(os.Stdout).Encode(answers); err != nil {
		log.Fatal(err)
	}
}
