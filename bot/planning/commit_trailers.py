"""What a commit of ours says to a program: the trailers, written and read here alone.

    trailers = tier [shared] *(row *object) [left-out] [reason]
    tier     = "Flux-Chart-Bot-Tier: " name
    shared   = "Flux-Chart-Bot-Shared: " name *( SP name )
    row      = "Flux-Chart-Bot-Chart: " chart SP from SP to SP digest *( SP path )
    object   = "Flux-Chart-Bot-Object: " kind SP namespace SP name SP path
    left-out = "Flux-Chart-Bot-Left-Out: " number
    reason   = "Flux-Chart-Bot-Reason: " text
    digest   = "sha256:" 64hex / "-"

A word is percent-encoded UTF-8 (`%` alone is the empty one): it holds no blank, no line break and nothing that a forge
reads as a mention, a closing keyword or a command. `shared` names all tiers that a draft moves at once. `left-out` is
there where rows are missing, for length; a row with no path has some that are not listed. An object is of the row
before it, and only promotions have any, each row all of its own or, for length and in older commits, none. `reason` is
there where a person named the version. Several rows may name one chart. What is read is what somebody wrote: whose a
commit is, is decided by `bot.planning.ownership`.
"""

import re
from collections.abc import Iterable, Iterator

from msgspec import Struct
from msgspec.structs import replace

from bot.model.places import ObjectId
from bot.planning.ownership import TIER_TRAILER

ROW_TRAILER = "Flux-Chart-Bot-Chart"
OBJECT_TRAILER = "Flux-Chart-Bot-Object"
SHARED_TRAILER = "Flux-Chart-Bot-Shared"
LEFT_OUT_TRAILER = "Flux-Chart-Bot-Left-Out"
REASON_TRAILER = "Flux-Chart-Bot-Reason"
LONGEST = 48 * 1024
"""Characters of all rows and objects. Git has no limit; forges show, index and hand on a message whole."""

_LONGEST_REASON = 200
"""Characters that are read: whoever may push writes what they like."""
_NOTHING = "-"
_EMPTY = "%"
"""What no other text is encoded as."""
_PLAIN = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789/._+~-")
_PORT = re.compile(r"%3A(?=\d)")
_REFERENCE = re.compile(r"(?<=gh)-(?=\d)", re.IGNORECASE)
"""`GH-12` is an issue to GitHub: https://docs.github.com/en/get-started/writing-on-github/working-with-advanced-formatting/autolinked-references-and-urls"""
_ENCODED = re.compile(rb"%([0-9A-F]{2})")
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
_NUMBER = re.compile(r"[1-9][0-9]{0,8}")
_FEWEST_WORDS = 4


class RowObject(Struct, frozen=True, kw_only=True):
    """A release that a row moves.

    Attributes:
        object: What holds the version.
        path: The file in which the version is written.
    """

    object: ObjectId
    path: str


class ChartRow(Struct, frozen=True, kw_only=True):
    """One chart that moves from one version to another in some files.

    Attributes:
        chart: Canonical address without `oci://`.
        old: The version before, as the manifest wrote it.
        new: The version after.
        digest: `sha256:<hex>` that is written beside it, or was found for a promotion; else empty.
        paths: The files; empty where they are not listed.
        objects: Each release that it moves; empty where they are not listed.
    """

    chart: str
    old: str
    new: str
    digest: str = ""
    paths: tuple[str, ...] = ()
    objects: tuple[RowObject, ...] = ()


class CommitRecord(Struct, frozen=True, kw_only=True):
    """What one commit of ours changes.

    Attributes:
        left_out: How many rows more it has.
        shared: All tiers that it moves at once, by values that they share; none where it is the one tier's.
        reason: Why a person named the version of a promotion; empty where none did.
    """

    tier: str
    shared: tuple[str, ...] = ()
    rows: tuple[ChartRow, ...] = ()
    left_out: int = 0
    reason: str = ""


def written(record: CommitRecord) -> str:
    """The trailers as the last paragraph of a message; objects, then paths are left out where all would be too long."""
    lines = [_line(row) for row in record.rows]
    if sum(map(len, lines)) > LONGEST:
        lines = [_line(replace(row, paths=())) for row in record.rows]
    kept = _fitting(lines)
    left_out = record.left_out + len(lines) - len(kept)
    first = [f"{SHARED_TRAILER}: {' '.join(record.shared)}"] if record.shared else []
    last = [f"{LEFT_OUT_TRAILER}: {left_out}"] if left_out else []
    why = [f"{REASON_TRAILER}: {word(record.reason)}"] if record.reason else []
    return "\n".join((f"{TIER_TRAILER}: {record.tier}", *first, *_with_objects(kept, record.rows), *last, *why)) + "\n"


def read(trailers: Iterable[tuple[str, str]]) -> CommitRecord | None:
    """Read them back; None without exactly one tier. A line that is not of the grammar counts as left out."""
    given = tuple(trailers)
    tiers = [value for key, value in given if key == TIER_TRAILER]
    if len(tiers) != 1:
        return None
    rows = [_row(*texts) for texts in _rows_in(given)]
    shared = (name for key, value in given if key == SHARED_TRAILER for name in value.split())
    counts = [value for key, value in given if key == LEFT_OUT_TRAILER]
    left_out = sum(int(value) if _NUMBER.fullmatch(value) else 1 for value in counts)
    return CommitRecord(
        tier=tiers[0],
        shared=tuple(shared),
        rows=tuple(row for row in rows if row),
        left_out=left_out + sum(row is None for row in rows),
        reason=next((_text(value)[:_LONGEST_REASON] for key, value in given if key == REASON_TRAILER), ""),
    )


def word(text: str) -> str:
    """Foreign text as one word of a commit message: letters, digits and `._+/~-`, the rest percent-encoded.

    A colon stays before a digit only, as in the port of a registry, so that no address becomes a link.
    """
    encoded = "".join(chr(byte) if byte in _PLAIN else f"%{byte:02X}" for byte in text.encode("utf-8", "surrogatepass"))
    return _REFERENCE.sub("%2D", _PORT.sub(":", encoded)) or _EMPTY


def _fitting(lines: list[str]) -> list[str]:
    room = LONGEST
    for count, line in enumerate(lines):
        room -= len(line)
        if room < 0:
            return lines[:count]
    return lines


def _with_objects(lines: list[str], rows: Iterable[ChartRow]) -> Iterator[str]:
    """Each row, and behind it its objects as far as there is room for all of them."""
    room = LONGEST - sum(map(len, lines))
    for line, row in zip(lines, rows, strict=False):
        yield line
        objects = [_object_line(one) for one in row.objects]
        taken = sum(map(len, objects))
        if taken <= room:
            room -= taken
            yield from objects


def _line(row: ChartRow) -> str:
    words = (word(text) for text in (row.chart, row.old, row.new))
    return f"{ROW_TRAILER}: {' '.join((*words, row.digest or _NOTHING, *map(word, row.paths)))}"


def _object_line(one: RowObject) -> str:
    words = (one.object.kind, one.object.namespace, one.object.name, one.path)
    return f"{OBJECT_TRAILER}: {' '.join(map(word, words))}"


def _rows_in(trailers: Iterable[tuple[str, str]]) -> list[tuple[str, list[str]]]:
    """The text of each row, and of its objects."""
    found: list[tuple[str, list[str]]] = []
    for key, value in trailers:
        if key == ROW_TRAILER:
            found.append((value, []))
        elif key == OBJECT_TRAILER and found:
            found[-1][1].append(value)
    return found


def _row(value: str, objects: Iterable[str]) -> ChartRow | None:
    words = value.split(" ")
    if len(words) < _FEWEST_WORDS or not all(words):
        return None
    *texts, digest = words[:_FEWEST_WORDS]
    if digest != _NOTHING and not _DIGEST.fullmatch(digest):
        return None
    try:
        chart, old, new, *paths = map(_decoded, (*texts, *words[_FEWEST_WORDS:]))
        named = tuple(map(_object, objects))
    except ValueError:
        return None
    found = "" if digest == _NOTHING else digest
    return ChartRow(chart=chart, old=old, new=new, digest=found, paths=tuple(paths), objects=named)


def _object(value: str) -> RowObject:
    """Raises ValueError for what is of another form."""
    words = value.split(" ")
    kind, namespace, name, path = map(_decoded, words if all(words) else ())
    return RowObject(object=ObjectId(kind=kind, namespace=namespace, name=name), path=path)


def _text(value: str) -> str:
    """A line of text; a word that cannot be read is told as it stands, and so is one that would be several lines."""
    try:
        text = _decoded(value)
    except UnicodeError:
        return value
    return text if text.isprintable() else value


def _decoded(text: str) -> str:
    if text == _EMPTY:
        return ""
    plain = _ENCODED.sub(lambda found: bytes.fromhex(found[1].decode()), text.encode())
    return plain.decode("utf-8", "surrogatepass")
