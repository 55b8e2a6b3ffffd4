"""Comments for us that stand behind no version: a person meant to limit one, and nothing is limited."""

from collections.abc import Iterable, Iterator

from msgspec import Struct
from msgspec.structs import replace

from bot.flux.remarks import SIGN, is_ours
from bot.model.references import PassedOver, Reference
from bot.reason import Reason
from bot.reasons import STRAY_COMMENT
from bot.yamltext.comments import lines_with_comment
from bot.yamltext.nodes import YamlText

_LONGEST_SHOWN = 80


class Remark(Struct, frozen=True, kw_only=True):
    """A comment that is meant for us, wherever it stands.

    Attributes:
        path: The file.
        line: 1-based line.
        comment: Foreign text, cut short.
    """

    path: str
    line: int
    comment: str

    @property
    def stray(self) -> Reason:
        """Why it limits nothing."""
        return STRAY_COMMENT(comment=self.comment, place=f"{self.path}:{self.line}")


def remarks_in(path: str, file: YamlText) -> tuple[Remark, ...]:
    """Every comment of a file that is meant for us."""
    if SIGN.encode() not in file.data:
        return ()
    return tuple(
        Remark(path=path, line=line, comment=comment[:_LONGEST_SHOWN])
        for line, comment in lines_with_comment(file, SIGN.encode())
        if is_ours(comment)
    )


def without_strays(
    judged: Iterable[Reference | PassedOver], remarks: Iterable[Remark]
) -> Iterator[Reference | PassedOver]:
    """Say which comments limit nothing, and hold the versions right below them, for which they were meant.

    Args:
        judged: Everything that a tree says; a comment on the line of one is no stray, whether it is judged or not.
        remarks: All comments for us.
    """
    known = tuple(judged)
    attached = {spot for each in known for spot in _spots(each)}
    strays = {(each.path, each.line): each for each in remarks if (each.path, each.line) not in attached}
    held: set[tuple[str, int]] = set()
    for each in known:
        above = next((spot for spot in _above(each) if spot in strays), None) if strays else None
        if above is None or not isinstance(each, Reference):
            yield each
        else:
            held.add(above)
            yield replace(each.passed_over(strays[above].stray), path=above[0], line=above[1])
    yield from (
        PassedOver(path=each.path, line=each.line, reason=each.stray)
        for spot, each in strays.items()
        if spot not in held
    )


def _spots(each: Reference | PassedOver) -> Iterator[tuple[str, int]]:
    yield each.path, each.line
    if isinstance(each, Reference):
        yield from ((place.path, place.line) for place in each.pin.places)


def _above(each: Reference | PassedOver) -> Iterator[tuple[str, int]]:
    """The lines right above the places that write a version."""
    if isinstance(each, Reference):
        yield from ((place.path, place.line - 1) for place in each.pin.places)
