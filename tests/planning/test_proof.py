"""The last look before a push."""

import hashlib
import subprocess
from collections.abc import Iterable
from typing import Any

import pytest
from builders import configuration, place, reference, tier
from hypothesis import assume, given
from hypothesis import strategies as st
from msgspec.structs import replace

from bot.model.commits import EntryKind, FileChange, PathDifference, TreeEntry
from bot.model.proposals import Action, Kind, PullRequestPlan
from bot.model.verdicts import Edit, Update, Verdict
from bot.planning.proof import blob_name, deviation

DEV, LIVE = tier("dev"), tier("live", "exact", production=True)
HEAD = "a" * 40
PATH = "apps/dev/a.yaml"


def change(path: str = PATH, kind: EntryKind = EntryKind.FILE) -> FileChange:
    return FileChange(path=path, kind=kind, before=b"1", after=b"2")


def entry(path: str, data: bytes, kind: EntryKind = EntryKind.FILE, like: str = HEAD) -> TreeEntry:
    return TreeEntry(path=path, kind=kind, size=len(data), blob=blob_name(data, like))


def differs(one: FileChange, like: str = HEAD) -> PathDifference:
    old, new = (entry(one.path, data, one.kind, like) for data in (one.before, one.after))
    return PathDifference(path=one.path, old=old, new=new)


def planned(*changes: FileChange) -> PullRequestPlan:
    return PullRequestPlan(
        tier=replace(DEV, paths=("apps/dev/**", "apps/live/**", ".github/**")),
        action=Action.CREATE,
        branch="flux-chart-bot/dev/all",
        base="main",
        base_sha=HEAD,
        changes=changes,
    )


def problem(plan: PullRequestPlan, *differences: PathDifference, live: tuple[str, ...] = ("apps/live/**",)) -> str:
    settings = configuration(DEV, replace(LIVE, paths=live))
    reason = deviation(plan, differences, settings, "main")
    assert reason is None or reason.id == "not-as-planned"
    return reason.sentence if reason else ""


@pytest.mark.parametrize("kind", [EntryKind.FILE, EntryKind.EXECUTABLE])
@pytest.mark.parametrize("like", ["a" * 40, "a" * 64])
def test_a_commit_that_is_the_plan_may_be_pushed(kind: EntryKind, like: str) -> None:
    one = change(kind=kind)

    assert problem(planned(one), differs(one, like)) == ""


@pytest.mark.parametrize(
    "differences",
    [
        pytest.param((differs(change()), differs(change("apps/dev/b.yaml"))), id="a path too many"),
        pytest.param((), id="a path too few"),
        pytest.param((differs(change("apps/dev/b.yaml")),), id="another path"),
    ],
)
def test_other_paths_than_planned_are_no_push(differences: tuple[PathDifference, ...]) -> None:
    assert "paths" in problem(planned(change()), *differences)


@pytest.mark.parametrize(
    "difference",
    [
        pytest.param(replace(differs(change()), new=entry(PATH, b"2", EntryKind.EXECUTABLE)), id="mode of the new"),
        pytest.param(replace(differs(change()), old=entry(PATH, b"1", EntryKind.EXECUTABLE)), id="mode of the old"),
        pytest.param(differs(change(kind=EntryKind.EXECUTABLE)), id="both executable, planned as a file"),
        pytest.param(replace(differs(change()), new=entry(PATH, b"2", EntryKind.SYMLINK)), id="a link"),
        pytest.param(replace(differs(change()), new=entry(PATH, b"2\r")), id="a byte more in the new"),
        pytest.param(replace(differs(change()), old=entry(PATH, b"0")), id="other old bytes"),
        pytest.param(replace(differs(change()), old=None), id="a new file"),
        pytest.param(replace(differs(change()), new=None), id="a deletion"),
    ],
)
def test_other_content_or_modes_than_planned_are_no_push(difference: PathDifference) -> None:
    assert f"the content or mode of {PATH}" in problem(planned(change()), difference)


@pytest.mark.parametrize(
    ("path", "live"),
    [
        pytest.param(".github/workflows/a.yaml", ("apps/live/**",), id="a workflow"),
        pytest.param(".github/flux-chart-bot.yaml", ("apps/live/**",), id="our configuration"),
        pytest.param("apps/live/a.yaml", ("apps/live/**",), id="production"),
        pytest.param("apps/dev/a.yaml", ("apps/*/a.yaml",), id="production by another pattern"),
        pytest.param("apps/staging/a.yaml", ("apps/live/**",), id="outside of the tier"),
    ],
)
def test_some_paths_never_change_even_as_planned(path: str, live: tuple[str, ...]) -> None:
    one = change(path)

    assert f"{path} must never change" in problem(planned(one), differs(one), live=live)


def test_production_on_another_branch_is_another_tree() -> None:
    settings = configuration(DEV, replace(LIVE, paths=("apps/**",), branch="production"))

    assert deviation(planned(change()), (differs(change()),), settings, "main") is None


@pytest.mark.parametrize("data", [b"", b"a\n", b"\r\n\0\xff"])
def test_blobs_are_named_as_git_names_them(data: bytes) -> None:
    git = subprocess.run(["git", "hash-object", "--stdin"], input=data, capture_output=True, check=True)

    assert blob_name(data, HEAD) == git.stdout.decode().strip()
    assert blob_name(data, "a" * 64) == hashlib.sha256(b"blob %d\0" % len(data) + data).hexdigest()


LIVE_PATH = "apps/live/{}.yaml"
SEVERAL = st.sets(st.sampled_from("abcdef"), min_size=1)


def moves(path: str) -> Verdict:
    """An update whose version stands in a file."""
    wish = reference("1.2.3", path=path)
    new = Update(old="1.2.3", new="1.2.4", tag="1.2.4", edits=(Edit(place=place("1.2.3", path=path), text="1.2.4"),))
    return Verdict(tier=LIVE, reference=wish, decision=new)


def promotion(names: Iterable[str]) -> PullRequestPlan:
    """A promotion of production that lists and changes these files."""
    paths = [LIVE_PATH.format(name) for name in sorted(names)]
    plan = replace(planned(*map(change, paths)), tier=LIVE, kind=Kind.PROMOTION, draft=True)
    return replace(plan, updates=tuple(map(moves, paths)))


class TestPromotions:
    @given(SEVERAL)
    def test_what_it_lists_may_change(self, names: set[str]) -> None:
        plan = promotion(names)
        assert problem(plan, *map(differs, plan.changes)) == ""

    @given(SEVERAL, SEVERAL)
    def test_one_path_more_or_less_than_it_lists_is_an_alarm(self, listed: set[str], changed: set[str]) -> None:
        assume(listed != changed)
        plan = replace(promotion(listed), changes=promotion(changed).changes)
        assert "promotes" in problem(plan, *map(differs, plan.changes))

    @given(SEVERAL, SEVERAL)
    def test_one_path_more_or_less_in_the_commit_is_an_alarm(self, listed: set[str], made: set[str]) -> None:
        assume(listed != made)
        assert "paths" in problem(promotion(listed), *map(differs, promotion(made).changes))

    @pytest.mark.parametrize(
        "other",
        [
            pytest.param({"kind": Kind.UPDATE}, id="no promotion"),
            pytest.param({"draft": False}, id="no draft"),
            pytest.param({"tier": DEV}, id="of another tier"),
        ],
    )
    def test_nothing_else_may_change_production(self, other: dict[str, Any]) -> None:
        plan = replace(promotion("a"), **other)
        assert problem(plan, *map(differs, plan.changes)) != ""

    def test_it_changes_nothing_of_another_tier(self) -> None:
        plan = replace(promotion("a"), changes=(change(PATH),), updates=(moves(PATH),))
        assert f"{PATH} must never change" in problem(plan, differs(change(PATH)))

    def test_it_changes_nothing_of_another_production_tier(self) -> None:
        other = replace(LIVE, name="live-us", paths=("apps/us/**",))
        path = "apps/us/a.yaml"
        plan = replace(promotion("a"), changes=(change(path),), updates=(moves(path),))
        reason = deviation(plan, (differs(change(path)),), configuration(DEV, LIVE, other), "main")
        assert reason is not None
        assert f"{path} must never change" in reason.sentence

    def test_it_changes_nothing_of_ours_or_of_workflows(self) -> None:
        path = ".github/workflows/a.yaml"
        tier_of_all = replace(LIVE, paths=("**",))
        plan = replace(promotion("a"), changes=(change(path),), updates=(moves(path),))
        reason = deviation(plan, (differs(change(path)),), configuration(tier_of_all), "main")
        assert reason is not None
        assert f"{path} must never change" in reason.sentence
