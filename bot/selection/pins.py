"""An exact version: does it exist, and which newer one may stand in its place?"""

from msgspec.structs import replace

from bot.model.charts import TagList
from bot.model.references import ExactPin, Reference
from bot.model.verdicts import NOT_BEHIND, ROLLBACK, Behind, Current, Decision, Edit, Held, Refused, Update
from bot.reason import Reason
from bot.reasons import FLOATING_TAG
from bot.selection.limits import Limits, newest_allowed
from bot.selection.offers import Offer, listed, pinnable
from bot.selection.pauses import paused
from bot.selection.ways_back import WayBack, way_back, why_withdrawn
from bot.versions.tags import TaggedVersion, TagRule, newer, read_pin, tag_of
from bot.versions.version import Version, try_full


def decide_pin(reference: Reference, pin: ExactPin, tags: TagList, limits: Limits) -> Decision:
    """Judge an exact version. Edits of a digest that stands beside it are added once the digest is known."""
    text = pin.version.text
    current = _read(reference, pin)
    if current is None:
        return Held(version=text, reason=FLOATING_TAG(tag=text, example=_example(tags, reference.tag_rule)))
    offer = _offer(reference, pin, tags, current)
    exists = _exists(reference, pin, tags, offer, current)
    withdrawn = why_withdrawn(reference, text, current, limits, exists=exists)
    if withdrawn and not exists and not limits.goes_back:
        return Held(version=text, reason=withdrawn)
    if disjoint := limits.disjoint(offer.seen.versions, current):
        return Held(version=text, reason=disjoint)
    candidate, refused = newest_allowed(offer.newest_first, current, limits, offer.otherwise)
    if candidate:
        up = jump(current, candidate.version)
        return _moved(pin, offer, current, candidate, up, refused, withdrawn)
    if withdrawn and limits.goes_back:
        back = way_back(withdrawn, offer, current, limits)
        if isinstance(back, WayBack):
            return _moved(pin, offer, current, back.to, ROLLBACK, (*refused, *back.passed_over), withdrawn)
        withdrawn = back
    if withdrawn and not exists:
        return Held(version=text, reason=withdrawn)
    unmoved = _unmoved(text, offer, current, refused)
    waiting = paused(unmoved, reference, current, limits)
    return replace(waiting, remark=withdrawn) if withdrawn else waiting


def _moved(
    pin: ExactPin,
    offer: Offer,
    current: Version,
    candidate: TaggedVersion,
    how: str,
    refused: tuple[Refused, ...],
    withdrawn: Reason | None,
) -> Update:
    text = pin.version.text
    new = _spelled(candidate, text) if pin.as_constraint else candidate.text
    return Update(
        old=text,
        new=new,
        tag=candidate.tag,
        tied=tuple(other.tag for other in offer.seen.equals(candidate.version) if other.tag != candidate.tag),
        edits=(Edit(place=pin.version, text=new),),
        jump=how,
        refused=refused,
        remark=withdrawn,
        behind=behind(offer.newest_first, current),
    )


def _unmoved(text: str, offer: Offer, current: Version, refused: tuple[Refused, ...]) -> Current:
    return Current(
        version=text,
        newest=newest_beyond(offer.newest_first, current),
        behind=behind(offer.newest_first, current),
        refused=refused,
    )


def offer_in_place_of(reference: Reference, pin: ExactPin, tags: TagList) -> Offer:
    """What may stand where an exact version stands; all there is where it is a floating tag."""
    current = _read(reference, pin)
    return _offer(reference, pin, tags, current) if current else listed(tags.tags, reference.tag_rule)


def jump(old: Version, new: Version) -> str:
    """The largest number that moves: `major`, `minor`, `patch`, or `prerelease` where none does."""
    moved = zip(("major", "minor", "patch"), old.key[:3], new.key[:3], strict=True)
    return next((name for name, before, after in moved if before != after), "prerelease")


def newest_beyond(newest_first: tuple[TaggedVersion, ...], current: Version) -> str:
    """The newest stable version beyond the one in use, as a manifest writes it; empty where there is none.

    For a prerelease in use, a later prerelease counts too.
    """
    newest = next((seen for seen in newest_first if current.prerelease or not seen.version.prerelease), None)
    return newest.text if newest and newest.version > current else ""


def behind(newest_first: tuple[TaggedVersion, ...], current: Version) -> Behind:
    """How many stable major versions exist beyond the one in use, and the lowest of their versions."""
    major = current.key[0]
    stable = [seen for seen in newer(newest_first, current) if seen.version.key[0] > major and seen.version.key[3]]
    if not stable:
        return NOT_BEHIND
    return Behind(majors=len({seen.version.key[0] for seen in stable}), first=stable[-1].tag)


def _read(reference: Reference, pin: ExactPin) -> Version | None:
    return try_full(pin.version.text) if pin.as_constraint else read_pin(pin.version.text, reference.tag_rule)


def _offer(reference: Reference, pin: ExactPin, tags: TagList, current: Version) -> Offer:
    if pin.as_constraint:
        return listed(tags.tags, reference.tag_rule)
    return pinnable(tags.tags, reference.tag_rule, current)


def _exists(reference: Reference, pin: ExactPin, tags: TagList, offer: Offer, current: Version) -> bool:
    if pin.as_constraint:
        return bool(offer.seen.equals(current))
    return tag_of(pin.version.text, reference.tag_rule) in tags.tags


def _spelled(candidate: TaggedVersion, like: str) -> str:
    return f"{'v' if like.startswith('v') else ''}{candidate.version.without_metadata}"


def _example(tags: TagList, rule: TagRule) -> str:
    """The newest stable version there is, to pin instead of a floating tag."""
    stable = (seen for seen in listed(tags.tags, rule).newest_first if not seen.version.prerelease)
    return next((seen.text for seen in stable), "1.2.3")
