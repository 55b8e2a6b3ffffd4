"""carry: what an open pull request proposed for a chart that cannot be looked up now, it keeps. Unknown is not gone."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from bot.model.places import Place
from bot.model.references import DigestPin, ExactPin, Reference
from bot.model.verdicts import Edit, Held, Update, Verdict
from bot.planning.ownership import Ownership, owner_of
from bot.planning.pull_requests import FoundBranch, branch_of
from bot.ports import Tree
from bot.reasons import UNKNOWN, Reason
from bot.selection.pins import jump
from bot.steps.find import Remote
from bot.steps.resolve import TierVerdicts
from bot.versions.version import try_loose
from bot.yamltext.lookup import find
from bot.yamltext.nodes import Scalar, YamlText
from bot.yamltext.reading import read


def carry(judged: Iterable[TierVerdicts], remote: Remote | None) -> tuple[TierVerdicts, ...]:
    """Give every held verdict whose chart is unknown the edit that our own branch already makes for it."""
    if remote is None:
        return tuple(judged)
    branches: dict[str, _Proposal | None] = {}
    return tuple(
        replace(tier, verdicts=tuple(_carried(verdict, branches, remote) for verdict in tier.verdicts))
        for tier in judged
    )


class _Side:
    """The values of one commit; its listing and each of its files are read once."""

    def __init__(self, tree: Tree) -> None:
        self._tree = tree
        self._entries = {entry.path: entry for entry in tree.entries() if entry.kind.regular}
        self._texts: dict[str, YamlText | None] = {}

    def text(self, place: Place) -> str | None:
        """The scalar at a place's route, wherever its bytes stand here."""
        if place.path not in self._texts:
            self._texts[place.path] = self._read(place.path)
        file = self._texts[place.path]
        if file is None or place.document >= len(file.documents):
            return None
        node = find(file.documents[place.document], place.route)
        return node.text if isinstance(node, Scalar) else None

    def _read(self, path: str) -> YamlText | None:
        entry = self._entries.get(path)
        for _, data in self._tree.read([entry] if entry else []):
            file = read(data)
            return file if isinstance(file, YamlText) else None
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Proposal:
    """Our branch: its tip, and the commit it was built on."""

    proposed: _Side
    built_on: _Side

    def text(self, place: Place) -> str | None:
        """What the branch proposes for a place that has not moved since; None where it says nothing of it."""
        if self.built_on.text(place) != place.text:
            return None
        proposed = self.proposed.text(place)
        return proposed if proposed != place.text else None


def _carried(verdict: Verdict, branches: dict[str, _Proposal | None], remote: Remote) -> Verdict:
    decision = verdict.decision
    if not isinstance(decision, Held) or decision.reason.id not in UNKNOWN:
        return verdict
    name = branch_of(verdict.tier)
    if name not in branches:
        branches[name] = _proposal(remote, verdict, remote.branch(name))
    proposal = branches[name]
    kept = _kept(verdict.reference, proposal, decision.reason) if proposal else None
    return replace(verdict, decision=kept) if kept else verdict


def _proposal(remote: Remote, verdict: Verdict, branch: FoundBranch | None) -> _Proposal | None:
    if branch is None or owner_of(branch.history, verdict.tier.name, remote.us) is not Ownership.OURS:
        return None
    tip = branch.history[0]
    return _Proposal(
        proposed=_Side(remote.repository.tree(tip.sha)), built_on=_Side(remote.repository.tree(tip.parents[0]))
    )


def _kept(reference: Reference, proposal: _Proposal, reason: Reason) -> Update | None:
    places = list(_places(reference))
    edits = tuple(Edit(place=place, text=text) for place in places if (text := proposal.text(place)))
    if not edits or len(edits) != len(places):
        return None
    old, new = try_loose(places[0].text), try_loose(edits[0].text)
    return Update(
        old=places[0].text,
        new=edits[0].text,
        tag=edits[0].text,
        edits=edits,
        digest=edits[-1].text if len(edits) > 1 else "",
        jump=jump(old, new) if old and new else "patch",
        carried=reason,
    )


def _places(reference: Reference) -> Iterator[Place]:
    match reference.pin:
        case ExactPin(version=version, digest=digest):
            yield from (version, digest) if digest else (version,)
        case DigestPin(digest=digest):
            yield digest
        case _:
            return
