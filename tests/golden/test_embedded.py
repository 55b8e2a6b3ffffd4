"""Versions that ResourceSets and image policies hold: whole repositories before and after, and every verdict."""

from pathlib import Path

import pytest
from builders import digest
from doubles.story import Story

from bot.config.loading import load
from bot.model.verdicts import Current, Decision, Held, Update, Verdict
from bot.steps.edit import TierEdits

HERE = Path(__file__).parent
LAYOUTS = ("resource-sets", "image-policies")
CHARTS = {
    "ghcr.io/stefanprodan/charts/podinfo": ("6.5.2", "6.5.3", "6.5.4", "6.6.0", "7.0.0"),
    "ghcr.io/stefanprodan/charts/ingress-nginx": ("4.11.2", "4.11.3", "4.12.0"),
    "ghcr.io/corp/charts/agent": ("1.2.3", "1.2.4"),
    "ghcr.io/corp/charts/server": ("1.2.3", "1.2.4"),
    "ghcr.io/corp/charts/nightly": ("0.0.0-main.10", "0.0.0-main.9", "0.0.0-main.8", "1.0.0"),
}
DIGESTS = "abd12"


def story(layout: str) -> Story:
    found = files_below(HERE / layout / "before")
    told = Story(configuration=load((HERE / layout / "flux-chart-bot.yaml").read_bytes()))
    for chart, versions in CHARTS.items():
        told.push(chart, *versions, digests=DIGESTS if chart.endswith("podinfo") else "")
    told.remote.commit("main", found)
    return told


def files_below(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def said(verdict: Verdict) -> str:
    return f"{verdict.reference.path}:{verdict.reference.line} {verdict.reference.object}: {decided(verdict.decision)}"


def decided(decision: Decision) -> str:
    match decision:
        case Update(old=old, new=new):
            return f"{old} -> {new}"
        case Current(version=version, refused=refused):
            return f"{version} stays" + "".join(f"; {each.tag}: {each.why}" for each in refused[:1])
        case Held(reason=reason):
            return reason.id


def verdicts(edits: tuple[TierEdits, ...]) -> list[str]:
    judged = [said(verdict) for tier in edits for verdict in tier.verdicts]
    passed = [item for tier in edits for item in tier.view.passed_over]
    return sorted([*judged, *(f"{item.path}:{item.line} {item.object}: {item.reason.id}" for item in passed)])


@pytest.mark.parametrize("layout", LAYOUTS)
def test_what_is_edited_is_the_golden_tree(layout: str) -> None:
    after = files_below(HERE / layout / "before")
    for tier in story(layout).edited():
        after |= {change.path: change.after for change in tier.changes}

    assert after == files_below(HERE / layout / "after")


@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_object_has_the_golden_verdict(layout: str) -> None:
    expected = (HERE / layout / "verdicts.txt").read_text(encoding="utf-8").splitlines()

    assert verdicts(story(layout).edited()) == expected


@pytest.mark.parametrize("layout", LAYOUTS)
def test_after_the_edit_nothing_is_left_to_move(layout: str) -> None:
    told = story(layout)
    told.remote.commit("main", files_below(HERE / layout / "after"))

    assert [change.path for tier in told.edited() for change in tier.changes] == []


def test_the_digest_of_the_golden_tree_is_that_of_the_version() -> None:
    after = (HERE / "image-policies/after/clusters/dev/apps.yaml").read_text(encoding="utf-8")
    position = CHARTS["ghcr.io/stefanprodan/charts/podinfo"].index("6.5.4")

    assert digest(DIGESTS[position]) in after
