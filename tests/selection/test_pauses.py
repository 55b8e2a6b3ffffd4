"""What is said where only time keeps a version from being taken, in the tier or in another that shares the value."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

import pytest
from builders import configuration, exact, reference, rule, tags, tier
from doubles.versions import parse_loose
from msgspec.structs import replace

from bot.ledger.model import Matter, Word
from bot.maturity.gates import Gate, HoldGate, ReturnGate, SettleGate
from bot.maturity.maturity_reasons import HELD_BY_A_PERSON, WAITS
from bot.model.references import ExactPin
from bot.model.verdicts import Current, Waiting
from bot.reason import Reason
from bot.selection.limits import Limits, limits_of
from bot.selection.pins import decide_pin

NOW = datetime(2026, 11, 21, tzinfo=UTC)
SETTLING = SettleGate(settle=timedelta(days=3), now=NOW, moved=NOW - timedelta(days=1))
LEFT = ReturnGate(tier="dev", now=NOW, left=((parse_loose("1.0.0"), "1" * 40),))
HELD = HoldGate(now=NOW, words=((Matter(version="1.2.4"), Word(at=NOW, held=True)),))
WAITING = Waiting(version="1.2.4", until=NOW + timedelta(days=2), left="2d")


def limits(name: str, gates: Iterable[Gate]) -> Limits:
    one = tier(name, follow="patch")
    found = limits_of(reference(pin=exact("1.2.3")), one, configuration(one))
    assert not isinstance(found, Reason)
    return replace(found, gates=tuple(gates))


def decide(*gates: Gate, elsewhere: Iterable[Gate] = ()) -> Current:
    one = reference(pin=exact("1.2.3"))
    assert isinstance(one.pin, ExactPin)
    bounds = replace(limits("dev", gates), others=(limits("staging", elsewhere),))
    decision = decide_pin(one, one.pin, tags("1.2.3 1.2.4"), bounds)
    assert isinstance(decision, Current)
    return decision


def test_what_waits_in_its_own_tier_is_said_to_wait() -> None:
    assert decide(SETTLING).waiting == WAITING


def test_what_waits_in_another_tier_that_shares_the_value_is_said_to_wait_too() -> None:
    for found in (decide(elsewhere=[SETTLING]), decide(LEFT, elsewhere=[SETTLING])):
        assert found.waiting == WAITING
        assert found.remark
        assert found.remark.id == WAITS.id
        assert "in staging, which shares the value" in found.remark.sentence


def test_what_a_person_holds_in_another_tier_that_shares_the_value_is_said_to_be_held() -> None:
    remark = decide(elsewhere=[HELD]).remark
    assert remark is not None
    assert remark.id == HELD_BY_A_PERSON.id
    assert "held by a person (in staging, which shares the value)" in remark.sentence


@pytest.mark.parametrize(
    ("skip", "comment", "gates", "said"),
    [
        (["1.2.4"], "", [], "1.2.4 skipped"),
        (["1.2.4"], "", [LEFT], "1.2.4 skipped"),
        ([], "1.2.3", [], "1.2.4 skipped by the comment on its line"),
        ([">1.2.4"], "", [], ""),
        ([], "", [], ""),
    ],
)
def test_what_a_rule_or_a_comment_keeps_away_within_reach_is_said(
    skip: list[str], comment: str, gates: list[Gate], said: str
) -> None:
    one = replace(reference(pin=exact("1.2.3")), narrowed_by=comment)
    of = tier(follow="patch" if skip != [] or comment else "exact")
    found = limits_of(one, of, configuration(of, rules=[rule(skip=skip)] if skip else []))
    assert isinstance(one.pin, ExactPin)
    assert not isinstance(found, Reason)
    offered = "1.2.3 2.0.0" if skip == [">1.2.4"] else "1.2.3 1.2.4 2.0.0"
    decision = decide_pin(one, one.pin, tags(offered), replace(found, gates=tuple(gates)))
    assert isinstance(decision, Current)
    assert (decision.ahead, decision.remark) == (said, None)
