"""What is said where time alone, or a tier before, keeps a reference from every newer version; or people from one."""

from msgspec.structs import replace

from bot.maturity.durations import duration_text, left_text, moment_text
from bot.maturity.gates import MOST_NAMED, HoldGate, JumpGate, ReturnGate, SoakGate, StatusGate
from bot.maturity.maturity_reasons import (
    HELD_BY_A_PERSON,
    HISTORY_UNKNOWN,
    NOT_GREEN,
    NOT_IN_TIER,
    NOTHING_SOAKED,
    ROLLED_BACK,
    TIER_DISAGREES,
    VERSION_NOT_WRITTEN,
    WAITS,
)
from bot.model.references import Reference
from bot.model.verdicts import Current, Refused, Update, Waiting
from bot.reason import Reason
from bot.selection.limits import Limits
from bot.versions.version import Version, try_written


def paused(current: Current, reference: Reference, version: Version, limits: Limits) -> Current:
    """Add to a verdict of nothing to do what only waits, or why a limit leaves nothing to take; as it is for neither.

    Args:
        current: The verdict, with every refusal.
        reference: Its reference.
        version: The version in use.
        limits: What bounds it, gates included.
    """
    if limits.stays or not limits.voices:
        return replace(current, ahead=_skipped(current.refused, version, limits))
    waits = [one for one in current.refused if one.until]
    remark = _waits(waits, limits) if waits else _nothing_to_take(current.refused, reference, version, limits)
    if remark is None:
        said = _ahead(current.refused, limits) or _skipped(current.refused, version, limits)
        return replace(current, ahead=said)
    return replace(current, remark=remark, waiting=_waiting(waits, limits) if waits else None)


def with_taken_back(update: Update, limits: Limits) -> Update:
    """Add to an update, where it stands in for one, the version beyond it that people took back."""
    back = ((gate, where) for gate, where in limits.voices if isinstance(gate, ReturnGate))
    said = next((found for gate, where in back if (found := _said(gate, where, update.refused))), None)
    return replace(update, instead=(*update.instead, said)) if said else update


def _first(waits: list[Refused]) -> Refused:
    return min(waits, key=lambda one: (one.until is None, one.until))


def _waits(waits: list[Refused], limits: Limits) -> Reason:
    first = _first(waits)
    kind = HELD_BY_A_PERSON if _is_said(first, limits, HoldGate) else WAITS
    return kind(version=first.tag, why=first.why)


def _is_said(refused: Refused, limits: Limits, kind: type[HoldGate | SoakGate]) -> bool:
    """Whether it is gates of one kind that speak against a version."""
    version = try_written(refused.tag)
    said = ((gate.objection(refused.tag, version), where) for gate, where in limits.voices if isinstance(gate, kind))
    return any(objection is not None and f"{objection.why}{where}" == refused.why for objection, where in said)


def _ahead(refused: tuple[Refused, ...], limits: Limits) -> str:
    """The newest that nothing speaks against but that a tier before has not run it, or that a person holds as well."""
    return next((said for one in refused if (said := _unrun(one, limits) or _held_too(one, limits))), "")


def _skipped(refused: tuple[Refused, ...], current: Version, limits: Limits) -> str:
    """The newest version within reach, where a rule's `skip` or the comment on its line is why it is not taken."""
    if limits.stays or not (limits.skip or limits.narrowed_by):
        return ""
    reach = limits.reach(current)
    for one in refused:
        version = try_written(one.tag)
        if version is None or (not limits.by_policy and reach.refusal(version)):
            continue
        if one.why == limits.skipped(version):
            return f"{one.tag} skipped"
        return f"{one.tag} skipped by the comment on its line" if one.why == limits.refused_by_name(version) else ""
    return ""


def _unrun(refused: Refused, limits: Limits) -> str:
    return f"{refused.tag} exists, {refused.why}" if _is_said(refused, limits, SoakGate) else ""


def _held_too(refused: Refused, limits: Limits) -> str:
    """Held by a person, and by something that does not end by itself."""
    version = try_written(refused.tag)
    found = limits.not_yet(refused.tag, version)
    if found is None or found.why != refused.why:
        return ""
    spoke = [(gate, said) for gate in limits.gates if (said := gate.objection(refused.tag, version))]
    unrun = (said.why for gate, said in spoke if isinstance(gate, SoakGate))
    held = any(isinstance(gate, HoldGate) for gate, _ in spoke)
    return ", ".join((f"{refused.tag} held by a person", *unrun)) if held else ""


def _waiting(waits: list[Refused], limits: Limits) -> Waiting | None:
    first = _first(waits)
    now = next(gate.now for gate, _ in limits.voices if not isinstance(gate, JumpGate))
    if first.until is None:
        return None
    held = moment_text(first.until) if _is_said(first, limits, HoldGate) else ""
    return Waiting(version=first.tag, until=first.until, left=left_text(first.until, now), held=held)


def _nothing_to_take(
    refused: tuple[Refused, ...], reference: Reference, version: Version, limits: Limits
) -> Reason | None:
    """The first of the lower tiers that has nothing for this one although there is something newer."""
    if not refused:
        return None
    people = ReturnGate | HoldGate | StatusGate
    said = (_said(gate, where, refused) for gate, where in limits.voices if isinstance(gate, people))
    unsoaked = (
        _no_soak(gate, refused, reference, version, limits) for gate in limits.gates if isinstance(gate, SoakGate)
    )
    return next((reason for reason in (*said, *unsoaked) if reason), None)


def _said(gate: ReturnGate | HoldGate | StatusGate, where: str, refused: tuple[Refused, ...]) -> Reason | None:
    """The newest version that people took back or hold, or a status does, and that nothing else speaks against."""
    for one in refused:
        objection = gate.objection(one.tag, try_written(one.tag))
        if objection and isinstance(gate, ReturnGate) and one.in_time:
            # Whatever else speaks against it: that would end, or could be mended.
            return ROLLED_BACK(version=one.tag, why=one.why)
        if objection is None or one.why != f"{objection.why}{where}":
            continue
        if isinstance(gate, HoldGate):
            return HELD_BY_A_PERSON(version=one.tag, why=one.why)
        return NOT_GREEN(version=one.tag, why=one.why)
    return None


def _no_soak(
    gate: SoakGate, refused: tuple[Refused, ...], reference: Reference, version: Version, limits: Limits
) -> Reason | None:
    if not gate.runs:
        return NOT_IN_TIER(tier=gate.tier, chart=reference.source.address)
    ahead = [each for each in gate.versions if each > version]
    if gate.unwritten:
        return VERSION_NOT_WRITTEN(tier=gate.tier, places=", ".join(gate.unwritten[:MOST_NAMED]))
    if not ahead:
        return None
    if len(gate.versions) > 1:
        return TIER_DISAGREES(tier=gate.tier, versions=gate.listed)
    newest = ahead[0]
    if gate.unknown:
        return HISTORY_UNKNOWN(tier=gate.tier, version=newest, problem=gate.unknown)
    why = limits.refusal(newest, limits.reach(version)) or _why_refused(newest, refused)
    return NOTHING_SOAKED(tier=gate.tier, versions=newest, soak=duration_text(gate.soak), why=f"{newest} is {why}")


def _why_refused(version: Version, refused: tuple[Refused, ...]) -> str:
    said = (one.why for one in refused if one.tag.removeprefix("v").replace("_", "+") == str(version))
    return next(said, "not in this registry")
