"""carry: what an open pull request proposed for a chart that cannot be looked up now, it keeps. Unknown is not gone."""

import re
from collections import Counter
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Self

from bot.flux.references import resolve as join
from bot.flux.remarks import narrowing_comment
from bot.model.charts import ChartSource
from bot.model.references import Pin, RangePin, Reference
from bot.model.tiers import Configuration, ImagePolicies, RangesPolicy
from bot.model.verdicts import Edit, Held, Update, Verdict
from bot.planning.ownership import Ownership, owner_of
from bot.planning.pull_requests import branch_of
from bot.reason import Reason
from bot.reasons import UNKNOWN
from bot.selection.limits import Limits, limits_of
from bot.selection.pins import jump
from bot.steps.find import Remote
from bot.steps.resolve import TierVerdicts
from bot.steps.scan import Base, Scanned, scan
from bot.versions.constraint import Constraint, InvalidConstraint
from bot.versions.tags import TagRule
from bot.versions.version import Version, try_full, try_loose

_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")


def carry(judged: Iterable[TierVerdicts], remote: Remote, configuration: Configuration) -> tuple[TierVerdicts, ...]:
    """Give every held verdict whose chart is unknown the edit that our own branch already makes for it.

    What the configuration no longer allows is not kept: that is known without asking a registry.
    """
    return tuple(_carry_tier(tier, remote, configuration) for tier in judged)


def _carry_tier(tier: TierVerdicts, remote: Remote, configuration: Configuration) -> TierVerdicts:
    if not any(_why_unknown(verdict) for verdict in tier.verdicts):
        return tier
    policies = configuration.image_policies is ImagePolicies.APPLY
    proposal = _proposal(tier, remote, policies=policies)
    if proposal is None:
        return tier
    times = Counter(_name(verdict.reference) for verdict in tier.verdicts)
    carried = (
        _carried(verdict, proposal, configuration) if times[_name(verdict.reference)] == 1 else verdict
        for verdict in tier.verdicts
    )
    return replace(tier, verdicts=tuple(carried))


def _why_unknown(verdict: Verdict) -> Reason | None:
    held = verdict.decision
    return held.reason if isinstance(held, Held) and held.reason.id in UNKNOWN else None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wish:
    """Which chart an object takes, and the texts of its version."""

    source: ChartSource
    rule: TagRule
    texts: tuple[str, ...]

    @classmethod
    def of(cls, reference: Reference) -> Self:
        """What a reference wishes for."""
        texts = tuple(place.text for place in reference.pin.places)
        return cls(source=reference.source, rule=reference.tag_rule, texts=texts)


_Wishes = Mapping[Hashable, _Wish]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Proposal:
    """What our branch changes: the commit that it was built on, and its tip."""

    built_on: _Wishes
    proposed: _Wishes


def _proposal(tier: TierVerdicts, remote: Remote, *, policies: bool) -> _Proposal | None:
    """Our branch, unless others work on it: then it is left to them anyway."""
    name = tier.view.tier.name
    branch = remote.branch(branch_of(tier.view.tier))
    if branch is None or owner_of(branch.history, name, remote.us) is not Ownership.OURS:
        return None
    tip = branch.history[0]
    if not tip.parents:
        return None
    tree = remote.repository.tree
    bases = (Base(branch="", sha=sha, tree=tree(sha), tiers=()) for sha in (tip.parents[0], tip.sha))
    built_on, proposed = (_wishes(one, policies=policies) for one in scan(bases))
    return _Proposal(built_on=built_on, proposed=proposed)


def _wishes(scanned: Scanned, *, policies: bool) -> _Wishes:
    """What the objects of one commit wish for; a name that is used twice tells nothing."""
    references = join(scanned.readings, scanned.graph, apply_policies=policies).references
    times = Counter(map(_name, references))
    return {_name(each): _Wish.of(each) for each in references if times[_name(each)] == 1}


def _name(reference: Reference) -> Hashable:
    """What stays when a file is rearranged."""
    return reference.object, reference.path, reference.built


def _carried(verdict: Verdict, proposal: _Proposal, configuration: Configuration) -> Verdict:
    reason, reference = _why_unknown(verdict), verdict.reference
    if reason is None:
        return verdict
    proposed = proposal.proposed.get(_name(reference))
    # The same chart at the same version as when it was proposed, wherever in the file it stands now.
    if proposed is None or _Wish.of(reference) != proposal.built_on.get(_name(reference)):
        return verdict
    kept = _kept(reference, proposed.texts, reason)
    allowed = kept and _is_still_wished(
        kept, reference, limits_of(reference, verdict.tier, configuration), configuration
    )
    return replace(verdict, decision=kept) if kept and allowed else verdict


def _is_still_wished(
    update: Update, reference: Reference, limits: Limits | Reason, configuration: Configuration
) -> bool:
    if isinstance(limits, Reason):
        return False
    if isinstance(reference.pin, RangePin):
        version = _version(update.new)
        pinned = configuration.ranges is RangesPolicy.PIN and not limits.tier.production
        return pinned and version is not None and not limits.objection(version)
    return not limits.stays and _may_still_move(update, limits)


def _may_still_move(update: Update, limits: Limits) -> bool:
    old, new = _version(update.old), _version(update.new)
    return not (old and new and limits.refusal(new, limits.reach(old)))


def _kept(reference: Reference, texts: tuple[str, ...], reason: Reason) -> Update | None:
    places = reference.pin.places
    if len(texts) != len(places):
        return None
    pin = reference.pin
    comment = narrowing_comment(pin.constraint) if isinstance(pin, RangePin) else ""
    pairs = zip(places, texts, strict=True)
    edits = tuple(Edit(place=place, text=text, comment=comment) for place, text in pairs if text != place.text)
    # Whoever may push can write a commit that looks like ours: what it says is no more than a run of ours could say.
    if not edits or edits[0].place != places[0] or not all(_could_be_ours(change, pin) for change in edits):
        return None
    old, new = _version(places[0].text), _version(texts[0])
    return Update(
        old=places[0].text,
        new=texts[0],
        tag=texts[0],
        edits=edits,
        digest=texts[-1] if len(texts) > 1 else "",
        jump="pin" if comment else jump(old, new) if old and new else "patch",
        carried=reason,
    )


def _version(text: str) -> Version | None:
    """The version of a manifest's text: a tag writes `_` where the version has `+`."""
    return try_loose(text.replace("_", "+"))


def _could_be_ours(change: Edit, pin: Pin) -> bool:
    """Whether it is a newer version in place of one, a digest in place of one, or a full version of the range."""
    if _DIGEST.fullmatch(change.place.text):
        return _DIGEST.fullmatch(change.text) is not None
    if isinstance(pin, RangePin):
        version = try_full(change.text)
        return version is not None and _is_within(version, pin.constraint)
    old, new = _version(change.place.text), _version(change.text)
    return old is not None and new is not None and old < new


def _is_within(version: Version, constraint: str) -> bool:
    try:
        return Constraint.parse(constraint).check(version)
    except InvalidConstraint:
        return False
