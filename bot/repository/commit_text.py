"""A commit object, which is plain text, read into facts."""

import re
from datetime import UTC, datetime

from bot.model.commits import CommitFacts, Sha

_PERSON = re.compile(r"[^<>]* <(?P<email>[^<>]*)> (?P<date>\d+) [+-]\d{4}")
_LATEST = 253402300799
"""The last second of the year 9999, behind which Python knows no date."""
_TRAILER = re.compile(r"(?P<key>[A-Za-z0-9-]+): (?P<value>.*)")
_BLANK = re.compile(r"\n[ \t]*\n")


def commit_facts(sha: Sha, content: bytes) -> CommitFacts:
    """Read a commit object. A malformed author or committer gives an empty e-mail, which is nobody's."""
    head, _, message = content.decode("utf-8", "replace").partition("\n\n")
    headers = _headers(head)
    return CommitFacts(
        sha=sha,
        parents=tuple(value for key, value in headers if key == "parent"),
        committer_email=_email(headers, "committer"),
        subject=message.strip("\n").partition("\n")[0],
        trailers=trailers(message),
        author_email=_email(headers, "author"),
        tree=next((value for key, value in headers if key == "tree"), ""),
    )


def committed_at(content: bytes) -> datetime:
    """The committer's date; a malformed one is 1970, which is before everything."""
    committer = _person(_headers(content.decode("utf-8", "replace").partition("\n\n")[0]), "committer")
    digits = committer["date"] if committer else "0"
    seconds = int(digits) if len(digits) <= len(str(_LATEST)) else _LATEST
    return datetime.fromtimestamp(min(seconds, _LATEST), tz=UTC)


def _headers(head: str) -> list[list[str]]:
    """Lines that begin with a blank continue the one before, as in a signature."""
    return [line.split(" ", 1) for line in head.split("\n") if " " in line and not line.startswith(" ")]


def _email(headers: list[list[str]], role: str) -> str:
    person = _person(headers, role)
    return person["email"] if person else ""


def _person(headers: list[list[str]], role: str) -> re.Match[str] | None:
    people = [value for key, value in headers if key == role]
    return _PERSON.fullmatch(people[0]) if len(people) == 1 else None


def trailers(message: str) -> tuple[tuple[str, str], ...]:
    """The `Key: value` lines of the last paragraph; the first paragraph is the subject and holds none."""
    _subject, *others = _BLANK.split(message.strip())
    lines = others[-1].split("\n") if others else []
    found = (_TRAILER.fullmatch(line) for line in lines)
    return tuple((match["key"], match["value"].strip()) for match in found if match)
