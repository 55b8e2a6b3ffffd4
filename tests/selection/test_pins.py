"""What may stand where an exact version stands."""

import pytest
from builders import HELM, LAYER, OCI, configuration, exact, in_semver, reference, rule, tags, tier

from bot.model.references import ExactPin, Reference
from bot.model.tiers import Configuration
from bot.model.verdicts import Behind, Current, Decision, Held, Refused, Update
from bot.reason import Reason
from bot.selection.limits import limits_of
from bot.selection.pins import decide_pin
from bot.versions.tags import TagRule


def decide(one: Reference, offered: str, settings: Configuration | None = None) -> Decision:
    settings = settings or configuration(tier(follow="any"))
    limits = limits_of(one, settings.tiers[0], settings)
    assert isinstance(one.pin, ExactPin)
    return (
        Held(version="", reason=limits)
        if isinstance(limits, Reason)
        else decide_pin(one, one.pin, tags(offered), limits)
    )


def updated(decision: Decision) -> Update:
    assert isinstance(decision, Update), decision
    return decision


def held(decision: Decision) -> str:
    assert isinstance(decision, Held), decision
    return decision.reason.id


def current(decision: Decision) -> Current:
    assert isinstance(decision, Current), decision
    return decision


@pytest.mark.parametrize(
    ("kind", "old", "offered", "new", "tag"),
    [
        pytest.param(HELM, "1.2.3", "1.2.3 1.2.4", "1.2.4", "1.2.4", id="plain"),
        pytest.param(HELM, "v1.2.3", "v1.2.3 v1.2.4 1.2.5", "v1.2.4", "v1.2.4", id="a v stays"),
        pytest.param(OCI, "1.2.3", "1.2.3 v1.2.5 1.2.4", "1.2.4", "1.2.4", id="no v stays"),
        pytest.param(HELM, "1.2.3", "1.2.3 1.2.4_b1", "1.2.4+b1", "1.2.4_b1", id="a HelmRelease writes a plus"),
        pytest.param(OCI, "1.2.3", "1.2.3 1.2.4_b1", "1.2.4_b1", "1.2.4_b1", id="a tag keeps its underscore"),
        pytest.param(LAYER, "1.2.3_a", "1.2.3_a 1.2.4_b1", "1.2.4_b1", "1.2.4_b1", id="an underscore in use"),
        pytest.param(HELM, "1.2.3+a", "1.2.3_a 1.2.4", "1.2.4", "1.2.4", id="a plus in use"),
        pytest.param(HELM, "01.2.3", "01.2.3 1.2.4", "1.2.4", "1.2.4", id="read loosely"),
        pytest.param(OCI, "1.2-rc.1", "1.2-rc.1 1.2.0", "1.2.0", "1.2.0", id="a tag that Flux takes as a version"),
        pytest.param(HELM, "1.2.3", "1.2.4 latest sha256-0 1.2.3 garbage!", "1.2.4", "1.2.4", id="among other tags"),
        pytest.param(HELM, "2.0.0-rc.1", "2.0.0-rc.1 2.0.0-rc.2 2.1.0-rc.1", "2.0.0-rc.2", "2.0.0-rc.2", id="next rc"),
        pytest.param(HELM, "2.0.0-rc.1", "2.0.0-rc.1 2.0.0-rc.2 2.0.0", "2.0.0", "2.0.0", id="a prerelease to stable"),
    ],
)
def test_the_newest_allowed_version_is_taken_in_the_spelling_in_use(
    kind: TagRule, old: str, offered: str, new: str, tag: str
) -> None:
    update = updated(decide(reference(old, rule=kind), offered))

    assert (update.old, update.new, update.tag) == (old, new, tag)
    assert [(edit.place.text, edit.text) for edit in update.edits] == [(old, new)]


@pytest.mark.parametrize(
    ("kind", "version", "offered", "reason"),
    [
        pytest.param(HELM, "1.2.3", "1.2.4 1.2.2", "tag-missing", id="deleted"),
        pytest.param(HELM, "1.2.3", "v1.2.3 v1.2.4", "tag-missing", id="only the other spelling exists"),
        pytest.param(HELM, "1.2.3+b", "1.2.3 1.2.4", "tag-missing", id="other metadata"),
        pytest.param(OCI, "latest", "latest 1.2.3", "floating-tag", id="latest"),
        pytest.param(OCI, "1.2", "1.2 1.2.3", "floating-tag", id="a minor version as a tag"),
        pytest.param(LAYER, "1", "1 1.2.3", "floating-tag", id="a major version as a tag"),
        pytest.param(OCI, "1.2.3+b", "1.2.3_b 1.2.4", "floating-tag", id="no tag holds a plus"),
    ],
)
def test_what_is_no_version_of_the_chart_is_held(kind: TagRule, version: str, offered: str, reason: str) -> None:
    assert held(decide(reference(version, rule=kind), offered)) == reason


def test_a_floating_tag_is_answered_with_the_newest_stable_version() -> None:
    decision = decide(reference("latest", rule=OCI), "latest 1.2.3 2.0.0-rc.1 1.10.0")

    assert isinstance(decision, Held)
    assert "`1.10.0`" in decision.reason.mend


@pytest.mark.parametrize(
    ("follow", "taken"),
    [("any", "2.0.0"), ("minor", "1.3.0"), ("patch", "1.2.4"), ("1.2.x", "1.2.4"), (">=1.0.0 <2.0.0", "1.3.0")],
)
def test_a_tier_bounds_how_far_it_follows(follow: str, taken: str) -> None:
    settings = configuration(tier(follow=follow))

    assert updated(decide(reference("1.2.3"), "1.2.3 1.2.4 1.3.0 2.0.0", settings)).new == taken


def test_minor_of_a_version_below_one_stays_in_its_minor() -> None:
    settings = configuration(tier(follow="minor"))

    assert updated(decide(reference("0.4.2"), "0.4.2 0.4.3 0.5.0", settings)).new == "0.4.3"


@pytest.mark.parametrize("production", [True, False])
def test_a_tier_that_follows_nothing_says_so_of_every_newer_version(*, production: bool) -> None:
    settings = configuration(tier(follow="exact", production=production))
    why = "production is never edited by itself" if production else "tier dev follows nothing by itself"

    assert current(decide(reference("1.2.3"), "1.2.3 1.2.4 2.0.0", settings)) == Current(
        version="1.2.3",
        newest="2.0.0",
        behind=Behind(majors=1, first="2.0.0"),
        refused=(Refused(tag="2.0.0", why=why), Refused(tag="1.2.4", why=why)),
    )


@pytest.mark.parametrize("tiers", [(), ("prod",)])
@pytest.mark.parametrize("comment", ["", "x"])
@pytest.mark.parametrize("name", ["prod", "dev"])
def test_production_never_moves_whatever_rules_and_comments_say(
    tiers: tuple[str, ...], comment: str, name: str
) -> None:
    live = tier("prod", follow=">0.0.0", production=True)
    settings = configuration(live, rules=[rule(tiers=tiers, follow="any", skip=[])])

    assert not isinstance(decide(reference("1.2.3", comment=comment), "1.2.3 1.2.4", settings), Update)


def test_limits_of_production_are_never_disjoint_since_nothing_moves() -> None:
    settings = configuration(tier(follow="1.x", production=True))

    assert current(decide(reference("1.2.3", comment="2.x"), "1.2.3 2.0.0", settings)).version == "1.2.3"


def test_the_newest_is_refused_with_its_reason_and_the_next_is_taken() -> None:
    settings = configuration(tier(follow="minor"), rules=[rule(skip=["1.3.1"])])
    update = updated(decide(reference("1.2.3"), "1.2.3 1.3.0 1.3.1 1.4.0-rc.1 2.0.0", settings))

    assert update.new == "1.3.0"
    assert update.refused == (
        Refused(tag="2.0.0", why="outside ^1.2.3"),
        Refused(tag="1.4.0-rc.1", why="a prerelease, and 1.2.3 is stable"),
        Refused(tag="1.3.1", why="skipped by a rule (1.3.1)"),
    )


@pytest.mark.parametrize(
    ("rules", "taken"),
    [
        pytest.param([rule(charts=["ghcr.io/x/*"], follow="patch")], "1.2.4", id="a rule wins over its tier"),
        pytest.param([rule(charts=["ghcr.io/y/*"], follow="patch")], "2.0.0", id="of this chart"),
        pytest.param([rule(tiers=["staging"], follow="patch")], "2.0.0", id="of this tier"),
        pytest.param([rule(follow="patch"), rule(follow="minor")], "1.3.0", id="the last one wins"),
        pytest.param([rule(follow="minor"), rule(skip=["1.3.0"])], "1.2.4", id="value by value"),
        pytest.param([rule(skip=["2.0.0"]), rule(skip=[])], "2.0.0", id="an empty list skips nothing"),
    ],
)
def test_rules_change_what_a_tier_takes(rules: list[object], taken: str) -> None:
    settings = Configuration(path="c", tiers=(tier(follow="any"),), rules=tuple(rules))  # type: ignore[arg-type] # a table of rules

    assert updated(decide(reference("1.2.3"), "1.2.3 1.2.4 1.3.0 2.0.0", settings)).new == taken


def test_a_comment_narrows() -> None:
    update = updated(decide(reference("1.2.3", comment="1.2.x"), "1.2.3 1.2.4 1.3.0"))

    assert update.new == "1.2.4"
    assert update.refused == (Refused(tag="1.3.0", why="outside 1.2.x, the comment on its line"),)


@pytest.mark.parametrize(("word", "taken"), [("patch", "1.2.4"), ("minor", "1.3.0"), ("any", "2.0.0")])
def test_a_comment_may_use_the_words_of_follow(word: str, taken: str) -> None:
    settings = configuration(tier(follow="any"))

    assert updated(decide(reference("1.2.3", comment=word), "1.2.3 1.2.4 1.3.0 2.0.0", settings)).new == taken


def test_a_comment_may_hold_a_version_where_it_is() -> None:
    assert current(decide(reference("1.2.3", comment="exact"), "1.2.3 1.2.4")).version == "1.2.3"


def test_a_comment_never_widens() -> None:
    settings = configuration(tier(follow="patch"))

    assert updated(decide(reference("1.2.3", comment="x"), "1.2.3 1.2.4 2.0.0", settings)).new == "1.2.4"


def test_a_comment_does_not_touch_what_is_skipped() -> None:
    settings = configuration(tier(follow="any"), rules=[rule(skip=["1.2.4"])])

    assert current(decide(reference("1.2.3", comment="1.2.4"), "1.2.3 1.2.4", settings)).version == "1.2.3"


def test_a_comment_that_is_no_constraint_is_held() -> None:
    assert held(decide(reference("1.2.3", comment="fifteen"), "1.2.3 1.2.4")) == "bad-constraint"


def test_limits_without_a_common_version_are_said() -> None:
    settings = configuration(tier(follow="patch"))
    decision = decide(reference("1.2.3", comment="2.x"), "1.2.3 1.2.4 2.0.0", settings)

    assert isinstance(decision, Held)
    assert decision.reason.sentence == (
        "no version lies within both ~1.2.3 (tier dev) and 2.x (the comment on its line)"
    )


def test_what_is_only_in_the_other_spelling_is_said_and_never_taken() -> None:
    decision = current(decide(reference("1.2.3"), "1.2.3 v2.0.0 v1.2.3"))

    assert [refused.tag for refused in decision.refused] == ["v2.0.0"]
    assert decision.refused[0].why == "its tag is v2.0.0, unlike 1.2.3: only a `v` that is in use is kept"


@pytest.mark.parametrize("offered", ["1.2.3 1.2.4_a 1.2.4_b", "1.2.3 1.2.4_a 1.2.4_b 1.2.4_a"])
def test_tags_of_equal_precedence_are_named_for_a_comparison(offered: str) -> None:
    update = updated(decide(reference("1.2.3", rule=OCI), offered))

    assert (update.tag, update.tied) == ("1.2.4_a", ("1.2.4_b",))


def test_metadata_alone_is_nothing_newer() -> None:
    assert current(decide(reference("1.2.3", rule=OCI), "1.2.3 1.2.3_b")).version == "1.2.3"


@pytest.mark.parametrize(
    ("old", "new", "jump"),
    [
        ("1.2.3", "2.0.0", "major"),
        ("1.2.3", "1.3.0", "minor"),
        ("1.2.3", "1.2.4", "patch"),
        ("1.2.3-rc.1", "1.2.3", "prerelease"),
    ],
)
def test_a_jump_is_named_by_its_largest_number(old: str, new: str, jump: str) -> None:
    assert updated(decide(reference(old), f"{old} {new}")).jump == jump


def test_stable_majors_beyond_the_one_in_use_are_counted() -> None:
    settings = configuration(tier(follow="minor"))

    assert current(decide(reference("1.2.3"), "1.2.3 2.0.0 2.1.0 3.0.0 4.0.0-rc.1", settings)).behind == Behind(
        majors=2, first="2.0.0"
    )


class TestAVersionInSemver:
    """`spec.ref.semver: 1.2.3` is a constraint of one version, not the name of a tag."""

    @pytest.mark.parametrize(
        ("old", "offered", "new"),
        [
            pytest.param("1.2.3", "1.2.3 1.2.4", "1.2.4", id="plain"),
            pytest.param("1.2.3", "v1.2.3 v1.2.4", "1.2.4", id="whatever the tags look like"),
            pytest.param("v1.2.3", "1.2.3 1.2.4", "v1.2.4", id="its own v stays"),
            pytest.param("1.2.3", "1.2.3_a 1.2.4_b", "1.2.4", id="metadata decides nothing"),
            pytest.param("1.2.3", "1.2.3 1.2.4 1.2", "1.2.4", id="what Flux does not see"),
        ],
    )
    def test_moves_as_a_constraint(self, old: str, offered: str, new: str) -> None:
        assert updated(decide(reference(pin=in_semver(old), rule=LAYER), offered)).new == new

    @pytest.mark.parametrize("text", ["1.2-rc.1", "1-rc.1.2", "1.2", "1.x.x"])
    def test_a_text_that_a_constraint_takes_as_a_range_is_none(self, text: str) -> None:
        assert held(decide(reference(pin=in_semver(text), rule=LAYER), "1.2.0-rc.1 1.2.3")) == "floating-tag"

    def test_exists_under_any_tag_of_its_precedence(self) -> None:
        assert held(decide(reference(pin=in_semver("1.2.3"), rule=OCI), "1.2.4 1.2.3_b")) == "tag-missing"

    def test_ties_are_named_since_flux_would_take_any_of_them(self) -> None:
        assert updated(decide(reference(pin=in_semver("1.2.3"), rule=OCI), "1.2.3 1.2.4 v1.2.4")).tied == ("v1.2.4",)


def test_the_digest_beside_a_version_is_left_to_the_confirmation() -> None:
    update = updated(decide(reference(pin=exact("1.2.3", OCI, "sha256:0"), rule=OCI), "1.2.3 1.2.4"))

    assert [edit.place.route[-1] for edit in update.edits] == ["tag"]
