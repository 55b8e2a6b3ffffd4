"""The pull requests that are open for production: what their heads have, and what of that a person holds."""

from collections.abc import Iterator, Mapping

from msgspec import Struct, field

from bot.model.commits import Sha
from bot.model.proposals import PullRequest
from bot.model.tiers import Branch, Tier
from bot.planning.commit_trailers import ChartRow
from bot.planning.grouping import Key, branch_of, promotion_key
from bot.planning.pull_requests import FoundBranch, brings_others, is_on_former_tip
from bot.planning.rows import Row
from bot.promotion.open_rows import could_be, lost_rows, why_lost
from bot.reason import Reason
from bot.report.promotion_wording import tells_of
from bot.steps.find import Remote
from bot.steps.past.holds import why_held
from bot.steps.past.recall import Recalled
from bot.steps.resolve import Resolved, TierView

PUSHED_AGAIN = "its tag was pushed again, and is another chart now than was proposed"


class OpenPromotion(Struct, frozen=True, kw_only=True):
    """One of them.

    Attributes:
        key: Which of the tier's promotions.
        head: The tip of its branch.
        rows: What our commit on it changes.
        reason: Why a person named the version; empty where none did.
        held: What of that a person holds, or took back where nobody named the version, with the reason in words.
        moved: What of that has another digest under its tag by now, with both: see `bot.steps.promotions.moved_tags`.
        lost: Why rows of it are for nothing that the base has now; not of a standing draft, which judges anew.
        overtaken: Charts of rows whose old version the base no longer has for what they may be about.
        done: The base has all of it.
        behind: The base has other bytes by now in a file that it changes; or its words are about other rows, since a
            run was killed before it wrote them.
        stands: Nothing lies on it but our commit on the base: we answer for its head.
        brings: What it would bring into the base beside its rows; None for nothing.
        dropped: That is what the base itself had when it was made.
    """

    tier: Tier
    key: Key
    pull: PullRequest
    head: Sha
    rows: tuple[ChartRow, ...] = ()
    reason: str = ""
    held: Mapping[Row, str]
    moved: Mapping[Row, Reason] = field(default_factory=dict)
    lost: tuple[Reason, ...] = ()
    overtaken: tuple[str, ...] = ()
    done: bool = False
    behind: bool = False
    stands: bool = False
    brings: Reason | None = None
    dropped: bool = False

    @property
    def unwanted(self) -> dict[Row, str]:
        """What of it nobody should merge, with why in words."""
        return dict.fromkeys(self.moved, PUSHED_AGAIN) | {**self.held}

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
            record = remote.record(view.tier, branch)
            rows = record.rows
            proposed = {Row(chart=row.chart, version=row.new) for row in rows}
            stands = view.tier.standing_draft and text == known.text
            there = found.branch or branch
            brings = brings_others(there, pull.head, pull.base, view.tier, remote.us)
            yield OpenPromotion(
                tier=view.tier,
                key=known if text == known.text else Key(text=text, about=known.about, promotes=True),
                pull=pull,
                head=branch.head,
                rows=rows,
                reason=record.reason,
                held=why_held(proposed, view, recalled.held if record.reason else recalled.refused),
                lost=() if stands else tuple(map(why_lost, lost_rows(view.references, rows))),
                overtaken=tuple(row.chart for row in rows if row.old not in _written(row, view)),
                stands=there.beneath == (),
                brings=brings,
                dropped=bool(brings) and is_on_former_tip(there),
                done=bool(rows) and all(_written(row, view) == {row.new} for row in rows),
                behind=_moved(branch, view) or (pull.author == remote.us.login and not tells_of(pull.body, rows)),
            )


def _moved(branch: FoundBranch, view: TierView) -> bool:
    blobs = {entry.path: entry.blob for entry in view.base.tree.entries()}
    return any(item.old is not None and item.old.blob != blobs.get(item.path) for item in branch.carries)


def _written(row: ChartRow, view: TierView) -> set[str]:
    """The versions on the base of what a row may be about."""
    places = (one.pin.places[:1] for one in could_be(row, view.references))
    return {place.text for found in places for place in found}
