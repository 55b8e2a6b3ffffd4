"""The forge of plain files, beside the contract: what people find there, and what they may have done to it."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest
from doubles.forge_sides import OURS, OnDisk

from bot.errors import ForgeFailed
from bot.forge.files import FilesForge
from bot.model.proposals import CommitStatus, PullRequest, State

SHA = "1" * 40
GOOD = CommitStatus(context="flux-chart-bot/dev", state=State.SUCCESS, description="up to date")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "forge"


@pytest.fixture
def forge(folder: Path) -> FilesForge:
    made = FilesForge(folder)
    made.create_pull_request(head=OURS, base="develop", title="Update podinfo", body="why\n")
    return made


def test_reading_makes_no_folder(folder: Path) -> None:
    forge = FilesForge(folder)
    assert (forge.open_pull_requests(), forge.last_refused(OURS), forge.statuses(SHA)) == ((), None, ())
    assert not folder.exists()


def test_a_person_reads_markdown(forge: FilesForge, folder: Path) -> None:
    forge.set_status(SHA, GOOD)
    assert (folder / "pull-requests/0001.md").read_text() == (
        f"# Update podinfo\n\n`{OURS}` into `develop`, open\n\nwhy\n"
    )
    draft = forge.create_pull_request(head=OURS, base="main", title="Update redis", body="why", draft=True)
    assert isinstance(draft, PullRequest)
    assert f"\n\n`{OURS}` into `main`, open, draft\n" in (folder / "pull-requests/0002.md").read_text()
    assert (folder / f"statuses/{SHA}.md").read_text() == (
        f"# Statuses of {SHA}\n\n- **success** `flux-chart-bot/dev`: up to date\n"
    )


def test_the_closing_word_stands_below(forge: FilesForge, folder: Path) -> None:
    forge.close_pull_request(1, comment="Nothing is left.")
    assert (folder / "pull-requests/0001.md").read_text().endswith("why\n\n---\n\nNothing is left.\n")


def test_what_the_bot_closed_was_refused_by_nobody(forge: FilesForge) -> None:
    forge.close_pull_request(1, comment="Nothing is left.")
    assert forge.last_refused(OURS) is None


def test_an_older_refusal_ends_with_a_newer_pull_request(forge: FilesForge, folder: Path) -> None:
    path = folder / "pull-requests/0001.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "state": "closed"}))
    forge.create_pull_request(head=OURS, base="develop", title="Update podinfo", body="why")
    forge.close_pull_request(2, comment="Nothing is left.")
    assert forge.last_refused(OURS) is None


@pytest.mark.parametrize(("keeps", "state"), [(True, "merged"), (False, "open")])
def test_what_is_found_merged_is_written_down_unless_nothing_is_to_be_written(
    forge: FilesForge, folder: Path, *, keeps: bool, state: str
) -> None:
    forge.create_pull_request(head=OURS, base="main", title="Update redis", body="why")
    looks = FilesForge(folder, OnDisk(folder, {("develop", OURS)}), keeps=keeps)
    assert [one.number for one in looks.open_pull_requests()] == [2]
    assert json.loads((folder / "pull-requests/0001.json").read_text())["state"] == state
    assert f"into `develop`, {state}\n" in (folder / "pull-requests/0001.md").read_text()
    assert [one.number for one in FilesForge(folder).open_pull_requests()] == ([2] if keeps else [1, 2])
    again = looks.create_pull_request(head=OURS, base="develop", title="Go back", body="why")
    assert isinstance(again, PullRequest)
    assert again.number == 3, "what was merged is not used again"


@pytest.mark.parametrize(
    "text", ["", "[]", "{", "{}", '"x"', '{"number": 1}', "\ud800".encode("utf-8", "surrogatepass")]
)
def test_a_broken_file_is_named(forge: FilesForge, folder: Path, text: str | bytes) -> None:
    path = folder / "pull-requests/0001.json"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    with pytest.raises(ForgeFailed, match=r"0001\.json cannot be read") as failed:
        forge.open_pull_requests()
    assert failed.value.mend == "Mend or delete the file"


@pytest.mark.parametrize("text", ["{", '[{"context": "x"}]', '[{"state": "great"}]', "7", '["x"]'])
def test_broken_statuses_are_named(forge: FilesForge, folder: Path, text: str) -> None:
    forge.set_status(SHA, GOOD)
    (folder / f"statuses/{SHA}.json").write_text(text)
    with pytest.raises(ForgeFailed, match=f"{SHA}.json cannot be read"):
        forge.statuses(SHA)


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        ({"context": "x", "description": "d"}, "`state` is missing"),
        ({"context": 1, "state": "success", "description": "d"}, "`context` is no text"),
        ({"context": "x", "state": "great", "description": "d"}, "`state` is none of success, failure, error, pending"),
        ({"context": "x", "state": "success", "description": "d", "target": ""}, "`target` is not known"),
        ("x", "an entry is no object"),
    ],
)
def test_a_status_written_by_hand_is_told_the_field_that_is_wrong(
    forge: FilesForge, folder: Path, row: object, problem: str
) -> None:
    forge.set_status(SHA, GOOD)
    (folder / f"statuses/{SHA}.json").write_text(json.dumps([row]))
    with pytest.raises(ForgeFailed) as failed:
        forge.statuses(SHA)
    assert failed.value.message == f"{folder}/statuses/{SHA}.json cannot be read: {problem}"


def test_a_status_that_ci_puts_beside_ours_is_theirs_and_stays(forge: FilesForge, folder: Path) -> None:
    forge.set_status(SHA, GOOD)
    theirs = [{"context": "ci/smoke", "state": "success", "description": "passed"}]
    (folder / f"statuses/{SHA}.github-actions[bot].json").write_text(json.dumps(theirs))
    (folder / f"statuses/{'2' * 40}.ci.json").write_text(json.dumps(theirs))
    forge.set_status(SHA, GOOD)

    told = {(one.context, one.state, one.creator) for one in forge.all_statuses(SHA)}
    assert told == {
        ("ci/smoke", State.SUCCESS, "github-actions[bot]"),
        ("flux-chart-bot/dev", State.SUCCESS, "flux-chart-bot"),
    }
    assert forge.statuses(SHA) == (GOOD,)


def theirs(folder: Path, text: str) -> Path:
    path = folder / f"statuses/{SHA}.ci.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def test_theirs_was_said_when_the_file_was_modified_and_the_last_entry_comes_first(
    forge: FilesForge, folder: Path
) -> None:
    path = theirs(folder, '[{"context": "a", "state": "success"}, {"context": "a", "state": "failure"}]')
    os.utime(path, (0, 1_767_225_600))
    first, second = forge.all_statuses(SHA)
    assert (first.state, second.state) == (State.FAILURE, State.SUCCESS)
    assert {first.at, second.at} == {datetime(2026, 1, 1, tzinfo=UTC)}


@pytest.mark.parametrize(
    ("text", "context", "problem"),
    [
        ('[{"context": "a"', "", "JSONDecodeError"),
        ("[" * 100_000, "", "RecursionError"),
        ('{"context": "a", "state": "success"}', "", "it is no list"),
        ('[{"context": "a", "state": "succes"}]', "a", "`state` is none of success, failure, error, pending"),
        ('[{"state": "success"}]', "", "`context` is missing"),
        ('["a"]', "", "an entry is no object"),
    ],
)
def test_what_cannot_be_read_of_theirs_is_a_word_that_names_its_file(
    forge: FilesForge, folder: Path, text: str, context: str, problem: str
) -> None:
    path = theirs(folder, text)
    [said] = forge.all_statuses(SHA)
    assert (said.context, said.creator, said.unread) == (context, "ci", f"{path} cannot be read: {problem}")


def test_an_entry_that_cannot_be_read_takes_nothing_from_the_others(forge: FilesForge, folder: Path) -> None:
    theirs(folder, '[{"context": "a", "state": "succes"}, {"context": "b", "state": "success"}]')
    assert [(one.context, bool(one.unread)) for one in forge.all_statuses(SHA)] == [("b", False), ("a", True)]


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(ForgeFailed, match="cannot be written") as failed:
        FilesForge(tmp_path / "file").create_pull_request(head=OURS, base="main", title="t", body="b")
    assert "Choose a folder" in failed.value.mend


def test_a_kill_leaves_the_old_file(forge: FilesForge, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def killed(_self: Path, _target: Path) -> Path:
        raise KeyboardInterrupt

    monkeypatch.setattr(Path, "replace", killed)
    with pytest.raises(KeyboardInterrupt):
        forge.update_pull_request(1, title="new", body="new")
    assert FilesForge(folder).open_pull_requests()[0].title == "Update podinfo"


def test_the_newest_is_the_one_with_the_highest_number_past_four_digits_too(forge: FilesForge, folder: Path) -> None:
    known = json.loads((folder / "pull-requests/0001.json").read_text())
    for number, state in ((9999, "done"), (10_000, "closed")):
        (folder / f"pull-requests/{number}.json").write_text(json.dumps({**known, "number": number, "state": state}))
    refused = forge.last_refused(OURS)
    assert refused is not None
    assert refused.number == 10_000
