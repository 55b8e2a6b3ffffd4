"""The splice that gives one value a new text, in the style it has."""

import re
from enum import StrEnum
from typing import assert_never

from bot.yamltext.lookup import Obstacle, find, is_repeated
from bot.yamltext.nodes import BREAKS, Alias, Document, Mapping, Route, Scalar, Sequence, YamlText
from bot.yamltext.splices import Splice
from bot.yamltext.strings import may_stand_plain


class Refusal(StrEnum):
    """Why a value is not edited."""

    ABSENT = "there is no such value"
    ALIAS = "the value is written at an anchor elsewhere"
    MERGE = "the value may come from a merge key"
    DUPLICATE = "a key on the way to the value is written twice"
    SHARED = "aliases elsewhere in the document repeat the value"
    COLLECTION = "the value is a mapping or a list"
    EMPTY = "nothing is written there"
    BLOCK = "the value is a block scalar"
    MULTI_LINE = "the value spans several lines"
    ESCAPED = "the value is written with escapes"
    TAGGED = "the value has a tag that may change its meaning"
    MISWRITTEN = "the value is not written as it reads"
    SAME = "the value is that text already"
    INEXPRESSIBLE = "the new text cannot be written in the value's style"
    COMMENTED = "a comment stands on its line already"
    NEIGHBOURS = "a comment behind it would be a word on its neighbours too"


_OBSTACLES = {
    Obstacle.ABSENT: Refusal.ABSENT,
    Obstacle.ALIAS: Refusal.ALIAS,
    Obstacle.MERGE: Refusal.MERGE,
    Obstacle.DUPLICATE: Refusal.DUPLICATE,
}

_DEFAULT = re.compile(r"([^\s]*\$\{\w+:?[=-])([\w.+-]+)(\}[^\s]*)", re.ASCII)

STRING_TAGS = frozenset({None, "!", "tag:yaml.org,2002:str"})
"""Tags under which a text stays a text: none, the non-specific one, and ``!!str``."""


def replace(file: YamlText, document: Document, route: Route, text: str) -> Splice | Refusal:
    """Plan giving the value at a route a new text.

    The quotes that are there stay. A plain value stays plain where the new text is a string to every reader of YAML;
    where it would become a number, date, truth value or structure (``1.10``, ``1e3``, ``>=1.0``) it gets double quotes.
    """
    node = find(document, route)
    match node:
        case Obstacle():
            return _OBSTACLES[node]
        case Alias():
            return Refusal.ALIAS
        case Mapping() | Sequence():
            return Refusal.COLLECTION
        case Scalar():
            return Refusal.SHARED if is_repeated(document, route) else _replace_scalar(file, node, text)
        case _:
            assert_never(node)


def _replace_scalar(file: YamlText, scalar: Scalar, text: str) -> Splice | Refusal:
    refusal = _token_refusal(file, scalar)
    if refusal:
        return refusal
    if scalar.text == text:
        return Refusal.SAME
    token = _token(text, scalar)
    if token is None:
        return Refusal.INEXPRESSIBLE
    return Splice(start=scalar.start, end=scalar.end, replacement=token.encode())


def _token_refusal(file: YamlText, scalar: Scalar) -> Refusal | None:
    """Why this token cannot be exchanged as a whole, if it cannot."""
    token = file.data[scalar.start : scalar.end].decode()
    if scalar.tag not in STRING_TAGS:
        return Refusal.TAGGED
    if scalar.style in {"|", ">"}:
        return Refusal.BLOCK
    if not token:
        return Refusal.EMPTY
    if any(sign in BREAKS for sign in token):
        return Refusal.MULTI_LINE
    if scalar.style == '"' and "\\" in token:
        return Refusal.ESCAPED
    return None if token == scalar.style + scalar.text + scalar.style else Refusal.MISWRITTEN


def _differs_in_a_default(old: str, new: str) -> bool:
    """Whether two texts are `${NAME:=1.2.3}` with another default: as plain as the one was, so is the other."""
    first, second = _DEFAULT.fullmatch(old), _DEFAULT.fullmatch(new)
    return first is not None and second is not None and first.group(1, 3) == second.group(1, 3)


def _token(text: str, scalar: Scalar) -> str | None:
    """The new token, if the text needs no escape in it."""
    if not scalar.style and (may_stand_plain(text) or _differs_in_a_default(scalar.text, text)):
        return text
    quote = scalar.style or '"'
    forbidden = "'" if quote == "'" else '"\\'
    # Printable by Unicode: no controls, line breaks, bidi or zero-width signs, which would hide what is written.
    return None if not text.isprintable() or any(sign in text for sign in forbidden) else quote + text + quote
