"""The title and the commit message: validated words only, and trailers by which later runs know their own commits."""

from bot.model.tiers import Tier
from bot.planning.grouping import ALL, KEY_TRAILER, Key
from bot.planning.ownership import TIER_TRAILER
from bot.planning.rows import Row, trailers_of
from bot.report.escape import commit_word
from bot.report.lines import Line
from bot.report.run_report import counted

LONGEST_SUBJECT = 72
"""Characters, after which Git's own tools and forges cut."""
MOST_LINES = 100
UPDATES_TRAILER = "Flux-Chart-Bot-Updates"
"""How many values the commit changes."""


def title_of(tier: Tier, lines: tuple[Line, ...], key: Key = ALL) -> str:
    """`chore(dev): update podinfo to 6.9.1`, or how many charts where there are several."""
    start = f"chore({tier.name}): update "
    charts = {line.chart for line in lines}
    about = f" ({commit_word(key.about)})" if key.about else ""
    candidates = [f"{start}{counted(len(charts), 'chart')}{about}"]
    if len(charts) == 1:
        name = commit_word(lines[0].name)
        versions = {line.update.new for line in lines}
        candidates.insert(0, f"{start}{name}")
        if len(versions) == 1:
            candidates.insert(0, f"{start}{name} to {commit_word(lines[0].update.new)}")
    return next(title for title in candidates if len(title) <= LONGEST_SUBJECT or title is candidates[-1])


def commit_message_of(tier: Tier, lines: tuple[Line, ...], updates: int, key: Key = ALL) -> str:
    """Subject, one line a chart, and the trailers as the last paragraph."""
    shown = [f"- {_words(line)}" for line in lines[:MOST_LINES]]
    if len(lines) > MOST_LINES:
        shown.append(f"- and {len(lines) - MOST_LINES} more")
    body = "\n".join(shown)
    rows = trailers_of({Row(chart=line.chart, version=line.update.new) for line in lines})
    trailers = f"{rows}{TIER_TRAILER}: {tier.name}\n{KEY_TRAILER}: {key.text}\n{UPDATES_TRAILER}: {updates}\n"
    return f"{title_of(tier, lines, key)}\n\n{body}\n\n{trailers}"


def _words(line: Line) -> str:
    return f"{commit_word(line.chart)} {commit_word(line.update.old)} -> {commit_word(line.update.new)}"
