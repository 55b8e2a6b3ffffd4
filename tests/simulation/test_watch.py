"""Whoever watches the simulation sees what must never happen: each break of the product turns it red."""

from collections.abc import Callable
from typing import Any, NamedTuple

import pytest
from doubles.quarter.quarter import DAY, simulated
from msgspec.structs import replace

from bot.maturity import gates
from bot.model.tiers import Configuration, Tier
from bot.planning import arranging, memory, pull_requests
from bot.proposal_reasons import ONLY_REPORTED
from bot.reason import Reason
from bot.steps.pull_requests import carry
from bot.versions.follow import Reach

Break = Callable[[pytest.MonkeyPatch], None]


def soak_is_ignored(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(gates.SoakGate, "objection", _nothing)


def production_is_like_any_other(patch: pytest.MonkeyPatch) -> None:
    from bot.cli import bases, parts

    load = bases.configuration_of

    def configuration_of(*asked: Any) -> Configuration:
        found = load(*asked)
        tiers = (replace(tier, production=False, follow=_further(tier)) for tier in found.tiers)
        return replace(found, tiers=tuple(tiers))

    patch.setattr(parts, "configuration_of", configuration_of)


def _further(tier: Tier) -> Any:
    return Reach.PATCH if tier.production else tier.follow


def refusals_are_forgotten(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(memory.TierMemory, "refusing", lambda self, *_, **__: self)


def what_was_taken_back_is_taken_again(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(gates.ReturnGate, "objection", _nothing)


def one_more_is_opened(patch: pytest.MonkeyPatch) -> None:
    _with_amounts(patch, opened=1, changes=0)


def one_more_row_is_let_in(patch: pytest.MonkeyPatch) -> None:
    _with_amounts(patch, opened=0, changes=1)


def _with_amounts(patch: pytest.MonkeyPatch, *, opened: int, changes: int) -> None:
    counted = arranging._without_room

    def without_room(tier: Tier, *others: Any) -> dict[int, Reason]:
        amounts = tier.proposing.amounts
        more = replace(amounts, open=amounts.open + opened, changes=amounts.changes + changes)
        return counted(replace(tier, proposing=replace(tier.proposing, amounts=more)), *others)

    patch.setattr(arranging, "_without_room", without_room)


def a_chart_is_passed_over(patch: pytest.MonkeyPatch) -> None:
    wanted = arranging._unwanted

    def unwanted(one: Any, *others: Any) -> Reason | None:
        if one.row.chart.endswith("chart-000"):
            return ONLY_REPORTED(version=one.row.version)
        return wanted(one, *others)

    patch.setattr(arranging, "_unwanted", unwanted)


def unknown_is_gone(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(carry, "carry", lambda judged, *_: tuple(judged))


def words_are_written_anew(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(pull_requests, "_says_the_same", lambda *_: False)


def _nothing(*_: object) -> None:
    return None


class Case(NamedTuple):
    """A break of the product, where it shows, and the words that say so."""

    breaks: Break
    group: str
    charts: int
    days: int
    seen: str


CASES = (
    Case(soak_is_ignored, "tier", 12, 7, "staging chart-... .* may not be"),
    Case(production_is_like_any_other, "tier", 12, 7, "is production's"),
    Case(refusals_are_forgotten, "chart", 12, 14, "was refused"),
    Case(what_was_taken_back_is_taken_again, "tier", 12, 14, "was taken back"),
    Case(one_more_is_opened, "chart", 60, 7, "has 6 open"),
    Case(one_more_row_is_let_in, "tier", 100, 7, "has 11 rows"),
    Case(a_chart_is_passed_over, "tier", 2, 30, "chart-000 starves"),
    Case(unknown_is_gone, "tier", 12, 7, "is lost"),
    Case(words_are_written_anew, "tier", 12, 2, "a second run wrote"),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.breaks.__name__)
def test_it_is_seen_that(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    case.breaks(monkeypatch)

    with pytest.raises(AssertionError, match=case.seen):
        simulated(case.group, charts=case.charts, hours=case.days * DAY, seed=1)
