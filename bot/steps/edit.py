"""edit: the updates of one file to its new bytes: spliced, read again, and proved to differ in nothing else."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace

from bot.model.commits import FileChange, TreeEntry
from bot.model.verdicts import Held, Update, Verdict
from bot.reasons import NOT_EDITABLE, NOT_MINIMAL, Reason
from bot.steps.resolve import TierVerdicts, TierView
from bot.yamltext.nodes import YamlText
from bot.yamltext.proof import prove
from bot.yamltext.reading import read
from bot.yamltext.replacing import Refusal
from bot.yamltext.replacing import replace as plan_replacement
from bot.yamltext.splices import Splice, apply
from bot.yamltext.unreadable import UnreadableYaml


@dataclass(frozen=True, slots=True, kw_only=True)
class TierEdits:
    """One tier on its base: the files that change, and its verdicts as they stand after editing."""

    view: TierView
    changes: tuple[FileChange, ...]
    verdicts: tuple[Verdict, ...]

    @property
    def updates(self) -> tuple[Verdict, ...]:
        """The verdicts whose decision is an update."""
        return tuple(verdict for verdict in self.verdicts if isinstance(verdict.decision, Update))


def edit(judged: Iterable[TierVerdicts]) -> tuple[TierEdits, ...]:
    """Make the edits of all updates; one that cannot be made is held, the others go on."""
    return tuple(_edit_tier(tier) for tier in judged)


def _edit_tier(tier: TierVerdicts) -> TierEdits:
    known, tree = tier.verdicts, tier.view.base.tree
    by_path: dict[str, list[Verdict]] = defaultdict(list)
    for verdict in known:
        if isinstance(verdict.decision, Update):
            by_path[verdict.reference.path].append(verdict)
    entries = [entry for entry in tree.entries() if entry.path in by_path] if by_path else []
    changes: list[FileChange] = []
    refused: dict[int, Reason] = {}
    for entry, data in tree.read(entries):
        change = _edit_file(entry, data, by_path[entry.path], refused)
        if change:
            changes.append(change)
    verdicts = tuple(_held(verdict, refused) for verdict in known)
    return TierEdits(view=tier.view, changes=tuple(changes), verdicts=verdicts)


def _edit_file(entry: TreeEntry, data: bytes, verdicts: list[Verdict], refused: dict[int, Reason]) -> FileChange | None:
    before = read(data)
    if isinstance(before, UnreadableYaml):
        refused.update((id(verdict), NOT_EDITABLE(problem="the file can no longer be read")) for verdict in verdicts)
        return None
    splices: set[Splice] = set()
    intended: dict[tuple[int, tuple[str | int, ...]], str] = {}
    for verdict in verdicts:
        planned = _splices(before, verdict)
        if isinstance(planned, Refusal):
            refused[id(verdict)] = NOT_EDITABLE(problem=planned.value)
            continue
        splices.update(planned)
        intended.update(_intended(verdict))
    if not splices:
        return None
    after = apply(data, splices)
    if difference := prove(before, after, intended):
        reason = NOT_MINIMAL(problem=difference.sentence)
        refused.update((id(verdict), reason) for verdict in verdicts if id(verdict) not in refused)
        return None
    return FileChange(path=entry.path, kind=entry.kind, before=data, after=after)


def _splices(before: YamlText, verdict: Verdict) -> tuple[Splice, ...] | Refusal:
    """The splices of one update, all or none: a digest is never left beside another version."""
    planned = []
    for change in _update(verdict).edits:
        document = before.documents[change.place.document]
        splice = plan_replacement(before, document, change.place.route, change.text)
        if isinstance(splice, Refusal):
            return splice
        planned.append(splice)
    return tuple(planned)


def _intended(verdict: Verdict) -> dict[tuple[int, tuple[str | int, ...]], str]:
    return {(change.place.document, change.place.route): change.text for change in _update(verdict).edits}


def _update(verdict: Verdict) -> Update:
    if not isinstance(verdict.decision, Update):
        raise TypeError("only updates are edited")
    return verdict.decision


def _held(verdict: Verdict, refused: dict[int, Reason]) -> Verdict:
    reason = refused.get(id(verdict))
    return replace(verdict, decision=Held(version=_update(verdict).old, reason=reason)) if reason else verdict
