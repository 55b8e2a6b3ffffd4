from doubles.versions import parse_loose
from hypothesis import given
from hypothesis import strategies as st

from bot.versions.constraint import Constraint
from bot.versions.follow import Reach, limit
from bot.versions.tags import TagRule, choose, see_tags
from bot.versions.version import LARGEST_NUMBER, Version, try_flux, try_loose, try_strict

numbers = st.one_of(st.integers(0, 3), st.integers(0, LARGEST_NUMBER))
identifiers = st.one_of(
    st.integers(0, 2**70).map(str),
    st.from_regex(r"[0-9A-Za-z-]*[A-Za-z-][0-9A-Za-z-]*", fullmatch=True).filter(lambda text: len(text) < 30),
)


@st.composite
def versions(draw: st.DrawFn) -> Version:
    text = ".".join(str(draw(numbers)) for _ in range(3))
    prerelease = draw(st.lists(identifiers, max_size=3))
    metadata = draw(st.lists(identifiers, max_size=2))
    text += f"-{'.'.join(prerelease)}" if prerelease else ""
    return parse_loose(text + (f"+{'.'.join(metadata)}" if metadata else ""))


@given(versions())
def test_the_canonical_text_is_read_back_by_every_form(version: Version) -> None:
    again = [try_loose(str(version)), try_strict(str(version)), try_flux(str(version))]
    assert again == [version] * 3
    assert [str(read) for read in again] == [str(version)] * 3


@given(st.text(max_size=40))
def test_whatever_the_strict_form_takes_the_others_take_alike(text: str) -> None:
    strict = try_strict(text)
    assert strict is None or (strict == try_flux(text) == try_loose(text))


@given(versions(), versions(), versions())
def test_precedence_is_a_total_order(one: Version, two: Version, three: Version) -> None:
    assert (one < two) + (one == two) + (one > two) == 1
    low, middle, high = sorted([one, two, three])
    assert low <= middle <= high
    assert low <= high


@given(versions())
def test_a_prerelease_comes_before_its_stable_version(version: Version) -> None:
    stable = parse_loose(".".join(map(str, version.key[:3])))
    assert version == stable or (version < stable) == bool(version.prerelease)


@given(versions(), versions())
def test_bounds_agree_with_precedence(version: Version, bound: Version) -> None:
    def takes(operator: str) -> bool:
        # A second term that every version fulfils admits prereleases.
        return Constraint.parse(f"{operator}{bound.without_metadata} >=0.0.0-0").check(version)

    assert takes(">") == (version > bound)
    assert takes(">=") == takes("=>") == (version >= bound)
    assert takes("<") == (version < bound)
    assert takes("<=") == takes("=<") == (version <= bound)
    assert takes("=") == takes("") == (version == bound)
    assert takes("!=") == (version != bound)


@given(versions(), versions())
def test_limits_made_from_a_version_equal_the_written_ones(version: Version, bound: Version) -> None:
    text = bound.without_metadata
    assert Constraint.caret(bound).check(version) == Constraint.parse(f"^{text}").check(version)
    assert Constraint.equal(bound).check(version) == Constraint.parse(f"={text}").check(version)
    if bound.key[:3] != (0, 0, 0):
        assert Constraint.tilde(bound).check(version) == Constraint.parse(f"~{text}").check(version)


@given(st.sampled_from(Reach), versions(), versions())
def test_no_limit_lets_a_version_down_sideways_or_into_a_new_prerelease(
    reach: Reach, current: Version, version: Version
) -> None:
    if limit(reach, current).refusal(version) is None:
        assert version > current
        assert not version.prerelease or (current.prerelease and version.key[:3] == current.key[:3])


@given(versions(), versions())
def test_each_reach_lies_within_the_next(current: Version, version: Version) -> None:
    order = (Reach.EXACT, Reach.PATCH, Reach.ANY)
    allowed = [limit(reach, current).refusal(version) is None for reach in order]
    assert allowed == sorted(allowed)


@given(st.lists(versions(), max_size=12), st.sampled_from(["*", "1.x", ">=1-0", "<2", "~0 || ^1.1-0"]))
def test_the_choice_is_the_first_of_the_highest_in_the_range(offered: list[Version], text: str) -> None:
    constraint = Constraint.parse(text)
    tags = [str(version).replace("+", "_") for version in offered]
    found = see_tags(tags, TagRule.OCI_REPOSITORY_CHART_LAYER)
    within = [version for version in found.newest_first() if constraint.check(version.version)]
    choice = choose(found.versions, constraint)
    assert (choice is None) == (not within)
    if choice is not None:
        assert [choice.chosen, *choice.tied] == [tag for tag in within if tag.version == within[0].version]


@given(st.lists(st.text(max_size=12), max_size=20), st.sampled_from(TagRule))
def test_whatever_a_registry_lists_its_own_tags_are_seen_in_their_order(tags: list[str], rule: TagRule) -> None:
    listed = iter([*tags, "1.2.3"])
    found = [version.tag for version in see_tags([*tags, "1.2.3"], rule).versions]
    assert found[-1] == "1.2.3"
    assert all(tag in listed for tag in found)  # a search goes on behind what the last one found
