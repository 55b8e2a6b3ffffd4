"""What we build of generated trees is what the real kustomize builds of them."""

from collections.abc import Iterator

import pytest
from kustomize.generated_trees import generate
from kustomize.judging import HELD, Built, as_we_say, graph_of, program, root_at
from kustomize.kept_answers import SEEDS, answer, kept, mark

_CHUNK = 100
_MOST_HELD = 0.05


@pytest.fixture(scope="session")
def kustomize() -> str:
    return program()


def _differences(seed: int, real: dict[str, Built | None]) -> Iterator[str]:
    """Where we say otherwise; a value that we hold with a reason is no other value."""
    graph = graph_of(generate(seed).files)
    for folder, wanted in real.items():
        ours = as_we_say(root_at(graph, folder))
        if ours is not None and wanted is None:
            values = [value for fields in ours.values() for value in fields.values() if value != HELD]
            if values:
                yield f"tree {seed}, {folder}: kustomize fails, and we say {values}"
        elif ours is None or wanted is None:
            if ours is not wanted:
                yield f"tree {seed}, {folder}: we say that kustomize fails, and it does not"
        else:
            yield from (f"tree {seed}, {folder}: {each}" for each in _between(ours, wanted))


def _between(ours: Built, real: Built) -> Iterator[str]:
    for name in ours.keys() | real.keys():
        if name not in ours or name not in real:
            yield f"{name} is built by {'us' if name in ours else 'kustomize'} only"
            continue
        for field in ours[name].keys() | real[name].keys():
            found, wanted = ours[name].get(field), real[name].get(field)
            if found not in {HELD, wanted}:
                yield f"{field} of {name} is {wanted}, and we say {found}"


def test_kept_trees_build_as_kustomize_said() -> None:
    answers = kept()

    assert [each for seed in SEEDS for each in _differences(seed, answers[seed]["roots"])] == []


def test_the_kept_answers_are_for_the_trees_that_are_made_now() -> None:
    changed = [seed for seed, each in kept().items() if each["tree"] != mark(generate(seed).files)]

    assert changed == [], "the generator changed: `python -m kustomize.kept_answers KUSTOMIZE FLATE` asks anew"


def test_kept_trees_build_and_fail_in_many_ways() -> None:
    built = [each for answer in kept().values() for each in answer["roots"].values()]
    fields = {field for each in built if each for values in each.values() for field in values}

    assert sum(each is None for each in built) > 20
    assert sum(len(each) for each in built if each) > 300
    assert len(fields) >= 8


def test_the_roots_are_the_folders_that_nobody_includes() -> None:
    trees = [generate(seed) for seed in SEEDS]

    assert [sorted(root.folder for root in graph_of(each.files).roots) for each in trees] == [
        sorted(each.roots) for each in trees
    ]


def test_few_values_are_held_where_nothing_unfollowed_is_used() -> None:
    values = [
        value
        for seed in SEEDS
        if not (tree := generate(seed)).unfollowed
        for root in graph_of(tree.files).roots
        for fields in (as_we_say(root) or {}).values()
        for value in fields.values()
    ]

    assert 0 < values.count(HELD) < _MOST_HELD * len(values)


@pytest.mark.real
def test_kept_answers_are_those_of_the_program(kustomize: str) -> None:
    sample = list(SEEDS)[::10]

    assert {seed: answer(kustomize, seed) for seed in sample} == {seed: kept()[seed] for seed in sample}


@pytest.mark.long
@pytest.mark.real
@pytest.mark.parametrize("start", range(1_000, 2_200, _CHUNK))
def test_generated_trees_build_as_kustomize_builds_them(kustomize: str, start: int) -> None:
    found = [
        each for seed in range(start, start + _CHUNK) for each in _differences(seed, answer(kustomize, seed)["roots"])
    ]

    assert found == []
