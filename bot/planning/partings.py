"""Why nothing is left of a pull request: what became of each of its rows, in a few words."""

from collections.abc import Iterable, Iterator

from bot.model.verdicts import Current, Held, Refused, Update, Verdict
from bot.planning.rows import Row
from bot.versions.version import try_flux

MOST_TOLD = 5


def partings(rows: Iterable[Row], verdicts: Iterable[Verdict]) -> tuple[str, ...]:
    """What is so now of each row, in order, each once. Foreign text, not escaped.

    Args:
        rows: What the pull request proposed.
        verdicts: Of its tier, as they stand in this run.
    """
    by_chart: dict[str, list[Verdict]] = {}
    for verdict in verdicts:
        by_chart.setdefault(str(verdict.reference.source.address), []).append(verdict)
    told = list(dict.fromkeys(one for row in sorted(rows) for one in _told(row, by_chart.get(row.chart, []))))
    more = [f"and {len(told) - MOST_TOLD} more"] if len(told) > MOST_TOLD else []
    return (*told[:MOST_TOLD], *more)


def _told(row: Row, verdicts: list[Verdict]) -> Iterator[str]:
    name = row.chart.rpartition("/")[2]
    if not verdicts:
        yield f"{name} is no longer used here"
    for verdict in verdicts:
        yield f"{name}: {_now(row, verdict).removeprefix(f'{name} ')}"


def _now(row: Row, verdict: Verdict) -> str:
    match verdict.decision:
        case Held(reason=reason):
            return reason.sentence
        case Update(old=old) if old == row.version:
            return f"{old} is on the base branch"
        case Update(new=new) if new == row.version:
            return f"{new} is proposed elsewhere"
        case Update(new=new, refused=refused):
            return _refusal(row, refused) or f"{new} is proposed in its place"
        case Current(version=version) if version == row.version:
            return f"{version} is on the base branch"
        case Current() as current:
            return _why_not(row, current)


def _why_not(row: Row, current: Current) -> str:
    """By its own refusal; by the remark where that is about it, since it tells more."""
    if current.remark and current.remark.sentence.startswith(f"{row.version} "):
        return current.remark.sentence
    if refusal := _refusal(row, current.refused):
        return refusal
    if _is_before(current.version, row.version):
        return f"{row.version} is not proposed any more, and {current.version} stays"
    return f"{current.version} is on the base branch"


def _refusal(row: Row, refused: Iterable[Refused]) -> str:
    why = next((one.why for one in refused if one.tag.removeprefix("v") == row.version.removeprefix("v")), "")
    return f"{row.version} is not taken: {why}" if why else ""


def _is_before(text: str, other: str) -> bool:
    one, then = try_flux(text), try_flux(other)
    return one is not None and then is not None and one < then
