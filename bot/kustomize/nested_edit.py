"""Edits at any place, inside block scalars too, and the proof that nothing else changed.

An edit inside is planned on the text of the scalar as if it were a file, and its splice carried outward to the bytes of
the file. The proof reads the file again, compares everything outside of the scalar as for every other edit, then the
scalar's frame, its lines' indentation, and its text as a file of its own.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from types import MappingProxyType

from msgspec import Struct

from bot.kustomize.block_text import BlockText
from bot.kustomize.nested_places import NestedPlace
from bot.model.places import Place, Route
from bot.yamltext.lookup import find
from bot.yamltext.nodes import Document, Scalar, YamlText
from bot.yamltext.proof import Difference, prove
from bot.yamltext.reading import read
from bot.yamltext.replacing import Refusal, replace
from bot.yamltext.splices import Splice, apply
from bot.yamltext.unreadable import UnreadableYaml

_Where = tuple[int, Route]
_CHANGED = "the file is not what it was when it was read"
_BETWEEN = "other texts stand beside the value, and the new one does not fit between them"


class _Block(Struct, frozen=True, kw_only=True):
    """A block scalar of a file and the YAML that it holds."""

    text: BlockText
    file: YamlText


def plan(file: YamlText, place: Place, value: str) -> Splice | str:
    """The splice that makes the value at a place so, or what keeps it from being made.

    Args:
        file: The file, as read.
        place: A place in it, nested or not.
        value: What is to be built of it.
    """
    if not isinstance(place, NestedPlace):
        return _plan(file, place.document, place.route, place.text, value)
    text = place.scalar_for(value)
    if text is None:
        return _BETWEEN
    if place.inner is None:
        return _plan(file, place.document, place.route, place.scalar, text)
    block = _block(file, place.document, place.route)
    if isinstance(block, str):
        return block
    splice = _plan(block.file, *place.inner, place.scalar, text)
    return block.text.splice(splice) if isinstance(splice, Splice) else splice


def _plan(file: YamlText, document: int, route: Route, old: str, new: str) -> Splice | str:
    if document >= len(file.documents):
        return _CHANGED
    node = find(file.documents[document], route)
    if isinstance(node, Scalar) and node.text != old:
        return _CHANGED
    splice = replace(file, file.documents[document], route, new)
    return splice.value if isinstance(splice, Refusal) else splice


def _block(file: YamlText, document: int, route: Route) -> _Block | str:
    scalar = _scalar(file, document, route)
    if scalar is None:
        return _CHANGED
    if file.documents[document].is_referred_to(scalar):
        return Refusal.SHARED.value
    text = BlockText.of(file, scalar)
    if isinstance(text, str):
        return text
    inner = read(text.data)
    return _CHANGED if isinstance(inner, UnreadableYaml) else _Block(text=text, file=inner)


def _scalar(file: YamlText, document: int, route: Route) -> Scalar | None:
    documents: tuple[Document, ...] = file.documents[document : document + 1]
    node = find(documents[0], route) if documents else None
    return node if isinstance(node, Scalar) else None


def prove_edits(
    before: YamlText,
    after: bytes,
    values: Iterable[tuple[Place, str]],
    comments: Mapping[_Where, str] = MappingProxyType({}),
) -> Difference | None:
    """Prove that new bytes are the old ones with just these values changed.

    Args:
        before: The old file, as read.
        after: The new bytes.
        values: Places and what is now built of them.
        comments: What the lines of some of these values get as a comment, by document and route.

    Returns:
        None where every scalar that is to change did so and nothing else did, in the file and in the texts inside it.
    """
    own: dict[_Where, str] = {}
    within: dict[_Where, dict[_Where, str]] = defaultdict(dict)
    for place, value in values:
        text = place.scalar_for(value) if isinstance(place, NestedPlace) else value
        if text is None:
            return Difference(sentence=_BETWEEN, line=place.line)
        where = place.document, place.route
        if isinstance(place, NestedPlace) and place.inner is not None:
            within[where][place.inner] = text
        else:
            own[where] = text
    return _prove(before, after, own, within, comments)


def _prove(
    before: YamlText,
    after: bytes,
    own: Mapping[_Where, str],
    within: Mapping[_Where, Mapping[_Where, str]],
    comments: Mapping[_Where, str],
) -> Difference | None:
    texts = dict(own)
    blocks: dict[_Where, _Block] = {}
    for where, changes in within.items():
        block = _block(before, *where)
        if isinstance(block, str):
            return Difference(sentence=block)
        new = _edited(block, changes)
        if isinstance(new, Difference):
            return new
        blocks[where], texts[where] = block, new.decode()
    if difference := prove(before, after, texts, comments=comments):
        return difference
    read_again = read(after)
    if isinstance(read_again, UnreadableYaml):
        return Difference(sentence=f"the new bytes cannot be read: {read_again.trouble}")
    found = (_prove_block(block, read_again, where, within[where]) for where, block in blocks.items())
    return next((each for each in found if each), None)


def _edited(block: _Block, changes: Mapping[_Where, str]) -> bytes | Difference:
    splices: list[Splice] = []
    for (document, route), text in changes.items():
        scalar = _scalar(block.file, document, route)
        splice = _plan(block.file, document, route, scalar.text if scalar else "", text)
        if not isinstance(splice, Splice):
            return Difference(sentence=splice, line=block.text.line)
        splices.append(splice)
    return apply(block.text.data, splices)


def _prove_block(old: _Block, after: YamlText, where: _Where, changes: Mapping[_Where, str]) -> Difference | None:
    """Compare a block scalar with what it became: frame, indentation, and its text as a file of its own."""
    scalar = _scalar(after, *where)
    new = BlockText.of(after, scalar) if scalar else "the block is gone"
    if isinstance(new, str):
        return Difference(sentence=new, line=old.text.line)
    if (new.header, new.frames, new.rest) != (old.text.header, old.text.frames, old.text.rest):
        return Difference(sentence="bytes around the lines of a block changed", line=old.text.line)
    return prove(old.file, new.data, changes)
