"""Whatever a file holds, it is that file's trouble: nothing raises, nothing walks for ever, every place is exact."""

from pathlib import Path

import pytest
from doubles.flux_manifests import helm_repository, release, repository, resolved, together, user
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.flux.files import read_file
from bot.flux.references import resolve
from bot.model.places import Place
from bot.model.references import Reference

_TESTS = Path(__file__).parents[1]
_REAL = tuple(path.read_bytes() for path in sorted((_TESTS / "golden").rglob("*.yaml")))
_JUNK = st.sampled_from(
    [
        *(
            b"{{ x }}",
            b"${",
            b"}",
            b"[",
            b"]",
            b"{",
            b"&a ",
            b"*a ",
            b"<<: *a\n",
            b"---\n",
            b"...\n",
            b"!!str ",
            b"!!int ",
        ),
        *(
            b"\t",
            b"\r",
            b"\x00",
            b"\xff",
            b"\xe2\x80\xa8",
            b"\xef\xbb\xbf",
            b"# x",
            b": ",
            b"- ",
            b"|\n",
            b">-\n",
            b"'",
        ),
        *(b'"', b"spec:", b"kind: List\n", b"items:\n", b"metadata: *a\n", b"null", b"~", b"1e3", b"%TAG ! x\n"),
        b"sops:\n  mac: x\n",
    ]
)
_CHANGE = st.tuples(st.integers(0, 4000), st.integers(0, 60), _JUNK | st.binary(max_size=4))


def _mutated(data: bytes, changes: list[tuple[int, int, bytes]]) -> bytes:
    for at, removed, junk in changes:
        start = at % (len(data) + 1)
        data = data[:start] + junk + data[start + removed :]
    return data


def _check(data: bytes) -> None:
    for reference in resolve([read_file("apps/a.yaml", data)]).references:
        for place in _places(reference):
            token = data[place.start : place.end]
            assert token[:1] in {b"'", b'"', b"|", b">"} or len(token.splitlines()) > 1 or token.decode() == place.text


def _places(reference: Reference) -> tuple[Place, ...]:
    pin = reference.pin
    names = ("version", "digest", "place")
    return tuple(place for place in (getattr(pin, name, None) for name in names) if place)


@given(st.sampled_from(_REAL), st.lists(_CHANGE, max_size=4))
def test_junk_in_real_manifests_never_raises(data: bytes, changes: list[tuple[int, int, bytes]]) -> None:
    _check(_mutated(data, changes))


@pytest.mark.long
@settings(max_examples=10_000, deadline=None)
@given(st.sampled_from(_REAL), st.lists(_CHANGE, max_size=6))
def test_much_junk_in_real_manifests_never_raises(data: bytes, changes: list[tuple[int, int, bytes]]) -> None:
    _check(_mutated(data, changes))


@pytest.mark.parametrize(
    "text",
    [
        "kind: List\nx: &x {kind: HelmRelease}\nitems: [" + "*x, " * 50_000 + "]\n",
        "kind: List\n" + "".join(f"k{i}: 1\n" for i in range(20_000)) + "items:\n" + "- {kind: HelmRelease}\n" * 5_000,
        "kind: List\nitems:\n" + "- {kind: HelmRelease, metadata: &m {name: *m}, spec: *m}\n" * 400,
        "a: &a [1]\n" + "".join(f"b{i}: &b{i} [*a, *a]\n" for i in range(400)) + release(),
        "a0: &a0 [HelmRelease]\n" + "".join(f"a{i}: &a{i} [{f'*a{i - 1}, ' * 9}]\n" for i in range(1, 60)),
        release(version="version: " + "9" * 100_000),
        release(version="version: " + "1." * 100_000),
        release(version="version: 1.2.3 # " + '{"$imagepolicy":' * 10_000),
        release(version="version: '" + "${" * 100_000 + "'"),
        release(name="a" * 1_000_000),
        release(more="suspend: " + "9" * 100_000),
        repository(url="oci://" + "a." * 100_000),
    ],
)
def test_a_hostile_file_is_done_with_in_one_pass(text: str) -> None:
    resolution = resolved({"bad.yaml": text, "good/a.yaml": together(release(), helm_repository())})

    assert "good/a.yaml" in {each.path for each in resolution.references}


def test_a_fleet_of_many_clusters_with_the_same_names_is_joined_in_linear_time() -> None:
    files = {}
    for cluster in range(600):
        files[f"apps/c{cluster}/a.yaml"] = together(release("one"), release("two"), user())
        files[f"clusters/c{cluster}/s.yaml"] = together(
            helm_repository(url=f"oci://r{cluster}.io/a"), repository(url=f"oci://r{cluster}.io/b")
        )
    resolution = resolved(files)

    assert len(resolution.passed_over) == 600 * 4
