"""What holds of every choice, whatever tags a registry lists and whatever a tier follows."""

from builders import HELM, LAYER, OCI, configuration, in_semver, reference, rule, tags, tier
from doubles.versions import parse_loose
from hypothesis import given
from hypothesis import strategies as st

from bot.model.references import ExactPin, Reference
from bot.model.verdicts import Current, Held, Update
from bot.reason import Reason
from bot.selection.limits import limits_of
from bot.selection.pins import decide_pin
from bot.versions.constraint import Constraint
from bot.versions.follow import limit, parse_follow
from bot.versions.tags import TagRule
from bot.versions.version import Version, try_flux

NUMBER = st.integers(0, 3).map(str)
SUFFIX = st.sampled_from(["", "", "", "-rc.1", "-rc.2", "-alpha", "_b1", "_b2", "-rc.1_b"])
VERSION = st.builds("{}{}.{}.{}{}".format, st.sampled_from(["", "", "v"]), NUMBER, NUMBER, NUMBER, SUFFIX)
TAG = st.one_of(VERSION, VERSION, st.sampled_from(["latest", "1.2", "sha256-0", "1.2.3.4", "!", "01.2.0", "1.2-rc.1"]))
FOLLOW = st.sampled_from(["any", "minor", "patch", "exact", "1.x", ">=1.0.0 <2.1.0", "~2.1.0-0", "*"])
COMMENT = st.sampled_from(["", "", "1.x", "<2.0.0", ">=1.0.0-0"])
KIND = st.sampled_from(TagRule)


@st.composite
def cases(draw: st.DrawFn) -> tuple[Reference, str, str, str, bool]:
    """A reference to a version of the list, the list, how far its tier follows, and what a rule skips."""
    kind = draw(KIND)
    used = draw(VERSION)
    offered = draw(st.permutations([*draw(st.lists(TAG, max_size=12)), used]))
    text = used.replace("_", "+") if kind is HELM else used
    if kind is not HELM and draw(st.booleans()) and "_" not in used:
        one = reference(pin=in_semver(text), rule=kind, comment=draw(COMMENT))
    else:
        one = reference(text, rule=kind, comment=draw(COMMENT))
    return one, " ".join(offered), draw(FOLLOW), draw(st.sampled_from(["", "2.x", "1.2.3"])), draw(st.booleans())


def read(text: str) -> Version | None:
    return try_flux(text.replace("_", "+"))


@given(cases())
def test_a_candidate_is_newer_within_every_limit_and_every_newer_version_is_answered(
    case: tuple[Reference, str, str, str, bool],
) -> None:
    one, offered, follow, skip, production = case
    settings = configuration(tier(follow=follow, production=production), rules=[rule(skip=[skip] if skip else [])])
    limits = limits_of(one, settings.tiers[0], settings)
    assert isinstance(one.pin, ExactPin)
    assert not isinstance(limits, Reason)
    decision = decide_pin(one, one.pin, tags(offered), limits)
    used = parse_loose(one.pin.version.text.replace("_", "+"))
    if isinstance(decision, Held):
        assert decision.reason.id == "limits-disjoint"
        return
    assert isinstance(decision, Update | Current)
    taken = used
    if isinstance(decision, Update):
        taken = parse_loose(decision.new.replace("_", "+"))
        _check_move(used, taken, follow, one.narrowed_by, skip)
        assert not production
        assert follow != "exact"
        assert decision.tag in offered.split()
        assert decision.new.startswith("v") == one.pin.version.text.startswith("v")
    answered = {read(refused.tag) for refused in decision.refused}
    seen = {version for tag in offered.split() if (version := _seen(tag, one)) and version > taken}
    assert answered == seen


def _check_move(used: Version, taken: Version, follow: str, comment: str, skip: str) -> None:
    assert taken > used
    assert not taken.prerelease or (used.prerelease and taken.key[:3] == used.key[:3])
    within = limit(parse_follow(follow), used).within
    bounds = [within, Constraint.parse(comment) if comment else None]
    assert all(bound.check(taken) for bound in bounds if bound)
    assert not (skip and Constraint.parse(skip).check(taken))


def _seen(tag: str, one: Reference) -> Version | None:
    """A version that may be newer: for a pin every full version, for a constraint what Flux sees of it."""
    assert isinstance(one.pin, ExactPin)
    as_constraint = one.pin.version.route[-1] == "semver"
    if as_constraint and one.tag_rule is OCI:
        return try_flux(tag)
    assert one.tag_rule in {HELM, OCI, LAYER}
    return read(tag)
