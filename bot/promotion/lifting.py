"""A production tier as a promotion takes it: one draft, which nothing merges but a person."""

import re

from msgspec.structs import replace

from bot.model.proposing import Amounts, Extras, Majors, Mode, Promotion, Window
from bot.model.tiers import Configuration, Tier

_MOST_ROWS = 1000
_MERGES = re.compile(r"auto-?merge")


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
    labels = tuple(label for label in extras.labels if not _MERGES.search(label.lower()))
    return replace(extras, labels=labels, auto_merge=None)
