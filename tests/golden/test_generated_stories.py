"""Whole runs on generated trees: what is built differs in the versions that the verdicts name, and in nothing else."""

from collections.abc import Hashable, Iterable, Iterator, Mapping

import pytest
from builders import configuration, digest, source, tier
from doubles.story import Story, repository
from kustomize.generated_clusters import generate_fleet
from kustomize.generated_trees import generate
from kustomize.judging import graph_of

from bot.kustomize.built_object import BuiltObject
from bot.kustomize.graph import Root
from bot.model.places import Route
from bot.model.references import Reference
from bot.model.tiers import Tier
from bot.model.verdicts import Held, Update
from bot.planning.tiers import tiers_of_root
from bot.reason import Reason, Weight
from bot.steps.edit import TierEdits

_CHARTS = ("podinfo", "redis", "ingress", "grafana", "loki", "vault", "pod-info", "api")
_TAGS = ("0.9.1-rc.1", "1.2.3", "1.3.0", "2.0.0", "v2.1.4", "6.5.4", "9.8.7", "v9.8.7")
_NAMES = ("dev", "staging", "production")
_VERSIONS = (
    ("spec", "chart", "spec", "version"),
    ("spec", "version"),
    ("spec", "ref", "tag"),
    ("spec", "ref", "semver"),
    ("spec", "ref", "digest"),
)
_COPY = ("spec", "copied")
"""No field of Flux: where the generator's JSON patches put copies of versions."""
_CHUNK = 100
_Contents = dict[tuple[Hashable, ...], tuple[Root, BuiltObject]]


def _told(files: Mapping[str, bytes], tiers: Iterable[Tier]) -> Story:
    """A run's story with a registry that has something newer for every chart."""
    told = Story(configuration=configuration(*tiers))
    for name in (*_CHARTS, *(f"extra-{number}" for number in range(1, 40))):
        for index, tag in enumerate(_TAGS):
            told.registry.push(source(f"ghcr.io/charts/{name}"), tag, digest(str(index)))
    charts = repository("charts", "oci://ghcr.io/charts").replace("  namespace: x\n", "").encode()
    told.remote.commit("main", {"charts.yaml": charts, **files})
    return told


def _tiers(files: Mapping[str, bytes]) -> Iterator[Tier]:
    """One for each of the folders that a generator makes."""
    for name in _NAMES:
        folders = [f"{above}/{name}/" for above in ("apps", "clusters", "components")]
        paths = tuple(f"{folder}**" for folder in folders if any(path.startswith(folder) for path in files))
        if paths:
            yield tier(name, "any", production=name == "production", paths=paths)


def _check(files: Mapping[str, bytes]) -> int:
    """Run with a tier for each overlay or cluster, and with one for all; how many updates there were."""
    return sum(_check_run(files, tiers) for tiers in (tuple(_tiers(files)), (tier("dev", "any", paths=("**",)),)))


def _check_run(files: Mapping[str, bytes], tiers: tuple[Tier, ...]) -> int:
    """Hold each tier's edits to what is built with them."""
    before, edits = _contents(files), _told(files, tiers).edited()
    if not any(b"/spec/copied" in data for data in files.values()):  # a copy that nobody judges is held by the proof
        assert [reason for each in edits for reason in _alarms(each)] == []
    for each in edits:
        after = _contents({**files, **{change.path: change.after for change in each.changes}})
        _hold(each, tiers, before, after)
    return sum(len(each.updates) for each in edits)


def _alarms(edits: TierEdits) -> Iterator[Reason]:
    """What the proof against other tiers found."""
    for each in edits.verdicts:
        if isinstance(each.decision, Held) and each.decision.reason.weight is Weight.ALARM:
            yield each.decision.reason


def _contents(files: Mapping[str, bytes]) -> _Contents:
    """All objects of all roots; those that cannot be built make none."""
    return {
        (root.by, root.applier, each.api, each.object): (root, each)
        for root in graph_of(files).roots
        if root.trouble is None
        for each in (*root.objects, *root.others)
    }


def _hold(edits: TierEdits, tiers: tuple[Tier, ...], before: _Contents, after: _Contents) -> None:
    assert before.keys() == after.keys()
    named = [
        (set(each.reference.built), {(edit.place.text, edit.text) for edit in each.decision.edits})
        for each in edits.updates
        if isinstance(each.decision, Update) and _is_built(each.reference, before)
    ]
    seen: set[int] = set()
    for key, (root, old) in before.items():
        new = after[key][1]
        if _differing(old, new) <= {_COPY}:
            continue
        assert set(tiers_of_root(root.by, tiers)) <= {edits.view.tier}, key  # a root of several tiers may be none's
        assert not edits.view.tier.production, key
        if not new.decides:
            continue  # what defines a variable says it otherwise now, for those that take it
        moved = {(_text(old, route), _text(new, route)) for route in _VERSIONS}
        moved = {(first, second) for first, second in moved if first != second}
        found = {index for index, (built, pairs) in enumerate(named) if root.by in built and moved & pairs}
        assert moved, (key, set(old.content()) ^ set(new.content()))
        assert moved <= set().union(*(named[index][1] for index in found)), (key, moved)
        seen |= found
    assert seen == set(range(len(named))), "an update changed nothing"


def _is_built(reference: Reference, contents: _Contents) -> bool:
    """Whether a root has its object: files that no root takes are edited too."""
    built = set(reference.built)
    return any(root.by in built and each.object == reference.object for root, each in contents.values())


def _differing(old: BuiltObject, new: BuiltObject) -> set[Route]:
    return {route for route, _ in set(old.content()) ^ set(new.content())}


def _text(each: BuiltObject, route: tuple[str, ...]) -> str:
    found = each.field(*route)
    return "" if found is None else str(found) if isinstance(found, Reason) else found.text


def test_a_run_on_a_generated_tree_changes_what_its_verdicts_name_and_nothing_else() -> None:
    assert sum(_check(generate(seed).files) for seed in range(60)) > 60


def test_a_run_on_a_generated_fleet_changes_what_its_verdicts_name_and_nothing_else() -> None:
    assert sum(_check(generate_fleet(seed).files) for seed in range(60)) > 60


@pytest.mark.long
@pytest.mark.parametrize("start", range(1_000, 1_500, _CHUNK))
def test_runs_on_many_trees_and_fleets_change_what_their_verdicts_name_and_nothing_else(start: int) -> None:
    seeds = range(start, start + _CHUNK)

    assert sum(_check(generate(seed).files) + _check(generate_fleet(seed).files) for seed in seeds) > _CHUNK
