"""The first-parent history of a branch, as every Repository tells it; and commits without a parent."""

import hashlib
import subprocess
from datetime import UTC, datetime

import pytest
from doubles.github.hosted import HostedRepository
from doubles.repository_sides import Side

from bot.model.commits import EntryKind, FileChange, PastCommit
from bot.model.proposals import Identity
from bot.repository.commit_text import committed_at
from bot.repository.git_repository import open_repository

BOT = Identity(login="bot[bot]", name="bot[bot]", email="1+bot[bot]@users.noreply.github.com")
STATE = "flux-chart-bot/state/ledger"
DAY = 86_400


def blob(text: str) -> tuple[str, int]:
    """The name that Git gives to a file's bytes, and how many these are."""
    return hashlib.sha1(f"blob {len(text)}\0{text}".encode()).hexdigest(), len(text)


def blobs(commit: PastCommit) -> dict[str, tuple[tuple[str, int] | None, ...]]:
    """What a commit changed: before and after of each path."""
    return {
        one.path: tuple((side.blob, side.size) if side else None for side in (one.old, one.new))
        for one in commit.changed
    }


def test_the_past_goes_back_commit_by_commit_with_dates_and_changes(side: Side) -> None:
    first = side.remote.commit("main", {"a": "1", "b\n": "1"}, date=1 * DAY)
    second = side.remote.commit("main", {"a": "2", "c": "1", "b\n": None}, date=2 * DAY)
    third = side.remote.commit("main", {}, date=3 * DAY)
    with side.open() as repository:
        tip = repository.fetch(["main"])["main"]
        past = repository.past("main", tip, 10)

    assert [(one.sha, one.at.timestamp() // DAY, blobs(one), one.first) for one in past[:3]] == [
        (third, 3, {}, False),
        (second, 2, {"a": (blob("1"), blob("2")), "b\n": (blob("1"), None), "c": (None, blob("1"))}, False),
        (first, 1, {"a": (None, blob("1")), "b\n": (None, blob("1"))}, False),
    ]
    assert (len(past), past[-1].first, past[-1].changed) == (4, True, ())


def test_the_past_ends_where_it_is_told_and_may_be_asked_again_for_more(side: Side) -> None:
    made = [side.remote.commit("main", {"a": str(number)}) for number in range(60)]
    with side.open() as repository:
        tip = repository.fetch(["main"])["main"]
        lengths = [len(repository.past("main", tip, most)) for most in (1, 5, 40, 200)]
        again = repository.past("main", tip, 5)

    assert lengths == [1, 5, 40, 61]
    assert [one.sha for one in again] == made[:-6:-1]
    assert again[-1].changed == ()


def test_the_past_of_one_branch_does_not_shorten_that_of_another(side: Side) -> None:
    for number in range(50):
        side.remote.commit("main", {"a": str(number)})
    side.remote.commit("develop", {"b": "1"})
    with side.open() as repository:
        tips = repository.fetch(["main", "develop"])
        repository.past("main", tips["main"], 40)
        assert len(repository.past("develop", tips["develop"], 5)) == 5
        assert len(repository.past("main", tips["main"], 40)) == 40


def test_a_branch_of_ours_is_read_deeper_once_its_past_was(side: Side) -> None:
    for number in range(80):
        side.remote.commit(STATE, {"README.md": str(number)}, start="main")
    with side.open() as repository:
        tip = repository.fetch([STATE])[STATE]
        repository.past(STATE, tip, 64)
        assert len(repository.history(tip, 64)) == 64
        repository.past(STATE, tip, 1024)
        whole = repository.history(tip, 1024)

    assert (len(whole), whole[-1].parents) == (81, ())


def test_a_branch_that_moves_meanwhile_is_told_from_the_fetched_tip(side: Side) -> None:
    for number in range(20):
        side.remote.commit("main", {"a": str(number)})
    with side.open() as repository:
        tip = repository.fetch(["main"])["main"]
        side.remote.commit("main", {"a": "later"})
        past = repository.past("main", tip, 10)
    assert (past[0].sha, len(past)) == (tip, 10)


def test_a_merge_is_one_step_and_what_it_brought_is_its_change(hosted: HostedRepository, tmp_path: object) -> None:
    base = hosted.tip("main")
    side_branch = hosted.commit("feature", {"f": "1"}, start="main")
    git = ["git", "-C", str(hosted.memory.git.path)]
    tree = subprocess.run([*git, "rev-parse", f"{side_branch}^{{tree}}"], capture_output=True, text=True, check=True)
    call = [*git, "-c", "user.name=x", "-c", "user.email=x@y", "commit-tree", tree.stdout.strip()]
    made = subprocess.run(
        [*call, "-p", str(base), "-p", side_branch, "-m", "Merge"], capture_output=True, text=True, check=True
    ).stdout.strip()
    subprocess.run([*git, "update-ref", "refs/heads/main", made], check=True)
    with open_repository(str(hosted.memory.git.path)) as repository:
        past = repository.past("main", repository.fetch(["main"])["main"], 10)
    assert [(one.sha, blobs(one)) for one in past] == [(made, {"f": (None, blob("1"))}), (base, {})]


def test_a_tip_that_was_seen_is_in_the_past_although_a_merge_has_it_second(hosted: HostedRepository) -> None:
    base = hosted.tip("main")
    topic = hosted.commit("topic", {"t": "1"}, start="main")
    for number in range(40):
        hosted.commit("main", {"a": str(number)})
    seen = hosted.commit("main", {"a": None, "b": "1"})
    path = str(hosted.memory.git.path)
    git = ["git", "-C", path, "-c", "user.name=x", "-c", "user.email=x@y"]
    call = [*git, "commit-tree", f"{topic}^{{tree}}", "-p", topic, "-p", seen, "-m", "Merge"]
    made = subprocess.run(call, capture_output=True, text=True, check=True).stdout.strip()
    subprocess.run([*git, "update-ref", "refs/heads/main", made], check=True)
    with open_repository(path) as repository:
        tip = repository.fetch(["main"])["main"]
        plain = repository.past("main", tip, 10)
        past = repository.past("main", tip, 45, ["f" * len(seen), seen])

    assert [one.sha for one in plain] == [made, topic, base]
    assert [one.sha for one in (*past[:2], past[-1])] == [made, seen, base]
    assert (len(past), past[-1].first) == (43, True)
    assert blobs(past[0]) == {"b": (blob("1"), None), "t": (None, blob("1"))}


def test_a_first_commit_has_no_parent_and_only_what_it_adds(side: Side) -> None:
    with side.open() as repository:
        repository.fetch(["main"])
        change = FileChange(path="charts/x%2fy.json", kind=EntryKind.FILE, before=b"", after=b"{}\n")
        made = repository.commit(parent=None, changes=[change], message="Remember", identity=BOT)
        assert repository.push(STATE, made, expected=None) is None
        (facts,) = repository.history(made, 5)
        added = FileChange(path="branches/main.json", kind=EntryKind.FILE, before=b"", after=b"[]\n")
        second = repository.commit(parent=made, changes=[added], message="Remember", identity=BOT)
        assert repository.push(STATE, second, expected=made) is None

    assert facts.parents == ()
    assert side.remote.files(STATE) == {"charts/x%2fy.json": b"{}\n", "branches/main.json": b"[]\n"}


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (b"committer A <a@b> 86400 +0200", datetime(1970, 1, 2, tzinfo=UTC)),
        (b"committer A <a@b> 99999999999999999999999 +0000", datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)),
        (b"committer A <a@b> -5 +0000", datetime(1970, 1, 1, tzinfo=UTC)),
        (b"committer A", datetime(1970, 1, 1, tzinfo=UTC)),
    ],
)
def test_any_date_of_a_commit_is_read(line: bytes, expected: datetime) -> None:
    assert committed_at(b"tree x\n" + line + b"\n\nwords\n") == expected
