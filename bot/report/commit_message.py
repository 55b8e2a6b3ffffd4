"""Titles and the commit message: the team's wording, validated words, and trailers by which later runs read them."""

from collections.abc import Callable, Iterable, Iterator

from msgspec.structs import replace

from bot.model.templates import DEFAULT_TEMPLATES, Template, Templates, Variable
from bot.model.tiers import Tier
from bot.model.verdicts import ROLLBACK
from bot.planning.commit_trailers import ChartRow, CommitRecord, word, written
from bot.planning.grouping import ALL, Key
from bot.planning.sharing import named, whole_tiers
from bot.report.escape import subject
from bot.report.lines import Line
from bot.report.run_report import counted

LONGEST_SUBJECT = 72
"""Characters, after which Git's own tools and forges cut."""
MOST_LINES = 100
PROMOTION_TITLE = Template(("chore(deps): promote ", Variable.WHAT, " to ", Variable.TIER))
"""Of a promotion and its commit, where the team has no wording of its own: `promote podinfo 6.9.1 to production`."""
_JUMPS = (ROLLBACK, "major", "minor", "patch", "prerelease", "pin")
"""The greatest first, and before them what nobody may overlook."""


def title_of(template: Template, tier: Tier, lines: tuple[Line, ...], key: Key = ALL) -> str:
    """`chore(deps): update podinfo to 6.9.1 in dev`, or how many charts where that would be too long."""
    if _moved(lines) and Variable.TIER not in template.parts:
        template = Template((*template.parts, " in ", Variable.TIER))
    whats = _whats(lines, ALL, " ") if template == PROMOTION_TITLE else _whats(lines, key)
    titles = ["".join(filled(template, tier, lines, what)) for what in whats]
    return next((title for title in titles if len(title) <= LONGEST_SUBJECT), titles[-1])


def filled(
    template: Template, tier: Tier, lines: tuple[Line, ...], what: str, escaped: Callable[[str], str] = str
) -> Iterator[str]:
    """The parts of a wording: its own words as they are, each value behind `escaped`."""
    values = {
        Variable.TIER: named(_moved(lines) or (tier,)),
        Variable.WHAT: what,
        Variable.CHARTS: str(_charts(lines)),
        Variable.JUMP: next((jump for jump in _JUMPS if any(line.update.jump == jump for line in lines)), _JUMPS[-1]),
    }
    return (part if isinstance(part, str) else escaped(values[part]) for part in template.parts)


def _moved(lines: tuple[Line, ...]) -> tuple[Tier, ...]:
    """All tiers of a draft for several: no wording of a team may leave one out."""
    return whole_tiers(line.update for line in lines)


def _whats(lines: tuple[Line, ...], key: Key, to: str = " to ") -> list[str]:
    """What is updated, in fewer and fewer words: `podinfo to 6.9.1`, `podinfo`, `1 chart`."""
    about = f" ({subject(key.about)})" if key.about else ""
    back = tuple(line for line in lines if line.update.goes_back)
    others = _charts(line for line in lines if not line.update.goes_back) if back else 0
    named_ones = back or lines
    found = [f"{counted(_charts(named_ones), 'chart')}{about}"]
    if _charts(named_ones) == 1:
        name, versions = word(named_ones[0].name), {line.update.new for line in named_ones}
        found.insert(0, name)
        if len(versions) == 1:
            found.insert(0, f"{name}{to}{word(named_ones[0].update.new)}")
    return [f"{each} and update {counted(others, 'chart')}" if others else each for each in found]


def what_of(lines: tuple[Line, ...]) -> str:
    """`podinfo to 6.9.1`, where nothing limits its length."""
    return _whats(lines, ALL)[0]


def titled(templates: Templates, lines: Iterable[Line]) -> Templates:
    """With the titles for these lines: where any chart goes back, they say so."""
    if not any(line.update.goes_back for line in lines):
        return templates
    return replace(templates, title=templates.rollback_title, commit_title=templates.rollback_title)


def promoting(templates: Templates) -> Templates:
    """With the titles of a promotion in the place of the usual ones; a team's own words stay."""
    usual = (DEFAULT_TEMPLATES.title, DEFAULT_TEMPLATES.commit_title)
    return replace(
        templates,
        title=PROMOTION_TITLE if templates.title in usual else templates.title,
        commit_title=PROMOTION_TITLE if templates.commit_title in usual else templates.commit_title,
    )


def _charts(lines: Iterable[Line]) -> int:
    return len({line.chart for line in lines})


def commit_message_of(template: Template, tier: Tier, lines: tuple[Line, ...], key: Key = ALL) -> str:
    """Subject, one line a chart, and the trailers as the last paragraph."""
    shown = [f"- {_words(line)}" for line in lines[:MOST_LINES]]
    if len(lines) > MOST_LINES:
        shown.append(f"- and {len(lines) - MOST_LINES} more")
    shared = tuple(one.name for one in _moved(lines) or (tier,)) if key.shared else ()
    promoted = [line.update.promoted for line in lines if line.update.promoted]
    why = next((one.reason for one in promoted if one.reason), "")
    record = CommitRecord(tier=tier.name, shared=shared, rows=tuple(map(_row, lines)), reason=why)
    trailers = f"{written(record)}{key.trailer}: {key.text}\n"
    return f"{title_of(template, tier, lines, key)}\n\n{chr(10).join(shown)}\n\n{trailers}"


def _words(line: Line) -> str:
    back = " (rollback)" if line.update.goes_back else ""
    return f"{word(line.chart)} {word(line.update.old)} -> {word(line.update.new)}{back}"


def _row(line: Line) -> ChartRow:
    update = line.update
    digest = update.digest or (update.promoted.digest if update.promoted else "")
    # Only a promotion is followed from its commit to its releases; others are read off their trees.
    objects = line.objects if update.promoted else ()
    return ChartRow(chart=line.chart, old=update.old, new=update.new, digest=digest, paths=line.paths, objects=objects)
