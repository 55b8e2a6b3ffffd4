"""remember: what a run saw first, kept for the next: before any other write, so that no failure of theirs loses it."""

from collections.abc import Callable

from bot.errors import BotError, LedgerBroken
from bot.ledger.merging import merge
from bot.ledger.model import LEDGER_BRANCH, Ledger
from bot.ledger.reading import LARGEST_FILE, is_ours, read
from bot.ledger.writing import changed_files
from bot.maturity.maturity_reasons import LEDGER_NOT_WRITTEN
from bot.model.commits import EntryKind, FileChange, PushRejected, Sha
from bot.model.proposals import Identity, SaidStatus
from bot.ports import Repository
from bot.reason import Reason
from bot.steps.branches import Past

_ATTEMPTS = 5
"""Two runs at once both learn: whoever is second reads again, merges, and pushes once more."""
_MESSAGE = "Remember what was seen first\n\nFlux-Chart-Bot-State: ledger\n"
_CURES = {
    PushRejected.STALE: "Run again; the next run learns it anew",
    PushRejected.FORBIDDEN: "Give the token the permission `contents: write`",
    PushRejected.PROTECTED: f"Let the rules of this repository allow the bot to write {LEDGER_BRANCH}",
}


def read_past(
    repository: Repository,
    tip: Sha | None,
    statuses: Callable[[Sha], tuple[SaidStatus, ...]] | None = None,
) -> Past:
    """What a run on Git knows beside the tips.

    Args:
        repository: The repository.
        tip: The fetched tip of the ledger's branch; None where there is no such branch.
        statuses: Asks a forge for everybody's statuses of a commit.

    Raises:
        LedgerBroken: It is not as this bot writes it.
    """
    if tip is None:
        return Past(repository=repository, statuses=statuses)
    tree = repository.tree(tip)
    entries = [entry for entry in tree.entries() if is_ours(entry.path)]
    for entry in entries:
        if not entry.kind.regular or entry.size > LARGEST_FILE:
            raise LedgerBroken(entry.path, f"it is no plain file of at most {LARGEST_FILE} bytes")
    ledger = read((entry.path, data) for entry, data in tree.read(entries))
    return Past(repository=repository, ledger=ledger, tip=tip, statuses=statuses)


def remember(learnt: Ledger, past: Past | None, us: Identity) -> tuple[Reason, ...]:
    """Write what is new to the ledger; nothing where nothing is. What could not be written costs time, and is said."""
    try:
        return _remember(learnt, past, us) if past else ()
    except BotError as error:
        return (LEDGER_NOT_WRITTEN(problem=error.message, cure=error.mend or _CURES[PushRejected.STALE]),)


def _remember(learnt: Ledger, past: Past, us: Identity) -> tuple[Reason, ...]:
    rejected: PushRejected | None = None
    for _ in range(_ATTEMPTS):
        changed = changed_files(past.ledger, merge(past.ledger, learnt))
        if not changed:
            return ()
        changes = (FileChange(path=path, kind=EntryKind.FILE, before=b"", after=data) for path, data in changed.items())
        made = past.repository.commit(parent=past.tip, changes=changes, message=_MESSAGE, identity=us)
        rejected = past.repository.push(LEDGER_BRANCH, made, expected=past.tip)
        if rejected is not PushRejected.STALE:
            break
        past = _anew(past.repository)
    return (LEDGER_NOT_WRITTEN(problem=rejected.value, cure=_CURES[rejected]),) if rejected else ()


def _anew(repository: Repository) -> Past:
    exists = LEDGER_BRANCH in repository.heads().tips
    return read_past(repository, repository.fetch([LEDGER_BRANCH])[LEDGER_BRANCH] if exists else None)
