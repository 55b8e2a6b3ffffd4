"""What the tiers before ran, as evidence beside a version that is promoted."""

from collections.abc import Container, Iterable, Iterator

from msgspec.structs import replace

from bot.maturity.gates import SoakGate
from bot.maturity.soaking import counting_spans
from bot.model.promotions import Ran
from bot.model.tiers import RequiredStatus
from bot.promotion.pairing import Counterpart
from bot.steps.past.recall import Recalled
from bot.versions.version import Version


def of_counterparts(gate: SoakGate, lower: Iterable[Counterpart]) -> SoakGate:
    """What the release itself ran, and not what others of its chart did; all of them where none of it is there."""
    names = {f"{one.reference.path}:{one.reference.line}" for one in lower if one.tier == gate.tier}
    runs = tuple(run for run in gate.runs if run.where in names)
    return replace(gate, runs=runs) if runs else gate


def evidence(
    gates: Iterable[SoakGate],
    version: Version,
    green: Iterable[RequiredStatus],
    recalled: Recalled,
    found: Container[str],
) -> Iterator[Ran]:
    """For each tier the reference that ran a version for the shortest time; nothing where none did.

    Args:
        gates: What the tiers ran.
        version: The one that is promoted.
        green: The statuses that said success in every tier.
        recalled: Knows the dates of commits.
        found: The tiers whose history was read back to the commits that brought it.
    """
    names = tuple(f"{one.context} of {one.creator}" for one in green)
    for gate in gates:
        dates = recalled.branches.dates(gate.tier)
        ran = [
            Ran(
                tier=gate.tier,
                commit=span.commits[0] if span.commits else "",
                dated=dates.get(span.commits[0]) if span.commits else None,
                since=span.begins,
                until=span.ends,
                green=names,
                brought=gate.tier in found,
            )
            for run in gate.runs
            for span in counting_spans(run.spans, version)[-1:]
        ]
        if ran:
            yield max(ran, key=lambda one: one.since or recalled.now)
