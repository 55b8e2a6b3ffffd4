"""What an image policy decides for a reference: the tag, or what keeps it from being written."""

import pytest
from builders import HELM, OCI, alone, configuration, digest, exact, in_semver, ranged, reference, rule, tags, tier
from msgspec.structs import replace

from bot.model.charts import ChartAddress, ManifestFacts, TagList
from bot.model.image_policies import (
    AlphabeticalPolicy,
    DigestReflection,
    FollowedPolicy,
    Order,
    PolicyChoice,
    PolicySpec,
    SemverPolicy,
)
from bot.model.references import Pin
from bot.model.tiers import Rule, Tier
from bot.model.verdicts import Current, Decision, Held, Update
from bot.reason import Reason
from bot.reasons import DIGEST_CHANGED, POLICY_TAKES_NONE, POLICY_UNUSABLE
from bot.selection.digests import with_digest
from bot.selection.limits import limits_of
from bot.selection.policies import decide_policy
from bot.versions.tags import TagRule

ONE = SemverPolicy(range="1.x")
LAST = AlphabeticalPolicy(order=Order.ASCENDING)
TAGS = tags("1.2.3 1.2.4 1.9.0 2.0.0")


def policy(choice: PolicyChoice = ONE, digests: DigestReflection = DigestReflection.NEVER) -> FollowedPolicy:
    image = ChartAddress(host="ghcr.io", name="x/podinfo")
    return FollowedPolicy(name="x/podinfo", image=image, spec=PolicySpec(choice=choice, digests=digests))


def decided(
    pin: Pin,
    by: FollowedPolicy | None = None,
    *,
    offered: TagList = TAGS,
    kind: TagRule = OCI,
    where: Tier | None = None,
    rules: tuple[Rule, ...] = (),
    facts: ManifestFacts | None = None,
) -> Decision:
    by = by or policy()
    one = replace(reference(pin=pin, rule=kind), policy=by)
    limits = limits_of(one, where or tier(follow="exact"), configuration(rules=rules))
    assert not isinstance(limits, Reason)
    return decide_policy(one, by, offered, limits, facts)


def moved(decision: Decision) -> tuple[str, str, list[str]]:
    assert isinstance(decision, Update), decision
    return decision.old, decision.new, [edit.text for edit in decision.edits]


def test_the_policy_moves_a_version_whatever_the_tier_follows() -> None:
    assert moved(decided(exact("1.2.3", OCI))) == ("1.2.3", "1.9.0", ["1.9.0"])
    assert moved(decided(exact("1.2.3", OCI), where=tier(follow="patch"))) == ("1.2.3", "1.9.0", ["1.9.0"])


def test_what_the_policy_takes_is_current() -> None:
    assert decided(exact("1.9.0", OCI)) == Current(version="1.9.0")


def test_a_tag_that_is_no_version_moves_as_well() -> None:
    offered = tags("main-1 main-2")

    assert moved(decided(exact("main-1", OCI), policy(LAST), offered=offered)) == ("main-1", "main-2", ["main-2"])
    assert moved(decided(exact("latest", OCI), policy(LAST), offered=offered))[1] == "main-2"


def test_a_range_with_a_marker_becomes_the_tag() -> None:
    assert moved(decided(ranged("1.x"))) == ("1.x", "1.9.0", ["1.9.0"])
    assert moved(decided(ranged("1.x"), kind=HELM)) == ("1.x", "1.9.0", ["1.9.0"])


def test_production_is_never_edited() -> None:
    decision = decided(exact("1.2.3", OCI), where=tier("production", production=True))

    assert isinstance(decision, Current)
    assert decision.newest == "1.9.0"
    assert [(each.tag, each.why) for each in decision.refused] == [("1.9.0", "production is never edited by itself")]


def test_production_is_not_edited_where_the_tag_is_no_version_either() -> None:
    offered = tags("main-1 main-2")
    decision = decided(exact("main-1", OCI), policy(LAST), offered=offered, where=tier("x", production=True))

    assert isinstance(decision, Current)


def test_what_a_rule_skips_is_not_taken() -> None:
    decision = decided(exact("1.2.3", OCI), rules=(rule(skip=["1.9.0"]),))

    assert isinstance(decision, Current)
    assert "skipped" in decision.refused[0].why


def test_nothing_moves_downwards() -> None:
    decision = decided(exact("2.0.0", OCI))

    assert isinstance(decision, Current)
    assert decision.newest == ""
    assert "downwards" in decision.refused[0].why


@pytest.mark.parametrize(
    ("pin", "kind", "offered"),
    [
        (exact("1.2.3"), HELM, "main-1"),
        (exact("1.2.3"), HELM, "1.2.4_b"),
        (in_semver("1.2.3"), OCI, "1.2-rc.1"),
        (in_semver("1.2.3"), OCI, "main"),
        (ranged("1.x"), OCI, "main"),
    ],
)
def test_what_flux_would_not_take_there_is_not_written(pin: Pin, kind: TagRule, offered: str) -> None:
    decision = decided(pin, policy(LAST), kind=kind, offered=tags(offered))

    assert isinstance(decision, Held)
    assert decision.reason.id == POLICY_UNUSABLE.id


def test_a_policy_that_takes_no_tag_says_so() -> None:
    decision = decided(exact("1.2.3", OCI), policy(SemverPolicy(range="9.x")))

    assert isinstance(decision, Held)
    assert decision.reason.id == POLICY_TAKES_NONE.id


def test_tags_of_one_version_are_told() -> None:
    decision = decided(exact("1.2.3", OCI), offered=tags("1.2.4 v1.2.4"))

    assert isinstance(decision, Update)
    assert (decision.tag, decision.tied) == ("1.2.4", ("v1.2.4",))


@pytest.mark.parametrize(
    ("digests", "present", "expected"),
    [
        (DigestReflection.ALWAYS, "a", "current"),
        (DigestReflection.ALWAYS, "b", DIGEST_CHANGED.id),
        (DigestReflection.IF_NOT_PRESENT, "b", "current"),
    ],
)
def test_a_digest_never_moves_under_one_tag(digests: DigestReflection, present: str, expected: str) -> None:
    pin, by = exact("1.9.0", OCI, digest("a")), policy(digests=digests)
    decision = decided(pin, by)
    if isinstance(decision, Update):
        facts = ManifestFacts(digest=digest(present), version="1.9.0")
        decision = with_digest(replace(reference(pin=pin, rule=OCI), policy=by), decision, facts)

    assert (decision.reason.id if isinstance(decision, Held) else "current") == expected


def test_tag_and_digest_move_together() -> None:
    pin, by = exact("1.2.3", OCI, digest("a")), policy(digests=DigestReflection.IF_NOT_PRESENT)
    decision = decided(pin, by)
    assert isinstance(decision, Update)
    both = with_digest(reference(pin=pin, rule=OCI), decision, ManifestFacts(digest=digest("b")))

    assert moved(both) == ("1.2.3", "1.9.0", ["1.9.0", digest("b")])


@pytest.mark.parametrize(("said", "old"), [("1.2.3", "1.2.3"), ("", digest("a"))])
def test_a_digest_alone_moves_to_that_of_the_tag(said: str, old: str) -> None:
    pin, by = alone(digest("a")), policy(digests=DigestReflection.IF_NOT_PRESENT)
    decision = decided(pin, by, facts=ManifestFacts(digest=digest("a"), version=said))
    assert isinstance(decision, Update)
    whole = with_digest(replace(reference(pin=pin, rule=OCI), policy=by), decision, ManifestFacts(digest=digest("b")))

    assert moved(whole) == (old, "1.9.0", [digest("b")])


def test_a_digest_alone_that_is_the_latest_is_current() -> None:
    pin, by = alone(digest("a")), policy(digests=DigestReflection.IF_NOT_PRESENT)
    facts = ManifestFacts(digest=digest("a"), version="1.9.0")

    assert decided(pin, by, facts=facts) == Current(version="1.9.0")
