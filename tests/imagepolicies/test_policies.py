"""Which tag a policy takes: tables in the shapes of image-reflector-controller's own tests."""

from random import Random

import pytest

from bot.imagepolicies.policies import Latest, latest
from bot.model.charts import ChartAddress
from bot.model.image_policies import (
    AlphabeticalPolicy,
    FollowedPolicy,
    NumericalPolicy,
    Order,
    PolicyChoice,
    PolicySpec,
    SemverPolicy,
    TagFilter,
)

ASC, DESC = Order.ASCENDING, Order.DESCENDING
IMAGE = ChartAddress(host="ghcr.io", name="a/app")


def policy(
    choice: PolicyChoice, pattern: str = "", extract: str = "", exclusions: tuple[str, ...] = ()
) -> FollowedPolicy:
    only = TagFilter(pattern=pattern, extract=extract) if pattern or extract else None
    spec = PolicySpec(choice=choice, filter=only)
    return FollowedPolicy(name="x/app", image=IMAGE, spec=spec, exclusions=exclusions)


def taken(choice: PolicyChoice, tags: str, pattern: str = "", extract: str = "") -> str:
    found = latest(policy(choice, pattern, extract), tags.split())
    assert isinstance(found, Latest), found
    return found.tag


def problem(choice: PolicyChoice, tags: str, pattern: str = "", exclusions: tuple[str, ...] = ()) -> str:
    found = latest(policy(choice, pattern, exclusions=exclusions), tags.split())
    assert isinstance(found, str), found
    return found


@pytest.mark.parametrize(
    ("text", "tags", "expected"),
    [
        ("2.1.x", "2.1.0 2.1.0.1 2.1.0p 2.1.7 2.2.0 0.1.0", "2.1.7"),
        ("2.1.x", "v2.2.3 v2.1.0 v0.1.0", "v2.1.0"),
        (">=1.0.0", "1.0.0 1.2 2 1.3.0-rc.1", "1.0.0"),
        (">=1.0.0-0", "1.0.0 1.3.0-rc.1", "1.3.0-rc.1"),
        ("*", "1.0.0_b 0.9.0", "0.9.0"),
        ("*", "01.2.3 1.2.2", "01.2.3"),
    ],
)
def test_semver_takes_the_highest_within_the_range(text: str, tags: str, expected: str) -> None:
    assert taken(SemverPolicy(range=text), tags) == expected


@pytest.mark.parametrize(
    ("text", "tags"), [("1.0.x", "b1.2.3 b1.0.0"), ("1.0.x", ""), ("1.0.x", "1.2.0"), ("1x", "1.2.0"), ("", "1.2.0")]
)
def test_semver_without_a_tag_says_why(text: str, tags: str) -> None:
    assert problem(SemverPolicy(range=text), tags)


def test_of_equal_versions_the_first_is_taken_and_the_others_are_told() -> None:
    found = latest(policy(SemverPolicy(range="*")), ["v1.2.3", "1.0.0", "1.2.3", "1.2.3+b"])

    assert found == Latest(tag="v1.2.3", tied=("1.2.3", "1.2.3+b"))


@pytest.mark.parametrize(
    ("order", "tags", "expected"),
    [
        (ASC, "18.04 18.04.1 18.10 22.04 22.10", "22.10"),
        (DESC, "18.04 18.04.1 18.10 22.04 22.10", "18.04"),
        (ASC, "focal jammy noble bionic mantic", "noble"),
        (DESC, "focal jammy noble bionic mantic", "bionic"),
        (ASC, "1706234201 1706364286 1706334092", "1706364286"),
        (DESC, "1706234201 1706364286 1706334092", "1706234201"),
        (ASC, "rel-1706234201 rel-1706364286 rel-1706334092", "rel-1706364286"),
        (ASC, "2024-01-08T21-18-21Z 2022-05-08T21-18-21Z 2024-01-08T19-20-00Z", "2024-01-08T21-18-21Z"),
        (DESC, "2024-01-08T21-18-21Z 2022-05-08T21-18-21Z 2024-01-08T19-20-00Z", "2022-05-08T21-18-21Z"),
        (ASC, "B a A b", "b"),
        (ASC, "9 10", "9"),
    ],
)
def test_alphabetical_takes_the_last_of_the_bytes(order: Order, tags: str, expected: str) -> None:
    assert taken(AlphabeticalPolicy(order=order), tags) == expected


@pytest.mark.parametrize(
    ("order", "tags", "expected"),
    [
        (ASC, "-52 -81 63 62 5 6 5 19 -23", "63"),
        (DESC, "5 -8 -68 25 70 -4 80 92 -20", "-68"),
        (ASC, "37.40896 -17.8520 -17.9306 53.4733 3.2008", "53.4733"),
        (DESC, "-55.2720 57.8294 -80.2908 -80.2907", "-80.2908"),
        (ASC, "1706234201 1706364286 1706334092", "1706364286"),
        (DESC, "1706234201 1706364286 1706334092", "1706234201"),
        (ASC, "7", "7"),
        (DESC, "7", "7"),
        (ASC, "9 10", "10"),
    ],
)
def test_numerical_takes_the_last_number_in_any_order_of_the_list(order: Order, tags: str, expected: str) -> None:
    listed = tags.split()
    for seed in range(5):
        Random(seed).shuffle(listed)
        assert taken(NumericalPolicy(order=order), " ".join(listed)) == expected


@pytest.mark.parametrize("tags", ["0 1a b", "", "latest", "1 1.2.3"])
def test_numerical_wants_numbers_only(tags: str) -> None:
    assert problem(NumericalPolicy(order=ASC), tags)


def test_of_equal_numbers_the_last_is_taken() -> None:
    assert latest(policy(NumericalPolicy(order=ASC)), ["1.0", "1", "0"]) == Latest(tag="1", tied=("1.0",))


@pytest.mark.parametrize(
    ("pattern", "extract", "tags", "expected"),
    [
        ("", "", "a", "a"),
        ("^ver", "", "ver1 ver2 zzz9", "ver2"),
        (r"ver(\d+)", "$1", "ver1 ver3 ver2 rel9", "ver3"),
        (
            r"^(45-[0-9]+\.[a-z0-9]+-debug)",
            "",
            "45-1.abc1-debug 45-1.abc1 45-2.abc4-debug 45-2.abc4",
            "45-2.abc4-debug",
        ),
        (
            r"^(?P<tag>45-[0-9]+\.[a-z0-9]+$)",
            "$tag",
            "45-1.abc1-debug 45-1.abc1 45-2.abc4-debug 45-2.abc4",
            "45-2.abc4",
        ),
        (r"^main-[a-f0-9]+-(?<ts>[0-9]+)", "${ts}", "main-aaa-20 main-fff-10 dev-aaa-30", "main-aaa-20"),
        (r"-(?P<ts>[0-9]+)$", "$ts", "b-1 a-1", "a-1"),
    ],
)
def test_a_filter_says_what_is_compared_and_the_tag_is_written(
    pattern: str, extract: str, tags: str, expected: str
) -> None:
    assert taken(AlphabeticalPolicy(order=ASC), tags, pattern, extract) == expected


def test_a_version_is_compared_as_it_is_extracted() -> None:
    choice = SemverPolicy(range=">=1.0.0")

    assert taken(choice, "app-1.9.0 app-1.10.0 other-2.0.0", "^app-(?P<v>.*)", "$v") == "app-1.10.0"


def test_what_the_repository_leaves_out_is_not_seen() -> None:
    choice = AlphabeticalPolicy(order=ASC)
    left = policy(choice, exclusions=("^z", r"\.sig$"))

    assert latest(left, ["a", "b.sig", "z"]) == Latest(tag="a")


@pytest.mark.parametrize("pattern", ["(", r"(a)\1", "a(?=b)", r"\Z"])
def test_a_bad_pattern_is_told(pattern: str) -> None:
    assert "pattern" in problem(AlphabeticalPolicy(order=ASC), "a", pattern)
    assert "pattern" in problem(AlphabeticalPolicy(order=ASC), "a", exclusions=(pattern,))


def test_a_hostile_pattern_is_answered() -> None:
    # `re` would take days for this.
    assert problem(AlphabeticalPolicy(order=ASC), "a" * 126, r"^(([0-9A-Za-z])+.?)+\.final$")
