"""What `--help` says beyond the options; whoever reads it should need nothing else."""

from typing import NamedTuple


class About(NamedTuple):
    """A command in one line, and in a few more."""

    line: str
    more: str


PURPOSE = "Moves Helm chart versions in Flux repositories, one pull request per environment tier, and nothing else."

COMMANDS = {
    "scan": About(
        "say what could move, and why the rest does not; never writes",
        """\
Reads the files of a folder and asks the registries; needs neither Git nor GitHub, and no token. The folder stands for
the branch of every tier; --base reads the branches themselves. Without a configuration it judges by one that it guesses
from the folders, and prints it.""",
    ),
    "update": About(
        "push branches, open pull requests and set commit statuses",
        """\
Reads the tips of the tiers' base branches, by the configuration on the default branch; needs no checkout and touches
none. Pushes only branches below flux-chart-bot/. Running it twice changes nothing the second time. It refuses to run on
events of pull requests, where a stranger could choose what is written: use check or scan there.""",
    ),
    "hold": About(
        "keep a chart, or one version of it, from moving, without a change of the configuration",
        """\
Writes the hold to the bot's ledger (the branch flux-chart-bot/state/ledger), then runs update, so that open pull
requests lose what is held at once. It lasts until --until, or a release of the same. The last word counts.""",
    ),
    "release": About(
        "let it move again: what is held, what was rolled back, and what was refused",
        """\
Takes the same selectors as hold, and ends in an update too. A version that a base branch went back from is proposed
again after a release, and so is one that people refused: by closing its pull request, or by taking it out there. A
release of one --version whose tag was pushed again takes what the last run told of.""",
    ),
    "promote": About(
        "propose for production what the tier before it runs, as a draft",
        """\
Opens one draft pull request with exactly the versions and digests that the tier before runs, beside each since when.
What is suspended, held, not soaked, not green, taken back, or of another chart or digest is refused, and said. The bot
never merges it. --version with --reason promotes one version of one --chart by your word, soaked or not.""",
    ),
    "check": About(
        "judge the versions that a pull request changes, by the rules of the tiers; never writes",
        """\
Compares a head with the commit where it began: whether each version that people changed exists, may be in
its tier, has soaked, is not held, and is what its digest says. Production is judged like any other. The rules are those
of the default branch. Ends with 3 where something speaks against it, so that it can be a required check.""",
    ),
    "demo": About(
        "show the whole story on parts of its own",
        "Brings its own registry, repository and forge; needs nothing but Git, and no network.",
    ),
}

_EXIT_CODES = """\
exit codes:
  0  done, with updates or without
  1  the run could not do its work; running again completes it
  2  the configuration or the call is wrong
  3  done, and something that --fail-on names happened
"""

_FAIL_ON = """\
names for --fail-on:
  finding            check: something speaks against a version that people changed (default)
  several-tiers      check: a pull request changes versions of several tiers
  alarm              something is not what it was, or not what was planned (default)
  nothing-looked-up  charts were asked for and not one answered (default)
  nothing-done       promote was refused and moved nothing, or hold or release is about what is not here (default)
  unreachable        any chart could not be looked up
  never              alone: none of these ends the run with 3
"""

_ENVIRONMENT = """\
environment:
  FLUX_CHART_BOT_<OPTION>  stands for an option that is not given: FLUX_CHART_BOT_FAIL_ON for --fail-on. Switches take
                           true or false; an empty variable counts for nothing
"""

_OTHERS = """\
  FLUX_CHART_BOT_TOKEN     the token for Git and GitHub, else GITHUB_TOKEN, else GH_TOKEN. {needed}
                           There is no option for it: every user of a machine can see arguments
  DOCKER_CONFIG, DOCKER_AUTH_CONFIG
                           logins for registries, as docker login stores them; its credential helpers are asked too.
                           In a GitHub job GITHUB_TOKEN also reads charts from the job's own registry, ghcr.io
  HTTPS_PROXY, NO_PROXY, REQUESTS_CA_BUNDLE, SSL_CERT_FILE
                           the way to registries, and the authorities to trust
"""

_SCAN_EXAMPLES = """\
examples:
  flux-chart-bot scan                        what the files of this checkout could move to
  flux-chart-bot scan --diff ../fleet        the same for another one, with the edits
  flux-chart-bot scan --json - | jq .verdicts
  flux-chart-bot scan --base --repository acme/fleet
  flux-chart-bot scan --explain apps/dev/podinfo.yaml:12
                                             how this one line was judged, and by which words
"""

_UPDATE_EXAMPLES = """\
examples:
  flux-chart-bot update --repository acme/fleet --dry-run --diff
                                             everything but the writing
  flux-chart-bot update --remote ../fleet.git --forge files --forge-folder out
                                             no GitHub: pull requests and statuses become files in out/
"""

_HOLD_EXAMPLES = """\
examples:
  flux-chart-bot hold --repository acme/fleet --chart ghcr.io/x/podinfo --version 6.5.4 --until 3d
                                             nobody gets this version for three days
  flux-chart-bot hold --repository acme/fleet --chart ghcr.io/x/podinfo --tier staging --dry-run
                                             what a hold of the whole chart would change
"""

_RELEASE_EXAMPLES = """\
examples:
  flux-chart-bot release --repository acme/fleet --chart ghcr.io/x/podinfo
                                             all of its versions, in every tier
"""

_PROMOTE_EXAMPLES = """\
examples:
  flux-chart-bot promote --repository acme/fleet --to production --dry-run --diff
                                             what would be promoted, and why the rest would not
  flux-chart-bot promote --to production --chart ghcr.io/x/podinfo --version 6.5.5 --reason leak
                                             one version by your word
"""

_CHECK_EXAMPLES = """\
examples:
  flux-chart-bot check                       in a workflow on pull_request or merge_group: by its event
  flux-chart-bot check --repository acme/fleet --into main --head 0123456789abcdef0123456789abcdef01234567
"""

_FOR_SCAN = _OTHERS.format(
    needed="Needed only for\n                           --base, where the repository is private."
)
_FOR_CHECK = _OTHERS.format(needed="It only reads.")
_FOR_UPDATE = _OTHERS.format(
    needed="It may write\n                           contents, pull requests and commit statuses."
)

EPILOG = {
    "scan": "\n".join((_SCAN_EXAMPLES, _FAIL_ON, _EXIT_CODES, _ENVIRONMENT + _FOR_SCAN)),
    "update": "\n".join((_UPDATE_EXAMPLES, _FAIL_ON, _EXIT_CODES, _ENVIRONMENT + _FOR_UPDATE)),
    "hold": "\n".join((_HOLD_EXAMPLES, _FAIL_ON, _EXIT_CODES, _ENVIRONMENT + _FOR_UPDATE)),
    "release": "\n".join((_RELEASE_EXAMPLES, _FAIL_ON, _EXIT_CODES, _ENVIRONMENT + _FOR_UPDATE)),
    "promote": "\n".join((_PROMOTE_EXAMPLES, _FAIL_ON, _EXIT_CODES, _ENVIRONMENT + _FOR_UPDATE)),
    "check": "\n".join((_CHECK_EXAMPLES, _FAIL_ON, _EXIT_CODES, _ENVIRONMENT + _FOR_CHECK)),
    "demo": _ENVIRONMENT,
}

MAIN_EPILOG = f"""\
Begin with `flux-chart-bot demo`, then `flux-chart-bot scan` in a checkout; `flux-chart-bot COMMAND --help` says more.

{_EXIT_CODES}"""
