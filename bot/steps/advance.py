"""advance: on a branch that others work on, the version of its one chart may move, by a commit on top of theirs."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from bot.model.commits import FileChange
from bot.model.places import Place
from bot.model.proposals import Action, PullRequestPlan
from bot.model.references import ExactPin
from bot.model.verdicts import Edit, Update, Verdict
from bot.planning.rows import row_of
from bot.steps.edit import edit
from bot.steps.find import Remote
from bot.steps.resolve import TierVerdicts, TierView
from bot.steps.side import Side
from bot.versions.version import Version, try_loose


def advance(left: PullRequestPlan, view: TierView, remote: Remote) -> PullRequestPlan:
    """Turn a plan that leaves a touched branch alone into one that moves its version on, where that can be done.

    Not where several charts are in it: what others did there may be about any of them.
    """
    charts = {row_of(one, one.decision).chart for one in left.updates if isinstance(one.decision, Update)}
    if left.head_before is None or left.existing is None or len(charts) != 1:
        return left
    changes = _on_top(left.updates, view, remote, left.head_before)
    rewords = left.existing.author == remote.us.login
    return replace(left, action=Action.ADVANCE, changes=changes, rewords=rewords) if changes else left


def _on_top(updates: Iterable[Verdict], view: TierView, remote: Remote, head: str) -> tuple[FileChange, ...]:
    """The changes that make the head's versions those that are wished; none where any of them is not simply older."""
    tree = remote.repository.tree(head)
    base, there = Side(view.base.tree), Side(tree)
    moved: list[Verdict] = []
    for one in updates:
        found = _there(one, base, there)
        if found is None:
            return ()
        moved.append(found)
    seen = TierVerdicts(view=replace(view, base=replace(view.base, tree=tree)), verdicts=tuple(moved))
    (edited,) = edit([seen])
    return edited.changes if len(edited.updates) == len(moved) else ()


def _there(verdict: Verdict, base: Side, there: Side) -> Verdict | None:
    """The same update where the object stands on the branch; None where it is another chart, or not older."""
    update, pin, reference = verdict.decision, verdict.reference.pin, verdict.reference
    own, theirs = base.wish(reference), there.wish(reference)
    if not isinstance(update, Update) or not isinstance(pin, ExactPin) or own is None or theirs is None:
        return None
    if own.chart != theirs.chart or len(own.places) != len(theirs.places):
        return None
    wanted = {change.place.route: change.text for change in update.edits}
    texts = [wanted.get(place.route, place.text) for place in pin.places]
    edits = tuple(_edits(theirs.places, texts))
    old, new = _version(theirs.texts[0]), _version(texts[0])
    if not edits or old is None or new is None or not old < new:
        return None
    version, *digest = theirs.places
    here = replace(reference, pin=replace(pin, version=version, digest=digest[0] if digest else None))
    return replace(verdict, reference=here, decision=replace(update, old=theirs.texts[0], edits=edits))


def _edits(places: tuple[Place, ...], texts: Iterable[str]) -> Iterator[Edit]:
    for place, text in zip(places, texts, strict=True):
        if place.text != text:
            yield Edit(place=place, text=text)


def _version(text: str) -> Version | None:
    """The version of a manifest's text: a tag writes `_` where the version has `+`."""
    return try_loose(text.replace("_", "+"))
