// The judge of tests/imagepolicies: Go's own replacement templates and float parsing, asked over JSON lines.
//
//	{"expand": [pattern, template, text]}   {"expanded": text}, or null where the pattern does not match
//	{"float": text}                         {"float": shortest decimal form}, or null where it is no number
package main

import (
	"bufio"
	"encoding/json"
	"os"
	"regexp"
	"strconv"
)

type question struct {
	Expand *[3]string `json:"expand"`
	Float  *string    `json:"float"`
}

func answer(asked question) map[string]string {
	if asked.Float != nil {
		value, err := strconv.ParseFloat(*asked.Float, 64)
		if err != nil {
			return nil
		}
		return map[string]string{"float": strconv.FormatFloat(value, 'g', -1, 64)}
	}
	pattern, template, text := asked.Expand[0], asked.Expand[1], asked.Expand[2]
	compiled := regexp.MustCompile(pattern)
	found := compiled.FindStringSubmatchIndex(text)
	if len(found) == 0 {
		return nil
	}
	return map[string]string{"expanded": string(compiled.ExpandString(nil, template, text, found))}
}

func main() {
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 1<<20)
	answers := json.NewEncoder(os.Stdout)
	answers.SetEscapeHTML(false)
	for lines.Scan() {
		var asked question
		if err := json.Unmarshal(lines.Bytes(), &asked); err != nil {
			panic(err)
		}
		if err := answers.Encode(answer(asked)); err != nil {
			panic(err)
		}
	}
}
