"""One chart under two addresses has one of them to be told by."""

import pytest
from builders import configuration, source

from bot.planning.mirrors import canonical, overlap, same_as

MIRRORS = configuration(
    same_as={
        "harbor.corp/ghcr/*": "ghcr.io/*",
        "harbor.corp/ghcr/special/*": "quay.io/special/*",
        "harbor.corp/one": "ghcr.io/x/one",
    }
).mirrors


@pytest.mark.parametrize(
    ("address", "told"),
    [
        ("harbor.corp/ghcr/x/charts/podinfo", "ghcr.io/x/charts/podinfo"),
        ("harbor.corp/ghcr/x", "ghcr.io/x"),
        ("harbor.corp/ghcr/special/a", "quay.io/special/a"),
        ("harbor.corp/one", "ghcr.io/x/one"),
    ],
)
def test_a_mirrored_chart_is_told_by_its_own_address(address: str, told: str) -> None:
    assert str(canonical(source(address).address, MIRRORS)) == told


@pytest.mark.parametrize("address", ["ghcr.io/x/podinfo", "harbor.corp/ghcrx/podinfo", "harbor.corp/one/two"])
def test_every_other_chart_stays_what_it_is(address: str) -> None:
    assert same_as(source(address).address, MIRRORS) is None
    assert str(canonical(source(address).address, MIRRORS)) == address


@pytest.mark.parametrize(
    ("first", "second", "common"),
    [
        ("a.b/*", "a.b/*", True),
        ("a.b/*", "a.b/c/*", True),
        ("a.b/*", "a.b/c", True),
        ("a.b/c", "a.b/c", True),
        ("a.b/c", "a.b/c/*", False),
        ("a.b/*", "a.bc/*", False),
        ("a.b/c", "a.b/d", False),
    ],
)
def test_sides_overlap_where_an_address_fits_both(first: str, second: str, common: bool) -> None:  # noqa: FBT001 - a table
    assert overlap(first, second) is overlap(second, first) is common
