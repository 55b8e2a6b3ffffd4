"""remember: what a run saw first, kept for the next: before any other write, so that no failure of theirs loses it."""

from collections.abc import Callable, Mapping
from datetime import timedelta

from msgspec.structs import replace

from bot.errors import BotError, LedgerBroken, RunFailed
from bot.ledger.encoding import WORDS
from bot.ledger.merging import merge, without_old_tips
from bot.ledger.model import LEDGER_BRANCH, Ledger, Matter, Word
from bot.ledger.reading import LARGEST_FILE, is_ours, read
from bot.ledger.words import following
from bot.ledger.writing import changed_files
from bot.maturity.maturity_reasons import LEDGER_NOT_WRITTEN
from bot.model.commits import EntryKind, FileChange, PushRejected, Sha
from bot.model.proposals import Identity, SaidStatus
from bot.ports import Repository
from bot.reason import Reason
from bot.steps.own_state import message_of, why_not_ours
from bot.steps.past.branches import Past
from bot.steps.rejections import in_the_way, rejection

_ATTEMPTS = 5
"""Two runs at once both learn: whoever is second reads again, merges, and pushes once more."""
_STATE = "ledger"
_SUBJECT = "Remember what was seen first"
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
    problem = why_not_ours(repository, LEDGER_BRANCH, tip, _STATE, is_ours)
    if problem:
        raise LedgerBroken(entries[0].path if entries else WORDS, problem)
    return Past(repository=repository, ledger=ledger, tip=tip, statuses=statuses)


def remember(learnt: Ledger, past: Past | None, us: Identity) -> tuple[Reason, ...]:
    """Write what is new to the ledger; nothing where nothing is. What could not be written costs time, and is said."""
    try:
        return _remember(learnt, past, us) if past else ()
    except BotError as error:
        return (LEDGER_NOT_WRITTEN(problem=error.message, cure=error.mend or _CURES[PushRejected.STALE]),)


def _remember(learnt: Ledger, past: Past, us: Identity) -> tuple[Reason, ...]:
    _, rejected = _written(learnt, past, us, message_of(_SUBJECT, _STATE))
    if rejected is None:
        return ()
    problem, cure = _why(rejected, past.repository)
    return (LEDGER_NOT_WRITTEN(problem=problem, cure=cure),)


def _why(rejected: PushRejected, repository: Repository) -> tuple[str, str]:
    """Why it was not pushed, and the cure."""
    if rejected not in _CURES or (rejected is PushRejected.STALE and in_the_way(LEDGER_BRANCH, repository)):
        told = rejection(LEDGER_BRANCH, rejected, repository)
        return told.sentence, told.mend
    return rejected.value, _CURES[rejected]


def keep_word(matter: Matter, word: Word, past: Past, us: Identity, message: str) -> Past:
    """Write what a person said; unlike what a run saw first, the next run cannot learn it anew.

    Args:
        matter: What it is about.
        word: What they said.
        past: The ledger as it was read; one that moved since is read again and merged.
        us: Who commits.
        message: Of the commit; its first line.

    Returns:
        The ledger that holds it.

    Raises:
        RunFailed: It could not be written, or a later word is there already.
    """
    # The last word counts, and the ledger tells seconds: of two in one second the one that is said later is later.
    said = {known.at for about, known in past.ledger.words.items() if about.chart == matter.chart}
    while word.at in said:
        word = replace(word, at=word.at + timedelta(seconds=1))
    word = following(matter, word, past.ledger.words)
    kept, rejected = _written(Ledger(words={matter: word}), past, us, message_of(message, _STATE))
    if rejected:
        problem, cure = _why(rejected, past.repository)
        raise RunFailed(f"the word could not be kept: {problem}", cure)
    last = kept.ledger.words.get(matter)
    if last is None or replace(last, accepts=word.accepts) != word:
        raise RunFailed("a later word about the same is kept already, and counts", "Run again in a moment")
    return kept


def with_words(past: Past, words: Mapping[Matter, Word]) -> Past:
    """The ledger as if these had been written."""
    said = {matter: following(matter, word, past.ledger.words) for matter, word in words.items()}
    return replace(past, ledger=merge(past.ledger, Ledger(words=said)))


def _written(learnt: Ledger, past: Past, us: Identity, message: str) -> tuple[Past, PushRejected | None]:
    """The ledger with what is new in it, or why it is not written."""
    rejected: PushRejected | None = None
    for _ in range(_ATTEMPTS):
        merged = without_old_tips(merge(past.ledger, learnt))
        changed = changed_files(past.ledger, merged)
        if not changed:
            return past, None
        changes = (FileChange(path=path, kind=EntryKind.FILE, before=b"", after=data) for path, data in changed.items())
        made = past.repository.commit(parent=past.tip, changes=changes, message=message, identity=us)
        rejected = past.repository.push(LEDGER_BRANCH, made, expected=past.tip)
        if rejected is None:
            return replace(past, ledger=merged, tip=made), None
        if rejected is not PushRejected.STALE:
            break
        past = replace(_anew(past.repository), statuses=past.statuses)
    return past, rejected


def _anew(repository: Repository) -> Past:
    exists = LEDGER_BRANCH in repository.heads().tips
    return read_past(repository, repository.fetch([LEDGER_BRANCH])[LEDGER_BRANCH] if exists else None)
