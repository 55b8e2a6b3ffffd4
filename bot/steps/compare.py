"""compare: the versions that a pull request's people changed, tier by tier."""

from collections.abc import Iterable, Iterator

from msgspec import Struct
from msgspec.structs import replace

from bot.flux.references import Resolution
from bot.model.references import Reference
from bot.model.tiers import Configuration, SuspendedPolicy, Tier
from bot.planning.mirrors import canonical
from bot.planning.rules import without_rollbacks
from bot.steps.lost import Lost, lost
from bot.steps.resolve import Resolved, TierView, by_tier, references_of, resolution_of
from bot.steps.scan import Base, Scanned
from bot.steps.side import wish_alike
from bot.steps.unfollowed import Unfollowed, unfollowed


class Edited(Struct, frozen=True, kw_only=True):
    """One reference of a tier that says another version than before.

    Attributes:
        old: The same object before, with the same chart; None where there was none, or several.
        new: As the pull request has it.
        known: The object was there before, with whatever chart.
    """

    tier: Tier
    old: Reference | None
    new: Reference
    known: bool


class Compared(Struct, frozen=True, kw_only=True):
    """What two trees differ in, as far as versions go."""

    edited: tuple[Edited, ...] = ()
    lost: tuple[Lost, ...] = ()
    unfollowed: tuple[Unfollowed, ...] = ()


def compare(before: Scanned, after: Scanned, configuration: Configuration) -> Compared:
    """Every reference of `after` that does not wish what its object wished before, and what cannot be judged now."""
    was, is_now = resolution_of(before, configuration), resolution_of(after, configuration)
    past, present = by_tier(before, was), by_tier(after, is_now)
    tiers = after.base.tiers
    gone = tuple(
        one for tier in tiers for one in lost(tier, tiers, _with_files(before, was), _with_files(after, is_now))
    )
    said = {(one.tier.name, one.reason) for one in gone}
    builds = (one for tier in tiers for one in unfollowed(tier, before, after))
    return Compared(
        edited=tuple(
            edited for tier in tiers for edited in _edited(tier, past[tier.name], present[tier.name], configuration)
        ),
        lost=gone,
        unfollowed=tuple(one for one in builds if (one.tier.name, one.reason) not in said),
    )


def _with_files(one: Scanned, resolution: Resolution) -> Resolution:
    return replace(resolution, passed_over=(*one.passed_over, *resolution.passed_over))


def views_of(edited: Iterable[Edited], after: Scanned) -> Resolved:
    """The edits as the story's steps take references."""
    by_tier: dict[str, list[Reference]] = {}
    for one in edited:
        by_tier.setdefault(one.tier.name, []).append(one.new)
    views = (_view(after, tier, by_tier.get(tier.name, ())) for tier in after.base.tiers)
    return Resolved(views=tuple(views), outside=())


def tips_of(scanned: Iterable[Scanned], configuration: Configuration) -> Resolved:
    """What the base branches run; faults of the configuration's paths are for those who can mend them."""
    views = (
        _view(one, tier, references)
        for one in scanned
        for tier in one.base.tiers
        for references in (references_of(one, configuration)[tier.name],)
    )
    return Resolved(views=tuple(views), outside=())


def judging_people(configuration: Configuration) -> Configuration:
    """The configuration for edits of people: suspended objects are judged too, and nothing is proposed instead."""
    return replace(without_rollbacks(configuration), suspended=SuspendedPolicy.UPDATE)


def with_tiers_of(base: Base, configuration: Configuration) -> Base:
    """The same base, its tiers as this configuration has them."""
    names = {tier.name for tier in base.tiers}
    return replace(base, tiers=tuple(tier for tier in configuration.tiers if tier.name in names))


def _edited(
    tier: Tier, before: Iterable[Reference], after: Iterable[Reference], configuration: Configuration
) -> Iterator[Edited]:
    by_object: dict[object, list[Reference]] = {}
    for each in before:
        by_object.setdefault(each.object, []).append(each)
    for new in after:
        known = by_object.get(new.object, [])
        if not any(wish_alike(each, new) for each in known):
            old = _before(new, known, configuration)
            yield Edited(tier=tier, old=old, new=new, known=bool(known))


def _before(new: Reference, known: list[Reference], configuration: Configuration) -> Reference | None:
    """The one of that name in the same file, else the only one there is: a file may have moved."""
    chart = canonical(new.source.address, configuration.mirrors)
    alike = [each for each in known if canonical(each.source.address, configuration.mirrors) == chart]
    here = [each for each in alike if each.path == new.path]
    found = here if len(here) == 1 else alike
    return found[0] if len(found) == 1 else None


def _view(one: Scanned, tier: Tier, references: Iterable[Reference]) -> TierView:
    return TierView(base=one.base, tier=tier, references=tuple(references), passed_over=(), built=one.built)
