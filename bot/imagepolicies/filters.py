"""Which tags a policy sees, and what of each it compares.

Source: https://github.com/fluxcd/image-reflector-controller/blob/v1.2.0/internal/policy/filter.go
"""

import unicodedata
from collections.abc import Iterable, Mapping

from bot.model.image_policies import TagFilter
from bot.versions.patterns import Found, Pattern

SIGNATURES = (r"^.*\.sig$",)
"""What an ImageRepository leaves out unless it says otherwise."""

_MOST_DIGITS_OF_A_GROUP = 9


def without(tags: Iterable[str], exclusions: Iterable[str]) -> tuple[str, ...]:
    """The tags that an ImageRepository keeps.

    Raises:
        InvalidPattern: An exclusion is no pattern of Go's regexp.
    """
    patterns = tuple(Pattern.parse(text) for text in exclusions)
    return tuple(tag for tag in tags if not any(pattern.found_in(tag) for pattern in patterns))


def apply(tags: Iterable[str], by: TagFilter | None) -> Mapping[str, str]:
    """What is compared, and the tag of each; of tags that are compared as the same text the last one stays.

    Raises:
        InvalidPattern: The filter holds no pattern of Go's regexp.
    """
    if by is None:
        return {tag: tag for tag in tags}
    pattern = Pattern.parse(by.pattern)
    found = ((tag, pattern.find(tag)) for tag in tags)
    return {expand(by.extract, match) if by.extract else tag: tag for tag, match in found if match}


def expand(template: str, match: Found) -> str:
    """Go's `Regexp.Expand`: `$1`, `$name`, `${name}`; `$$` for a `$`, and a `$` that names nothing stays one.

    A name is as long as can be: `$1x` is the group `1x`. Groups that are not there are empty.

    Source: https://pkg.go.dev/regexp#Regexp.Expand
    """
    told: list[str] = []
    rest = template
    while rest:
        before, sign, rest = rest.partition("$")
        told.append(before)
        if rest.startswith("$"):
            told.append("$")
            rest = rest[1:]
        elif sign:
            name, behind = _name(rest)
            told.append(_group(name, match) if name else "$")
            rest = behind
    return "".join(told)


def _name(text: str) -> tuple[str, str]:
    """The group's name that a text starts with, and what follows it; no name where there is none."""
    braced = text.startswith("{")
    start = int(braced)
    end = start
    while end < len(text) and _names(text[end]):
        end += 1
    if end == start or (braced and not text.startswith("}", end)):
        return "", text
    return text[start:end], text[end + braced :]


def _names(sign: str) -> bool:
    return sign == "_" or unicodedata.category(sign) == "Nd" or unicodedata.category(sign).startswith("L")


def _group(name: str, match: Found) -> str:
    number = match.names.get(name)
    if number is None and name.isascii() and name.isdigit() and (name == "0" or not name.startswith("0")):
        number = int(name) if len(name) <= _MOST_DIGITS_OF_A_GROUP else None
    if number is None or number >= len(match.groups):
        return ""
    return match.groups[number] or ""
