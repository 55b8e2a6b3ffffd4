"""An edit at the place that decides a value changes the values that the place decides, and no other."""

import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from random import Random
from typing import NamedTuple, TypeAlias

import pytest
from kustomize.generated_clusters import generate_fleet
from kustomize.generated_trees import GeneratedTree, generate
from kustomize.judging import FIELDS, HELD, Built, ask, graph_of, program

from bot.kustomize.built_object import BuiltObject
from bot.kustomize.decisions import Decision
from bot.kustomize.graph import Graph, Root
from bot.kustomize.nested_edit import plan, prove_edits
from bot.kustomize.nested_places import NestedPlace
from bot.model.places import Place
from bot.yamltext.nodes import YamlText
from bot.yamltext.reading import read
from bot.yamltext.splices import Splice, apply
from bot.yamltext.strings import may_stand_plain

_NEW = "9.8.7"
_VERSIONS = frozenset(".".join(each) for each in FIELDS if each[-1] in {"version", "tag", "semver", "digest"})
_CHUNK = 100
_MOST_REFUSED = 0.1


class _Key(NamedTuple):
    """One field of one object of one root."""

    cluster: str
    applier: str
    folder: str
    object: str
    field: str


_Decided: TypeAlias = dict[_Key, Decision | str]


def _decided(graph: Graph) -> _Decided:
    """Every field of every root and object, with its place; reasons as texts."""
    return {
        _key(root, each, ".".join(route)): found if isinstance(found, Decision) else str(found)
        for root in graph.roots
        for each in root.objects
        for route in FIELDS
        if (found := each.field(*route)) is not None
    }


def _key(root: Root, each: BuiltObject, field: str) -> _Key:
    name = f"{each.object.kind} {each.object.namespace}/{each.object.name}"
    return _Key(root.cluster, str(root.applier or ""), root.folder, name, field)


def _places(decided: _Decided) -> list[Place]:
    """The editable places of versions, each once."""
    found = {
        _mark(each.place): each.place
        for key, each in decided.items()
        if key.field in _VERSIONS
        and isinstance(each, Decision)
        and isinstance(each.place, Place)
        and _can_be_new(each, each.place)
    }
    return [found[key] for key in sorted(found)]


def _can_be_new(each: Decision, place: Place) -> bool:
    """Whether the new version can be written there, and stays a text where Flux puts it."""
    new = _new(place)
    written = not isinstance(place, NestedPlace) or place.scalar_for(new) is not None
    return written and (may_stand_plain(new) or not each.read_again)


def _mark(place: Place) -> tuple[str, int, tuple[str, str]]:
    """What tells one place from another: a scalar may write several, each with another text around it."""
    return place.path, place.start, place.around if isinstance(place, NestedPlace) else ("", "")


def _new(place: Place) -> str:
    before, behind = place.beside if isinstance(place, NestedPlace) else ("", "")
    return f"{before}{_NEW}{behind}"


def _texts(decided: _Decided) -> dict[_Key, str]:
    return {key: each.text if isinstance(each, Decision) else each for key, each in decided.items()}


def _after(each: Decision | str, place: Place) -> str:
    """What a field is once the place has the new version."""
    if isinstance(each, str):
        return each
    return _new(each.place) if isinstance(each.place, Place) and _mark(each.place) == _mark(place) else each.text


def _may_change(each: Decision | str, place: Place) -> bool:
    """Whether a value says that it may change: the place decides a part of it, or it was held for what it was."""
    if isinstance(each, str):
        return "a value with variables is" in each
    return _mark(place) in map(_mark, each.parts)


def _edited(files: Mapping[str, bytes], place: Place) -> dict[str, bytes] | None:
    """The files with a new version at a place, None where the edit is refused."""
    file = read(files[place.path])
    assert isinstance(file, YamlText)
    splice = plan(file, place, _new(place))
    if not isinstance(splice, Splice):
        return None
    after = apply(file.data, [splice])
    assert prove_edits(file, after, [(place, _new(place))]) is None
    return {**files, place.path: after}


def _edits(files: Mapping[str, bytes], places: list[Place]) -> Iterator[tuple[Place, dict[str, bytes]]]:
    for place in places:
        if after := _edited(files, place):
            yield place, after


def _check(files: Mapping[str, bytes]) -> tuple[int, int]:
    """Edit every place of a tree, one at a time; how many there were, and how many of them were edited."""
    before = _decided(graph_of(files))
    places = _places(before)
    edits = list(_edits(files, places))
    for place, after in edits:
        wanted = {key: _after(each, place) for key, each in before.items() if not _may_change(each, place)}
        found = _texts(_decided(graph_of(after)))
        assert found == found | wanted, place
    return len(places), len(edits)


def test_an_edit_changes_what_its_place_decides_and_nothing_else() -> None:
    counts = [_check(generate(seed).files) for seed in range(150)]

    places, edits = (sum(each) for each in zip(*counts, strict=True))
    assert places > 400
    assert places - edits < _MOST_REFUSED * places


def test_an_edit_of_a_fleet_changes_what_its_place_decides_and_nothing_else() -> None:
    counts = [_check(generate_fleet(seed).files) for seed in range(100)]

    places, edits = (sum(each) for each in zip(*counts, strict=True))
    assert places > 200
    assert places - edits < _MOST_REFUSED * places


def test_places_lie_in_files_in_literal_blocks_in_variables_and_under_several_roots() -> None:
    trees = [*(generate(seed).files for seed in range(40)), *(generate_fleet(seed).files for seed in range(20))]
    found = [(before, place) for each in trees for before in [_decided(graph_of(each))] for place in _places(before)]
    nested = [place for _, place in found if isinstance(place, NestedPlace)]

    assert sum(each.inner is not None for each in nested) > 20
    assert any(each.around != ("", "") for each in nested)
    assert any(each.beside != ("", "") for each in nested)
    assert any(place.route[:-1] == ("spec", "postBuild", "substitute") for _, place in found)
    assert any(place.route[:1] == ("data",) for _, place in found)
    assert any(
        len({key[:3] for key, each in before.items() if _after(each, place) == _NEW}) > 1 for before, place in found
    )


@pytest.mark.long
@pytest.mark.parametrize("start", range(1_000, 1_500, _CHUNK))
def test_an_edit_of_any_fleet_changes_what_its_place_decides_and_nothing_else(start: int) -> None:
    assert sum(_check(generate_fleet(seed).files)[1] for seed in range(start, start + _CHUNK)) > _CHUNK


@pytest.mark.long
@pytest.mark.parametrize("start", range(1_000, 1_500, _CHUNK))
def test_an_edit_of_any_tree_changes_what_its_place_decides_and_nothing_else(start: int) -> None:
    assert sum(_check(generate(seed).files)[1] for seed in range(start, start + _CHUNK)) > _CHUNK


@pytest.mark.long
@pytest.mark.real
@pytest.mark.parametrize("start", range(1_000, 1_500, _CHUNK))
def test_kustomize_builds_of_an_edited_tree_what_we_say(start: int) -> None:
    kustomize = program()

    for seed in range(start, start + _CHUNK):
        tree = generate(seed)
        places = _places(_decided(graph_of(tree.files)))
        chosen = Random(seed).sample(places, min(2, len(places)))
        for place, files in _edits(tree.files, chosen):
            assert _lies(tree, files, kustomize) == [], (seed, place)


def _lies(tree: GeneratedTree, files: dict[str, bytes], kustomize: str) -> list[tuple[_Key, str]]:
    """Values that we tell of edited files and that the real program does not build."""
    ours = _texts({key: each for key, each in _decided(graph_of(files)).items() if isinstance(each, Decision)})
    edited = GeneratedTree(files=files, roots=tree.roots, unfollowed=tree.unfollowed)
    with tempfile.TemporaryDirectory() as folder:
        real = ask(kustomize, edited, Path(folder))
    return [(key, text) for key, text in ours.items() if _value(real, key) != text]


def _value(real: Mapping[str, Built | None], key: _Key) -> str:
    return (real[key.folder] or {}).get(key.object, {}).get(key.field, HELD)
