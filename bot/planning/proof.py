"""The last look before a push: the commit that was made is the plan, and nothing besides."""

import hashlib

from bot.model.commits import FileChange, PathDifference, Sha
from bot.model.proposals import Kind, PullRequestPlan
from bot.model.tiers import Configuration, Tier
from bot.model.verdicts import Update
from bot.planning.sharing import drafted_paths
from bot.planning.tiers import claimants, production_paths, tiers_on
from bot.reason import Reason
from bot.reasons import NOT_AS_PLANNED

_NEVER = ".github/"
"""Nothing under it is ever written: workflows and our own configuration live there."""


def blob_name(data: bytes, like: Sha) -> Sha:
    """The name Git gives to these bytes, in the hash of `like` (40 digits: SHA-1, 64: SHA-256).

    https://git-scm.com/book/en/v2/Git-Internals-Git-Objects
    """
    algorithm = "sha256" if len(like) == 64 else "sha1"  # noqa: PLR2004 - the two lengths of a Git object name
    return hashlib.new(algorithm, b"blob %d\0" % len(data) + data, usedforsecurity=False).hexdigest()


def deviation(
    plan: PullRequestPlan, differences: tuple[PathDifference, ...], configuration: Configuration, default: str
) -> Reason | None:
    """Compare what two commits really differ in with what the plan says; None when they agree."""
    planned = {change.path: change for change in plan.changes}
    actual = {difference.path: difference for difference in differences}
    if planned.keys() != actual.keys():
        return _deviates(plan, f"paths {sorted(planned.keys() ^ actual.keys())[:3]}")
    guarded = production_paths(configuration, plan.base, default)
    others = tiers_on(configuration, plan.base, default)
    drafted, promoted = _drafted(plan, configuration), _promoted(plan)
    if plan.kind is Kind.PROMOTION and promoted != actual.keys():
        return _deviates(plan, f"promotes {sorted(promoted ^ actual.keys())[:3]}")
    for path, difference in actual.items():
        may = _may_change(path, plan, others)
        ours = path in drafted or (may and (path in promoted or not guarded.matches(path)))
        if path.startswith(_NEVER) or not ours:
            return _deviates(plan, f"{path} must never change")
        if not _as_planned(planned[path], difference):
            return _deviates(plan, f"the content or mode of {path}")
    return None


def _drafted(plan: PullRequestPlan, configuration: Configuration) -> frozenset[str]:
    """The paths that a draft for several tiers lists, production's too; none of what is no draft."""
    updates = [update.decision for update in plan.updates if isinstance(update.decision, Update)]
    return drafted_paths(updates, configuration) if plan.draft else frozenset()


def _promoted(plan: PullRequestPlan) -> frozenset[str]:
    """The paths that a promotion of a production tier lists: those of its edits; none of what is no draft."""
    if plan.kind is not Kind.PROMOTION or not plan.draft or not plan.tier.production:
        return frozenset()
    updates = (update.decision for update in plan.updates)
    return frozenset(change.place.path for one in updates if isinstance(one, Update) for change in one.edits)


def _may_change(path: str, plan: PullRequestPlan, tiers: tuple[Tier, ...]) -> bool:
    """Whether a path is the tier's; one that no tier claims must hold a version that is, by what is built of it."""
    claimed = claimants(path, tiers)
    if claimed:
        return any(other.name == plan.tier.name for other in claimed)
    return any(path == place.path for update in plan.updates for place in update.reference.pin.places)


def _as_planned(change: FileChange, difference: PathDifference) -> bool:
    old, new = difference.old, difference.new
    return (
        old is not None
        and new is not None
        and old.kind == new.kind == change.kind
        and old.blob == blob_name(change.before, old.blob)
        and new.blob == blob_name(change.after, new.blob)
    )


def _deviates(plan: PullRequestPlan, problem: str) -> Reason:
    return NOT_AS_PLANNED(branch=plan.branch, problem=problem)
