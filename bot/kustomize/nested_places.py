"""Places inside scalars: values that are written in a text within a text, or as a part of one."""

from bot.kustomize.block_text import BlockText
from bot.kustomize.tree import Written
from bot.model.places import Place, Route
from bot.reason import Reason
from bot.reasons import NOT_EDITABLE
from bot.yamltext.lookup import Obstacle, find
from bot.yamltext.nodes import Alias, Scalar


class NestedPlace(Place, frozen=True, kw_only=True):
    """A value that one scalar does not write alone.

    `document` and `route` lead to a scalar of the file, as in every place; `start`, `end`, `line` and `column` are
    those of the innermost token. `text` is the value that is built of it.

    Attributes:
        inner: Document and route within that scalar's text, where it holds YAML; None where it is the value's own.
        scalar: The whole text of the innermost scalar.
        around: What stands before and behind the value's part in it: `${VERSION:=` and `}`.
        beside: What other scalars put before and behind that part in the value: `v` of `v${VERSION}`.
    """

    inner: tuple[int, Route] | None = None
    scalar: str
    around: tuple[str, str] = ("", "")
    beside: tuple[str, str] = ("", "")

    def scalar_for(self, value: str) -> str | None:
        """The innermost scalar's text that makes the value so; None where other scalars stand in the way."""
        before, behind = self.beside
        part = value[len(before) : len(value) - len(behind)]
        if f"{before}{part}{behind}" != value or not part:
            return None
        return f"{self.around[0]}{part}{self.around[1]}"


def place_of(written: Written) -> Place | Reason:
    """Where a scalar is written, if it can be edited there."""
    node = _own(written)
    if isinstance(node, str):
        return NOT_EDITABLE(problem=f"{node}, in {written.source.path}")
    if written.source.holder is None:
        return Place(
            path=written.source.path,
            document=written.document.index,
            route=written.route,
            start=node.start,
            end=node.end,
            line=node.line,
            column=node.column,
            text=node.text,
        )
    return _place_inside(written, written.source.holder, node)


def _own(written: Written) -> Scalar | str:
    """The scalar that is written at the route itself, no alias on the way."""
    node = find(written.document, written.route)
    if isinstance(node, Obstacle | Alias):
        return Obstacle.ALIAS if isinstance(node, Alias) else node
    return node if isinstance(node, Scalar) else "it is no text"


def _place_inside(written: Written, holder: Written, node: Scalar) -> Place | Reason:
    outer = _own(holder)
    if holder.source.holder is not None:
        return NOT_EDITABLE(problem="it stands in a text within a text within a text")
    if isinstance(outer, str):
        return NOT_EDITABLE(problem=f"{outer}, in {holder.source.path}")
    block = BlockText.of(holder.source.file, outer)
    if isinstance(block, str):
        return NOT_EDITABLE(problem=f"{block}, at {holder.source.path}:{outer.line}")
    start, length = block.outward(node.start), node.end - node.start
    return NestedPlace(
        path=holder.source.path,
        document=holder.document.index,
        route=holder.route,
        start=start,
        end=start + length,
        line=block.line + node.line - 1,
        column=node.column + block.indent,
        text=node.text,
        inner=(written.document.index, written.route),
        scalar=node.text,
    )
