"""The splice that puts a comment behind a value, at the end of its line."""

import re

from bot.yamltext.comments import trailing_comment
from bot.yamltext.lookup import Obstacle, find
from bot.yamltext.nodes import Document, Mapping, Route, Scalar, Sequence, YamlText
from bot.yamltext.replacing import Refusal
from bot.yamltext.splices import Splice

# A line that ends in any other break (NEL, LS, PS) goes on for readers of YAML 1.2, and a comment with it.
_LINE_END = re.compile(rb"\r|\n|\Z")
_NOTHING = re.compile(rb"[ \t]*(?:[}\]][ \t]*)*")


def append_comment(file: YamlText, document: Document, route: Route, comment: str) -> Splice | Refusal:
    """Plan a comment at the end of the line on which the value at a route stands.

    It would be taken as a word on everything on that line, so the value must be alone there: nothing but closing
    brackets behind it, nothing beside it in its own brackets, and no comment yet.

    Args:
        file: The file that holds the value.
        document: Its document.
        route: The value: a scalar of one line.
        comment: One line, printable, without blanks around it.
    """
    node = find(document, route)
    if not isinstance(node, Scalar):
        return Refusal.ABSENT if isinstance(node, Obstacle) else Refusal.COLLECTION
    if node.style in {"|", ">"}:
        return Refusal.BLOCK
    if not comment.isprintable() or comment != comment.strip() or not comment:
        return Refusal.INEXPRESSIBLE
    if trailing_comment(file, document, node) is not None:
        return Refusal.COMMENTED
    end = end_of_line(file.data, node.end)
    if not _NOTHING.fullmatch(file.data, node.end, end) or _has_neighbours(document, route):
        return Refusal.NEIGHBOURS
    return Splice(start=end, end=end, replacement=written_comment(comment))


def end_of_line(data: bytes, position: int) -> int:
    """The byte offset at which the line of a byte ends, its break excluded."""
    found = _LINE_END.search(data, position)
    return found.start() if found else len(data)


def written_comment(comment: str) -> bytes:
    """The bytes of a comment, with the blank that must stand before it."""
    return f" # {comment}".encode()


def _has_neighbours(document: Document, route: Route) -> bool:
    """Whether any brackets around the value hold something else."""
    above = (find(document, route[:length]) for length in range(len(route)))
    return any(isinstance(node, Mapping | Sequence) and node.flow and len(node.values) > 1 for node in above)
