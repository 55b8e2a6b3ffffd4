"""Every form in which a version is written: whole repositories, what a run makes of each, and the real programs' word.

What the real kustomize and flate build of each tree, before and after our edits, is kept beside it and checked in every
run: we build the same, and what differs is what the verdicts name. See `golden.stories` and `golden.builds`.
"""

import shutil
from collections.abc import Iterator

import pytest
from builders import digest
from golden.builds import Values, as_programs_build, as_text, as_we_build, kept, shortened
from golden.stories import CHARTS, DIGESTS, HERE, after, before, changed, edited, files_below, story, verdicts
from kustomize.flux_judging import INSTALL as INSTALL_FLATE
from kustomize.judging import HELD, INSTALL

from bot.model.references import BuiltBy
from bot.model.verdicts import Update
from bot.planning.tiers import claimants

BUILT = sorted(path.parent.name for path in HERE.glob("*/built.txt"))
FORMS = [name for name in BUILT if name != "3-copy-per-cluster"]  # whose story `test_goldens` tells
STORIES = [*FORMS, "resource-sets", "image-policies", "sources"]
_Pair = tuple[str, str]
"""What a value was and is."""


@pytest.mark.parametrize("name", STORIES)
def test_what_is_edited_is_the_golden_tree(name: str) -> None:
    assert changed(name) == files_below(HERE / name / "after")


@pytest.mark.parametrize("name", STORIES)
def test_every_object_has_the_golden_verdict(name: str) -> None:
    assert verdicts(name) == (HERE / name / "verdicts.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", STORIES)
def test_after_the_edit_nothing_is_left_to_move(name: str) -> None:
    assert [change.path for tier in story(name, after(name)).edited() for change in tier.changes] == []


@pytest.mark.parametrize("name", BUILT)
def test_we_build_before_and_after_what_the_real_programs_build(name: str) -> None:
    for files, real in zip((before(name), after(name)), kept(name), strict=True):
        assert list(_differences(as_we_build(files), real)) == []


def _differences(ours: Values, real: Values) -> Iterator[str]:
    """Where we say otherwise; a value that is held, with a reason among the verdicts, is no other value."""
    for key in sorted(ours.keys() | real.keys()):
        if ours.get(key) not in {HELD, real.get(key)}:
            yield f"{key} is {real.get(key)}, and we say {ours.get(key)}"


@pytest.mark.parametrize("name", FORMS)
def test_the_real_programs_see_the_changes_that_the_verdicts_name_and_no_other(name: str) -> None:
    moved, named = _moved(name), _named(name)

    unnamed = [key for key, pair in moved.items() if not any(pair in pairs and _is_of(key, by) for by, pairs in named)]
    unseen = [
        (by, pairs) for by, pairs in named if not any(pair in pairs and _is_of(key, by) for key, pair in moved.items())
    ]
    assert unnamed == []
    assert unseen == []


def _moved(name: str) -> dict[str, _Pair]:
    """What differs in what the programs build."""
    old, new = kept(name)
    return {key: (old[key], new[key]) for key in old if old[key] != new[key]}


def _named(name: str) -> list[tuple[BuiltBy, set[_Pair]]]:
    """What every update changes, for each root that it reaches."""
    updates = [(each.reference.built, each.decision) for tier in edited(name) for each in tier.verdicts]
    return [
        (by, {(shortened(edit.place.text), shortened(edit.text)) for edit in update.edits})
        for built, update in updates
        if isinstance(update, Update)
        for by in built
    ]


def _is_of(key: str, by: BuiltBy) -> bool:
    return key.startswith((f"kustomize {by.folder} ", f"flate {by.cluster} "))


@pytest.mark.parametrize("name", FORMS)
def test_the_real_programs_see_production_unmoved(name: str) -> None:
    production = [tier.view.tier for tier in edited(name) if tier.view.tier.production]
    roots = {key.split(" ")[1] for key in _moved(name)}

    assert [root for root in roots if claimants(f"{root}/kustomization.yaml", production)] == []


def test_every_form_moves_in_two_tiers_or_more() -> None:
    """So that no golden is a list of refusals only, but those of refusals and of what is only reported."""
    quiet = {name for name in FORMS if len({key.split(" ")[1] for key in _moved(name)}) < 2}

    assert quiet == {"7-version-in-folder"}


@pytest.mark.long
@pytest.mark.real
@pytest.mark.parametrize("name", BUILT)
def test_what_is_kept_is_what_the_real_programs_say(name: str) -> None:
    kustomize, flate = shutil.which("kustomize"), shutil.which("flate")
    if not kustomize or not flate:
        pytest.skip(f"kustomize and flate are not on PATH; `{INSTALL}` and `{INSTALL_FLATE}` install them")
    old, new = (as_programs_build(files, kustomize, flate) for files in (before(name), after(name)))

    assert as_text(old, new) == (HERE / name / "built.txt").read_text(encoding="utf-8")


def test_the_digest_of_the_golden_tree_is_that_of_the_version() -> None:
    found = (HERE / "image-policies/after/clusters/dev/apps.yaml").read_text(encoding="utf-8")
    position = CHARTS["ghcr.io/stefanprodan/charts/podinfo"].index("6.5.4")

    assert digest(DIGESTS[position]) in found
