"""The wordings that a team may choose: text with a few variables in braces, and nothing that could be run."""

import re
from enum import Enum
from typing import Self

from msgspec import Struct

_PIECE = re.compile(r"\{\{|\}\}|\{(?P<name>[^{}]*)\}|[{}]")
_KEPT = {"{{": "{", "}}": "}"}


class Variable(Enum):
    """What a template may name; the value is its name in the file."""

    TIER = "tier"
    """The tier's name."""
    WHAT = "what"
    """`podinfo to 6.5.4`, `podinfo`, `3 charts`: as much as fits."""
    CHARTS = "charts"
    """How many charts."""
    JUMP = "jump"
    """The greatest jump of all: `major`, `minor`, `patch`, `prerelease` or `pin`; `rollback` before all."""


class InvalidTemplate(ValueError):
    """A text is no template; `offset` is the character where reading it stopped."""

    def __init__(self, problem: str, offset: int) -> None:
        super().__init__(problem)
        self.problem = problem
        self.offset = offset


class Template(Struct, frozen=True):
    """One wording: the team's own words, and variables whose values are foreign text.

    Attributes:
        parts: In order; the words are as they were written.
    """

    parts: tuple[str | Variable, ...]

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `chore(deps): update {what} in {tier}`; `{{` and `}}` are braces.

        Raises:
            InvalidTemplate: A brace stands alone, or a variable is not known.
        """
        parts: list[str | Variable] = []
        end = 0
        for found in _PIECE.finditer(text):
            parts += [text[end : found.start()], _part(found)]
            end = found.end()
        return cls(tuple(part for part in (*parts, text[end:]) if part != ""))

    @property
    def own_length(self) -> int:
        """Characters of its own words."""
        return sum(len(part) for part in self.parts if isinstance(part, str))


class Templates(Struct, frozen=True, kw_only=True):
    """The wordings of pull requests and commits.

    Attributes:
        title: Of a pull request.
        commit_title: The first line of a commit.
        rollback_title: Of both, where a chart goes back to a lower version.
        body_header: Markdown above the table of a pull request.
    """

    title: Template
    commit_title: Template
    body_header: Template
    rollback_title: Template = Template(("fix(deps): roll back ", Variable.WHAT, " in ", Variable.TIER))


def _part(found: re.Match[str]) -> str | Variable:
    text, name = found[0], found["name"]
    if text in _KEPT:
        return _KEPT[text]
    if name is None:
        raise InvalidTemplate(f"a single {text} stands in it", found.start())
    try:
        return Variable(name)
    except ValueError:
        raise InvalidTemplate(f"there is no variable {text}", found.start()) from None


_TITLE = Template(("chore(deps): update ", Variable.WHAT, " in ", Variable.TIER))
DEFAULT_TEMPLATES = Templates(
    title=_TITLE,
    commit_title=_TITLE,
    body_header=Template(("Newer chart versions that the tier **", Variable.TIER, "** may move to.")),
)
