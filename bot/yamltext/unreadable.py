"""Why a text could not be read as YAML, and the limits a reader keeps to."""

from enum import StrEnum

from msgspec import Struct


class Trouble(StrEnum):
    """The kinds of trouble a reader meets."""

    SYNTAX = "syntax"
    TOO_LARGE = "too large"
    TOO_DEEP = "too deep"
    TOO_MANY_EVENTS = "too many events"
    TOO_MANY_DIRECTIVES = "too many directives"
    ENCODING = "not UTF-8"
    CONTROL_CHARACTER = "control character"
    READER = "reader failed"


class UnreadableYaml(Struct, frozen=True, kw_only=True):
    """One file that is no YAML for us; its neighbours are read all the same.

    Attributes:
        trouble: The kind.
        line: Line of the trouble, from 1; 0 where the whole file is meant.
        column: Column in characters, from 1; 0 where the whole line or file is meant.
        message: What the reader says, in printable ASCII. Of the file it quotes at most a sign or a tag handle: a file
            that cannot be read may hold a secret.
    """

    trouble: Trouble
    line: int = 0
    column: int = 0
    message: str


class Limits(Struct, frozen=True, kw_only=True):
    """What a reader is willing to read; each limit is counted before or inside the reader, never after it.

    The largest files with Flux objects in public repositories are Flux's own installation manifests (half a MiB, about
    30,000 events, nesting below 40). Deep nesting is what makes libyaml quadratic: 100 KB of ``[`` take 23 s when read
    to the end and 2 ms when stopped at 300. It is quadratic in ``%TAG`` lines too, before its first event.

    Attributes:
        size: Bytes in a file.
        depth: Collections inside each other.
        events: Events of the parser: a scalar is one, a collection two, a document two.
        directives: Occurrences of ``%TAG``.
    """

    size: int = 4 * 1024 * 1024
    depth: int = 100
    events: int = 200_000
    directives: int = 100


DEFAULT_LIMITS = Limits()
