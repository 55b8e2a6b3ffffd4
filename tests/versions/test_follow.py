import pytest
from doubles.versions import parse_loose

from bot.versions.constraint import Constraint, InvalidConstraint
from bot.versions.follow import Follow, Reach, limit, parse_follow


def refusal(follow: Follow, current: str, version: str) -> str | None:
    return limit(follow, parse_loose(current)).refusal(parse_loose(version))


@pytest.mark.parametrize(
    ("follow", "current", "taken", "refused"),
    [
        ("any", "1.2.3", "1.2.4 2.0.0", "1.2.3 1.2.2"),
        # The design: minor is ^<version> (so 0.4.2 stays in 0.4).
        ("minor", "1.2.3", "1.2.4 1.3.0", "2.0.0 1.2.2"),
        ("minor", "0.4.2", "0.4.3", "0.5.0"),
        ("minor", "0.0.3", "", "0.0.4 0.1.0"),
        ("minor", "v1.2", "1.2.4 1.3.0", "2.0.0"),
        # The design: patch is ~<version>.
        ("patch", "1.2.3", "1.2.4", "1.3.0 2.0.0"),
        ("patch", "0.4.2", "0.4.3", "0.5.0"),
        # Masterminds reads ~0.0.0 as everything; a tier that follows patches does not
        ("patch", "0.0.0", "0.0.1 0.0.9", "0.1.0 1.0.0"),
        ("patch", "0.0.0-rc.1", "0.0.0-rc.2 0.0.0 0.0.9", "0.1.0 1.0.0"),
        ("exact", "1.2.3", "", "1.2.4 2.0.0"),
        ("1.x", "1.2.3", "1.9.0", "2.0.0 1.2.0"),
        # The design: A stable version never moves to a prerelease, not even where a constraint names one.
        ("any", "1.2.3", "", "1.3.0-rc.1 2.0.0-0"),
        (">=1.0.0-0", "1.2.3", "1.3.0", "1.3.0-rc.1"),
        # The design: a prerelease moves to a stable one or to a later prerelease of the same x.y.z.
        ("any", "1.2.3-rc.1", "1.2.3 1.2.3-rc.2 1.4.0", "1.2.3-rc.0 1.2.4-rc.1 1.2.2"),
        ("minor", "1.2.3-rc.1", "1.2.3-rc.2 1.2.3 1.9.0", "2.0.0 1.9.0-rc.1"),
        ("patch", "1.2.3-rc.1", "1.2.3-rc.2 1.2.3 1.2.9", "1.3.0"),
        ("exact", "1.2.3-rc.1", "", "1.2.3-rc.2 1.2.3"),
        # The design: nothing ever moves downwards, nor to another spelling of the same.
        ("any", "1.2.3", "", "v1.2.3 1.2.3+b 01.2.3 0.9.9"),
    ],
)
def test_a_tier_moves_as_far_as_it_follows(follow: str, current: str, taken: str, refused: str) -> None:
    way = parse_follow(follow)
    assert [version for version in taken.split() if refusal(way, current, version)] == []
    assert [version for version in refused.split() if not refusal(way, current, version)] == []


@pytest.mark.parametrize(
    ("follow", "current", "version", "words"),
    [
        (Reach.PATCH, "1.2.3", "1.3.0", "outside ~1.2.3"),
        (Reach.MINOR, "v1.2.3+b", "2.0.0", "outside ^1.2.3"),
        (Reach.EXACT, "1.2.3", "1.2.4", "outside =1.2.3"),
        (Reach.PATCH, "0.0.0", "0.1.0", "outside ~0.0"),
        (Constraint.parse("1.x"), "1.2.3", "2.0.0", "outside 1.x"),
        (Reach.ANY, "1.2.3", "1.2.2", "not newer than 1.2.3"),
        (Reach.ANY, "1.2.3", "1.3.0-rc.1", "a prerelease, and 1.2.3 is stable"),
        (Reach.ANY, "1.2.3-rc.1", "1.2.4-rc.1", "a prerelease of another version than 1.2.3-rc.1"),
    ],
)
def test_a_refusal_is_a_few_words(follow: Follow, current: str, version: str, words: str) -> None:
    assert refusal(follow, current, version) == words


def test_the_longest_version_in_use_can_be_followed() -> None:
    # Its canonical text is longer than any constraint's version may be.
    current = "1-" + "a" * 254
    assert refusal(Reach.MINOR, current, "1.0.1") is None
    assert refusal(Reach.PATCH, current, "1.1.0") is not None


def test_follow_is_a_name_or_a_constraint() -> None:
    assert [parse_follow(name) for name in ("any", "minor", "patch", "exact")] == list(Reach)
    assert parse_follow("1.x") == Constraint.parse("1.x")


@pytest.mark.parametrize("text", ["Minor", "", "latest", "major"])
def test_anything_else_to_follow_is_an_error(text: str) -> None:
    with pytest.raises(InvalidConstraint):
        parse_follow(text)
