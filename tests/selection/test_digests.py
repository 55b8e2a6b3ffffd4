"""A digest that stands alone is a version in disguise; one beside a tag moves with it."""

import pytest
from builders import HELM, OCI, alone, configuration, digest, exact, in_semver, ranged, reference, tags, tier
from msgspec.structs import replace

from bot.model.charts import ManifestFacts, Unreachable
from bot.model.references import Pin
from bot.model.verdicts import Current, Decision, Edit, Held, Refused, Update
from bot.reason import Reason
from bot.reasons import UNREACHABLE
from bot.selection.digests import decide_digest, digest_place_pinned, tag_named_by, with_digest, without_tie
from bot.selection.limits import limits_of

OLD, NEW = digest("a"), digest("b")
AWAY = Unreachable(reason=UNREACHABLE(host="ghcr.io", problem="timeout"))


def decide(version: str, offered: str, tag_digest: str = OLD) -> Decision:
    pin = alone(OLD)
    one, settings = reference(pin=pin, rule=OCI), configuration(tier(follow="any"))
    limits = limits_of(one, settings.tiers[0], settings)
    assert not isinstance(limits, Reason)
    return decide_digest(one, pin, tags(offered), limits, ManifestFacts(digest=OLD, version=version), tag_digest)


def test_a_lone_digest_is_the_version_that_its_annotation_and_that_tag_agree_on() -> None:
    decision = decide("1.2.3", "1.2.3 1.2.4")

    assert isinstance(decision, Update)
    assert (decision.old, decision.new, decision.edits) == ("1.2.3", "1.2.4", ())


def test_a_lone_digest_of_the_newest_version_is_current() -> None:
    assert decide("1.2.4", "1.2.3 1.2.4") == Current(version="1.2.4")


@pytest.mark.parametrize(
    ("version", "offered", "tag_digest"),
    [
        pytest.param("", "1.2.3 1.2.4", OLD, id="no annotation"),
        pytest.param("1.2.3", "1.2.4", "", id="no such tag"),
        pytest.param("1.2.3", "1.2.3 1.2.4", NEW, id="the tag names another digest"),
        pytest.param("1.2.3", "1.2.3 1.2.4", "", id="the tag was not resolved"),
        pytest.param("latest", "latest 1.2.4", OLD, id="the annotation names no version"),
    ],
)
def test_a_lone_digest_that_nothing_names_surely_is_held(version: str, offered: str, tag_digest: str) -> None:
    decision = decide(version, offered, tag_digest)

    assert isinstance(decision, Held)
    assert (decision.version, decision.reason.id) == (OLD, "digest-unknown")


@pytest.mark.parametrize(
    ("version", "offered", "named"),
    [
        ("1.2.3", "1.2.3", "1.2.3"),
        ("1.2.3", "v1.2.3", "v1.2.3"),
        ("1.2.3+b", "1.2.3_b", "1.2.3_b"),
        ("v1.2.3", "1.2.3", None),
        ("", "v", None),
        ("1.2.3", "1.2.3-rc.1", None),
    ],
)
def test_an_annotation_names_the_tag_of_its_spelling(version: str, offered: str, named: str | None) -> None:
    assert tag_named_by(ManifestFacts(digest=OLD, version=version), tags(offered)) == named


@pytest.mark.parametrize(
    ("pin", "pinned"),
    [
        (exact("1.2.3", OCI, OLD), True),
        (in_semver("1.2.3", OLD), True),
        (alone(OLD), True),
        (exact("1.2.3", HELM), False),
        (ranged("1.x"), False),
    ],
)
def test_a_digest_that_stands_there_has_to_move(pin: Pin, pinned: bool) -> None:  # noqa: FBT001 - a table
    assert digest_place_pinned(reference(pin=pin, rule=OCI)) is pinned


def update_of(pin: Pin) -> Update:
    """What is known before the digest is: the version moves, and a lone digest nowhere yet."""
    edits = tuple(Edit(place=place, text="1.2.4") for place in pin.places if place.text != OLD)
    return Update(old="1.2.3", new="1.2.4", tag="1.2.4", edits=edits, refused=(Refused(tag="2.0.0", why="x"),))


def completed(pin: Pin, facts: ManifestFacts | Unreachable) -> Decision:
    return with_digest(reference(pin=pin, rule=OCI), update_of(pin), facts)


@pytest.mark.parametrize("pin", [exact("1.2.3", OCI, OLD), in_semver("1.2.3", OLD)])
def test_tag_and_digest_move_together(pin: Pin) -> None:
    decision = completed(pin, ManifestFacts(digest=NEW))

    assert isinstance(decision, Update)
    assert [edit.text for edit in decision.edits] == ["1.2.4", NEW]
    assert decision.digest == NEW


def test_a_lone_digest_moves_alone() -> None:
    decision = completed(alone(OLD), ManifestFacts(digest=NEW))

    assert isinstance(decision, Update)
    assert [edit.text for edit in decision.edits] == [NEW]


@pytest.mark.parametrize("pin", [exact("1.2.3", OCI, OLD), alone(OLD)])
def test_without_the_new_digest_nothing_moves(pin: Pin) -> None:
    assert completed(pin, AWAY) == Held(version="1.2.3", reason=AWAY.reason)


def test_two_tags_of_one_manifest_move_the_tag_only() -> None:
    decision = completed(exact("1.2.3", OCI, OLD), ManifestFacts(digest=OLD))

    assert isinstance(decision, Update)
    assert ([edit.text for edit in decision.edits], decision.digest) == (["1.2.4"], OLD)


def test_a_lone_digest_that_the_newest_tag_names_too_is_current_and_keeps_its_refusals() -> None:
    decision = completed(alone(OLD), ManifestFacts(digest=OLD))

    assert decision == Current(version="1.2.3", refused=(Refused(tag="2.0.0", why="x"),))


TIED = replace(update_of(exact("1.2.3", OCI)), tag="1.2.4_a", tied=("1.2.4_b",))


def test_a_tie_of_one_chart_is_harmless() -> None:
    assert without_tie(TIED, (NEW, NEW)) == TIED


def test_a_tie_of_different_charts_is_held_with_all_its_tags() -> None:
    decision = without_tie(TIED, (NEW, OLD))

    assert isinstance(decision, Held)
    assert decision.reason.id == "same-precedence"
    assert "1.2.4_a, 1.2.4_b" in decision.reason.sentence


def test_a_tie_that_cannot_be_compared_is_held() -> None:
    assert without_tie(TIED, (NEW, AWAY)) == Held(version="1.2.3", reason=AWAY.reason)
