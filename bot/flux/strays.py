"""Comments for us that stand behind no version: a person meant to limit one, and nothing is limited."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from bot.flux.objects import (
    AnyObject,
    ChartTemplate,
    HelmChart,
    HelmRelease,
    InputProvider,
    OCIRepository,
    ResourceSet,
    Wish,
)
from bot.flux.remarks import SIGN, is_ours
from bot.model.references import PassedOver
from bot.reason import Reason
from bot.reasons import STRAY_COMMENT
from bot.yamltext.comments import lines_with_comment
from bot.yamltext.nodes import YamlText

_LONGEST_SHOWN = 80


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """The objects of a file, and what is said of it.

    Attributes:
        objects: As they were; a version right below a stray comment is held by it.
        passed_over: One for each stray comment that holds no version.
    """

    objects: tuple[AnyObject, ...]
    passed_over: tuple[PassedOver, ...]


def without_strays(
    path: str, file: YamlText, objects: tuple[AnyObject, ...], passed_over: Iterable[PassedOver]
) -> Kept:
    """Find the comments that limit nothing, and hold the versions that they were meant for.

    Args:
        path: The file.
        file: What was read of it.
        objects: Its objects.
        passed_over: What in it is not judged; a comment on the line of one is no stray: that version moves nowhere.
    """
    # Which values of templates and inputs are versions, only the whole tree tells.
    if SIGN.encode() not in file.data or any(isinstance(each, ResourceSet | InputProvider) for each in objects):
        return Kept(objects=objects, passed_over=())
    attached = {wish.line for each in objects for wish in _wishes(each)} | {each.line for each in passed_over}
    strays = {
        line: STRAY_COMMENT(comment=comment[:_LONGEST_SHOWN], place=f"{path}:{line}")
        for line, comment in lines_with_comment(file, SIGN.encode())
        if line not in attached and is_ours(comment)
    }
    held = {line - 1 for each in objects for wish in _wishes(each) if (line := _held_line(wish, strays))}
    return Kept(
        objects=tuple(_held(each, strays) for each in objects),
        passed_over=tuple(
            PassedOver(path=path, line=line, reason=reason) for line, reason in strays.items() if line not in held
        ),
    )


def _held_line(wish: Wish, strays: Mapping[int, Reason]) -> int:
    """The line of a version that a comment right above it holds; 0 for none."""
    return wish.line if wish.line - 1 in strays and not isinstance(wish.pin, Reason) else 0


def _wishes(each: AnyObject) -> Iterator[Wish]:
    match each:
        case HelmRelease(chart=ChartTemplate(wish=wish)) | HelmChart(chart=ChartTemplate(wish=wish)):
            yield wish
        case OCIRepository(wish=wish):
            yield wish
        case _:
            pass


def _held(each: AnyObject, strays: Mapping[int, Reason]) -> AnyObject:
    match each:
        case HelmRelease(chart=ChartTemplate() as chart) | HelmChart(chart=chart):
            return replace(each, chart=replace(chart, wish=_unless_stray(chart.wish, strays)))
        case OCIRepository(wish=wish):
            return replace(each, wish=_unless_stray(wish, strays))
        case _:
            return each


def _unless_stray(wish: Wish, strays: Mapping[int, Reason]) -> Wish:
    line = _held_line(wish, strays)
    return Wish(pin=strays[line - 1], line=line - 1) if line else wish
