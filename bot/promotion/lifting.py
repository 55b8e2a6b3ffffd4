"""A production tier as a promotion takes it: one draft, which nothing merges but a person."""

import re

from msgspec.structs import replace

from bot.model.proposing import Amounts, Extras, Majors, Mode, Promotion, Window
from bot.model.tiers import Configuration, Tier

_MOST_ROWS = 1000
_MERGES = re.compile(
    r"automerg|kodiakmerge|merge(?:when|it|this|me|queue|on|after)|(?:ready|ok|safe)(?:to|for)?merge|^merge$"
)
_KEEPS_FROM = re.compile(r"(?:no|not|dont|never|without|disable|block|skip)(?:auto)?merge")


def lifted(tier: Tier, chart: str = "", windows: tuple[Window, ...] = ()) -> Tier:
    """The tier with what a promotion changes about how it proposes.

    Args:
        tier: A production tier.
        chart: The one that is named, by its address; empty for all.
        windows: When it may be opened or pushed; always where a person asks for it.
    """
    proposing = replace(
        tier.proposing,
        group=Promotion(chart=chart),
        majors=Majors.TOGETHER,
        mode=Mode.PROPOSE,
        amounts=Amounts(open=1, changes=_MOST_ROWS),
        windows=windows,
        draft=True,
        extras=_without_merging(tier.proposing.extras),
    )
    return replace(tier, proposing=proposing)


def with_source(configuration: Configuration, to: str, names: tuple[str, ...]) -> Configuration:
    """The configuration as if a production tier named these tiers in `from`."""
    tiers = (
        replace(tier, pace=replace(tier.pace, comes_from=names)) if tier.name == to else tier
        for tier in configuration.tiers
    )
    return replace(configuration, tiers=tuple(tiers))


def _without_merging(extras: Extras) -> Extras:
    """Labels by which other programs merge are left out too."""
    return replace(extras, labels=tuple(each for each in extras.labels if not _may_merge(each)), auto_merge=None)


def _may_merge(label: str) -> bool:
    """Told by its letters: everybody parts the words otherwise."""
    letters = "".join(filter(str.isalpha, label.lower()))
    return bool(_MERGES.search(letters)) and not _KEEPS_FROM.search(letters)
