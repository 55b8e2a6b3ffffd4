"""What time says against a version that an open pull request has, while its registry is away: Git and the ledger tell.

A commit on our branch may be anybody's. But a version that was proposed rightly stays where nothing tells any more.
"""

from msgspec import Struct
from msgspec.structs import replace

from bot.ledger.model import ChartSights
from bot.maturity.gates import SoakGate, WaitGate
from bot.maturity.soaking import counting_spans
from bot.maturity.timeline import is_same
from bot.model.references import Reference
from bot.model.tiers import Tier
from bot.reason import Reason
from bot.selection.limits import limits_of
from bot.steps.past.branches import Branches
from bot.steps.past.moving import Moving
from bot.steps.past.soaks import Soaks
from bot.steps.past.states import key_of
from bot.versions.version import Version


class Doubt(Struct, frozen=True, kw_only=True):
    """Why a version would not be taken now.

    Attributes:
        ends: Time may end it, or nothing tells: what is proposed waits, and is not given up.
    """

    why: str
    ends: bool


def soak_doubt(branches: Branches, reference: Reference, tier: Tier, version: Version) -> Doubt | None:
    """What the tiers say from which one takes its versions; None where all of them ran this for long enough."""
    limits = limits_of(reference, tier, branches.configuration)
    if isinstance(limits, Reason):
        return None
    for name in limits.pace.comes_from:
        found = _is_found(branches, name, reference, version)
        # Of its own: what was read for another version may end before this one.
        soaks = Soaks(branches)
        soaks.look([Moving(tier=tier, reference=reference, version=version, tag=str(version))], exactly=True)
        gate = soaks.gate(name, reference, limits, asks=False)
        said = gate.objection("", version) if gate else None
        if gate and said:
            unknown = not found or bool(gate.unknown) or _is_unproved(gate, version)
            return Doubt(why=said.why, ends=said.until is not None or unknown)
    return None


def wait_doubt(gate: WaitGate, text: str) -> Doubt | None:
    """What its age says, as far as it is known; the registry's spelling is, where it was seen."""
    tag = text.replace("+", "_")
    spelled = (tag, f"v{tag}", tag.removeprefix("v"))
    known = next((one for one in spelled if _is_known(gate.sights, one)), tag)
    said = replace(gate, asks=False).objection(known, None)
    return Doubt(why=said.why, ends=True) if said else None


def _is_known(sights: ChartSights, tag: str) -> bool:
    return tag in sights.first_seen


def _is_found(branches: Branches, name: str, reference: Reference, version: Version) -> bool:
    """Read a tier's past until every reference to the chart ran a version; whether that, or all of it, was read."""
    history = branches.history(name)
    if history is None:
        return False
    chart = branches.chart(reference)
    keys = [key_of(name, each) for each in branches.users(name, chart)]

    def ran() -> bool:
        told = (history.moments(key, chart) for key in keys)
        return all(any(is_same(one.value, version) for one in moments) for moments in told)

    return history.reach(ran)


def _is_unproved(gate: SoakGate, version: Version) -> bool:
    """Whether it ran and moved on, and nothing tells for how long: a ledger that was lost."""
    ran = (span for run in gate.runs for span in counting_spans(run.spans, version))
    return any(span.begins is None and span.ends is not None for span in ran)
