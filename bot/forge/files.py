"""A forge of plain files, for any Git remote: pull requests and statuses as Markdown for people and JSON for us.

pull-requests/0001.json, 0001.md     one pull request; set `"state": "closed"` to refuse it
statuses/<commit>.json, .md          the statuses of one commit that we set
statuses/<commit>.<creator>.json     those that somebody else does, CI say: written by them, read by `with-status`
"""

import json
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from msgspec import ValidationError, convert
from msgspec.structs import asdict

from bot.errors import ForgeFailed
from bot.forge.commit_names import checked
from bot.forge.proposed import Proposed, Unwatched, Watch
from bot.forge.status_files import broken, read_json, said_in, statuses_in
from bot.model.commits import BOT_BRANCHES, Sha
from bot.model.proposals import CommitStatus, Identity, PullRequest, SaidStatus
from bot.model.proposing import Extras
from bot.model.tiers import Branch
from bot.reason import Reason

_US = Identity(login="flux-chart-bot", name="flux-chart-bot", email="flux-chart-bot@users.noreply.invalid")
_OPEN, _CLOSED, _MERGED = "open", "closed", "merged"
_ANY = ""
"""The head is wherever the branch stands: a folder of files does not follow it."""
_UNKNOWN = "Its branch was deleted, and Git does not tell whether what it held was merged; so this refuses nothing."


class FilesForge:
    """The Forge port on a folder. Files are written beside and renamed, so a kill leaves old or new, never half."""

    def __init__(self, folder: Path, watch: Watch | None = None, *, keeps: bool = True) -> None:
        """Keep the folder; it is made when something is first written.

        Args:
            folder: Where the files are.
            watch: Looks what Git did with the branches: a person merges with Git, and no file says so.
            keeps: What is found is written down; else only this run knows.
        """
        self._pulls = folder / "pull-requests"
        self._statuses = folder / "statuses"
        self._watch, self._keeps = watch or Unwatched(), keeps
        self._ended: dict[int, Sha] = {}
        self._gone: set[int] = set()

    def identity(self) -> Identity:
        """A fixed identity: there is no token to ask."""
        return _US

    def open_pull_requests(self) -> tuple[PullRequest, ...]:
        """Every open pull request of the folder whose branch is not merged yet."""
        self._end_merged()
        return self._open()

    def _open(self) -> tuple[PullRequest, ...]:
        records = self._records()
        return tuple(_pull_request(record) for record in records if _is_open(record))

    def _end_merged(self) -> None:
        for record in filter(_is_open, self._records()):
            number, known = record["number"], record.get("proposed")
            looked = self._watch.look(record["base"], record["head"], _proposed(self._path(number), known))
            if looked.merged:
                self._ended[number] = looked.merged
            self._gone |= {number} if looked.gone and not looked.merged else set()
            now = asdict(looked.proposed) if looked.proposed else known
            if self._keeps and (looked.merged or now != known):
                self._write_pull({**self._record(number), "proposed": now})

    def last_refused(self, branch: Branch, *, after: int = 0) -> PullRequest | None:
        """The newest pull request from this branch, where a person set it to closed."""
        ended = [record for record in self._records() if record["head"] == branch and record["state"] != _OPEN]
        newest = ended[-1] if ended and ended[-1]["state"] == _CLOSED else None
        return _pull_request(newest) if newest and newest["number"] > after else None

    def last_merged(self, branch: Branch) -> PullRequest | None:
        """The newest pull request from this branch, where it was seen that a person merged it."""
        ended = [record for record in self._records() if record["head"] == branch and record["state"] != _OPEN]
        return _pull_request(ended[-1]) if ended and ended[-1]["state"] == _MERGED else None

    def create_pull_request(
        self, *, head: Branch, base: Branch, title: str, body: str, draft: bool = False
    ) -> PullRequest | Reason:
        """Write the next number; the open one where it exists already."""
        for existing in self._open():
            if (existing.head, existing.base) == (head, base):
                return existing
        known = self._records()
        number = known[-1]["number"] + 1 if known else 1
        record = {"number": number, "state": _OPEN, "author": _US.login, "head": head, "head_sha": _ANY, "base": base}
        self._write_pull(self._with_proposed({**record, "title": title, "body": body, "draft": draft}))
        return _pull_request(self._record(number))

    def set_extras(self, number: int, extras: Extras) -> tuple[Reason, ...]:
        """Write them down; nobody is asked."""
        self._write_pull({**self._record(number), "extras": asdict(extras)})
        return ()

    def update_pull_request(self, number: int, *, title: str, body: str) -> Reason | None:
        """Set title and body."""
        self._write_pull(self._with_proposed({**self._record(number), "title": title, "body": body}))
        return None

    def _with_proposed(self, record: dict[str, Any]) -> dict[str, Any]:
        """With what its branch holds now: a person may merge that, and delete the branch, before the next run."""
        proposed = self._watch.proposed(record["head"])
        return {**record, "proposed": asdict(proposed)} if proposed else record

    def close_pull_request(self, number: int, *, comment: str) -> Reason | None:
        """Mark it done with a word why; `closed` stays the word of a person."""
        record = self._record(number)
        said = f"{comment} {_UNKNOWN}" if number in self._gone else comment
        if record["state"] == _OPEN:
            self._write_pull({**record, "state": "done", "comment": said})
        return None

    def statuses(self, sha: Sha) -> tuple[CommitStatus, ...]:
        """The statuses of a commit."""
        return statuses_in(self._statuses / f"{checked(sha)}.json")

    def all_statuses(self, sha: Sha) -> tuple[SaidStatus, ...]:
        """The same, and what others put beside it, each in a file with their name."""
        own = self._statuses / f"{checked(sha)}.json"
        creators = {path: path.name[len(sha) + 1 : -len(".json")] for path in self._statuses.glob(f"{sha}.*.json")}
        return tuple(
            said for path, creator in sorted({own: _US.login, **creators}.items()) for said in said_in(path, creator)
        )

    def set_status(self, sha: Sha, status: CommitStatus) -> Reason | None:
        """Set a status, in place of an older one of the same context."""
        kept = [known for known in self.statuses(sha) if known.context != status.context]
        rows = [asdict(known) for known in sorted([*kept, status], key=lambda known: known.context)]
        _write(self._statuses / f"{sha}.json", json.dumps(rows, indent=2) + "\n")
        table = "".join(f"- **{row['state']}** `{row['context']}`: {row['description']}\n" for row in rows)
        _write(self._statuses / f"{sha}.md", f"# Statuses of {sha}\n\n{table}")
        return None

    def remarks(self, bases: Iterable[Branch]) -> tuple[Reason, ...]:
        """Nothing: no rule and no token stands between a folder and a person."""
        del bases
        return ()

    def compare_url(self, *, base: Branch, head: Branch) -> str:
        """What to compare, in Git's words: there is no page to link."""
        return f"{base}...{head}"

    def pull_request_url(self, number: int) -> str:
        """The path of the Markdown file."""
        return str(self._pulls / f"{number:04}.md")

    def _records(self) -> list[dict[str, Any]]:
        """Every pull request, oldest first."""
        found = (self._as_known(_record(path)) for path in sorted(self._pulls.glob("[0-9]*.json")))
        return sorted(found, key=lambda record: int(record["number"]))

    def _record(self, number: int) -> dict[str, Any]:
        return self._as_known(_record(self._path(number)))

    def _path(self, number: int) -> Path:
        return self._pulls / f"{number:04}.json"

    def _as_known(self, record: dict[str, Any]) -> dict[str, Any]:
        head = self._ended.get(record["number"])
        return {**record, "state": _MERGED, "head_sha": head} if head and record["state"] == _OPEN else record

    def _write_pull(self, record: dict[str, Any]) -> None:
        record = {**record, "url": self.pull_request_url(record["number"])}
        page = self._pulls / f"{record['number']:04}.md"
        state = f"{record['state']}, draft" if record.get("draft") is True else record["state"]
        head = f"# {record['title']}\n\n`{record['head']}` into `{record['base']}`, {state}\n\n"
        said = f"\n---\n\n{record['comment']}\n" if record.get("comment") else ""
        _write(page, f"{head}{record['body'].rstrip()}\n{said}")
        _write(page.with_suffix(".json"), json.dumps(record, indent=2) + "\n")


_FIELDS = ("url", "author", "head", "head_sha", "base", "title", "body")


def _is_open(record: dict[str, Any]) -> bool:
    return bool(record["state"] == _OPEN and record["head"].startswith(BOT_BRANCHES))


def _record(path: Path) -> dict[str, Any]:
    """One pull request as it was written; people may edit these files, so the form is checked."""
    record = read_json(path, None)
    texts = [*_FIELDS, "state"]
    good = isinstance(record, dict) and all(isinstance(record.get(name), str) for name in texts)
    if not good or not isinstance(record.get("number"), int):
        raise broken(path, "a key is missing")
    return dict(record)


def _proposed(path: Path, said: object) -> Proposed | None:
    try:
        return None if said is None else convert(said, Proposed)
    except ValidationError as error:
        raise broken(path, f"`proposed` is not as it was written: {error}") from error


def _pull_request(record: dict[str, Any]) -> PullRequest:
    draft = record.get("draft") is True
    return PullRequest(number=record["number"], head_here=True, draft=draft, **{name: record[name] for name in _FIELDS})


def _write(path: Path, text: str) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        beside = path.with_suffix(f"{path.suffix}.{os.getpid()}")
        beside.write_text(text, encoding="utf-8")
        beside.replace(path)
    except OSError as error:
        raise ForgeFailed(f"{path} cannot be written: {error.strerror}", "Choose a folder that can be") from error
