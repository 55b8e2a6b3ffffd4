"""lost: versions that a pull request makes unjudgeable. What a check cannot judge it must not pass in silence."""

from collections import Counter
from collections.abc import Iterable, Iterator

from msgspec import Struct

from bot.flux.references import Resolution
from bot.kustomize.kustomize_reasons import LEFT_OUT
from bot.model.references import ExactPin, PassedOver, Reference
from bot.model.tiers import Tier
from bot.planning.tiers import tiers_reached
from bot.reason import Reason
from bot.reasons import (
    ENCRYPTED,
    HELM_TEMPLATE,
    LINK,
    NO_TIER,
    SUSPEND_UNKNOWN,
    TOO_LARGE,
    UNREADABLE_FILE,
    UNREADABLE_YAML,
)
from bot.steps.unseen import is_blind

_UNREAD = frozenset(each.id for each in (ENCRYPTED, HELM_TEMPLATE, LINK, TOO_LARGE, UNREADABLE_FILE, UNREADABLE_YAML))
"""What may hide a release, wherever in the tier it is."""

_BESIDE = frozenset({LEFT_OUT.id, SUSPEND_UNKNOWN.id})
"""What is said beside a version that is judged."""


class Lost(Struct, frozen=True, kw_only=True):
    """An exact version that was judged before, and is not any more.

    Attributes:
        old: As it was.
        path: Where it is said now, with its line (0: the file as a whole).
        reason: Why it cannot be judged.
    """

    tier: Tier
    old: Reference
    path: str
    line: int
    reason: Reason


def lost(tier: Tier, tiers: tuple[Tier, ...], before: Resolution, after: Resolution) -> Iterator[Lost]:
    """The exact versions of a tier that are neither judged nor gone. Who deletes a release deletes its version too.

    Args:
        tier: The tier.
        tiers: All tiers of the branch: what moved into another one is judged there.
        before: Where the pull request began.
        after: Its head.
    """
    known = {(item.path, item.object, item.reason) for item in before.passed_over}
    new = [item for item in after.passed_over if (item.path, item.object, item.reason) not in known]
    new = [item for item in new if item.reason.id not in _BESIDE]
    there = {(each.object, each.path) for each in _outside(before, tiers)}
    outside = {each.object: each for each in _outside(after, tiers) if (each.object, each.path) not in there}
    unread = [item for item in new if item.reason.id in _UNREAD and not item.object and tiers_reached(item, [tier])]
    there_before = {each.object for each in before.references} | {item.object for item in before.passed_over}
    instead = [item for item in new if item.object not in there_before]
    astray = [item for item in instead if is_blind(item) and not tiers_reached(item, tiers)]
    for old in _missing(tier, before, after):
        if found := _passed_over(old, new) or _in_its_place(old, instead) or next(iter((*unread, *astray)), None):
            yield Lost(tier=tier, old=old, path=found.path, line=found.line, reason=found.reason)
        elif now := outside.get(old.object):
            yield Lost(tier=tier, old=old, path=now.path, line=now.line, reason=NO_TIER())


def _outside(resolution: Resolution, tiers: tuple[Tier, ...]) -> list[Reference]:
    return [each for each in resolution.references if not tiers_reached(each, tiers)]


def _missing(tier: Tier, before: Resolution, after: Resolution) -> Iterator[Reference]:
    """The exact versions whose objects say none in the tier now; where one of several is gone, those of its file."""
    past = [each for each in before.references if tiers_reached(each, [tier]) and isinstance(each.pin, ExactPin)]
    present = [each for each in after.references if tiers_reached(each, [tier])]
    left = Counter(each.object for each in present)
    there = {(each.object, each.path) for each in present}
    for old in past:
        if (old.object, old.path) not in there and left[old.object] < _times(old, past):
            yield old


def _in_its_place(old: Reference, instead: Iterable[PassedOver]) -> PassedOver | None:
    """What is said of another object, new in the file in which it was."""
    return next((item for item in instead if item.path in old.paths), None)


def _times(old: Reference, past: Iterable[Reference]) -> int:
    return sum(each.object == old.object for each in past)


def _passed_over(old: Reference, new: Iterable[PassedOver]) -> PassedOver | None:
    """What is said of the object now; else of a root that built it, or of a file that it was made of, as a whole."""
    files = {*old.paths, *(place.path for place in old.pin.places)}
    if old.source_declared:
        files.add(old.source_declared.path)
    known = tuple(new)
    own = sorted((item for item in known if item.object == old.object), key=lambda item: item.path != old.path)
    roots = (item for item in known if not {*old.built}.isdisjoint(item.built))
    whole = (item for item in known if item.object is None and item.path in files)
    return next(iter((*own, *roots, *whole)), None)
