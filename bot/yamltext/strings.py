"""Which texts may stand plain in YAML and still are strings for every reader.

Flux's parts read YAML with go-yaml (1.1 with some of 1.2), other tools with either version: a value is taken for a
string only if no version makes a number, date, truth value or nothing of it.
"""

import re

# https://yaml.org/type/null.html, bool.html, merge.html, value.html; 1.2 has a part of these:
# https://yaml.org/spec/1.2.2/#1032-tag-resolution
_WORDS = frozenset(
    word
    for lower in ("null", "true", "false", "yes", "no", "on", "off", "y", "n")
    for word in (lower, lower.capitalize(), lower.upper())
) | {"", "~", "=", "<<"}

_NUMBER = re.compile(
    r"""
      [-+]?0b[01_]+                                                   # 1.1 int.html, base 2
    | [-+]?0o?[0-7_]+                                                 # base 8: 1.1 and 1.2
    | [-+]?0x[0-9a-f_]+                                               # base 16
    | [-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?                # 1.1 base 60
    | [-+]?(?:\.[0-9_]+|[0-9][0-9_]*(?:\.[0-9_]*)?)(?:e[-+]?[0-9_]+)? # 1.1 and 1.2 decimal, 1.2 without a point
    | [-+]?\.inf
    | \.nan
    """,
    re.VERBOSE | re.ASCII | re.IGNORECASE,
)

# https://yaml.org/type/timestamp.html; whatever follows a date is left to the reader, so we take it for one.
_TIMESTAMP = re.compile(r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:[Tt \t].*)?", re.ASCII)

# Narrower than YAML: signs that mean something at some place of some context are left out, so that such a text is plain
# in block and flow alike. A colon is followed by something that is not blank; one blank stands between two words.
_PLAIN = re.compile(r"[A-Za-z0-9~^](?:[ :]?[A-Za-z0-9._+/~^=<>@|*-])*", re.ASCII)


def reads_as_string(text: str) -> bool:
    """Whether a plain scalar of this text is a string under YAML 1.1 and 1.2."""
    return text not in _WORDS and not _NUMBER.fullmatch(text) and not _TIMESTAMP.fullmatch(text)


def may_stand_plain(text: str) -> bool:
    """Whether we write this text without quotes: it is a string to every reader and no sign in it adds structure."""
    return _PLAIN.fullmatch(text) is not None and reads_as_string(text)
