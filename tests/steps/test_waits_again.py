"""A row of an open pull request that waits again: it stays, and its status is pending until its date."""

import pytest
from builders import PODINFO, configuration, pace, rule, source, tier
from doubles.story import Story, release
from msgspec.structs import replace

from bot.ledger.model import LEDGER_BRANCH, Ledger, Matter, Word
from bot.model.commits import EntryKind
from bot.model.proposals import State
from bot.model.proposing import AutoMerge, Extras, Proposing
from bot.model.tiers import Configuration, Rule
from bot.model.verdicts import Held, Update
from bot.planning.grouping import branch_of
from bot.reasons import UNREACHABLE
from bot.report.matrix import matrix
from bot.report.run_report import RunReport
from bot.steps.past.remember import read_past, remember

DEV, STAGING = "apps/dev/a.yaml", "apps/staging/a.yaml"


def settings(soak: str = "1d", *rules: Rule) -> Configuration:
    staging = tier("staging", "any", pace=pace(comes_from=["dev"], soak=soak))
    return configuration(tier("dev", "any", branch="develop"), staging, rules=rules)


def opened() -> Story:
    """dev runs 1.2.4 for two days, and staging's pull request of it is open."""
    told = Story(settings()).push(PODINFO, "1.2.3", "1.2.4")
    told.write({STAGING: release("1.2.3")}).write({DEV: release("1.2.4")}, "develop")
    told.run()
    told.pass_by(days=2).run()
    assert status(told) == (State.SUCCESS, "1 update")
    return told


def status(told: Story) -> tuple[State, str]:
    """What is said on the head of staging's pull request."""
    head = told.remote.branches[branch_of(tier("staging"))]
    [said] = told.forge.set_by_us[head]
    return said.state, said.description


def cell(report: RunReport) -> str:
    [row] = matrix(report)
    return " ".join(map(str, row.cells[1]))


def test_a_soak_that_is_made_longer_has_it_wait_with_the_date_and_keeps_the_reviews() -> None:
    told = opened()
    head = told.remote.branches[branch_of(tier("staging"))]
    told.configuration = settings("5d")
    report = told.run()

    waits = "1.2.4 is allowed here, but not yet: waits until 2026-01-06 00:00 UTC, soaks in dev"
    assert status(told) == (State.PENDING, waits)
    assert cell(report) == "1.2.3 -> 1.2.4, waits again"
    [pull] = told.forge.pulls.values()
    assert waits in pull.body
    assert told.remote.branches[branch_of(tier("staging"))] == head


def test_nothing_changes_from_hour_to_hour_and_then_it_is_free() -> None:
    told = opened()
    told.configuration = settings("5d")
    told.run()
    before = list(told.forge.writes)

    report = told.pass_by(hours=1).run()
    assert ([one.plan.action.value for one in report.outcomes], report.published and report.published.statuses_set) == (
        ["keep"],
        0,
    )
    assert told.forge.writes == before
    told.pass_by(days=3).run()
    assert status(told) == (State.SUCCESS, "1 update")


def test_a_ledger_that_somebody_deleted_closes_no_pull_request() -> None:
    told = opened()
    told.remote.delete(LEDGER_BRANCH)
    told.run()

    assert status(told)[0] is State.PENDING
    assert len(told.forge.pulls) == 1


def test_a_row_that_waits_is_counted_among_those_that_do_not() -> None:
    told = opened().push("ghcr.io/x/other", "1.0.0", "1.0.1")
    told.write({"apps/staging/b.yaml": release("1.0.0", chart="other")})
    told.write({"apps/dev/b.yaml": release("1.0.1", chart="other")}, "develop")
    told.run()
    told.pass_by(days=2).run()
    told.configuration = settings("1d", rule(charts=[PODINFO], soak="9d"))
    told.run()

    assert status(told)[1].startswith("1 of 2 updates: 1.2.4 is allowed here, but not yet: waits until 2026-01-10")


@pytest.mark.parametrize("why", ["held", "held for a day", "rolled back", "skipped", "merges itself"])
def test_what_more_than_time_speaks_against_goes(why: str) -> None:
    told = opened()
    told.configuration = settings("5d")
    if why.startswith("held"):
        until = told.now.replace(day=4) if "day" in why else None
        words = {Matter(chart=PODINFO): Word(at=told.now, held=True, until=until)}
        past = read_past(told.repository, told.remote.tip(LEDGER_BRANCH))
        assert remember(Ledger(words=words), past, told.forge.us) == ()
    elif why == "rolled back":
        told.write({DEV: release("1.2.3")}, "develop")
    elif why == "skipped":
        told.configuration = settings("5d", rule(skip=["1.2.4"]))
    else:
        merging = Proposing(extras=Extras(auto_merge=AutoMerge.SQUASH))
        dev, staging = told.configuration.tiers
        told.configuration = replace(told.configuration, tiers=(dev, replace(staging, proposing=merging)))
    report = told.run()

    assert not [one for one in report.verdicts if isinstance(one.decision, Update)]
    assert told.forge.pulls == {}


def test_what_was_never_proposed_is_not_proposed_by_that() -> None:
    told = Story(settings("5d")).push(PODINFO, "1.2.3", "1.2.4")
    told.write({STAGING: release("1.2.3")}).write({DEV: release("1.2.4")}, "develop")
    told.run()

    assert told.forge.pulls == {}
    assert cell(told.run()) == "1.2.3, 1.2.4 waits 5d"


def forge(told: Story, version: str) -> None:
    """What staging's branch holds, with our address and trailers, but for another version."""
    branch = branch_of(tier("staging"))
    ours = told.remote.commits[told.remote.branches[branch]]
    files = {**ours.files, STAGING: (EntryKind.FILE, release(version).encode())}
    forged = replace(ours, files=files, message=ours.message.replace("1.2.4", version))
    told.remote.branches[branch] = told.remote.store(forged)


def without_registry(told: Story) -> RunReport:
    told.registry.away[source(PODINFO)] = UNREACHABLE(host="ghcr.io", problem="503")
    return told.run()


class TestWhileItsRegistryIsAway:
    """Whether a version soaked needs no registry: what looks like our commit does not skip it."""

    def test_what_dev_never_ran_goes_although_a_commit_like_ours_has_it(self) -> None:
        told = opened().push(PODINFO, "1.2.6")
        forge(told, "1.2.6")
        report = without_registry(told)

        [held] = [one.decision for one in report.verdicts if one.tier.name == "staging"]
        assert isinstance(held, Held)
        assert held.let_go is not None
        assert "1.2.6 leaves its open pull request" in held.let_go.sentence
        assert "dev has not run it" in held.let_go.sentence
        assert told.forge.pulls == {}

    def test_what_has_soaked_stays(self) -> None:
        told = opened()
        without_registry(told)

        assert status(told) == (State.SUCCESS, "1 update, 1 of them kept: could not be looked up")

    def test_what_has_soaked_stays_after_dev_moved_on(self) -> None:
        told = opened().push(PODINFO, "1.2.5").write({DEV: release("1.2.5")}, "develop")
        for number in range(40):
            told.write({"README.md": str(number)}, "develop")
        without_registry(told)

        assert status(told)[0] is State.SUCCESS

    @pytest.mark.parametrize("moved_on", [False, True])
    def test_what_nobody_can_tell_of_any_more_stays_and_is_pending(self, moved_on: bool) -> None:  # noqa: FBT001 - a table
        told = opened()
        if moved_on:
            told.write({DEV: release("1.2.5")}, "develop")
        told.remote.delete(LEDGER_BRANCH)
        without_registry(told)

        assert status(told)[0] is State.PENDING
        assert len(told.forge.pulls) == 1

    def test_what_soaks_still_is_pending(self) -> None:
        told = opened()
        told.configuration = settings("5d")
        without_registry(told)

        waits = "1.2.4 is allowed here, but not yet: waits until 2026-01-06 00:00 UTC, soaks in dev"
        assert status(told) == (State.PENDING, waits)

    @pytest.mark.parametrize(("version", "said"), [("1.2.4", State.SUCCESS), ("1.2.6", State.PENDING)])
    def test_what_was_never_seen_waits_anew_where_versions_wait(self, version: str, said: State) -> None:
        told = Story(configuration(tier("staging", "any", pace=pace(wait="1d")))).push(PODINFO, "1.2.3")
        told.write({STAGING: release("1.2.3")}).run()
        told.push(PODINFO, "1.2.4").pass_by(hours=1).run()
        told.pass_by(days=2).run()
        forge(told, version)
        without_registry(told)

        assert status(told)[0] is said
