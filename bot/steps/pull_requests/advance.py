"""advance: on a branch that others work on, the version of its one chart may move, by a commit on top of theirs."""

from collections.abc import Iterable, Iterator

from msgspec.structs import replace

from bot.model.commits import FileChange
from bot.model.places import Place
from bot.model.proposals import Action, PullRequestPlan
from bot.model.references import ExactPin
from bot.model.tiers import Configuration
from bot.model.verdicts import Edit, Held, Update, Verdict
from bot.planning.rows import row_of
from bot.planning.sharing import whole_tiers
from bot.proposal_reasons import MOVES_ON_TOP
from bot.reason import Reason
from bot.steps.edit import edit
from bot.steps.find import Remote
from bot.steps.prove import prove
from bot.steps.resolve import TierVerdicts, TierView
from bot.steps.scan import scan
from bot.steps.sharing import for_one_tier
from bot.steps.side import Side, side_of
from bot.versions.version import try_written


def advance(left: PullRequestPlan, view: TierView, remote: Remote, configuration: Configuration) -> PullRequestPlan:
    """Turn a plan that leaves a touched branch alone into one that moves its version on, where that can be done.

    Not where several charts are in it: what others did there may be about any of them; and not where their commits make
    other tiers share the version. Where the version is there already, nothing is left to be done.
    """
    branch = remote.branch(left.branch)
    if left.head_before is None or left.existing is None or branch is None:
        return left
    rows = {row_of(one, one.decision) for one in left.updates if isinstance(one.decision, Update)}
    if len({row.chart for row in rows | remote.rows(left.tier, branch)}) != 1:
        return left
    base = replace(view.base, sha=left.head_before, tree=remote.repository.tree(left.head_before))
    [scanned] = scan([base])
    there = replace(view, base=base, built=scanned.built)
    theirs = _theirs(left.updates, side_of(scanned, configuration), there, configuration)
    if not theirs:
        return left
    changes = _on_top(theirs, there)
    if isinstance(changes, Reason):
        return replace(left, reason=changes)
    if changes is None:
        return left
    rewords = left.existing.author == remote.us.login
    action, reason = Action.ADVANCE if changes else Action.KEEP, MOVES_ON_TOP(branch=left.branch)
    return replace(left, action=action, reason=reason, changes=changes, rewords=rewords)


def _theirs(
    updates: Iterable[Verdict], side: Side, there: TierView, configuration: Configuration
) -> tuple[Verdict, ...]:
    """The updates where they stand on the branch; none where any of them may not be made there."""
    found = [_judged(_there(one, side), there, configuration) for one in updates]
    known = tuple(one for one in found if one)
    return known if len(known) == len(found) else ()


def _judged(verdict: Verdict | None, there: TierView, configuration: Configuration) -> Verdict | None:
    """The same update; None where what is built of the branch lets it reach other tiers than on its base."""
    update = verdict.decision if verdict else None
    if verdict is None or not isinstance(update, Update):
        return None
    decision = for_one_tier(replace(update, shared=()), verdict.reference, there, configuration)
    is_alike = isinstance(decision, Update) and whole_tiers([decision]) == whole_tiers([update])
    return verdict if is_alike else None


def _there(verdict: Verdict, there: Side) -> Verdict | None:
    """The same update where the object stands on the branch; None where it is another chart, or a newer version."""
    update, pin, own = verdict.decision, verdict.reference.pin, verdict.reference
    theirs = there.reference(own)
    if not isinstance(update, Update) or not isinstance(pin, ExactPin) or theirs is None:
        return None
    places = theirs.pin.places
    if (own.source, own.tag_rule) != (theirs.source, theirs.tag_rule) or len(pin.places) != len(places):
        return None
    wanted = {change.place: change.text for change in update.edits}
    texts = [wanted.get(place, place.text) for place in pin.places]
    old, new = try_written(places[0].text), try_written(texts[0])
    if old is None or new is None or new < old:
        return None
    edits = tuple(_edits(places, texts))
    return replace(verdict, reference=theirs, decision=replace(update, old=places[0].text, edits=edits))


def _on_top(theirs: tuple[Verdict, ...], there: TierView) -> tuple[FileChange, ...] | Reason | None:
    """The changes that make their versions those that are wished, none where they are.

    None where that cannot be; the alarm where other tiers would get something else by it.
    """
    (edited,) = edit([TierVerdicts(view=there, verdicts=theirs)])
    if len(edited.updates) != len(theirs):
        return None
    (proved,) = prove([edited])
    held = (one.decision for one in proved.verdicts)
    return next((one.reason for one in held if isinstance(one, Held)), proved.changes)


def _edits(places: tuple[Place, ...], texts: Iterable[str]) -> Iterator[Edit]:
    for place, text in zip(places, texts, strict=True):
        if place.text != text:
            yield Edit(place=place, text=text)
