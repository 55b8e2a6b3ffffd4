"""What bounds a value that several tiers share: everything that any of them says, or nothing moves."""

from collections.abc import Callable

from msgspec.structs import replace

from bot.maturity.gates import Gate
from bot.model.references import Reference
from bot.model.tiers import Configuration, Pace, Tier
from bot.planning.sharing import apart
from bot.reason import Reason
from bot.selection.limits import Limits, limits_of
from bot.versions.follow import Reach

Timed = Callable[[Reference, Limits], tuple[Gate, ...]]
"""What time says about one reference, which its limits already bound."""


def limits_for_all(
    tier: Tier, reference: Reference, reached: tuple[Tier, ...], configuration: Configuration, timed: Timed
) -> Limits | Reason:
    """The limits of one tier, with those of all others that share the value.

    Args:
        tier: One of them.
        reference: Has the value.
        reached: All tiers that share it.
        configuration: Has the rules.
        timed: What time says.
    """
    found: dict[str, Limits] = {}
    for one in apart(reached):
        said = limits_of(reference, one, configuration)
        if isinstance(said, Reason):
            return said
        bounds = said if one.name == tier.name else _as_draft(said)
        found[one.name] = replace(bounds, gates=timed(reference, bounds))
    own = found.pop(tier.name)
    return replace(own, others=tuple(found.values()))


def _as_draft(limits: Limits) -> Limits:
    """Of production stays what people took back or hold, and the comment: that it moves at all is the draft's point."""
    if not limits.tier.production or limits.pace.by_merge:
        return limits
    tier = replace(limits.tier, production=False, pace=Pace())
    return replace(limits, tier=tier, follow=Reach.ANY, pace=Pace())
