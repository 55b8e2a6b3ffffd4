"""judge head: what merging a branch of ours would bring on which others work, as `check` judges people's versions."""

from collections.abc import Iterable, Iterator, Mapping

from msgspec import Struct, field
from msgspec.structs import replace

from bot.check_reasons import BEYOND_TIER, NOT_GREEN_EDIT, NOT_GREEN_YET, NOT_SOAKED
from bot.errors import UsageError
from bot.model.commits import FileChange, Sha, TreeEntry
from bot.model.references import DigestPin, Reference
from bot.model.tiers import Branch, Configuration, Tier
from bot.model.verdicts import Held, Verdict
from bot.planning.commit_trailers import ChartRow
from bot.planning.proof import blob_name
from bot.planning.rows import Row
from bot.planning.tiers import claimants
from bot.ports import Progress, Registry, Tree
from bot.reason import Reason
from bot.reasons import UNKNOWN
from bot.steps.checks.compare import Compared, Edited, compare, judging_people, views_of, with_tiers_of
from bot.steps.checks.judge import judge, unfollowed_now, unjudged, unseen_now
from bot.steps.find import Remote
from bot.steps.look_up import Answers, look_up
from bot.steps.past.holds import why_held
from bot.steps.past.recall import Recalled
from bot.steps.resolve import Resolved
from bot.steps.scan import Base, Readings, Scanned
from bot.steps.select_versions import select, version_in_use
from bot.steps.side import texts_of
from bot.versions.version import try_written

_DEPTH = 64
"""Commits in which it is looked for where a branch began into which somebody merged."""

_DECIDED = frozenset({BEYOND_TIER.id, NOT_SOAKED.id, NOT_GREEN_YET.id, NOT_GREEN_EDIT.id})
"""What a person who has a version promoted may pass over, with a reason."""


class Head(Struct, frozen=True, kw_only=True):
    """The head of a pull request, as it will be.

    Attributes:
        number: Of its pull request.
        sha: Its tip before this run.
        changes: What this run puts on top.
        moves: The tiers that it may move.
        decided: What of it was judged already, by rules that may be others than the tier's.
    """

    tier: Tier
    number: int
    branch: Branch
    base: Branch
    sha: Sha
    changes: tuple[FileChange, ...] = ()
    moves: frozenset[str] = frozenset()
    decided: frozenset[Row] = frozenset()


class HeadVerdict(Struct, frozen=True, kw_only=True):
    """What merging one would bring.

    Attributes:
        rows: The versions that it moves.
        unwanted: What of that nobody should merge, with why in words.
        beside: What else no pull request of its tier should bring, and why.
        waits: What time says against a version, or that nothing is known of it.
    """

    rows: tuple[ChartRow, ...] = ()
    unwanted: Mapping[Row, str] = field(default_factory=dict)
    beside: tuple[tuple[str, str], ...] = ()
    waits: tuple[str, ...] = ()


class HeadJudge(Struct, frozen=True, kw_only=True):
    """Judges them.

    Attributes:
        bases: The base branches.
        readings: What was read already.
        answers: What the registries said in this run: they are asked only for what is new to it.
        configuration: That of the run.
        recalled: Knows what people hold, and what has soaked.
        remote: Has the heads.
        registry: As above.
        progress: Of these questions.
    """

    bases: tuple[Base, ...]
    readings: Readings
    answers: Answers
    configuration: Configuration
    recalled: Recalled
    remote: Remote
    registry: Registry
    progress: Progress

    def of(self, head: Head) -> HeadVerdict:
        """What one head would bring to its base, against where it began."""
        people = judging_people(self.configuration)
        [base] = [one for one in self.bases if one.branch == head.base]
        base = with_tiers_of(base, people)
        began, tree = self._began(head, base.sha or ""), self.remote.repository.tree(head.sha)
        before = self.readings.scan(replace(base, sha=began, tree=self.remote.repository.tree(began)))
        after = self.readings.scan(replace(base, sha=head.sha, tree=_Edited(tree, head) if head.changes else tree))
        compared = compare(before, after, people)
        edited, verdicts = compared.edited, (*self._judged(compared.edited, after, people), *unjudged(compared.lost))
        return HeadVerdict(
            rows=tuple(_row(one) for one in edited if _moves(one)),
            unwanted=dict(_objections(head, verdicts)) | self._held(edited, after),
            beside=(*self._guarded(head, began, base), *_unfollowed(compared)),
            waits=(*_waits(head, verdicts), *self._doubts(head, edited)),
        )

    def _judged(self, edited: tuple[Edited, ...], after: Scanned, people: Configuration) -> tuple[Verdict, ...]:
        if not edited:
            return ()
        resolved = views_of(edited, after)
        answers = self._answers(resolved, people)
        ordinary = select(resolved, answers, people)
        return judge(edited, ordinary, answers, people, self.recalled, self.registry, self.progress)

    def _answers(self, resolved: Resolved, people: Configuration) -> Answers:
        """What was said of these charts, and of what was not asked before, what is said now."""
        wanted = [one for view in resolved.views for one in view.references]
        known = {source for one in wanted for source in (one.source, *one.together) if source in self.answers.tags}
        views = tuple(
            replace(view, references=tuple(one for one in view.references if not _is_answered(one, known)))
            for view in resolved.views
        )
        more = look_up(replace(resolved, views=views), people, self.registry, self.progress)
        return replace(more, tags={source: self.answers.tags[source] for source in known} | dict(more.tags))

    def _held(self, edited: Iterable[Edited], after: Scanned) -> dict[Row, str]:
        """What people hold of it, or took back."""
        found: dict[Row, str] = {}
        for view in views_of(edited, after).views:
            found |= why_held(map(_named, view.references), view, self.recalled.refused)
        return found

    def _doubts(self, head: Head, edited: Iterable[Edited]) -> Iterator[str]:
        """What time says of the others' versions: how old one has to be, `check` leaves to the bot."""
        for one in edited:
            if _goes_up(one) and _named(one.new) not in head.decided:
                text = version_in_use(one.new)
                doubt = self.recalled.doubt(one.new, one.tier, text)
                if doubt:
                    yield f"{text} {doubt.why}"

    def _guarded(self, head: Head, began: Sha, base: Base) -> Iterator[tuple[str, str]]:
        """What others changed that a commit of ours never would: it would be merged under a word of ours."""
        others = tuple(tier for tier in base.tiers if tier.production and tier.name not in head.moves)
        for item in self.remote.repository.differences(began, head.sha):
            if item.path.startswith(".github/"):
                yield item.path, "nothing of a chart is written there"
            for tier in claimants(item.path, others):
                yield item.path, f"it is {tier.name}'s"

    def _began(self, head: Head, tip: Sha) -> Sha:
        """Where the branch left its base; the tip of that where nothing tells."""
        branch = self.remote.found(head.branch, head.base, tip).branch
        if branch and branch.beneath is not None:
            line = branch.history[: len(branch.beneath) + 1]
            if all(len(commit.parents) == 1 for commit in line):
                return line[-1].parents[0]
        try:
            return self.remote.repository.merge_base(tip, head.sha, _DEPTH) or tip
        except UsageError:
            return tip  # replaced meanwhile: the lease of a push, and the next run, see what is there now


class _Edited:
    """A tree with the changes of a commit that is not made yet."""

    def __init__(self, tree: Tree, head: Head) -> None:
        self._tree = tree
        self._after = {change.path: change.after for change in head.changes}
        self._like = head.sha

    def entries(self) -> tuple[TreeEntry, ...]:
        return tuple(map(self._entry, self._tree.entries()))

    def _entry(self, entry: TreeEntry) -> TreeEntry:
        after = self._after.get(entry.path)
        return entry if after is None else replace(entry, size=len(after), blob=blob_name(after, self._like))

    def read(self, entries: Iterable[TreeEntry]) -> Iterator[tuple[TreeEntry, bytes]]:
        wanted = tuple(entries)
        others = iter(self._tree.read([one for one in wanted if one.path not in self._after]))
        for one in wanted:
            yield (one, self._after[one.path]) if one.path in self._after else next(others)


def _objections(head: Head, verdicts: Iterable[Verdict]) -> Iterator[tuple[Row, str]]:
    for row, reason in _findings(head, verdicts):
        if not _ends(reason):
            yield row, reason.sentence


def _waits(head: Head, verdicts: Iterable[Verdict]) -> Iterator[str]:
    return (reason.sentence for _, reason in _findings(head, verdicts) if _ends(reason))


def _ends(reason: Reason) -> bool:
    """Whether time ends it."""
    return reason.id in UNKNOWN or reason.id in {NOT_SOAKED.id, NOT_GREEN_YET.id}


def _findings(head: Head, verdicts: Iterable[Verdict]) -> Iterator[tuple[Row, Reason]]:
    for one in verdicts:
        if isinstance(one.decision, Held):
            row, reason = _named(one.reference), one.decision.reason
            if row not in head.decided or reason.id not in _DECIDED:
                yield row, reason


def _unfollowed(compared: Compared) -> Iterator[tuple[str, str]]:
    found = (*unfollowed_now(compared.unfollowed), *unseen_now(compared.unseen))
    yield from ((one.path, one.reason.sentence) for one in found)


def _is_answered(reference: Reference, known: Iterable[object]) -> bool:
    asked = {reference.source, *reference.together}
    return not isinstance(reference.pin, DigestPin) and asked <= set(known)


def _named(reference: Reference) -> Row:
    return Row(chart=str(reference.source.address), version=version_in_use(reference))


def _row(one: Edited) -> ChartRow:
    old = version_in_use(one.old) if one.old else ""
    return ChartRow(chart=str(one.new.source.address), old=old, new=version_in_use(one.new), paths=(one.new.path,))


def _moves(one: Edited) -> bool:
    return one.old is None or texts_of(one.old) != texts_of(one.new)


def _goes_up(one: Edited) -> bool:
    old, new = try_written(version_in_use(one.old)) if one.old else None, try_written(version_in_use(one.new))
    return new is not None and (old is None or new > old)
