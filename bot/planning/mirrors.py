"""One chart under two addresses: the address under which it is told. Each registry is still asked for its own tags."""

from collections.abc import Collection

from bot.model.charts import ChartAddress
from bot.model.tiers import Mirror

EVERYTHING = "/*"
"""How both sides end that mean everything below: unlike in other patterns, folders included."""


def same_as(address: ChartAddress, mirrors: Collection[Mirror]) -> ChartAddress | None:
    """The chart's own address, where this one is a mirror's; of several mirrors that fit, the one that says most."""
    fitting = [mirror for mirror in mirrors if _fits(str(address), mirror.copy)]
    if not fitting:
        return None
    nearest = max(fitting, key=lambda mirror: len(mirror.copy))
    rest = str(address).removeprefix(nearest.copy.removesuffix(EVERYTHING))
    host, _, name = f"{nearest.original.removesuffix(EVERYTHING)}{rest}".partition("/")
    return ChartAddress(host=host, name=name)


def canonical(address: ChartAddress, mirrors: Collection[Mirror]) -> ChartAddress:
    """The address under which a chart is told, whatever the one it comes from."""
    # Asked of every reference at every turn, and most teams have none.
    return (same_as(address, mirrors) if mirrors else None) or address


def overlap(first: str, second: str) -> bool:
    """Whether there can be an address that fits both sides of mirrors."""
    return _fits(_example(first), second) or _fits(_example(second), first)


def _example(side: str) -> str:
    return f"{side.removesuffix(EVERYTHING)}/x" if side.endswith(EVERYTHING) else side


def _fits(address: str, side: str) -> bool:
    below = side.removesuffix(EVERYTHING)
    return address.startswith(f"{below}/") if below != side else address == side
