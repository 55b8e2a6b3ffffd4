"""`update --forge files`: what people did with Git to the branches of pull requests that no forge keeps."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from doubles.command_line import CONFIGURATION, Bot, Said

OURS = "flux-chart-bot/dev/all"
SQUASHED = ("merge", "--squash", f"origin/{OURS}")
KEPT = ("commit", "-q", "-F", "-")
Update = Callable[[], Said]


class Person:
    """Somebody with a clone."""

    def __init__(self, remote: Path, folder: Path) -> None:
        self._folder = folder
        subprocess.run(["git", "clone", "-q", remote, folder], check=True)

    def git(self, *arguments: str, says: str = "") -> str:
        call = ("git", "-C", str(self._folder), "-c", "user.name=p", "-c", "user.email=p@x.example", *arguments)
        return subprocess.run(call, input=says, capture_output=True, text=True, check=True).stdout

    def message(self) -> str:
        """What our commit says."""
        return self.git("log", "-1", "--format=%B", f"origin/{OURS}")

    def adds(self, text: str) -> None:
        """Put a line at the end of a file that the pull request edits."""
        [path] = self.git("diff", "--name-only", f"origin/{OURS}~1", f"origin/{OURS}").splitlines()[:1]
        file = self._folder / path
        file.write_text(file.read_text() + text)

    def pushes(self, *, deletes: bool) -> None:
        self.git("push", "-q", "origin", "main", *([f":{OURS}"] if deletes else []))

    @property
    def branches(self) -> str:
        return self.git("ls-remote", "--heads", "origin")


@pytest.fixture
def update(bot: Bot, remote: Path, tmp_path: Path) -> Update:
    return lambda: bot("update", "--forge", "files", "--forge-folder", tmp_path / "forge", "--remote", remote)


@pytest.fixture
def person(update: Update, remote: Path, tmp_path: Path) -> Person:
    assert update().code == 0
    return Person(remote, tmp_path / "clone")


def record(tmp_path: Path, number: int = 1) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((tmp_path / f"forge/pull-requests/{number:04}.json").read_text())
    return found


def merged(person: Person) -> None:
    person.git("merge", "-q", "--no-ff", "-m", "Merge it", f"origin/{OURS}")


def reworded(person: Person) -> None:
    person.git(*SQUASHED)
    person.git("commit", "-q", "-m", "Newer charts")


def edited_along(person: Person) -> None:
    person.git(*SQUASHED)
    person.adds("# A word of mine.\n")
    person.git("commit", "-qa", "-F", "-", says=person.message())


def edited_later(person: Person) -> None:
    reworded(person)
    person.adds("# A word of mine.\n")
    person.git("commit", "-qam", "A word")


@pytest.mark.parametrize("deletes", [True, False], ids=["with its branch", "and its branch left"])
@pytest.mark.parametrize("merge", [merged, reworded, edited_along, edited_later])
def test_what_went_into_the_base_is_merged(
    update: Update, person: Person, tmp_path: Path, merge: Callable[[Person], None], *, deletes: bool
) -> None:
    merge(person)
    person.pushes(deletes=deletes)
    told = update()
    assert (told.code, told.lines[0]) == (0, "nothing to update")
    assert record(tmp_path)["state"] == "merged"
    assert OURS not in person.branches


def test_of_what_nobody_can_know_the_file_says_so(update: Update, person: Person, tmp_path: Path) -> None:
    person.git(*SQUASHED)
    person.adds("# A word of mine.\n")
    person.git("commit", "-qam", "In my own words")
    person.pushes(deletes=True)
    assert update().lines[0] == "nothing to update"
    found = record(tmp_path)
    assert (found["state"], "Git does not tell whether" in found["comment"]) == ("done", True)


def test_that_is_so_where_each_chart_has_its_own_too(
    bot: Bot, remote_with: Callable[[str], Path], tmp_path: Path
) -> None:
    remote = remote_with(CONFIGURATION.replace("follow: minor", "follow: minor\n    group: chart"))
    call = ("update", "--forge", "files", "--forge-folder", tmp_path / "forge", "--remote", remote)
    assert bot(*call).code == 0
    person, head = Person(remote, tmp_path / "clone"), record(tmp_path)["head"]
    person.git("merge", "-q", "--squash", f"origin/{head}")
    [path] = person.git("diff", "--cached", "--name-only").splitlines()
    file = tmp_path / "clone" / path
    file.write_text(f"{file.read_text()}# A word of mine.\n")
    person.git("commit", "-qam", "In my own words")
    person.git("push", "-q", "origin", "main", f":{head}")
    assert bot(*call).code == 0
    found = record(tmp_path)
    assert (found["state"], "Git does not tell whether" in found["comment"]) == ("done", True)
    assert record(tmp_path, 2)["state"] == "open"


def test_a_branch_that_is_deleted_unmerged_refuses_nothing(update: Update, person: Person, tmp_path: Path) -> None:
    person.adds("# A word of mine.\n")
    person.git("commit", "-qam", "Something else")
    person.pushes(deletes=True)
    told = update()
    assert told.lines[0].startswith("2 updates for dev")
    assert record(tmp_path)["state"] == "open"
    assert OURS in person.branches


@pytest.mark.parametrize("merge", [reworded, edited_along])
def test_what_was_reverted_since_was_merged_all_the_same(
    update: Update, person: Person, tmp_path: Path, merge: Callable[[Person], None]
) -> None:
    merge(person)
    person.git("revert", "--no-edit", "HEAD")
    person.pushes(deletes=True)
    update()
    assert record(tmp_path)["state"] == "merged"


def test_a_note_that_somebody_broke_is_named(update: Update, person: Person, tmp_path: Path) -> None:
    path = tmp_path / "forge/pull-requests/0001.json"
    path.write_text(json.dumps({**record(tmp_path), "proposed": {"head": 1}}))
    told = update()
    assert (told.code, "0001.json cannot be read: `proposed` is not as it was written" in told.err) == (1, True)
    assert person.branches
