"""The proof of an edit: read the new bytes again and find exactly the intended values changed, and nothing else."""

from collections.abc import Mapping as TableOf
from types import MappingProxyType
from typing import Final, TypeAlias

from msgspec import Struct

from bot.yamltext.commenting import end_of_line, written_comment
from bot.yamltext.comments import trailing_comment
from bot.yamltext.lookup import find, is_repeated
from bot.yamltext.nodes import Alias, Document, Mapping, Node, Route, Scalar, Sequence, YamlText
from bot.yamltext.reading import read
from bot.yamltext.replacing import STRING_TAGS
from bot.yamltext.strings import may_stand_plain, reads_as_string
from bot.yamltext.unreadable import DEFAULT_LIMITS, Limits, UnreadableYaml


class Difference(Struct, frozen=True, kw_only=True):
    """Why new bytes are not the intended edit.

    Attributes:
        sentence: What is wrong; without text of the file.
        line: Line in the old bytes, from 1; 0 where the whole file is meant.
    """

    sentence: str
    line: int = 0


_Targets: TypeAlias = dict[int, tuple[Scalar, str]]
"""By the place where it starts, a scalar that may change and its new text."""
_Value: TypeAlias = tuple[int, Route]
"""A document, from 0, and the way to a value of it."""
_NO_COMMENTS: Final[TableOf[_Value, str]] = MappingProxyType({})


def prove(
    before: YamlText,
    after: bytes,
    intended: TableOf[_Value, str],
    limits: Limits = DEFAULT_LIMITS,
    *,
    comments: TableOf[_Value, str] = _NO_COMMENTS,
) -> Difference | None:
    """Prove that new bytes are the old ones with other texts, and new comments, at the intended places.

    Args:
        before: The old file, as read.
        after: The new bytes.
        intended: New texts by document (from 0) and route.
        limits: For reading the new bytes.
        comments: For some of these values, the comment that their line gets and did not have.

    Returns:
        ``None`` if both hold the same documents, nodes, styles, anchors, aliases and tags, each intended value is the
        new text, a string under YAML 1.1 and 1.2 and in its old style (or in double quotes for a plain one that cannot
        stay plain), each comment is read behind its value, and all bytes outside the tokens of
        these values and outside these comments are the same. Else the first difference.
    """
    targets = _targets(before, intended)
    if isinstance(targets, Difference):
        return targets
    read_again = read(after, limits)
    if isinstance(read_again, UnreadableYaml):
        return Difference(sentence=f"the new bytes cannot be read: {read_again.trouble}")
    if len(read_again.documents) != len(before.documents):
        return Difference(sentence="the number of documents changed")
    replaced: list[tuple[Scalar, Scalar]] = []
    for old, new in zip(before.documents, read_again.documents, strict=True):
        difference = _compare(old.root, new.root, targets, replaced)
        if difference:
            return difference
    if len(replaced) != len(targets):
        return Difference(sentence="not every intended value was met")
    return _compare_outside(before.data, after, replaced, _by_start(before, comments)) or _unread(
        before, read_again, comments
    )


def _by_start(file: YamlText, comments: TableOf[_Value, str]) -> dict[int, str]:
    """The comments by the place where their values start."""
    return {target.start: text for value, text in comments.items() if (target := _scalar_at(file, value))}


def _scalar_at(file: YamlText, value: _Value) -> Scalar | None:
    index, route = value
    node = find(file.documents[index], route) if 0 <= index < len(file.documents) else None
    return node if isinstance(node, Scalar) else None


def _targets(before: YamlText, intended: TableOf[tuple[int, Route], str]) -> _Targets | Difference:
    """The scalars that may change."""
    targets: _Targets = {}
    for (index, route), text in intended.items():
        if not 0 <= index < len(before.documents):
            return Difference(sentence="an intended value lies in no document")
        document = before.documents[index]
        target = _target(document, route, text)
        if isinstance(target, Difference):
            return target
        targets[target.start] = target, text
    return targets


def _target(document: Document, route: Route, text: str) -> Scalar | Difference:
    node = find(document, route)
    if not isinstance(node, Scalar) or node.start == node.end:
        return Difference(sentence="an intended value is not one scalar of its own", line=document.line)
    if node.text == text:
        return Difference(sentence="an intended value was that text before", line=node.line)
    if is_repeated(document, route):
        return Difference(sentence="an intended value is repeated by aliases", line=node.line)
    return node


def _compare(old: Node, new: Node, targets: _Targets, replaced: list[tuple[Scalar, Scalar]]) -> Difference | None:
    """Walk two trees in step, in the order of the file; note the scalars that were replaced."""
    pending = [(old, new)]
    while pending:
        old, new = pending.pop()
        if isinstance(old, Scalar) and isinstance(new, Scalar):
            target, text = targets.get(old.start, (None, ""))
            if old is target:
                replaced.append((old, new))
                sentence = _misfit(old, new, text)
            else:
                sentence = None if _same_scalar(old, new) else "a value changed that was not to change"
        elif old == new:  # the same nodes at the same places; an intended value among them will be missed below
            continue
        else:
            sentence = None if _same_shape(old, new) else "the structure changed"
            pending += reversed(list(zip(_children(old), _children(new), strict=False)))
        if sentence:
            return Difference(sentence=sentence, line=old.line)
    return None


def _same_scalar(old: Scalar, new: Scalar) -> bool:
    return old.text == new.text and old.style == new.style and old.anchor == new.anchor and old.tag == new.tag


def _same_shape(old: Node, new: Node) -> bool:
    match old, new:
        case Mapping(), Mapping():
            return _manner(old) == _manner(new)
        case Sequence(), Sequence():
            return _manner(old) == _manner(new)
        case Alias(), Alias():
            return old.anchor == new.anchor
        case _:
            return False


def _manner(node: Mapping | Sequence) -> tuple[bool, str | None, str | None, int]:
    return node.flow, node.anchor, node.tag, len(node.values)


def _children(node: Node) -> list[Node]:
    match node:
        case Mapping():
            return [child for pair in node.items for child in pair]
        case Sequence():
            return list(node.values)
        case _:
            return []


def _misfit(old: Scalar, new: Scalar, text: str) -> str | None:
    """What is wrong with a replaced scalar, if anything."""
    if new.text != text:
        return "an intended value is not the new text"
    if (old.anchor, old.tag) != (new.anchor, new.tag):
        return "an intended value changed its anchor or tag"
    if new.tag not in STRING_TAGS or (not new.style and not reads_as_string(new.text)):
        return "an intended value is not a string for every reader"
    quoted = not old.style and new.style == '"' and not may_stand_plain(text)
    return None if old.style == new.style or quoted else "an intended value changed its style"


def _compare_outside(
    old: bytes, new: bytes, replaced: list[tuple[Scalar, Scalar]], added: TableOf[int, str]
) -> Difference | None:
    """Compare the bytes between the replaced tokens; where a comment was added, with it at the end of its line."""
    old_from = new_from = 0
    between = b""
    for before, after in replaced:
        if between + old[old_from : before.start] != new[new_from : after.start]:
            return Difference(sentence="bytes changed before an intended value", line=before.line)
        old_from, new_from, between = before.end, after.end, b""
        if comment := added.get(before.start):
            old_from = end_of_line(old, before.end)
            between = old[before.end : old_from] + written_comment(comment)
    if between + old[old_from:] != new[new_from:]:
        return Difference(sentence="bytes changed behind the last intended value")
    return None


def _unread(before: YamlText, after: YamlText, comments: TableOf[_Value, str]) -> Difference | None:
    """See that whoever looks for a value's comment finds the new one, and found none before."""
    for value, comment in comments.items():
        old, new = _comment_of(before, value), _comment_of(after, value)
        if old is not None or new != comment:
            return Difference(sentence="a comment is not read behind its value, or was not the first")
    return None


def _comment_of(file: YamlText, value: _Value) -> str | None:
    scalar = _scalar_at(file, value)
    return trailing_comment(file, file.documents[value[0]], scalar) if scalar else None
