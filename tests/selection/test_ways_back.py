"""A version in use that should not be: told, and gone back from only where that is configured."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

import pytest
from builders import HELM, OCI, configuration, exact, in_semver, reference, rule, tags, tier
from doubles.versions import parse_loose
from msgspec.structs import replace

from bot.ledger.model import Matter, Word
from bot.maturity.gates import Gate, HoldGate, RanGate, ReturnGate
from bot.maturity.timeline import identity_of
from bot.model.proposing import Proposing, ProposingRule, Rollback
from bot.model.references import ExactPin, Reference
from bot.model.tiers import Rule, Tier
from bot.model.verdicts import ROLLBACK, Current, Decision, Held, Refused, Update
from bot.reason import Reason
from bot.selection.limits import limits_of
from bot.selection.pins import decide_pin
from bot.versions.tags import TagRule

NOW = datetime(2026, 11, 21, tzinfo=UTC)
ALL = "1.0.0 1.1.0 1.2.1 1.2.2 1.2.4 2.0.0"


def going_back(follow: str = "patch", *, production: bool = False) -> Tier:
    return replace(tier(follow=follow, production=production), proposing=Proposing(rollback=Rollback.PROPOSE))


def decide(
    one: Reference, offered: str, of: Tier, *rules: Rule, gates: Iterable[Gate] = (), shared: bool = False
) -> Decision:
    settings = configuration(of, rules=rules)
    limits = limits_of(one, of, settings)
    assert isinstance(one.pin, ExactPin)
    assert not isinstance(limits, Reason)
    others = (limits,) if shared else ()
    return decide_pin(one, one.pin, tags(offered), replace(limits, gates=tuple(gates), others=others))


def back(decision: Decision) -> str:
    """The version that it goes back to."""
    assert isinstance(decision, Update), decision
    assert decision.jump == ROLLBACK
    assert decision.remark
    return decision.new


def said(decision: Decision) -> str:
    reason = decision.reason if isinstance(decision, Held) else decision.remark
    return reason.id if reason else ""


def holding(version: str, *, held: bool = True) -> HoldGate:
    word = Word(at=NOW - timedelta(days=1), held=held, why="see #12")
    return HoldGate(now=NOW, words=((Matter(version=version), word),))


def test_by_default_all_three_are_told_and_nothing_goes_back() -> None:
    skip = rule(skip=["1.2.4"])

    assert said(decide(reference("1.2.3"), "1.2.2", tier(follow="patch"))) == "tag-missing"
    assert said(decide(reference("1.2.4"), ALL, tier(follow="patch"), skip)) == "in-use-skipped"
    assert said(decide(reference("1.2.4"), ALL, tier(follow="patch"), gates=[holding("1.2.4")])) == "in-use-held"


PROPOSES = "; `rollback: propose` proposes the way back"


@pytest.mark.parametrize(
    ("of", "shared", "mend"),
    [
        pytest.param(tier(follow="patch"), False, f"Move it by hand or release it{PROPOSES}", id="a tier that moves"),
        pytest.param(tier(follow="patch"), True, "Move it by hand or release it", id="what several share"),
        pytest.param(tier(follow="exact"), False, "Move it by hand or release it", id="a tier that stands still"),
        pytest.param(
            tier(follow="exact", production=True),
            False,
            "Move it by hand, promote another version, or release it",
            id="production",
        ),
    ],
)
def test_a_way_back_is_advised_only_where_the_bot_would_go_it(of: Tier, shared: bool, mend: str) -> None:  # noqa: FBT001 - a table
    decision = decide(reference("1.2.4"), ALL, of, gates=[holding("1.2.4")], shared=shared)
    assert isinstance(decision, Current)
    assert decision.remark is not None
    assert decision.remark.mend == mend


def test_it_goes_back_to_the_highest_version_that_may_be_taken() -> None:
    skip = rule(skip=["1.2.4"])

    assert back(decide(reference("1.2.3"), "1.2.1 1.2.2 2.0.0", going_back())) == "1.2.2"
    assert back(decide(reference("1.2.4"), ALL, going_back(), skip)) == "1.2.2"
    assert back(decide(reference("1.2.4"), ALL, going_back(), gates=[holding("1.2.4")])) == "1.2.2"


def test_the_update_says_what_was_wrong_and_what_was_passed_over() -> None:
    decision = decide(reference("1.2.4"), ALL, going_back(), rule(skip=["1.2.4", "1.2.2"]))

    assert isinstance(decision, Update)
    assert (decision.new, decision.goes_back) == ("1.2.1", True)
    assert str(decision.remark) == (
        "1.2.4 is in use and is skipped by a rule (1.2.4). What is proposed here leaves it; change the rule to keep it"
    )
    assert decision.refused == (
        Refused("2.0.0", "outside ~1.2.4"),
        Refused("1.2.2", "skipped by a rule (1.2.2)"),
    )


@pytest.mark.parametrize(
    ("one", "skip", "new"),
    [
        pytest.param(reference("1.2.3"), (), "1.2.4", id="gone"),
        pytest.param(reference("1.2.2"), ("1.2.2",), "1.2.4", id="skipped"),
    ],
)
def test_a_newer_version_is_the_way_where_there_is_one(one: Reference, skip: tuple[str, ...], new: str) -> None:
    decision = decide(one, ALL, going_back(), rule(skip=skip))

    assert isinstance(decision, Update)
    assert (decision.new, decision.jump) == (new, "patch")
    assert decision.remark


@pytest.mark.parametrize(
    ("pin", "kind", "offered", "new", "tag"),
    [
        pytest.param(exact("v1.2.3"), HELM, "v1.2.2 1.2.2", "v1.2.2", "v1.2.2", id="a v stays"),
        pytest.param(exact("1.2.3", OCI), OCI, "v1.2.2 1.2.1", "1.2.1", "1.2.1", id="no other spelling"),
        pytest.param(exact("1.2.3"), HELM, "1.2.2_b1", "1.2.2+b1", "1.2.2_b1", id="a HelmRelease writes a plus"),
        pytest.param(in_semver("1.2.3"), OCI, "1.2.2 1.2.1", "1.2.2", "1.2.2", id="as a constraint"),
    ],
)
def test_it_is_written_as_what_is_in_use(pin: ExactPin, kind: TagRule, offered: str, new: str, tag: str) -> None:
    decision = decide(reference(pin=pin, rule=kind), offered, going_back())

    assert isinstance(decision, Update)
    assert (decision.new, decision.tag, [edit.text for edit in decision.edits]) == (new, tag, [new])


@pytest.mark.parametrize(
    "of", [going_back("exact"), going_back("exact", production=True)], ids=["follows nothing", "production"]
)
def test_what_never_moves_by_itself_does_not_go_back_either(of: Tier) -> None:
    assert said(decide(reference("1.2.3"), "1.2.2", of)) == "tag-missing"
    assert said(decide(reference("1.2.4"), ALL, of, gates=[holding("1.2.4")])) == "in-use-held"


def test_what_several_tiers_share_does_not_go_back() -> None:
    decision = decide(reference("1.2.3"), "1.2.2", going_back(), shared=True)

    assert isinstance(decision, Held)
    assert said(decision) == "tag-missing"


def test_a_rule_has_one_chart_go_back_and_another_not() -> None:
    of_chart = replace(rule(charts=["ghcr.io/x/podinfo"]), proposing=ProposingRule(rollback=Rollback.PROPOSE))
    other = replace(of_chart, charts=("ghcr.io/x/other",), proposing=ProposingRule(rollback=Rollback.REPORT))

    assert back(decide(reference("1.2.3"), "1.2.2", tier(follow="patch"), of_chart, other)) == "1.2.2"
    assert said(decide(reference("1.2.3", chart="ghcr.io/x/other"), "1.2.2", going_back(), of_chart, other))


@pytest.mark.parametrize(
    ("follow", "comment", "offered", "why"),
    [
        pytest.param("patch", "", "1.1.0", "1.1.0 is further back than `patch` allows", id="follow"),
        pytest.param("1.2.x", "", "1.1.0", "1.1.0 is outside 1.2.x", id="a constraint"),
        pytest.param("any", ">=1.2.3", "1.2.2", "1.2.2 is outside >=1.2.3, the comment on its line", id="the comment"),
        pytest.param("any", "patch", "1.1.0", "1.1.0 is further back than `patch` allows, the comment", id="named"),
        pytest.param("any", "", "1.2.2-rc.1", "1.2.2-rc.1 is a prerelease", id="a prerelease"),
        pytest.param("any", "", "latest", "the chart has none that is lower", id="nothing lower"),
    ],
)
def test_where_nothing_may_be_gone_back_to_that_is_said(follow: str, comment: str, offered: str, why: str) -> None:
    decision = decide(reference("1.2.3", comment=comment), offered, going_back(follow))

    assert isinstance(decision, Held)
    assert decision.reason.id == "no-way-back"
    assert f"1.2.3 is in use and does not exist in ghcr.io/x/podinfo, and there is no version to go back to: {why}" in (
        decision.reason.sentence
    )


def test_what_people_hold_or_took_back_is_passed_over() -> None:
    left = ReturnGate(tier="dev", now=NOW, left=((parse_loose("1.2.2"), "c" * 40),))

    assert back(decide(reference("1.2.3"), "1.2.1 1.2.2", going_back(), gates=[holding("1.2.2")])) == "1.2.1"
    assert back(decide(reference("1.2.3"), "1.2.1 1.2.2", going_back(), gates=[left])) == "1.2.1"
    assert said(decide(reference("1.2.3"), "1.2.1", going_back(), gates=[holding("")])) == "no-way-back"


def test_only_what_ran_is_gone_back_to_where_that_is_asked_for() -> None:
    ran = RanGate(tiers=("staging", "dev"), now=NOW, ran=frozenset({identity_of(parse_loose("1.2.1"))}))
    none = replace(ran, ran=frozenset())
    unread = replace(none, unknown="a folder has no history")

    assert back(decide(reference("1.2.3"), "1.2.1 1.2.2", going_back(), gates=[ran])) == "1.2.1"
    assert "1.2.2 is never run in staging or dev" in str(
        decide(reference("1.2.3"), "1.2.2", going_back(), gates=[none])
    )
    assert "not known to have run in staging or dev: a folder has no history" in str(
        decide(reference("1.2.3"), "1.2.2", going_back(), gates=[unread])
    )


@pytest.mark.parametrize("version", ["", "1.2.2"])
def test_a_hold_of_a_chart_or_of_another_version_says_nothing_of_the_one_in_use(version: str) -> None:
    assert said(decide(reference("1.2.4"), "1.2.4", going_back(), gates=[holding(version)])) == ""
    assert said(decide(reference("1.2.4"), "1.2.4", going_back(), gates=[holding("1.2.4", held=False)])) == ""


def test_what_waits_is_told_beside_it() -> None:
    decision = decide(reference("1.2.2"), "1.2.2 1.2.4", tier(follow="patch"), rule(skip=["1.2.2"]), gates=[_waiting()])

    assert isinstance(decision, Current)
    assert (said(decision), decision.waiting and decision.waiting.version) == ("in-use-skipped", "1.2.4")


def _waiting() -> HoldGate:
    word = Word(at=NOW, held=True, until=NOW + timedelta(days=2))
    return HoldGate(now=NOW, words=((Matter(version="1.2.4"), word),))
