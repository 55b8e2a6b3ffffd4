"""The templates of a ResourceSet's resources, as far as they are followed: one input by its path, quoted or not.

They are Go's, with `<<` and `>>` around each action: https://fluxoperator.dev/docs/crd/resourceset/#resources-configuration
"""

import re
from collections.abc import Iterator

from msgspec import Struct

InputPath = tuple[str, ...]
"""Keys from a set of inputs to one of its values: `("app", "version")` of `<< inputs.app.version >>`."""

_OPENING, _CLOSING = "<<", ">>"
_PLAIN = re.compile(r"\s*inputs((?:\.[A-Za-z_][A-Za-z0-9_]*)+)\s*(\|\s*quote\s*)?", re.ASCII)
_USE = re.compile(r"\binputs\b((?:\.[A-Za-z_][A-Za-z0-9_]*)*)", re.ASCII)
_LOOKED_UP = re.compile(r'\b(?:get|hasKey|index)\s+inputs\s+"([A-Za-z_][A-Za-z0-9_]*)"', re.ASCII)
_CONTROL = re.compile(r"<<-?\s*(if|range|with|block|define|end)\b", re.ASCII)


class Template(Struct, frozen=True, kw_only=True):
    """One action that stands for one input.

    Attributes:
        path: The input.
        quoted: It ends in `| quote`: the value is put into quotes, and read as a text whatever it looks like.
    """

    path: InputPath
    quoted: bool


def is_templated(text: str) -> bool:
    """Whether anything of a text is for the template engine."""
    return _OPENING in text


def pieces(text: str) -> Iterator[str | Template | None]:
    """A text as what stays and what is filled in, in order; None where it cannot be told."""
    at = 0
    for start, end in _actions(text):
        if start > at:
            yield text[at:start]
        plain = _PLAIN.fullmatch(text, start + len(_OPENING), end - len(_CLOSING))
        yield Template(path=tuple(plain[1][1:].split(".")), quoted=bool(plain[2])) if plain else None
        at = end
    rest = text[at:]
    if rest:
        yield None if is_templated(rest) else rest


def inputs_used(text: str) -> Iterator[InputPath]:
    """The path of every input that the actions of a text name, however they use it; empty for all inputs at once.

    Whatever is below or above such a path may be used.
    """
    for start, end in _actions(text):
        told = _LOOKED_UP.sub(r"inputs.\1", text[start:end])
        for use in _USE.finditer(told):
            yield tuple(filter(None, use[1].split(".")))


def reaches_beyond(text: str) -> bool:
    """Whether a text opens or closes what other texts of the resource end or begin, as `<< if … >>` alone does."""
    words = _CONTROL.findall(text)
    return 2 * words.count("end") != len(words)


def overlap(one: InputPath, other: InputPath) -> bool:
    """Whether a use of one input may read the other."""
    return all(mine == theirs for mine, theirs in zip(one, other, strict=False))


def _actions(text: str) -> Iterator[tuple[int, int]]:
    """Where each action starts and ends. By hand: a pattern would look for the end from each of a thousand starts."""
    end = 0
    while (start := text.find(_OPENING, end)) >= 0 and (found := text.find(_CLOSING, start + len(_OPENING))) >= 0:
        end = found + len(_CLOSING)
        yield start, end
