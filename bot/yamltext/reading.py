"""Bytes to documents, within limits; whatever goes wrong in one file is that file's trouble."""

import re
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE
from itertools import islice
from typing import Final

from ruamel.yaml.error import MarkedYAMLError, YAMLError  # noqa: TID251  (this package is the home of ruamel)

from bot.yamltext.building import Builder, TooDeepError
from bot.yamltext.events import FASTEST, Opener, open_libyaml, open_pure
from bot.yamltext.nodes import YamlText
from bot.yamltext.places import Places
from bot.yamltext.unreadable import DEFAULT_LIMITS, Limits, Trouble, UnreadableYaml

# https://yaml.org/spec/1.1/#c-printable; both parsers refuse the rest but do not say where in the same units.
_UNPRINTABLE = "[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]"
_LONGEST_MESSAGE: Final = 160

_FLOW_PROBLEMS: Final = frozenset(
    {
        "found unexpected ':'",
        "did not find expected node content",
        "did not find expected ',' or ']'",
        "did not find expected ',' or '}'",
    }
)

_SLOW_SIZE: Final = 64 * 1024
"""Characters that the pure parser may be given where libyaml is at hand: it reads about half a MB a second."""


def read(data: bytes, limits: Limits = DEFAULT_LIMITS, open_events: Opener = FASTEST) -> YamlText | UnreadableYaml:
    """Read a file.

    Args:
        data: The whole file, UTF-8, with or without a byte order mark.
        limits: What to refuse before or while reading.
        open_events: The parser; the default is the fastest of this platform.

    Returns:
        The documents, or why there are none. Nothing that a file can hold makes this raise.
    """
    if len(data) > limits.size:
        return UnreadableYaml(trouble=Trouble.TOO_LARGE, message=f"{len(data)} bytes, more than {limits.size}")
    text = _decode(data)
    if isinstance(text, UnreadableYaml):
        return text
    if text.count("%TAG") > limits.directives:
        return UnreadableYaml(trouble=Trouble.TOO_MANY_DIRECTIVES, message=f"more than {limits.directives} of %TAG")
    return _parse(data, text, limits, open_events)


def _decode(data: bytes) -> str | UnreadableYaml:
    """The text without its byte order mark."""
    if data.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
        return UnreadableYaml(trouble=Trouble.ENCODING, line=1, column=1, message="UTF-16; only UTF-8 is read")
    try:
        text = data.removeprefix(BOM_UTF8).decode()
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        return UnreadableYaml(trouble=Trouble.ENCODING, line=line, message=f"not UTF-8 at byte {error.start}")
    if text.startswith("\ufeff"):
        return UnreadableYaml(trouble=Trouble.ENCODING, line=1, column=1, message="two byte order marks")
    return text


def _parse(data: bytes, text: str, limits: Limits, open_events: Opener) -> YamlText | UnreadableYaml:
    """Hand the parser's events to a builder until they, or our patience, end."""
    builder = Builder(Places(text, len(data) - len(data.removeprefix(BOM_UTF8))), limits.depth)
    try:
        events = iter(open_events(text), None)
        builder.take(islice(events, limits.events))
        if next(events, None) is not None:
            return UnreadableYaml(trouble=Trouble.TOO_MANY_EVENTS, message=f"more than {limits.events} events")
    except TooDeepError as error:
        return UnreadableYaml(
            trouble=Trouble.TOO_DEEP, line=error.line, message=f"more than {limits.depth} collections inside each other"
        )
    # Whatever a foreign file does to a parser is that file's trouble: its neighbours must still be read.
    except Exception as error:  # noqa: BLE001
        if open_events is open_libyaml and len(text) <= _SLOW_SIZE and _is_sign_in_flow_text(text, error):
            return _parse(data, text, limits, open_pure)
        return _unreadable(text, error)
    return YamlText(data=data, documents=tuple(builder.documents))


def _is_sign_in_flow_text(text: str, error: Exception) -> bool:
    """Whether libyaml stopped at a ``:`` or ``?`` inside a plain text in flow style, as in ``[http://host/?a=b]``.

    YAML 1.2 and Flux read that; the libyaml in the wheel is from before. Other faults at the same signs stay faults.
    """
    if not isinstance(error, MarkedYAMLError) or error.problem not in _FLOW_PROBLEMS:
        return False
    index = error.problem_mark.index
    return text[index : index + 1] in {":", "?"}


def _unreadable(text: str, error: Exception) -> UnreadableYaml:
    """One shape for everything that the parsers raise."""
    if isinstance(error, MarkedYAMLError):
        mark = error.problem_mark or error.context_mark
        where = {"line": mark.line + 1, "column": mark.column + 1} if mark else {}
        return UnreadableYaml(
            trouble=Trouble.SYNTAX, message=_ascii(error.problem or error.context or "no YAML"), **where
        )
    unprintable = re.search(_UNPRINTABLE, text)  # compiled only here: it takes 3 ms, and few files need it
    if isinstance(error, YAMLError) and unprintable:
        line = text.count("\n", 0, unprintable.start())
        column = unprintable.start() - text.rfind("\n", 0, unprintable.start())
        message = f"character U+{ord(unprintable.group()):04X} is not allowed"
        return UnreadableYaml(trouble=Trouble.CONTROL_CHARACTER, line=line + 1, column=column, message=message)
    if isinstance(error, RecursionError):
        return UnreadableYaml(trouble=Trouble.TOO_DEEP, message="too deep for the parser")
    return UnreadableYaml(trouble=Trouble.READER, message=type(error).__name__)


def _ascii(message: object) -> str:
    """A parser's own words; the pure parser puts characters of the file between them."""
    return str(message).encode("unicode_escape").decode("ascii")[:_LONGEST_MESSAGE]
