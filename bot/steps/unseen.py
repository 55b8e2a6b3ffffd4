"""unseen: what a pull request writes in a tier that may decide a version, and that nobody can judge."""

from collections.abc import Iterable, Iterator

from msgspec import Struct

from bot.flux.references import Resolution
from bot.kustomize.kustomize_reasons import KIND_UNKNOWN, NOT_FOLLOWED, VARIABLE_UNKNOWN
from bot.model.references import PassedOver
from bot.model.tiers import Tier
from bot.planning.tiers import tiers_reached
from bot.reasons import EMBEDDED, INPUT_UNKNOWN, NOT_EDITABLE, TEMPLATE, VARIABLE

_BLIND = frozenset(
    each.id
    for each in (
        EMBEDDED,
        INPUT_UNKNOWN,
        KIND_UNKNOWN,
        NOT_EDITABLE,
        NOT_FOLLOWED,
        TEMPLATE,
        VARIABLE,
        VARIABLE_UNKNOWN,
    )
)
"""Reasons of objects whose version nobody sees. Others are of a version that is seen, or is none of ours."""


class Unseen(Struct, frozen=True, kw_only=True):
    """What cannot be judged, and was not there before, or was another text.

    Attributes:
        at: Where it stands, and why.
        was: What is known of it before.
    """

    tier: Tier
    at: PassedOver
    was: str


def unseen(tier: Tier, before: Resolution, after: Resolution) -> Iterator[Unseen]:
    """Every text of a tier that may decide a version unseen, and does not stand there as it did, each once.

    What is suspended runs nothing; where it is resumed it is told.
    """
    past = {(each.object, each.unread) for each in _blind(before)}
    names = {each.object for each in _blind(before)}
    for each in dict.fromkeys(_blind(after)):
        if (each.object, each.unread) not in past and tiers_reached(each, [tier]):
            yield Unseen(tier=tier, at=each, was="another text" if each.object in names else "not there")


def is_blind(each: PassedOver) -> bool:
    """Whether something may decide versions, and nobody sees which."""
    return bool(each.unread) and each.reason.id in _BLIND and not each.suspended


def _blind(resolution: Resolution) -> Iterable[PassedOver]:
    return filter(is_blind, resolution.passed_over)
