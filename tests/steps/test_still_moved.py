"""A tag that was pushed again is told in every run where it is written without a digest, until it is accepted."""

import pytest
from builders import PODINFO, configuration, digest, pace, source, tier
from doubles.story import Story, oci, release
from msgspec.structs import replace

from bot.errors import ExitCode
from bot.ledger.model import LEDGER_BRANCH, Matter, Word
from bot.model.proposals import State
from bot.reasons import UNREACHABLE
from bot.report.exit_code import DEFAULT_FAIL_ON, exit_code
from bot.report.run_report import RunReport
from bot.report.told_reasons import told_reasons
from bot.steps.past.remember import keep_word, read_past

DEV, STAGING, LIVE = (f"apps/{name}/a.yaml" for name in ("dev", "staging", "live"))
CHART = source(PODINFO)
TIERS = configuration(
    tier("dev", "exact"),
    tier("staging", "minor", pace=pace(comes_from=["dev"], soak="1d")),
    tier("live", "exact", production=True, pace=pace(comes_from=["staging"], soak="1d")),
)


def soaked(wish: str = release("{}"), **written: str) -> Story:
    """Dev and staging run 1.1.0, production 1.0.0, and the promotion of 1.1.0 is open."""
    told = Story(TIERS).push(PODINFO, "1.0.0", "1.1.0", digests="01")
    told.write({path: wish.replace("{}", "1.0.0") for path in (DEV, STAGING, LIVE)})
    told.write({DEV: wish.replace("{}", "1.1.0"), STAGING: wish.replace("{}", "1.1.0"), **written}).run()
    told.pass_by(days=2).promote()
    assert told.forge.pulls
    return told


def push_again(told: Story, sign: str = "e") -> Story:
    told.registry.push(CHART, "1.1.0", digest(sign))
    return told.pass_by(hours=1)


def again(told: Story) -> RunReport:
    """The next run."""
    told.registry.resolved.clear()
    return told.pass_by(hours=1).run()


def release_it(told: Story, tier_name: str = "") -> None:
    past = read_past(told.repository, told.remote.branches[LEDGER_BRANCH])
    told.pass_by(minutes=1)
    matter = Matter(chart=PODINFO, version="1.1.0", tier=tier_name)
    keep_word(matter, Word(at=told.now, held=False), past, told.forge.us, "Said")


def alarmed(told: Story) -> dict[str, str]:
    """The tiers whose base is said to fail, with the words."""
    said = told.forge.set_by_us[told.remote.branches["main"]]
    return {one.context.removeprefix("flux-chart-bot/"): one.description for one in said if one.state is State.FAILURE}


def alarm(report: RunReport) -> list[str]:
    """Where the alarm is said."""
    found = [one for one in told_reasons(report) if one.reason.id == "tag-pushed-again"]
    return sorted(spot.path for one in found for spot in one.spots)


@pytest.mark.parametrize("wish", [release("{}"), oci("{tag: {}}"), oci("{semver: {}}")])
def test_it_is_told_in_every_run_at_everything_that_writes_the_tag_or_would_take_it_over(wish: str) -> None:
    told = push_again(soaked(wish))
    for _ in range(3):
        report = again(told)
        assert alarm(report) == [DEV, LIVE, STAGING]
        assert exit_code(report, DEFAULT_FAIL_ON) is ExitCode.ALARMED
        assert alarmed(told).keys() == {"dev", "staging", "live"}


def test_the_status_says_first_what_is_wrong() -> None:
    told = push_again(soaked())
    again(told)
    assert set(alarmed(told).values()) == {
        (
            "podinfo 1.1.0 was pushed again: sha256:eeeeeeeeeeee under its tag now, "
            "sha256:111111111111 when it was seen to run (2026-01-01 00:00 UTC), …"
        )
    }


def test_it_costs_one_request_a_run_and_none_where_nothing_was_pushed_again() -> None:
    told = soaked()
    told.forge.pulls.clear()
    again(told)
    assert told.registry.resolved == []
    told.promote()
    again(push_again(told))
    assert told.registry.resolved == [(CHART, "1.1.0")]
    again(told)
    assert told.registry.resolved == [(CHART, "1.1.0")]


def test_a_release_of_it_ends_that() -> None:
    told = push_again(soaked())
    again(told)
    release_it(told)
    report = again(told)
    assert alarm(report) == []
    assert alarmed(told) == {}
    assert told.registry.resolved == []


def test_a_release_in_one_tier_ends_it_there() -> None:
    told = push_again(soaked())
    again(told)
    release_it(told, "live")
    assert alarm(again(told)) == [DEV, STAGING]


def test_what_is_pushed_after_that_is_found_where_it_is_asked_for_and_told_again() -> None:
    told = push_again(soaked())
    again(told)
    release_it(told)
    again(told)
    told.promote()
    again(push_again(told, "f"))
    assert alarm(again(told)) == [DEV, LIVE, STAGING]


def test_the_old_chart_under_its_tag_again_ends_it() -> None:
    told = push_again(soaked())
    again(told)
    push_again(told, "1")
    assert alarm(again(told)) == []
    assert told.registry.resolved == [(CHART, "1.1.0")]
    again(told)
    assert told.registry.resolved == []


def test_where_the_registry_is_away_it_is_told_as_it_was_known() -> None:
    told = push_again(soaked())
    again(told)
    told.registry.lost.add((CHART, "1.1.0"))
    assert alarm(again(told)) == [DEV, LIVE, STAGING]
    told.registry.away[CHART] = UNREACHABLE(host="ghcr.io", problem="503")
    assert alarm(again(told)) == [DEV, LIVE, STAGING]


def test_a_digest_that_is_written_beside_it_ends_it_there_and_behind_that() -> None:
    told = push_again(soaked(oci("{tag: {}}")))
    again(told)
    told.write({STAGING: oci(f"{{tag: 1.1.0, digest: {digest('1')}}}")})
    assert alarm(again(told)) == [DEV]


def test_nor_is_it_told_of_a_tier_that_moved_on() -> None:
    told = push_again(soaked()).push(PODINFO, "1.2.0", digests="2")
    again(told)
    told.write({DEV: release("1.2.0"), STAGING: release("1.2.0"), LIVE: release("1.2.0")})
    assert alarm(again(told)) == []


def test_beside_an_update_that_is_open_it_is_told_as_well() -> None:
    told = push_again(soaked())
    again(told)
    staging, live = TIERS.tiers[1:]
    told.configuration = replace(TIERS, tiers=(tier("dev", "any"), staging, live))
    report = again(told.push(PODINFO, "1.2.0", digests="2"))
    assert [one.tier.name for one in report.updates] == ["dev"]
    assert alarm(report) == [DEV, LIVE, STAGING]
    assert alarmed(told).keys() == {"dev", "staging", "live"}
