"""A range is too wide where Flux will by itself take a version that tier, rule or comment refuse."""

import pytest
from builders import HELM, OCI, configuration, ranged, reference, rule, tags, tier
from doubles.versions import parse_loose
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from bot.model.references import RangePin
from bot.model.tiers import Configuration
from bot.model.verdicts import Current
from bot.reason import Reason, Weight
from bot.selection.limits import Limits, limits_of
from bot.selection.ranges import decide_range
from bot.selection.width import past_limits
from bot.versions.constraint import Constraint
from bot.versions.tags import TaggedVersion
from bot.versions.version import Version

MINOR, PATCH, EXACT, ANY = (configuration(tier("dev", follow)) for follow in ("minor", "patch", "exact", "any"))
LIVE = configuration(tier("live", "exact", production=True))


def limited(settings: Configuration, comment: str = "") -> Limits:
    limits = limits_of(reference(comment=comment), settings.tiers[0], settings)
    assert isinstance(limits, Limits)
    return limits


def remark(settings: Configuration, pin: RangePin, offered: str, comment: str = "") -> Reason | None:
    one = reference(pin=pin, rule=OCI if pin.tag_filter else HELM, comment=comment)
    decision = decide_range(one, pin, tags(offered), limited(settings, comment))
    assert isinstance(decision, Current), decision
    return decision.remark


def why(settings: Configuration, constraint: str, offered: str = "1.2.3", comment: str = "") -> str:
    found = remark(settings, ranged(constraint), offered, comment)
    return found.sentence.partition(" takes: ")[2] if found else ""


@pytest.mark.parametrize(
    ("settings", "constraint", "refused"),
    [
        pytest.param(PATCH, "1.x", "1.3.0 is outside ~1.2.3", id="a minor range in a tier of patches"),
        pytest.param(PATCH, "^1.2.0", "1.3.0 is outside ~1.2.3", id="as a caret"),
        pytest.param(PATCH, ">=1.2.0", "1.3.0 is outside ~1.2.3", id="without an end"),
        pytest.param(PATCH, "1.2.x", "", id="patches in a tier of patches"),
        pytest.param(PATCH, "~1.2.1", "", id="as a tilde"),
        pytest.param(PATCH, ">=1.0.0 <1.3.0", "", id="with an end"),
        pytest.param(PATCH, ">=1.0.0 <1.3.1", "1.3.0 is outside ~1.2.3", id="with an end one version too far"),
        pytest.param(PATCH, "1.2.x || 2.5.x", "2.5.0 is outside ~1.2.3", id="a second range far away"),
        pytest.param(PATCH, "1.2.3 || 4.5.6", "4.5.6 is outside ~1.2.3", id="a second version far away"),
        pytest.param(PATCH, "<=1.3", "1.3.0 is outside ~1.2.3", id="up to a minor version, that included"),
        pytest.param(MINOR, "1.x", "", id="minor versions in a tier of these"),
        pytest.param(MINOR, "*", "2.0.0 is outside ^1.2.3", id="everything"),
        pytest.param(MINOR, ">0", "2.0.0 is outside ^1.2.3", id="everything after a major version"),
        pytest.param(ANY, "*", "", id="everything in a tier that takes it"),
        pytest.param(ANY, ">=1.0.0-0", "1.2.4-rc.1 is a prerelease, and 1.2.3 is stable", id="prereleases"),
        pytest.param(EXACT, "1.2.x", "tier dev follows nothing by itself", id="any range in an exact tier"),
        pytest.param(EXACT, "<=1.2.3", "", id="one that ends where it is"),
        pytest.param(LIVE, "1.2.x", "production is never edited by itself", id="above all in production"),
        pytest.param(LIVE, "=1.2.3", "", id="one version alone"),
    ],
)
def test_width_is_what_flux_will_take_and_the_tier_refuses(
    settings: Configuration, constraint: str, refused: str
) -> None:
    assert why(settings, constraint) == refused


def test_it_is_relative_to_the_version_that_runs() -> None:
    assert why(PATCH, "1.x", "1.2.3 1.9.0 2.0.0") == "1.10.0 is outside ~1.9.0"


def test_what_a_rule_skips_and_a_comment_narrows_counts_as_well() -> None:
    skips = configuration(tier("dev", "any"), rules=[rule(skip=["1.5.x"])])

    assert why(skips, "1.x") == "1.5.0 is skipped by a rule (1.5.x)"
    assert why(skips, "1.2.x") == ""
    assert why(ANY, "1.x", comment="1.2.x") == "1.3.0 is outside 1.2.x, the comment on its line"


def test_what_runs_already_may_be_past_the_limits() -> None:
    assert why(configuration(tier("dev", "6.x")), ">=6 <=7.0.0", "6.5.0 7.0.0") == (
        "7.0.0, which runs now, is outside 6.x"
    )
    skips = configuration(tier("dev", "exact"), rules=[rule(skip=["1.2.3"])])
    assert why(skips, "<=1.2.3") == "1.2.3, which runs now, is skipped by a rule (1.2.3)"


def test_only_tags_that_pass_the_filter_count() -> None:
    assert remark(PATCH, ranged(">=1.0.0", r"^1\.2\.\d+$"), "1.2.3 1.3.0") is None
    found = remark(PATCH, ranged(">=1.0.0-0", "-prod$"), "v1.2.3-prod v1.9.0")
    assert found
    assert found.sentence.endswith("1.2.4-prod is a prerelease of another version than 1.2.3-prod")


def test_the_reason_is_an_annotation_and_names_range_and_tier() -> None:
    wide = remark(LIVE, ranged("1.x"), "1.2.3")
    absent = remark(LIVE, RangePin(constraint="*"), "1.2.3")

    assert wide
    assert absent
    assert wide.weight is Weight.WARNING
    assert wide.sentence.startswith("Flux moves `1.x` by itself, past what tier live takes: ")
    assert absent.sentence.startswith("no version is written, and Flux takes the newest by itself, past what tier live")


NUMBER = st.integers(0, 3)
TEXT = st.builds("{}.{}.{}{}".format, NUMBER, NUMBER, NUMBER, st.sampled_from(["", "", "", "-rc.1"]))
TERM = st.one_of(
    st.builds("{}{}".format, st.sampled_from(["", "=", ">", ">=", "<", "<=", "~", "^", "!="]), TEXT),
    st.builds("{}{}.{}".format, st.sampled_from(["", "<=", ">", "~", "^"]), NUMBER, st.one_of(NUMBER, st.just("x"))),
    st.sampled_from(["*", ">=1.0.0, <=2.1.0", ">=1.0.0-0"]),
)
CONSTRAINT = st.lists(st.lists(TERM, min_size=1, max_size=2).map(" ".join), min_size=1, max_size=2).map(" || ".join)
GRID = tuple(
    parse_loose(f"{major}.{minor}.{patch}{suffix}")
    for major in range(6)
    for minor in range(6)
    for patch in range(6)
    for suffix in ("", "-rc.1")
)


@given(
    running=TEXT,
    constraint=CONSTRAINT,
    follow=st.one_of(st.sampled_from(["any", "minor", "patch", "exact"]), CONSTRAINT),
    comment=st.one_of(st.just(""), CONSTRAINT),
    production=st.booleans(),
)
def test_it_agrees_with_trying_every_version(
    *, running: str, constraint: str, follow: str, comment: str, production: bool
) -> None:
    limits = limited(configuration(replace(tier("dev", follow), production=production)), comment)
    runs, within = parse_loose(running), Constraint.parse(constraint)
    found = past_limits(TaggedVersion(version=runs, tag=running, text=running), within, limits, None)

    assert bool(found) == (
        limits.objection(runs) is not None or any(_refused(limits, within, runs, each) for each in GRID)
    )


def _refused(limits: Limits, within: Constraint, runs: Version, newer: Version) -> bool:
    return newer > runs and within.check(newer) and limits.refusal(newer, limits.reach(runs)) is not None
