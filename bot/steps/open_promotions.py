"""The pull requests that are open for production: what their heads have, and what of that a person holds."""

from collections.abc import Iterable, Iterator, Mapping

from msgspec import Struct

from bot.model.commits import Sha
from bot.model.proposals import PullRequest
from bot.model.references import Reference
from bot.model.tiers import Branch, Tier
from bot.planning.commit_trailers import ChartRow
from bot.planning.grouping import Key, branch_of, promotion_key
from bot.planning.rows import Row
from bot.steps.find import Remote
from bot.steps.recall import Recalled
from bot.steps.resolve import Resolved, TierView
from bot.versions.tags import read_pin, tag_of


class OpenPromotion(Struct, frozen=True, kw_only=True):
    """One of them.

    Attributes:
        key: Which of the tier's promotions.
        head: The tip of its branch.
        rows: What our commit on it changes.
        held: What of that a person holds, with the reason in words.
        overtaken: Charts of rows whose old version is written nowhere on the base any more.
        done: The base has all of it.
        stands: Nothing lies on it but our commit on the base: we answer for its head.
    """

    tier: Tier
    key: Key
    pull: PullRequest
    head: Sha
    rows: tuple[ChartRow, ...] = ()
    held: Mapping[Row, str]
    overtaken: tuple[str, ...] = ()
    done: bool = False
    stands: bool = False

    @property
    def branch(self) -> Branch:
        """Its branch's name."""
        return branch_of(self.tier, self.key.text)


def open_promotions(resolved: Resolved, recalled: Recalled, remote: Remote) -> tuple[OpenPromotion, ...]:
    """Those of every production tier that go to its base; a standing draft is one of them.

    Args:
        resolved: All tiers on their bases.
        recalled: Knows what people hold.
        remote: Our side of the remote.
    """
    return tuple(one for view in resolved.views if view.tier.production for one in _of(view, recalled, remote))


def _of(view: TierView, recalled: Recalled, remote: Remote) -> Iterator[OpenPromotion]:
    for text, branch in remote.promotions(view.tier).items():
        found = remote.found(branch_of(view.tier, text), view.base.branch, view.base.sha or "")
        pull = next((one for one in found.pull_requests if one.head_here and one.base == view.base.branch), None)
        if pull:
            known = promotion_key()
            rows = remote.changes(view.tier, branch)
            held = ((Row(chart=row.chart, version=row.new), _held(row, view, recalled)) for row in rows)
            yield OpenPromotion(
                tier=view.tier,
                key=known if text == known.text else Key(text=text, about=known.about, promotes=True),
                pull=pull,
                head=branch.head,
                rows=rows,
                held={row: why for row, why in held if why},
                overtaken=tuple(row.chart for row in rows if row.old not in _written(row, view)),
                stands=found.branch is not None and found.branch.beneath == (),
                done=bool(rows) and all(_written(row, view) == {row.new} for row in rows),
            )


def _written(row: ChartRow, view: TierView) -> set[str]:
    """The versions of a row's chart on the base."""
    places = (one.pin.places[:1] for one in view.references if str(one.source.address) == row.chart)
    return {place.text for found in places for place in found}


def _held(row: ChartRow, view: TierView, recalled: Recalled) -> str:
    """Why a person does not want what a row writes; empty where nobody holds it."""
    moving = (one for one in view.references if str(one.source.address) == row.chart)
    return next(_objections(row.new, moving, view.tier, recalled), "")


def _objections(text: str, moving: Iterable[Reference], tier: Tier, recalled: Recalled) -> Iterator[str]:
    for reference in moving:
        version, tag = read_pin(text, reference.tag_rule), tag_of(text, reference.tag_rule)
        for gate in recalled.held(reference, tier):
            if found := gate.objection(tag, version):
                yield found.why
