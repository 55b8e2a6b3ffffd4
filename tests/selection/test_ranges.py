"""A range is kept as written: what Flux runs for it is said, and what lies beyond."""

import pytest
from builders import HELM, LAYER, OCI, ranged, reference, tags, tier

from bot.model.references import RangePin
from bot.model.verdicts import Behind, Current, Held, Refused
from bot.selection.limits import Limits
from bot.selection.ranges import decide_range
from bot.versions.follow import Reach
from bot.versions.tags import TagRule

DEV = tier("dev", "any")


def decide(pin: RangePin, offered: str, kind: TagRule = HELM) -> Current | Held:
    decision = decide_range(reference(pin=pin, rule=kind), pin, tags(offered), Limits(tier=DEV, follow=Reach.ANY))
    assert isinstance(decision, Current | Held)
    return decision


def runs(decision: Current | Held) -> str:
    assert isinstance(decision, Current), decision
    return decision.runs


def held(decision: Current | Held) -> str:
    assert isinstance(decision, Held), decision
    return decision.reason.id


@pytest.mark.parametrize(
    ("kind", "offered", "seen"),
    [
        pytest.param(HELM, "1.2.3 v1.2.9", "1.2.3", id="a HelmRepository sees no v"),
        pytest.param(HELM, "1.2.3 01.2.9", "1.2.3", id="nor a leading zero"),
        pytest.param(HELM, "1.2.3 1.2.9_b", "1.2.9+b", id="and an underscore as a plus"),
        pytest.param(OCI, "1.2.3 v1.2.9", "v1.2.9", id="an OCIRepository sees a v"),
        pytest.param(OCI, "1.2.3 1.2.9_b", "1.2.3", id="and no underscore without the chart layer"),
        pytest.param(LAYER, "1.2.3 1.2.9_b", "1.2.9_b", id="but with it"),
        pytest.param(LAYER, "1.2.3 01.2.9", "01.2.9", id="and a leading zero"),
    ],
)
def test_what_runs_is_what_flux_would_see_and_take(kind: TagRule, offered: str, seen: str) -> None:
    assert runs(decide(ranged("1.x"), offered, kind)) == seen


def test_a_range_is_kept_and_what_lies_beyond_is_said() -> None:
    assert decide(ranged("1.x"), "1.2.3 2.0.0 1.2.4 3.0.0-rc.1 1.0.0") == Current(
        version="1.x",
        runs="1.2.4",
        newest="2.0.0",
        behind=Behind(majors=1, first="2.0.0"),
        refused=(Refused(tag="3.0.0-rc.1", why="outside 1.x"), Refused(tag="2.0.0", why="outside 1.x")),
    )


def test_a_filter_holds_for_raw_tags_before_anything_else() -> None:
    assert runs(decide(ranged(">=1.0.0-0", tag_filter=".*-prod$"), "1.2.3-prod 1.2.9 1.2.4-dev", OCI)) == "1.2.3-prod"


@pytest.mark.parametrize(
    ("pin", "offered", "reason"),
    [
        pytest.param(ranged("5.x"), "1.2.3", "no-match", id="nothing within"),
        pytest.param(ranged("1.x"), "latest stable", "no-versions", id="no version at all"),
        pytest.param(ranged("1.x", tag_filter="^none$"), "1.2.3", "no-versions", id="all filtered away"),
        pytest.param(ranged("one"), "1.2.3", "bad-constraint", id="no constraint"),
        pytest.param(ranged("1.x", tag_filter="(?!a)"), "1.2.3", "bad-filter", id="no pattern of Go"),
        pytest.param(ranged("1.x", tag_filter="("), "1.2.3", "bad-filter", id="no pattern at all"),
        pytest.param(ranged("x", tag_filter="("), "", "bad-filter", id="the filter is read first"),
        pytest.param(ranged("1.x"), "", "no-versions", id="no tag"),
    ],
)
def test_a_range_that_flux_cannot_run_has_a_reason(pin: RangePin, offered: str, reason: str) -> None:
    assert held(decide(pin, offered)) == reason


def test_a_range_that_is_not_written_means_every_stable_version() -> None:
    assert runs(decide(RangePin(constraint="*"), "1.2.3 2.0.0 3.0.0-rc.1")) == "2.0.0"
