"""Which references of the tiers before stand for one of production's."""

import pytest
from builders import OCI, PODINFO, alone, digest, exact, in_semver, ranged, reference
from msgspec.structs import replace

from bot.model.places import ObjectId
from bot.model.references import Reference
from bot.model.tiers import Mirror
from bot.promotion.pairing import counterparts, exact_version
from bot.reason import Reason

MIRRORS = (Mirror(copy="mirror.example/*", original="ghcr.io/x/*"),)


def ref(
    version: str = "1.2.4",
    *,
    name: str = "podinfo",
    namespace: str = "x",
    chart: str = PODINFO,
    path: str = "s/a.yaml",
    suspended: bool = False,
) -> Reference:
    found = reference(version, chart=chart, path=path, suspended=suspended)
    return replace(found, object=ObjectId(kind="HelmRelease", namespace=namespace, name=name))


UPPER = ref("1.2.3", path="live/a.yaml")
EVIL = "evil.example/x/podinfo"


def paired(*lower: Reference, upper: Reference = UPPER, **more: tuple[Reference, ...]) -> list[str] | str:
    """The files of the counterparts; or the reason's id."""
    found = counterparts(upper, {"staging": lower, **more}, MIRRORS)
    return found.id if isinstance(found, Reason) else [one.reference.path for one in found]


@pytest.mark.parametrize(
    ("lower", "expected"),
    [
        pytest.param((ref(),), ["s/a.yaml"], id="the same object"),
        pytest.param((ref(), ref(path="s/b.yaml")), ["s/a.yaml", "s/b.yaml"], id="of two clusters"),
        pytest.param((ref(), ref("1.2.5", name="canary", path="s/b.yaml")), ["s/a.yaml"], id="before another object"),
        pytest.param(
            (ref("1.2.5", namespace="y", path="s/b.yaml"), ref()), ["s/a.yaml"], id="before another namespace"
        ),
        pytest.param((ref(namespace="y"), ref("1.2.5", name="z", path="s/b.yaml")), ["s/a.yaml"], id="the same name"),
        pytest.param((ref(name="staged"),), ["s/a.yaml"], id="the only one of the chart"),
        pytest.param((ref(name="a"), ref(name="b", path="s/b.yaml")), ["s/a.yaml", "s/b.yaml"], id="all of the chart"),
        pytest.param((ref(chart="mirror.example/podinfo"),), ["s/a.yaml"], id="at a mirror"),
        pytest.param((ref(suspended=True), ref(path="s/b.yaml")), ["s/b.yaml"], id="but what is suspended"),
        pytest.param((ref("v1.2.4"), ref(path="s/b.yaml")), ["s/a.yaml", "s/b.yaml"], id="two spellings of one"),
        pytest.param((), "not-used-below", id="nothing"),
        pytest.param((ref(chart="ghcr.io/x/redis", name="redis"),), "not-used-below", id="only other charts"),
        pytest.param((ref(chart=EVIL),), "other-chart", id="the same object of another chart"),
        pytest.param((ref(chart=EVIL, namespace="y"),), "other-chart", id="the same name of another chart"),
        pytest.param((ref(chart=EVIL), ref(name="b")), "other-chart", id="and another object of this one"),
        pytest.param((ref(chart=EVIL), ref(path="s/b.yaml")), ["s/b.yaml"], id="and the same object of this one"),
        pytest.param((ref(suspended=True),), "suspended-below", id="suspended"),
        pytest.param((ref(suspended=True), ref(name="b")), "suspended-below", id="suspended, and another object"),
        pytest.param((ref(), ref("1.2.5", path="s/b.yaml")), "differs-below", id="clusters differ"),
        pytest.param((ref("1.2.4+a"), ref("1.2.4+b", path="s/b.yaml")), "differs-below", id="builds differ"),
        pytest.param((ref(name="a"), ref("1.2.5", name="b")), "no-counterpart", id="of no name and different"),
    ],
)
def test_the_nearest_that_agree_are_taken(lower: tuple[Reference, ...], expected: list[str] | str) -> None:
    assert paired(*lower) == expected


def test_a_cell_says_which_tier_disagrees_with_itself_or_that_several_do() -> None:
    one, other = ref("1.2.4"), ref("1.2.5", path="s/b.yaml")
    within = counterparts(UPPER, {"staging": (one, other)}, MIRRORS)
    between = counterparts(UPPER, {"staging": (one,), "canary": (other,)}, MIRRORS)
    assert isinstance(within, Reason)
    assert isinstance(between, Reason)
    assert (within.words, between.words) == ("staging disagrees", "the tiers before it disagree")


@pytest.mark.parametrize("turned", [False, True])
def test_every_tier_before_counts(turned: bool) -> None:  # noqa: FBT001 - a table
    one, other = (ref("1.2.4"),), (ref("1.2.5", path="c/a.yaml"),)
    first, second = (other, one) if turned else (one, other)
    assert paired(*first, canary=second) == "differs-below"
    assert paired(*one, canary=(ref(path="c/a.yaml"),)) == ["s/a.yaml", "c/a.yaml"]
    assert paired(*one, canary=()) == "not-used-below"


@pytest.mark.parametrize("pin", [ranged("1.x"), alone(digest("a")), exact("latest", OCI), exact("1.2", OCI)])
def test_what_writes_no_exact_version_is_no_evidence(pin: object) -> None:
    unwritten = replace(ref(), pin=pin, tag_rule=OCI)
    assert exact_version(unwritten) is None
    assert paired(unwritten) == "no-exact-version"


def test_a_constraint_that_one_version_meets_is_that_version() -> None:
    found = replace(ref(), pin=in_semver("1.2.4"), tag_rule=OCI)
    assert str(exact_version(found)) == "1.2.4"
    assert paired(found) == ["s/a.yaml"]
