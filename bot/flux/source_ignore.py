"""What Flux leaves out of the artifact of a repository: `.sourceignore` files, `spec.ignore`, and CI's own files.

Sources: https://fluxcd.io/flux/components/source/gitrepositories/#excluding-files,
https://github.com/fluxcd/pkg/blob/main/sourceignore/sourceignore.go and the matcher of go-git that it uses, which is
not Git's: each file is asked for, so that `!` takes back what lies in a folder that is left out.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from posixpath import dirname
from typing import Self

from msgspec import Struct

from bot.versions.patterns import InvalidPattern, Pattern

SOURCE_IGNORE = ".sourceignore"
_DEFAULTS = (
    ".github/,.circleci/,.travis.yml,.gitlab-ci.yml,appveyor.yml,.drone.yml,cloudbuild.yaml,codeship-services.yml,"
    "codeship-steps.yml,**/.goreleaser.yml,**/.sops.yaml,**/.flux.yaml"
)
_ANY_FOLDERS = "**"
_PIECE = re.compile(r"\\(?P<escaped>.)|(?P<class>\[\^?(?:\\.|[^\]\\])+\])|(?P<one>.)", re.DOTALL)
_WILD = {"*": "[^/]*", "?": "[^/]"}
_Parts = tuple[str, ...]


class Rule(Struct, frozen=True, kw_only=True):
    """One line of a file.

    Attributes:
        text: As it is written.
        domain: The folder that it is for.
        parts: Its pattern at each slash.
        takes_back: It begins with `!`.
        folders_only: It ends with a slash.
    """

    text: str
    domain: _Parts
    parts: _Parts
    takes_back: bool
    folders_only: bool

    @classmethod
    def read(cls, line: str, domain: _Parts = ()) -> Self:
        """Read a line that is no comment."""
        text = line if line.endswith("\\ ") else line.rstrip(" ")
        pattern = text.removeprefix("!")
        parts = tuple(pattern.removesuffix("/").split("/"))
        return cls(
            text=text, domain=domain, parts=parts, takes_back=text != pattern, folders_only=pattern.endswith("/")
        )

    @property
    def name(self) -> str:
        """One that is in every path that it says something of; empty where there is none."""
        return next((part for part in self.parts if _ANY_FOLDERS not in part and not _is_wild(part)), "")

    def fits(self, path: _Parts) -> bool:
        """Whether it says something of a file, or of a folder in which it lies."""
        if path[: len(self.domain)] != self.domain or len(path) == len(self.domain):
            return False
        below = path[len(self.domain) :]
        if len(self.parts) > 1:
            return self._fits_way(below)
        return any(_fits(self.parts[0], name) for name in (below[:-1] if self.folders_only else below))

    def _fits_way(self, path: _Parts) -> bool:
        """Whether the beginning of a path is of this pattern; `**` goes to the first name that fits what follows."""
        left, matched, skips = path, False, False
        for index, part in enumerate(self.parts):
            if part == _ANY_FOLDERS and index < len(self.parts) - 1:
                skips = True
            elif part not in {"", _ANY_FOLDERS}:
                at = next((at for at, name in enumerate(left[: None if skips else 1]) if _fits(part, name)), None)
                if at is None or (_ANY_FOLDERS in part):
                    return False
                left, matched, skips = left[at + 1 :], True, False
        return matched and not (self.folders_only and not left)


class SourceIgnore(Struct, frozen=True, kw_only=True):
    """All rules of a tree; the last that fits a file decides.

    Attributes:
        names: Without one of these in its path no file is left out, which is soon seen; None where a rule names none.
    """

    rules: tuple[Rule, ...]
    names: frozenset[str] | None

    @classmethod
    def of(cls, files: Mapping[str, bytes]) -> Self:
        """The rules of its `.sourceignore` files, by path; without any those that hold everywhere."""
        found = sorted((tuple(dirname(path).split("/")) if dirname(path) else (), data) for path, data in files.items())
        own = (rule for domain, data in found for rule in _rules(data.decode(errors="replace"), domain))
        return cls._with((*map(Rule.read, _DEFAULTS.split(",")), *own))

    def beside(self, text: str) -> "SourceIgnore":
        """With those of a source's `spec.ignore`, which win."""
        return self._with((*self.rules, *_rules(text, ()))) if text else self

    @classmethod
    def _with(cls, rules: tuple[Rule, ...]) -> Self:
        names = {rule.name for rule in rules if not rule.takes_back}
        return cls(rules=rules, names=None if "" in names else frozenset(names))

    def leaves_out(self, path: str) -> Rule | None:
        """By which rule a file of the tree is left out; None where it is not."""
        parts = tuple(path.split("/"))
        if self.names is not None and self.names.isdisjoint(parts):
            return None
        last = next((rule for rule in reversed(self.rules) if rule.fits(parts)), None)
        return None if last is None or last.takes_back else last


def is_source_ignore(path: str) -> bool:
    """Whether a file is one that Flux reads rules of."""
    return path.rpartition("/")[2] == SOURCE_IGNORE


def _rules(text: str, domain: _Parts) -> Iterator[Rule]:
    lines: Iterable[str] = text.replace("\r\n", "\n").split("\n")
    yield from (Rule.read(line, domain) for line in lines if line.strip() and not line.startswith("#"))


def _fits(pattern: str, name: str) -> bool:
    if not _is_wild(pattern):
        return pattern == name
    compiled = _compiled(pattern)
    return compiled is not None and compiled.found_in(name)


def _is_wild(pattern: str) -> bool:
    return not {"*", "?", "[", "\\"}.isdisjoint(pattern)


@lru_cache(maxsize=1024)
def _compiled(pattern: str) -> Pattern | None:
    """A pattern of Go's `filepath.Match` for one name; None for one that is none: it fits nothing."""
    try:
        return Pattern.parse(f"^(?s:{''.join(map(_translated, _PIECE.finditer(pattern)))})$")
    except InvalidPattern:
        return None


def _translated(piece: re.Match[str]) -> str:
    if piece["escaped"]:
        return re.escape(piece["escaped"])
    if piece["class"]:
        return piece["class"]
    one = piece["one"]
    return one if one == "[" else _WILD.get(one) or re.escape(one)
