// The judge of tests/versions: Masterminds/semver v3.5.0, Flux's ParseVersion and Go's regexp, asked over JSON lines.
//
// One question a line on standard input, one answer a line on standard output, in order:
//
//	{"pair": [version, constraint]}     {"loose": canonical, "strict": …, "flux": …, "fault": …, "check": bool}
//	{"order": [version, version]}       {"compare": -1|0|1}, or null where one is no loose version
//	{"pattern": [pattern, text]}        {"match": bool}, or null where the pattern does not compile
package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"os"
	"regexp"
	"strings"

	"github.com/Masterminds/semver/v3"
	"github.com/fluxcd/pkg/version"
)

type question struct {
	Pair    *[2]string `json:"pair"`
	Order   *[2]string `json:"order"`
	Pattern *[2]string `json:"pattern"`
}

type verdict struct {
	Loose  *string `json:"loose"`
	Strict *string `json:"strict"`
	Flux   *string `json:"flux"`
	Fault  string  `json:"fault"`
	Check  bool    `json:"check"`
}

func canonical(v *semver.Version, err error) *string {
	if err != nil {
		return nil
	}
	text := v.String()
	return &text
}

// fault names the error of NewConstraint by the names of bot.versions.constraint.Fault.
func fault(err error) string {
	switch {
	case err == nil:
		return ""
	case errors.Is(err, semver.ErrConstraintTooLong):
		return "TOO_LONG"
	case errors.Is(err, semver.ErrTooManyConstraintGroups):
		return "TOO_MANY_GROUPS"
	case strings.HasPrefix(err.Error(), "improper constraint"):
		return "IMPROPER"
	case err.Error() == "constraint parser error":
		return "UNUSABLE_VERSION"
	}
	return err.Error()
}

func judge(text, expression string) verdict {
	loose, err := semver.NewVersion(text)
	answer := verdict{Loose: canonical(loose, err)}
	answer.Strict = canonical(semver.StrictNewVersion(text))
	answer.Flux = canonical(version.ParseVersion(text))
	constraint, wrong := semver.NewConstraint(expression)
	answer.Fault = fault(wrong)
	answer.Check = err == nil && wrong == nil && constraint.Check(loose)
	return answer
}

func order(a, b string) any {
	first, err := semver.NewVersion(a)
	if err != nil {
		return nil
	}
	second, err := semver.NewVersion(b)
	if err != nil {
		return nil
	}
	return map[string]int{"compare": first.Compare(second)}
}

func match(pattern, text string) any {
	compiled, err := regexp.Compile(pattern)
	if err != nil {
		return nil
	}
	return map[string]bool{"match": compiled.MatchString(text)}
}

func answer(q question) any {
	switch {
	case q.Pair != nil:
		return judge(q.Pair[0], q.Pair[1])
	case q.Order != nil:
		return order(q.Order[0], q.Order[1])
	case q.Pattern != nil:
		return match(q.Pattern[0], q.Pattern[1])
	}
	panic("no question")
}

func main() {
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(make([]byte, 1<<20), 1<<20)
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	encoder := json.NewEncoder(out)
	encoder.SetEscapeHTML(false)
	for lines.Scan() {
		var q question
		if err := json.Unmarshal(lines.Bytes(), &q); err != nil {
			panic(err)
		}
		if err := encoder.Encode(answer(q)); err != nil {
			panic(err)
		}
	}
	if err := lines.Err(); err != nil {
		panic(err)
	}
}
