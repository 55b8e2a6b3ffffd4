"""A pull request's edits, judged by `check` in memory."""

from collections.abc import Callable, Mapping

from builders import PODINFO, configuration, pace, tier
from doubles.github.seeding import Content
from doubles.memory_registry import quiet
from doubles.story import Story, release

from bot.cli.proposal import Proposal, sides_of
from bot.errors import ExitCode
from bot.ledger.model import LEDGER_BRANCH
from bot.model.commits import Sha
from bot.model.proposals import SaidStatus
from bot.model.tiers import Configuration
from bot.pipeline import Request, check
from bot.report.exit_code import DEFAULT_FAIL_ON, FailOn, exit_code
from bot.report.run_report import RunReport, findings
from bot.steps.past.remember import read_past

DEV, STAGING, LIVE = "apps/dev/a.yaml", "apps/staging/a.yaml", "apps/live/a.yaml"
SOAKS = pace(comes_from=["dev"], soak="3d")
TIERS = (
    tier("dev", "any"),
    tier("staging", "patch", pace=SOAKS),
    tier("live", "exact", production=True, pace=SOAKS),
)
Statuses = Callable[[Sha], tuple[SaidStatus, ...]]
VERSIONS = ("1.2.2", "1.2.3", "1.2.4", "1.2.5", "1.3.0", "2.0.0")


def story(settings: Configuration | None = None, files: Mapping[str, Content] | None = None) -> Story:
    """All tiers run 1.2.3."""
    told = Story(settings or configuration(*TIERS)).push(PODINFO, *VERSIONS)
    return told.write({DEV: release("1.2.3"), STAGING: release("1.2.3"), LIVE: release("1.2.3"), **(files or {})})


def soaked(version: str, days: float) -> Story:
    """Dev runs a version for so long, and a run has seen it."""
    told = story().write({DEV: release(version)})
    told.run()
    return told.pass_by(days=days)


def checked(
    told: Story,
    files: Mapping[str, Content],
    *,
    start: str = "main",
    into: str = "main",
    statuses: Statuses | None = None,
) -> RunReport:
    """What is said of a pull request that changes these files."""
    head = told.remote.commit(f"feature-{len(told.remote.commits)}", files, start=start)
    heads = told.repository.heads()
    before = dict(told.remote.branches)
    sides = sides_of(Proposal(into=into, head=head), told.repository, told.configuration, heads)
    request = Request(
        command="check",
        configuration=told.configuration,
        bases=told.bases(),
        default=heads.default,
        registry=told.registry,
        progress=quiet,
        now=told.now,
        past=read_past(told.repository, heads.tips.get(LEDGER_BRANCH), statuses),
    )
    report = check(request, sides.before, sides.after)
    assert told.remote.branches == before
    return report


def said(report: RunReport) -> list[str]:
    """The id of each finding."""
    return sorted(reason.id for reason in findings(report))


def noted(report: RunReport) -> list[str]:
    """The id of each note."""
    return sorted(one.reason.id for one in report.passed_over)


def code(report: RunReport, *names: FailOn) -> ExitCode:
    """How the run ends; `names` for `fail-on`."""
    return exit_code(report, frozenset(names) or DEFAULT_FAIL_ON)
