"""What bounds a value that several tiers share: everything that any of them says, or nothing moves."""

from collections.abc import Callable
from dataclasses import replace

from bot.maturity.gates import Gate
from bot.model.references import Reference
from bot.model.tiers import Configuration, Pace, Tier
from bot.reason import Reason
from bot.selection.limits import Limits, limits_of
from bot.versions.follow import Reach

Timed = Callable[[Reference, Limits], tuple[Gate, ...]]
"""What time says about one reference, which its limits already bound."""


def limits_for_all(
    own: Limits, reference: Reference, reached: tuple[Tier, ...], configuration: Configuration, timed: Timed
) -> Limits | Reason:
    """The limits of one tier, with those of all others that share the value.

    Args:
        own: Of one of them.
        reference: Has the value.
        reached: All tiers that share it.
        configuration: Has the rules.
        timed: What time says.
    """
    others: list[Limits] = []
    for tier in reached:
        said = limits_of(reference, tier, configuration)
        if isinstance(said, Reason):
            return said
        if tier.name != own.tier.name:
            others.append(_timed(_as_draft(said), reference, reached, timed))
    return replace(_timed(own, reference, reached, timed), others=tuple(others))


def _as_draft(limits: Limits) -> Limits:
    """Of production stays what people took back or hold, and the comment: that it moves at all is the draft's point."""
    if not limits.tier.production or limits.pace.by_merge:
        return limits
    return replace(limits, tier=replace(limits.tier, production=False), follow=Reach.ANY, pace=Pace())


def _timed(limits: Limits, reference: Reference, reached: tuple[Tier, ...], timed: Timed) -> Limits:
    """A tier that shares the value cannot run a version before the others do: its `from` does not wait for it."""
    names = {tier.name for tier in reached}
    sources = tuple(name for name in limits.pace.comes_from if name not in names)
    paced = replace(limits, pace=replace(limits.pace, comes_from=sources))
    return replace(paced, gates=timed(reference, paced))
