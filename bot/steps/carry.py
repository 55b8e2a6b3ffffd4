"""carry: what an open pull request proposed for a chart that cannot be looked up now, it keeps. Unknown is not gone."""

import re
from collections import Counter
from collections.abc import Hashable, Iterable
from dataclasses import dataclass, replace

from bot.flux.expansion import expand
from bot.flux.files import read_file
from bot.flux.objects import AnyObject, ChartTemplate, HelmChart, HelmRelease, OCIRepository
from bot.flux.remarks import narrowing_comment
from bot.model.places import ObjectId
from bot.model.references import Pin, RangePin, Reference
from bot.model.tiers import Configuration, RangesPolicy
from bot.model.verdicts import Edit, Held, Update, Verdict
from bot.planning.ownership import Ownership, owner_of
from bot.planning.pull_requests import branch_of
from bot.ports import Tree
from bot.reason import Reason
from bot.reasons import UNKNOWN
from bot.selection.limits import Limits, limits_of
from bot.selection.pins import jump
from bot.steps.find import Remote
from bot.steps.resolve import TierVerdicts
from bot.versions.constraint import Constraint, InvalidConstraint
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
    proposal = _proposal(tier, remote)
    if proposal is None:
        return tier
    carried = (_carried(verdict, proposal, configuration) for verdict in tier.verdicts)
    return replace(tier, verdicts=tuple(carried))


def _why_unknown(verdict: Verdict) -> Reason | None:
    held = verdict.decision
    return held.reason if isinstance(held, Held) and held.reason.id in UNKNOWN else None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Proposal:
    """What our branch changes: the base as it is, the commit that the branch was built on, and its tip."""

    present: "_Side"
    built_on: "_Side"
    proposed: "_Side"


def _proposal(tier: TierVerdicts, remote: Remote) -> _Proposal | None:
    """Our branch, unless others work on it: then it is left to them anyway."""
    name = tier.view.tier.name
    branch = remote.branch(branch_of(tier.view.tier))
    if branch is None or owner_of(branch.history, name, remote.us) is not Ownership.OURS:
        return None
    tip = branch.history[0]
    if not tip.parents:
        return None
    tree = remote.repository.tree
    return _Proposal(
        present=_Side(tier.view.base.tree), built_on=_Side(tree(tip.parents[0])), proposed=_Side(tree(tip.sha))
    )


def _carried(verdict: Verdict, proposal: _Proposal, configuration: Configuration) -> Verdict:
    reason, reference = _why_unknown(verdict), verdict.reference
    if reason is None:
        return verdict
    present, built_on, proposed = (
        side.wish(reference) for side in (proposal.present, proposal.built_on, proposal.proposed)
    )
    # The same chart at the same version as when it was proposed, wherever in the file it stands now.
    if present is None or proposed is None or present != built_on:
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
        pinned = configuration.ranges is RangesPolicy.PIN and not limits.left_to_people
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


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wish:
    """Which chart an object takes, by all that its own manifest says of it, and the texts of its version."""

    chart: Hashable
    texts: tuple[str, ...]


class _Side:
    """The objects of one commit; its listing and each of its files are read once."""

    def __init__(self, tree: Tree) -> None:
        self._tree = tree
        self._entries = {entry.path: entry for entry in tree.entries() if entry.kind.regular}
        self._files: dict[str, tuple[AnyObject, ...]] = {}
        self._wishes: dict[tuple[str, ...], dict[ObjectId, _Wish]] = {}

    def wish(self, reference: Reference) -> _Wish | None:
        """What the reference's object wishes for here; None where it is not, or its name is used twice in its files."""
        paths = (reference.path, *reference.also_in)
        if paths not in self._wishes:
            self._wishes[paths] = _wishes(each for path in paths for each in self._objects(path))
        return self._wishes[paths].get(reference.object)

    def _objects(self, path: str) -> tuple[AnyObject, ...]:
        if path not in self._files:
            entry = self._entries.get(path)
            found = self._tree.read([entry] if entry else [])
            self._files[path] = next((read_file(path, data).objects for _, data in found), ())
        return self._files[path]


def _wishes(objects: Iterable[AnyObject]) -> dict[ObjectId, _Wish]:
    written = tuple(objects)
    known = (*written, *expand(written).objects)
    times = Counter(each.head.object for each in known)
    wishes = ((each.head.object, _wish(each)) for each in known)
    return {name: wish for name, wish in wishes if wish and times[name] == 1}


def _wish(each: AnyObject) -> _Wish | None:
    match each:
        case HelmRelease(chart=ChartTemplate() as template) | HelmChart(chart=template):
            chart: Hashable = (template.chart, template.source)
            pin = template.wish.pin
        case OCIRepository():
            chart, pin = (each.source, each.selects_chart), each.wish.pin
        case _:
            return None
    return None if isinstance(pin, Reason) else _Wish(chart=chart, texts=_texts(pin))


def _texts(pin: Pin) -> tuple[str, ...]:
    return tuple(place.text for place in pin.places)
