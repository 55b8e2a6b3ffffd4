"""A version in use that should not be: what is said of it, and to which lower one it may go back."""

from collections.abc import Iterable
from itertools import dropwhile
from typing import NamedTuple

from bot.maturity.gates import HoldGate, RanGate, ReturnGate
from bot.model.references import Reference
from bot.model.verdicts import Refused
from bot.reason import Reason
from bot.reasons import TAG_MISSING
from bot.selection.limits import Limits
from bot.selection.offers import Offer
from bot.selection.withdrawn_reasons import IN_USE_HELD, IN_USE_SKIPPED, NO_WAY_BACK
from bot.versions.tags import TaggedVersion, tag_of
from bot.versions.version import Version


class WayBack(NamedTuple):
    """The version to go back to, and why higher ones were passed over."""

    to: TaggedVersion
    passed_over: tuple[Refused, ...]


def why_withdrawn(reference: Reference, text: str, current: Version, limits: Limits, *, exists: bool) -> Reason | None:
    """Why a version in use should not be: it is gone, a rule skips it, or a person holds this very version."""
    if not exists:
        return TAG_MISSING(version=text, chart=reference.source.address)
    if why := limits.skipped(current):
        return IN_USE_SKIPPED(version=text, why=f"is {why}", cure=_cure(limits, "change the rule"))
    tag = tag_of(text, reference.tag_rule)
    held = (gate.objection_to_running(tag, current) for gate in limits.gates if isinstance(gate, HoldGate))
    said = next((found.why for found in held if found), None)
    return IN_USE_HELD(version=text, why=f"is {said}", cure=_cure(limits, "release it")) if said else None


def _cure(limits: Limits, otherwise: str) -> str:
    """Nobody is told how to have a way back proposed where one is already, or never is."""
    if limits.goes_back:
        return f"What is proposed here leaves it; {otherwise} to keep it"
    if limits.tier.production:
        return f"Move it by hand, promote another version, or {otherwise}"
    way = "" if limits.stays or limits.others else "; `rollback: propose` proposes the way back"
    return f"Move it by hand or {otherwise}{way}"


def way_back(withdrawn: Reason, offer: Offer, current: Version, limits: Limits) -> WayBack | Reason:
    """The highest lower version that may be taken; where there is none, that, with what was to be said anyway.

    Time does not hold it up: no `wait`, no `settle`, no `soak`.
    """
    passed_over: list[Refused] = []
    for seen in _lower(offer, current):
        why = _objection(seen, current, limits)
        if why is None:
            return WayBack(seen, tuple(passed_over))
        passed_over.append(Refused(seen.tag, why))
    first = next((f"{one.tag} is {one.why}" for one in passed_over), "the chart has none that is lower")
    return NO_WAY_BACK(what=withdrawn.sentence, why=first)


def _lower(offer: Offer, current: Version) -> Iterable[TaggedVersion]:
    lower = dropwhile(lambda seen: seen.version.key >= current.key, offer.newest_first)
    return (seen for seen in lower if seen.tag not in offer.otherwise)


def _objection(seen: TaggedVersion, current: Version, limits: Limits) -> str | None:
    return limits.refusal_to_return(seen.version, current) or _by_people(seen, limits)


def _by_people(seen: TaggedVersion, limits: Limits) -> str | None:
    """What people hold or took back, and what was never run where that is asked for."""
    for gate in limits.gates:
        match gate:
            case HoldGate() | ReturnGate():
                found = gate.objection(seen.tag, seen.version)
            case RanGate():
                found = gate.objection_to_return(seen.version)
            case _:
                continue
        if found:
            return found.why
    return None
