"""edit: the updates of one file to its new bytes: spliced, read again, and proved to differ in nothing else."""

from collections import defaultdict
from collections.abc import Iterable, Mapping

from msgspec import Struct

from bot.model.commits import FileChange
from bot.model.verdicts import Update, Verdict
from bot.reasons import NOT_EDITABLE
from bot.steps.edit_file import edit_file, hold
from bot.steps.resolve import TierVerdicts, TierView


class TierEdits(Struct, frozen=True, kw_only=True):
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
    verdicts, tree = list(tier.verdicts), tier.view.base.tree
    waiting = _by_file(tier.verdicts)
    changes: list[FileChange] = []
    entries = [entry for entry in tree.entries() if entry.path in waiting] if waiting else []
    for entry, data in tree.read(entries):
        at = waiting.pop(entry.path)
        edited = edit_file(entry, data, [verdicts[index] for index in at])
        for index, verdict in zip(at, edited.verdicts, strict=True):
            verdicts[index] = verdict
        changes += [edited.change] if edited.change else []
    for index in (index for at in waiting.values() for index in at):
        verdicts[index] = hold(verdicts[index], NOT_EDITABLE(problem="the file is gone since it was read"))
    return TierEdits(view=tier.view, changes=tuple(changes), verdicts=tuple(verdicts))


def _by_file(verdicts: Iterable[Verdict]) -> dict[str, list[int]]:
    """Positions of all verdicts of each file in which something moves; what stays matters where values are shared."""
    positions: Mapping[str, list[int]] = defaultdict(list)
    moving: set[str] = set()
    for index, verdict in enumerate(verdicts):
        path = verdict.reference.path
        positions[path].append(index)
        if isinstance(verdict.decision, Update):
            moving.add(path)
    return {path: at for path, at in positions.items() if path in moving}
