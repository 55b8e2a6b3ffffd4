"""How far back each way to follow lets a version go."""

import pytest
from doubles.versions import parse_loose
from hypothesis import given
from hypothesis import strategies as st

from bot.versions.back import refusal_to_return
from bot.versions.follow import Reach, parse_follow


def refusal(follow: str, current: str, version: str) -> str | None:
    return refusal_to_return(parse_follow(follow), parse_loose(current), parse_loose(version))


@pytest.mark.parametrize(
    ("follow", "current", "taken", "refused"),
    [
        ("patch", "1.2.3", "1.2.2 1.2.0", "1.1.9 0.9.0 1.2.3 1.2.4 1.2.2-rc.1"),
        ("minor", "1.2.3", "1.2.2 1.0.0", "0.9.0"),
        ("minor", "0.4.2", "0.4.1 0.4.0", "0.3.9"),
        ("minor", "0.0.3", "", "0.0.2"),
        # Within the next lower major, since nobody said how far back.
        ("any", "3.1.0", "3.0.0 2.9.9 2.0.0", "1.9.9"),
        ("exact", "1.2.3", "", "1.2.2"),
        # A constraint allows what it names.
        ("1.2.x", "1.2.3", "1.2.2", "1.1.0"),
        (">=1.0.0", "3.0.0", "2.0.0 1.0.0", "0.9.0"),
        # Stable never to a prerelease; a prerelease to a stable one, or to an earlier one of the same numbers.
        ("any", "1.2.3-rc.2", "1.2.3-rc.1 1.2.2", "1.2.2-rc.1"),
        ("any", "1.2.3", "", "1.2.3+b v1.2.3"),
    ],
)
def test_each_way_to_follow_goes_back_as_near_as_it_goes_up(
    follow: str, current: str, taken: str, refused: str
) -> None:
    assert {text: refusal(follow, current, text) for text in taken.split()} == dict.fromkeys(taken.split())
    assert all(refusal(follow, current, text) for text in refused.split())


NUMBERS = st.tuples(*[st.integers(0, 4)] * 3).map(lambda each: ".".join(map(str, each)))


@given(follow=st.sampled_from([each.value for each in Reach] + ["1.x", ">=0.2.0"]), one=NUMBERS, other=NUMBERS)
def test_only_what_is_lower_is_ever_gone_back_to_and_two_majors_only_by_a_constraint(
    follow: str, one: str, other: str
) -> None:
    current, version = parse_loose(one), parse_loose(other)
    allowed = refusal(follow, one, other) is None

    assert not allowed or version < current
    assert not allowed or follow not in set(Reach) or current.major - version.major <= 1
