"""What every Repository does, the real one over both transports and the one in memory."""

from __future__ import annotations

import pytest
from doubles.github.seeding import Content, Executable, Gitlink, Symlink
from doubles.repository_sides import Side

from bot.errors import RepositoryFailed, UsageError
from bot.model.commits import EntryKind, FileChange, PushRejected
from bot.model.proposals import Identity
from bot.ports import Repository

BOT = Identity(login="bot[bot]", name="bot[bot]", email="1+bot[bot]@users.noreply.github.com")
PATH = "apps/dev/podinfo.yaml"
OURS = "flux-chart-bot/dev/all"


def change(after: bytes = b"version: 6.5.4\n", path: str = PATH, kind: EntryKind = EntryKind.FILE) -> FileChange:
    return FileChange(path=path, kind=kind, before=b"", after=after)


def on_top(repository: Repository, parent: str, after: bytes = b"version: 6.5.4\n") -> str:
    return repository.commit(parent=parent, changes=[change(after)], message="Bump", identity=BOT)


def test_heads_names_the_default_branch_and_every_tip(side: Side) -> None:
    other = side.remote.commit("staging", {"a": "1"})
    with side.open() as repository:
        heads = repository.heads()
    assert heads.default == "main"
    assert heads.tips == {"main": side.remote.tip("main"), "staging": other}


def test_fetch_brings_the_tips_of_several_branches(side: Side) -> None:
    side.remote.commit("staging", {"a": "1"})
    with side.open() as repository:
        tips = repository.fetch(["main", "staging", "main"])
    assert tips == {"main": side.remote.tip("main"), "staging": side.remote.tip("staging")}


def test_fetch_of_nothing_is_nothing(side: Side) -> None:
    with side.open() as repository:
        assert repository.fetch([]) == {}


def test_fetch_of_an_absent_branch_fails(side: Side) -> None:
    with side.open() as repository, pytest.raises(RepositoryFailed):
        repository.fetch(["main", "gone"])


def test_a_branch_may_take_the_place_of_a_folder_of_branches(side: Side) -> None:
    side.remote.commit("a/b", {"x": "1"})
    with side.open() as repository:
        assert set(repository.fetch(["a/b"])) == {"a/b"}
        assert set(repository.fetch(["main", "a/b"])) == {"main", "a/b"}


def test_a_tree_lists_every_kind_of_path_sorted_bytewise(side: Side) -> None:
    made: dict[str, Content] = {
        "b": Symlink("a"),
        "a/z": Executable(b"#!"),
        "a.yaml": b"x",
        "ä\n": b"",
        "m": Gitlink("1" * 40),
        PATH: None,
    }
    side.remote.commit("main", made)
    with side.open() as repository:
        entries = repository.tree(repository.fetch(["main"])["main"]).entries()
    assert [(entry.path, entry.kind, entry.size) for entry in entries] == [
        ("a.yaml", EntryKind.FILE, 1),
        ("a/z", EntryKind.EXECUTABLE, 2),
        ("b", EntryKind.SYMLINK, 1),
        ("m", EntryKind.SUBMODULE, 0),
        ("ä\n", EntryKind.FILE, 0),
    ]


def test_read_gives_regular_files_in_the_order_asked(side: Side) -> None:
    side.remote.commit("main", {"one": b"\x00\xff\r\n", "two": b"", "three": b"3" * 3_000_000, "link": Symlink("one")})
    with side.open() as repository:
        tree = repository.tree(repository.fetch(["main"])["main"])
        read = [(entry.path, data) for entry, data in tree.read(reversed(tree.entries())) if entry.path != PATH]
    assert read == [("two", b""), ("three", b"3" * 3_000_000), ("one", b"\x00\xff\r\n")]


def test_two_readings_may_go_on_side_by_side(side: Side) -> None:
    side.remote.commit("main", {f"f{number:03}": str(number) for number in range(500)})
    with side.open() as repository:
        tree = repository.tree(repository.fetch(["main"])["main"])
        entries = tree.entries()
        alone = list(tree.read(entries))
        together = list(zip(tree.read(entries), tree.read(reversed(entries)), strict=True))
    assert len(alone) > 500
    assert together == list(zip(alone, reversed(alone), strict=True))


def test_history_goes_back_along_first_parents(side: Side) -> None:
    side.remote.commit("main", {"a": "1"}, "Second\n\nwords\n\nChart: x\nVersion: 1.2.3\n")
    with side.open() as repository:
        tip = repository.fetch(["main", OURS] if side.remote.commit(OURS, {"b": "1"}, "Third") else [])[OURS]
        history = repository.history(tip, 10)
    assert [facts.subject for facts in history[:2]] == ["Third", "Second"]
    assert history[1].trailers == (("Chart", "x"), ("Version", "1.2.3"))
    assert len(history) == 3
    assert history[2].parents == ()


def test_history_ends_where_it_is_told(side: Side) -> None:
    for number in range(4):
        side.remote.commit(OURS, {"a": str(number)})
    with side.open() as repository:
        assert len(repository.history(repository.fetch([OURS])[OURS], 2)) == 2


def test_a_commit_holds_the_change_and_nothing_else(side: Side) -> None:
    side.remote.commit("main", {"tool": Executable(b"#!"), "link": Symlink("tool")})
    with side.open() as repository:
        base = repository.fetch(["main"])["main"]
        made = on_top(repository, base)
        assert [
            (one.path, one.old and one.old.kind, one.new and one.new.size) for one in repository.differences(base, made)
        ] == [(PATH, EntryKind.FILE, 15)]
        (facts, *_) = repository.history(made, 5)
    assert (facts.parents, facts.subject) == ((base,), "Bump")
    assert facts.committer_email == facts.author_email == BOT.email


def test_differences_show_what_came_and_went_and_changed_its_mode(side: Side) -> None:
    side.remote.commit("main", {"gone": "1", "mode": "same", "turned": "file"})
    with side.open() as repository:
        old = repository.fetch(["main"])["main"]
        side.remote.commit("main", {"gone": None, "mode": Executable(b"same"), "new\n": "22", "turned": Symlink("x")})
        new = repository.fetch(["main"])["main"]
        found = {one.path: one for one in repository.differences(old, new)}
        assert repository.differences(new, new) == ()
    kinds = {path: (one.old and one.old.kind, one.new and one.new.kind) for path, one in found.items()}
    assert kinds == {
        "gone": (EntryKind.FILE, None),
        "mode": (EntryKind.FILE, EntryKind.EXECUTABLE),
        "new\n": (None, EntryKind.FILE),
        "turned": (EntryKind.FILE, EntryKind.SYMLINK),
    }
    assert found["new\n"].new is not None
    assert found["new\n"].new.size == 2


def test_a_link_is_never_written(side: Side) -> None:
    with side.open() as repository:
        base = repository.fetch(["main"])["main"]
        with pytest.raises(ValueError, match="regular"):
            repository.commit(parent=base, changes=[change(kind=EntryKind.SYMLINK)], message="x", identity=BOT)


def test_push_makes_moves_and_deletes_a_branch_of_ours(side: Side) -> None:
    with side.open() as repository:
        base = repository.fetch(["main"])["main"]
        first, second = on_top(repository, base), on_top(repository, base, b"version: 6.5.5\n")
        assert repository.push(OURS, first, expected=None) is None
        assert side.remote.files(OURS)[PATH] == b"version: 6.5.4\n"
        assert repository.push(OURS, second, expected=first) is None
        assert side.remote.tip(OURS) == second
        assert repository.delete(OURS, expected=second) is None
    assert side.remote.tip(OURS) is None


def test_a_push_with_a_stale_lease_is_rejected(side: Side) -> None:
    with side.open() as repository:
        base = repository.fetch(["main"])["main"]
        theirs = side.remote.commit(OURS, {PATH: "theirs"})
        made = on_top(repository, base)
        assert repository.push(OURS, made, expected=None) is PushRejected.STALE
        assert repository.push(OURS, made, expected=base) is PushRejected.STALE
        assert repository.delete(OURS, expected=base) is PushRejected.STALE
    assert side.remote.tip(OURS) == theirs


@pytest.mark.parametrize("way", [OURS.rpartition("/")[0], f"{OURS}/x"])
def test_a_branch_stands_in_the_way_of_one_below_its_name(side: Side, way: str) -> None:
    side.remote.commit(way, {PATH: "theirs"})
    with side.open() as repository:
        made = on_top(repository, repository.fetch(["main"])["main"])
        assert repository.push(OURS, made, expected=None) is PushRejected.STALE
    assert side.remote.tip(OURS) is None


def test_a_branch_that_is_gone_is_neither_moved_nor_deleted(side: Side) -> None:
    with side.open() as repository:
        made = on_top(repository, repository.fetch(["main"])["main"])
        assert repository.push(OURS, made, expected=None) is None
        assert repository.delete(OURS, expected=made) is None
        assert repository.delete(OURS, expected=made) is PushRejected.STALE
        assert repository.push(OURS, on_top(repository, made), expected=made) is PushRejected.STALE
    assert side.remote.tip(OURS) is None


def test_of_two_pushes_from_the_same_tip_one_is_rejected(side: Side) -> None:
    with side.open() as one, side.open() as other:
        base = one.fetch(["main"])["main"]
        other.fetch(["main"])
        first, second = on_top(one, base), on_top(other, base, b"version: 7.0.0\n")
        results = [one.push(OURS, first, expected=None), other.push(OURS, second, expected=None)]
    assert results == [None, PushRejected.STALE]
    assert side.remote.tip(OURS) == first


def test_pushing_what_is_there_already_is_done(side: Side) -> None:
    with side.open() as repository:
        made = on_top(repository, repository.fetch(["main"])["main"])
        assert repository.push(OURS, made, expected=None) is None
        assert repository.push(OURS, made, expected=None) is None


@pytest.mark.parametrize(
    "branch", ["main", "flux-chart-bot", "x/flux-chart-bot/dev/all", "refs/heads/flux-chart-bot/a/b"]
)
def test_only_branches_of_ours_are_pushed_or_deleted(side: Side, branch: str) -> None:
    with side.open() as repository:
        base = repository.fetch(["main"])["main"]
        with pytest.raises(UsageError):
            repository.push(branch, base, expected=None)
        with pytest.raises(UsageError):
            repository.delete(branch, expected=base)
