"""advance: on a branch that others work on, the version of its one chart may move, by a commit on top of theirs."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from bot.model.commits import FileChange
from bot.model.places import Place
from bot.model.proposals import Action, PullRequestPlan
from bot.model.references import ExactPin
from bot.model.tiers import Configuration
from bot.model.verdicts import Edit, Update, Verdict
from bot.planning.rows import row_of
from bot.ports import Tree
from bot.steps.edit import edit
from bot.steps.find import Remote
from bot.steps.resolve import TierVerdicts, TierView
from bot.steps.side import Side, sides
from bot.versions.version import Version, try_loose


def advance(left: PullRequestPlan, view: TierView, remote: Remote, configuration: Configuration) -> PullRequestPlan:
    """Turn a plan that leaves a touched branch alone into one that moves its version on, where that can be done.

    Not where several charts are in it: what others did there may be about any of them.
    """
    charts = {row_of(one, one.decision).chart for one in left.updates if isinstance(one.decision, Update)}
    if left.head_before is None or left.existing is None or len(charts) != 1:
        return left
    changes = _on_top(left.updates, view, remote.repository.tree(left.head_before), configuration)
    rewords = left.existing.author == remote.us.login
    return replace(left, action=Action.ADVANCE, changes=changes, rewords=rewords) if changes else left


def _on_top(
    updates: Iterable[Verdict], view: TierView, tree: Tree, configuration: Configuration
) -> tuple[FileChange, ...]:
    """The changes that make the head's versions those that are wished; none where any of them is not simply older."""
    [there] = sides([tree], configuration)
    moved: list[Verdict] = []
    for one in updates:
        found = _there(one, there)
        if found is None:
            return ()
        moved.append(found)
    seen = TierVerdicts(view=replace(view, base=replace(view.base, tree=tree)), verdicts=tuple(moved))
    (edited,) = edit([seen])
    return edited.changes if len(edited.updates) == len(moved) else ()


def _there(verdict: Verdict, there: Side) -> Verdict | None:
    """The same update where the object stands on the branch; None where it is another chart, or not older."""
    update, pin, own = verdict.decision, verdict.reference.pin, verdict.reference
    theirs = there.reference(own)
    if not isinstance(update, Update) or not isinstance(pin, ExactPin) or theirs is None:
        return None
    places = theirs.pin.places
    if (own.source, own.tag_rule) != (theirs.source, theirs.tag_rule) or len(pin.places) != len(places):
        return None
    wanted = {change.place: change.text for change in update.edits}
    texts = [wanted.get(place, place.text) for place in pin.places]
    edits = tuple(_edits(places, texts))
    old, new = _version(places[0].text), _version(texts[0])
    if not edits or old is None or new is None or not old < new:
        return None
    return replace(verdict, reference=theirs, decision=replace(update, old=places[0].text, edits=edits))


def _edits(places: tuple[Place, ...], texts: Iterable[str]) -> Iterator[Edit]:
    for place, text in zip(places, texts, strict=True):
        if place.text != text:
            yield Edit(place=place, text=text)


def _version(text: str) -> Version | None:
    """The version of a manifest's text: a tag writes `_` where the version has `+`."""
    return try_loose(text.replace("_", "+"))
