"""An edit at the place that decides a value changes the values that the place decides, and no other."""

import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from random import Random

import pytest
from kustomize.generated_trees import GeneratedTree, generate
from kustomize.judging import FIELDS, HELD, Built, ask, graph_of, program

from bot.kustomize.decisions import Decision
from bot.kustomize.graph import Graph
from bot.kustomize.nested_edit import plan, prove_edits
from bot.kustomize.nested_places import NestedPlace
from bot.model.places import Place
from bot.yamltext.nodes import YamlText
from bot.yamltext.reading import read
from bot.yamltext.splices import Splice, apply

_NEW = "9.8.7"
_VERSIONS = tuple(each for each in FIELDS if each[-1] in {"version", "tag", "semver", "digest"})
_Key = tuple[str, str, str]
_CHUNK = 100
_MOST_REFUSED = 0.1


def _decided(graph: Graph) -> dict[_Key, Decision | str]:
    """Every version of every root, object and field, with its place; reasons as texts."""
    return {
        (root.folder, f"{each.object.kind} {each.object.namespace}/{each.object.name}", ".".join(route)): found
        if isinstance(found, Decision)
        else str(found)
        for root in graph.roots
        for each in root.objects
        for route in FIELDS
        if (found := each.field(*route)) is not None
    }


def _places(decided: Mapping[_Key, Decision | str]) -> list[Place]:
    """The editable places of versions, each once."""
    names = {".".join(each) for each in _VERSIONS}
    found = {
        (each.place.path, each.place.start): each.place
        for (_, _, field), each in decided.items()
        if field in names and isinstance(each, Decision) and isinstance(each.place, Place) and each.allows(_NEW)
    }
    return [found[key] for key in sorted(found)]


def _texts(decided: Mapping[_Key, Decision | str]) -> dict[_Key, str]:
    return {key: each.text if isinstance(each, Decision) else each for key, each in decided.items()}


def _is_at(decision: Decision | str, place: Place) -> bool:
    found = decision.place if isinstance(decision, Decision) else None
    return isinstance(found, Place) and (found.path, found.start) == (place.path, place.start)


def _edited(files: Mapping[str, bytes], place: Place) -> dict[str, bytes] | None:
    """The files with a new version at a place, None where the edit is refused."""
    file = read(files[place.path])
    assert isinstance(file, YamlText)
    splice = plan(file, place, _NEW)
    if not isinstance(splice, Splice):
        return None
    after = apply(file.data, [splice])
    assert prove_edits(file, after, [(place, _NEW)]) is None
    return {**files, place.path: after}


def _edits(tree: GeneratedTree, places: list[Place]) -> Iterator[tuple[Place, dict[str, bytes]]]:
    for place in places:
        if after := _edited(tree.files, place):
            yield place, after


def _check(tree: GeneratedTree) -> tuple[int, int]:
    """Edit every place of a tree, one at a time; how many there were, and how many of them were edited."""
    before = _decided(graph_of(tree.files))
    places = _places(before)
    edits = list(_edits(tree, places))
    for place, files in edits:
        wanted = {
            key: _NEW if _is_at(each, place) else text
            for (key, each), text in zip(before.items(), _texts(before).values(), strict=True)
        }
        assert _texts(_decided(graph_of(files))) == wanted, place
    return len(places), len(edits)


def test_an_edit_changes_what_its_place_decides_and_nothing_else() -> None:
    counts = [_check(generate(seed)) for seed in range(150)]

    places, edits = (sum(each) for each in zip(*counts, strict=True))
    assert places > 400
    assert places - edits < _MOST_REFUSED * places


def test_places_lie_in_files_in_literal_blocks_and_under_several_roots() -> None:
    found = [
        (before, place)
        for seed in range(40)
        for before in [_decided(graph_of(generate(seed).files))]
        for place in _places(before)
    ]

    assert sum(isinstance(place, NestedPlace) for _, place in found) > 20
    assert any(len({key[0] for key, each in before.items() if _is_at(each, place)}) > 1 for before, place in found)


@pytest.mark.long
@pytest.mark.parametrize("start", range(1_000, 2_000, _CHUNK))
def test_an_edit_of_any_tree_changes_what_its_place_decides_and_nothing_else(start: int) -> None:
    assert sum(_check(generate(seed))[1] for seed in range(start, start + _CHUNK)) > _CHUNK


@pytest.mark.long
@pytest.mark.real
@pytest.mark.parametrize("start", range(1_000, 2_000, _CHUNK))
def test_kustomize_builds_of_an_edited_tree_what_we_say(start: int) -> None:
    kustomize = program()

    for seed in range(start, start + _CHUNK):
        tree = generate(seed)
        places = _places(_decided(graph_of(tree.files)))
        chosen = Random(seed).sample(places, min(2, len(places)))
        for place, files in _edits(tree, chosen):
            assert _lies(tree, files, kustomize) == [], (seed, place)


def _lies(tree: GeneratedTree, files: dict[str, bytes], kustomize: str) -> list[tuple[_Key, str]]:
    """Values that we tell of edited files and that the real program does not build."""
    ours = _texts({key: each for key, each in _decided(graph_of(files)).items() if isinstance(each, Decision)})
    edited = GeneratedTree(files=files, roots=tree.roots, unfollowed=tree.unfollowed)
    with tempfile.TemporaryDirectory() as folder:
        real = ask(kustomize, edited, Path(folder))
    return [(key, text) for key, text in ours.items() if _value(real, key) != text]


def _value(real: Mapping[str, Built | None], key: _Key) -> str:
    root, name, field = key
    return (real[root] or {}).get(name, {}).get(field, HELD)
