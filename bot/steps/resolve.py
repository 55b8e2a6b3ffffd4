"""resolve: what the files say to references, each under the tiers that its version reaches."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from bot.config.tree_checks import check_paths, check_sources
from bot.errors import ConfigurationError
from bot.flux.references import Resolution
from bot.flux.references import resolve as join
from bot.model.proposing import Grouping
from bot.model.references import PassedOver, Reference
from bot.model.tiers import Branch, Configuration, ImagePolicies, Tier
from bot.model.verdicts import Verdict
from bot.planning.tiers import tiers_reached
from bot.reasons import NO_TIER, STRAY_COMMENT
from bot.steps.broken_roots import broken_roots
from bot.steps.idle_patterns import idle_patterns
from bot.steps.left_out import with_left_out
from bot.steps.scan import Base, Scanned

if TYPE_CHECKING:
    from bot.steps.build import BuiltTree


class TierView(Struct, frozen=True, kw_only=True):
    """One tier on its base: what it wishes for, what in it cannot be judged, and what is built of the base."""

    base: Base
    tier: Tier
    references: tuple[Reference, ...]
    passed_over: tuple[PassedOver, ...]
    built: "BuiltTree | None" = None


class TierVerdicts(Struct, frozen=True, kw_only=True):
    """One tier on its base, judged."""

    view: TierView
    verdicts: tuple[Verdict, ...]


class Resolved(Struct, frozen=True, kw_only=True):
    """All tiers, in the configuration's order within each base, and what lies in no tier of any branch."""

    views: tuple[TierView, ...]
    outside: tuple[PassedOver, ...]


def resolve(scanned: Iterable[Scanned], configuration: Configuration, default: Branch) -> Resolved:
    """Join releases to their sources on each base, over all its files, then share them out among its tiers.

    Raises:
        ConfigurationError: Where a pattern of a tier matches nothing, or two tiers claim one file.
    """
    scanned = tuple(scanned)
    applied = {name for one in scanned if one.graph for name in one.graph.sources}
    branches = {one.base.branch: one.paths for one in scanned}
    if faults := (*check_paths(configuration, branches, default), *check_sources(configuration, applied)):
        raise ConfigurationError(faults)
    views: list[TierView] = []
    # A dictionary for its order: branches with the same files say the same thing once.
    outside: dict[PassedOver, None] = {}
    judged: list[Reference] = []
    for one in scanned:
        resolution = resolution_of(one, configuration)
        references, skipped = resolution.references, (*one.passed_over, *resolution.passed_over)
        if _asks_for_owners(configuration):
            from bot.steps.owners import with_owners  # noqa: PLC0415 - few configurations do

            references = with_owners(references, one.base.tree)
        judged += references
        views += [_view(one, tier, references, skipped) for tier in one.base.tiers]
        unclaimed = (*skipped, *(reference.passed_over(NO_TIER()) for reference in references))
        outside |= dict.fromkeys(item for item in unclaimed if _is_outside(item, configuration))
    outside |= dict.fromkeys(idle_patterns(judged, configuration))
    return Resolved(views=tuple(views), outside=tuple(outside))


def _asks_for_owners(configuration: Configuration) -> bool:
    rules = any(rule.owners or rule.proposing.group is Grouping.OWNER for rule in configuration.rules)
    return rules or any(tier.proposing.group is Grouping.OWNER for tier in configuration.tiers)


def references_of(one: Scanned, configuration: Configuration) -> dict[str, tuple[Reference, ...]]:
    """The references of each tier of one base, by the tier's name: of a past commit, whose files nobody can mend."""
    return by_tier(one, resolution_of(one, configuration))


def resolution_of(one: Scanned, configuration: Configuration) -> Resolution:
    """All references of one base, in tiers or not, and what is passed over."""
    found = join(one.readings, one.graph, apply_policies=configuration.image_policies is ImagePolicies.APPLY)
    return with_left_out(one, replace(found, passed_over=(*found.passed_over, *broken_roots(one))))


def by_tier(one: Scanned, resolution: Resolution) -> dict[str, tuple[Reference, ...]]:
    """The references of each tier of one base, by the tier's name."""
    return {
        tier.name: tuple(item for item in resolution.references if tiers_reached(item, [tier]))
        for tier in one.base.tiers
    }


def _view(one: Scanned, tier: Tier, references: Iterable[Reference], skipped: Iterable[PassedOver]) -> TierView:
    return TierView(
        base=one.base,
        built=one.built,
        tier=tier,
        references=tuple(item for item in references if tiers_reached(item, [tier])),
        passed_over=tuple(item for item in skipped if tiers_reached(item, [tier])),
    )


def _is_outside(item: PassedOver, configuration: Configuration) -> bool:
    """Whether no tier has it; a comment for us that is in no tier's file may be prose about us."""
    return item.reason.id != STRAY_COMMENT.id and not tiers_reached(item, configuration.tiers)
