"""What time says of one version, in the words of a refusal."""

from datetime import UTC, datetime, timedelta

import pytest
from doubles.versions import parse_loose

from bot.ledger.model import ChartSights
from bot.maturity.gates import Run, SoakGate, WaitGate
from bot.maturity.timeline import Span

NOW = datetime(2026, 1, 10, tzinfo=UTC)
DAY = timedelta(days=1)
OLD, NEW = parse_loose("1.0.0"), parse_loose("1.1.0")


def waiting(sights: ChartSights, *, asks: bool = True) -> WaitGate:
    return WaitGate(wait=2 * DAY, now=NOW, sights=sights, asks=asks)


def test_a_word_of_the_publisher_about_a_version_that_came_later_does_not_count() -> None:
    sights = ChartSights(since=NOW - 9 * DAY, first_seen={"1.1.0": NOW - DAY}, created={"1.1.0": NOW - 99 * DAY})
    objection = waiting(sights).objection("1.1.0", NEW)

    assert objection
    assert objection.until == NOW + DAY


@pytest.mark.parametrize(
    ("sights", "undated"),
    [
        pytest.param(ChartSights(since=NOW, first_seen={"1.1.0": NOW}), True, id="there when we came"),
        pytest.param(ChartSights(since=NOW - DAY, first_seen={"1.1.0": NOW}), False, id="came after us"),
        pytest.param(ChartSights(since=NOW - DAY), False, id="never listed before"),
        pytest.param(ChartSights(since=NOW, first_seen={"1.1.0": NOW}, created={"1.1.0": None}), False, id="asked for"),
        pytest.param(ChartSights(since=NOW - 3 * DAY, first_seen={"1.1.0": NOW - 3 * DAY}), False, id="free anyway"),
    ],
)
def test_only_a_version_that_was_there_before_us_is_asked_for(sights: ChartSights, undated: bool) -> None:  # noqa: FBT001 - a table
    assert waiting(sights).is_undated("1.1.0") is undated


def test_where_nobody_asks_an_unknown_age_begins_with_our_sight() -> None:
    sights = ChartSights(since=NOW, first_seen={"1.1.0": NOW})

    assert waiting(sights).objection("1.1.0", NEW) is None
    assert waiting(sights, asks=False).objection("1.1.0", NEW)


def run(*spans: Span, where: str = "a.yaml:1") -> Run:
    return Run(where=where, runs=spans[-1].value, spans=spans)


def soaking(*runs: Run, unknown: str = "") -> SoakGate:
    return SoakGate(tier="dev", soak=3 * DAY, now=NOW, runs=runs, unknown=unknown)


def test_where_no_soak_is_asked_for_no_length_of_time_is_said() -> None:
    left = run(Span(value=NEW, begins=None, ends=NOW - DAY), Span(value=parse_loose("1.2.0"), begins=NOW - DAY))
    objection = SoakGate(tier="dev", soak=timedelta(), now=NOW, runs=(left,)).objection("1.1.0", NEW)

    assert objection
    assert objection.why == "dev left it before it had soaked for any time"


LONG = Span(value=NEW, begins=NOW - 5 * DAY)


@pytest.mark.parametrize(
    ("gate", "why"),
    [
        (soaking(run(LONG)), ""),
        (soaking(run(LONG), run(Span(value=NEW, begins=NOW - DAY))), "waits until 2026-01-12 00:00 UTC, soaks in dev"),
        (soaking(), "dev does not use the chart"),
        (soaking(run(Span(value=OLD, begins=None))), "dev has not run it"),
        (
            soaking(run(LONG), run(Span(value=OLD, begins=None), where="b.yaml:2")),
            "not all of dev ran it: b.yaml:2 runs 1.0.0",
        ),
        (
            soaking(run(LONG), run(Span(value=None, begins=None), where="b.yaml:2")),
            "dev writes no version that it runs in b.yaml:2",
        ),
        (soaking(run(LONG, Span(value=OLD, begins=NOW - DAY))), "dev went back from it"),
        (
            soaking(run(Span(value=NEW, begins=None)), unknown="a folder has no history"),
            "dev runs it, and a folder has no history",
        ),
        (
            soaking(run(Span(value=NEW, begins=NOW - DAY, ends=NOW), Span(value=parse_loose("2.0.0"), begins=NOW))),
            "dev left it before it had soaked for 3d",
        ),
    ],
)
def test_a_soak_says_what_it_waits_for(gate: SoakGate, why: str) -> None:
    objection = gate.objection("1.1.0", NEW)

    assert (objection.why if objection else "") == why
    assert (objection is not None and objection.until is not None) is ("waits until" in why)
