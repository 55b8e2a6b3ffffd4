"""What `update` does about promotions: it keeps standing drafts, and takes what people hold out of the others."""

from collections.abc import Iterable, Iterator

from msgspec import Struct
from msgspec.structs import replace

from bot.model.promotions import Asked
from bot.model.tiers import Configuration, Tier
from bot.model.verdicts import Current, Decision, Held, Update, Verdict
from bot.planning.grouping import Key, promotion_key
from bot.planning.rows import Row
from bot.ports import Progress, Registry
from bot.promotion.lifting import lifted
from bot.steps.edit import TierEdits, edit
from bot.steps.find import Remote
from bot.steps.open_promotions import OpenPromotion
from bot.steps.promote import promote
from bot.steps.prove import prove_promotion
from bot.steps.recall import Recalled
from bot.steps.resolve import Resolved, TierVerdicts


class Draft(Struct, frozen=True, kw_only=True):
    """What one promotion is to be now.

    Attributes:
        stands: Updates keep it; else somebody asked for it once, and it only loses what is held.
    """

    key: Key
    edits: TierEdits
    stands: bool


def drafts(
    resolved: Resolved,
    configuration: Configuration,
    recalled: Recalled,
    remote: Remote,
    opened: Iterable[OpenPromotion],
    registry: Registry,
    progress: Progress,
) -> tuple[Draft, ...]:
    """The promotions that an update looks at, as `promote` judges them.

    Args:
        resolved: All tiers on their bases.
        configuration: Says which tiers have a standing draft.
        recalled: What is known of time.
        remote: Has the drafts as they stand.
        opened: Every promotion that is open.
        registry: For digests, of what would be promoted.
        progress: Of these questions.
    """
    drafter = _Drafter(resolved, configuration, recalled, remote, registry, progress)
    with_held = [one for one in opened if one.held or one.done]
    found: list[Draft] = []
    for tier in configuration.tiers:
        if tier.standing_draft:
            found.append(drafter.standing(tier))
        for one in with_held:
            if one.tier.name == tier.name and not (tier.standing_draft and one.key == promotion_key()):
                found += drafter.without_held(one)
    return tuple(found)


def told(verdicts: Iterable[Verdict], promoted: Iterable[Verdict]) -> tuple[Verdict, ...]:
    """The verdicts of a tier, with what its standing draft takes over, or why it does not."""
    known = {one.reference: one.decision for one in promoted}
    return tuple(_told(one, known.get(one.reference)) for one in verdicts)


def _told(verdict: Verdict, promoted: Decision | None) -> Verdict:
    quiet = isinstance(verdict.decision, Current) and verdict.decision.remark is None
    if isinstance(promoted, Update) or (quiet and isinstance(promoted, Held)):
        return replace(verdict, decision=promoted)
    return verdict


class _Drafter:
    def __init__(
        self,
        resolved: Resolved,
        configuration: Configuration,
        recalled: Recalled,
        remote: Remote,
        registry: Registry,
        progress: Progress,
    ) -> None:
        self._resolved, self._configuration, self._recalled = resolved, configuration, recalled
        self._remote, self._registry, self._progress = remote, registry, progress

    def standing(self, tier: Tier) -> Draft:
        branch = self._remote.promotion(tier, promotion_key())
        rows = self._remote.rows(tier, branch) if branch else frozenset()
        lifted_tier = lifted(tier, windows=tier.proposing.windows)
        return _drafted(self._judged(tier, rows), lifted_tier, promotion_key(), stands=True)

    def without_held(self, one: OpenPromotion) -> Iterator[Draft]:
        """Of one chart nothing is left then, nor of what the base has; of several the others are judged anew."""
        rows = frozenset(Row(chart=row.chart, version=row.new) for row in one.rows)
        if one.done or one.key != promotion_key():
            [view] = [view for view in self._resolved.views if view.tier.name == one.tier.name]
            current = (
                Verdict(tier=view.tier, reference=reference, decision=Current(version=""))
                for reference in view.references
            )
            judged = TierVerdicts(view=view, verdicts=tuple(current))
        elif one.tier.pace.comes_from:
            judged = _only({row.chart for row in rows}, self._judged(one.tier, rows))
        else:
            # Only who asked for it knows which tier it came from.
            return
        yield _drafted(judged, lifted(one.tier), one.key, stands=False)

    def _judged(self, tier: Tier, rows: Iterable[Row]) -> TierVerdicts:
        return promote(
            Asked(to=tier.name),
            self._resolved,
            self._configuration,
            self._recalled,
            self._registry,
            self._progress,
            {row.chart: row.version for row in rows},
        )


def _drafted(judged: TierVerdicts, tier: Tier, key: Key, *, stands: bool) -> Draft:
    [edits] = edit([replace(judged, view=replace(judged.view, tier=tier))])
    return Draft(key=key, edits=prove_promotion(edits), stands=stands)


def _only(charts: set[str], judged: TierVerdicts) -> TierVerdicts:
    """Nothing comes into a draft that nobody asks for now."""
    verdicts = (
        replace(one, decision=Current(version=one.decision.old))
        if isinstance(one.decision, Update) and str(one.reference.source.address) not in charts
        else one
        for one in judged.verdicts
    )
    return replace(judged, verdicts=tuple(verdicts))
