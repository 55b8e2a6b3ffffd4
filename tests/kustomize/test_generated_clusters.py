"""What clusters get of generated fleets is what the real flate says that Flux makes of them."""

import pytest
from kustomize.flux_judging import differences, held_share, program
from kustomize.generated_clusters import generate_fleet
from kustomize.judging import graph_of
from kustomize.kept_answers import FLEET_SEEDS, answer_of_fleet, kept_of_fleets, mark

_MOST_HELD = 0.3
_CHUNK = 20


@pytest.fixture(scope="session")
def flate() -> str:
    return program()


def test_kept_fleets_get_what_flate_said() -> None:
    answers = kept_of_fleets()

    assert [
        f"{seed}: {each}"
        for seed in FLEET_SEEDS
        for each in differences(generate_fleet(seed), answers[seed]["clusters"])
    ] == []


def test_the_kept_answers_are_for_the_fleets_that_are_made_now() -> None:
    changed = [seed for seed, each in kept_of_fleets().items() if each["tree"] != mark(generate_fleet(seed).files)]

    assert changed == [], "the generator changed: `python -m kustomize.kept_answers KUSTOMIZE FLATE` asks anew"


def test_most_releases_of_kept_fleets_are_told() -> None:
    counts = [held_share(graph_of(generate_fleet(seed).files)) for seed in FLEET_SEEDS]

    releases, held = (sum(each) for each in zip(*counts, strict=True))
    assert releases > 80
    assert held < _MOST_HELD * releases


@pytest.mark.long
@pytest.mark.real
@pytest.mark.parametrize("start", range(1_000, 1_100, _CHUNK))
def test_generated_fleets_get_what_flate_says(flate: str, start: int) -> None:
    found = [
        f"{seed}: {each}"
        for seed in range(start, start + _CHUNK)
        for each in differences(generate_fleet(seed), answer_of_fleet(flate, seed)["clusters"])
    ]

    assert found == []
