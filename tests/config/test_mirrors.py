"""`same-as` and `ranges` of the configuration file."""

import pytest

from bot.config.loading import load
from bot.errors import ConfigurationError
from bot.model.tiers import Configuration, Mirror, RangesPolicy

SHAPE = "Write an address such as `ghcr.io/org/charts/app`, or all that it begins with and `/*`"
CHAIN = "Write the address that no mirror has on the right side of both"


def loaded(keys: str) -> Configuration:
    return load(f"tiers: {{dev: {{paths: [a/**]}}}}\n{keys}\n".encode(), "c.yaml")


def faults(same_as: str) -> list[str]:
    with pytest.raises(ConfigurationError) as caught:
        loaded(f"same-as: {same_as}")
    return [str(fault) for fault in caught.value.faults]


def test_mirrors_and_the_policy_on_ranges_are_read() -> None:
    both = loaded('same-as: {"harbor.corp/ghcr/*": "ghcr.io/*", localhost:5000/a: docker.io/b/c}\nranges: pin')

    assert both.ranges is RangesPolicy.PIN
    assert both.mirrors == (
        Mirror(copy="harbor.corp/ghcr/*", original="ghcr.io/*"),
        Mirror(copy="localhost:5000/a", original="docker.io/b/c"),
    )


def test_without_a_word_ranges_are_kept_and_nothing_is_a_mirror() -> None:
    assert (loaded("").ranges, loaded("").mirrors) == (RangesPolicy.KEEP, ())


@pytest.mark.parametrize(
    ("same_as", "said"),
    [
        ('{"oci://a.b/*": "c.d/*"}', "the address `oci://a.b/*` has a scheme. Write `a.b/*`"),
        ('{"a.b/**": "c.d/*"}', f"`a.b/**` holds * elsewhere than in a last `/*`. {SHAPE}"),
        ('{"a.b/*/c": "c.d/*"}', f"`a.b/*/c` holds * elsewhere than in a last `/*`. {SHAPE}"),
        ('{"a.b/Up/*": "c.d/*"}', f"`a.b/Up/*` is not an address of charts. {SHAPE}"),
        ('{"": "c.d/*"}', f"`` is not an address of charts. {SHAPE}"),
        ('{"/*": "c.d/*"}', f"`/*` is not an address of charts. {SHAPE}"),
        ('{"user:pw@a.b/*": "c.d/*"}', f"`user:pw@a.b/*` is not an address of charts. {SHAPE}"),
        ('{"a.b/*": "c.d/x"}', "only one of `a.b/*` and `c.d/x` ends in `/*`. End both in it, or none"),
        (
            '{"index.docker.io/*": "c.d/*"}',
            "`index.docker.io/*` is not how this address is compared. Write `docker.io/*`",
        ),
        ('{"nginx": "c.d/x"}', "`nginx` is not how this address is compared. Write `docker.io/library/nginx`"),
    ],
)
def test_a_side_that_is_no_address_is_told_at_its_mirror(same_as: str, said: str) -> None:
    assert faults(same_as) == [f"c.yaml:2:11: {said}"]


@pytest.mark.parametrize(
    ("same_as", "at", "said"),
    [
        ('{"a.b/*": "a.b/c/*"}', 20, "`a.b/c/*` is the own address here, and that of a mirror in `a.b/*`"),
        (
            '{"a.b/*": "c.d/*", "c.d/x": "e.f/x"}',
            20,
            "`c.d/*` is the own address here, and that of a mirror in `c.d/x`",
        ),
    ],
)
def test_no_address_is_a_mirror_s_and_a_chart_s_own(same_as: str, at: int, said: str) -> None:
    assert faults(same_as) == [f"c.yaml:2:{at}: {said}. {CHAIN}"]


def test_a_circle_is_told_at_each_of_its_sides() -> None:
    assert len(faults('{"a.b/*": "c.d/*", "c.d/*": "a.b/*"}')) == 2


def test_other_mirrors_are_still_judged_beside_one_of_a_wrong_shape() -> None:
    first, second = faults('{"a.b/*": 5, "x.y/*/b": "z.z/q"}')

    assert 'Write it in quotes: "5"' in first
    assert "`x.y/*/b` holds *" in second


def test_an_unknown_policy_names_the_known_ones() -> None:
    with pytest.raises(ConfigurationError, match="Write one of: keep, pin"):
        loaded("ranges: narrow")
