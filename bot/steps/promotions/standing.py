"""What `update` does about promotions: it keeps standing drafts, and the others as they were asked for."""

from collections.abc import Iterable, Iterator, Mapping

from msgspec import Struct
from msgspec.structs import replace

from bot.model.charts import ChartAddress
from bot.model.promotions import Asked
from bot.model.references import Reference
from bot.model.tiers import Configuration, Tier
from bot.model.verdicts import Current, Decision, Held, Update, Verdict
from bot.planning.commit_trailers import ChartRow
from bot.planning.grouping import Key, promotion_key
from bot.planning.mirrors import canonical
from bot.planning.windows import opens_at
from bot.ports import Progress, Registry
from bot.promotion.lifting import lifted
from bot.promotion.open_rows import lost_rows, rows_of, why_lost
from bot.promotion.promotion_reasons import PROMOTION_HELD
from bot.reason import Reason, Weight
from bot.steps.edit import TierEdits, edit
from bot.steps.find import Remote
from bot.steps.past.recall import Recalled
from bot.steps.promotions.open_promotions import OpenPromotion
from bot.steps.promotions.promote import promote
from bot.steps.prove import prove_promotion
from bot.steps.resolve import Resolved, TierVerdicts
from bot.steps.select_versions import version_in_use
from bot.versions.version import try_flux


class Draft(Struct, frozen=True, kw_only=True):
    """What one promotion is to be now.

    Attributes:
        stands: Updates keep it; else somebody asked for it once, and it only loses rows.
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
    concerned = [one for one in opened if one.unwanted or one.done or (one.pull.draft and _is_out_of_date(one))]
    found: list[Draft] = []
    for tier in configuration.tiers:
        if tier.standing_draft:
            found.append(drafter.standing(tier))
        for one in concerned:
            if one.tier.name == tier.name and not (tier.standing_draft and one.key == promotion_key()):
                found += drafter.asked_for(one)
    return tuple(found)


def _is_out_of_date(one: OpenPromotion) -> bool:
    return one.dropped or (one.behind and one.stands)


def told(verdicts: Iterable[Verdict], promoted: Iterable[Verdict], *, stands: bool) -> tuple[Verdict, ...]:
    """The verdicts of a tier, with what its standing draft takes over, or why it does not; of others the alarms."""
    known = {one.reference: one.decision for one in promoted if stands or _alarms(one.decision)}
    return tuple(_told(one, known.get(one.reference)) for one in verdicts)


def _told(verdict: Verdict, promoted: Decision | None) -> Verdict:
    quiet = isinstance(verdict.decision, Current) and verdict.decision.remark is None
    if isinstance(promoted, Update) or (quiet and isinstance(promoted, Held)):
        return replace(verdict, decision=promoted)
    return verdict


def _alarms(decision: Decision) -> bool:
    return isinstance(decision, Held) and decision.reason.weight is Weight.ALARM


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
        """Outside of its windows it keeps its versions: what a person takes out of it goes, and nothing else moves."""
        branch = self._remote.promotion(tier, promotion_key())
        rows = self._remote.record(tier, branch).rows if branch else ()
        windows = tier.proposing.windows
        judged = self._judged(Asked(to=tier.name), rows, keeps=opens_at(windows, self._recalled.now) is not None)
        return _drafted(judged, lifted(tier, windows=windows), promotion_key(), stands=True)

    def asked_for(self, one: OpenPromotion) -> Iterator[Draft]:
        """The same rows on the base as it is now, but for those that somebody holds or took back, or that it has.

        Nothing where only who asked for it knows which tier it came from; unless none of its rows is left.
        """
        tier, asked = one.tier, self._asked(one)
        if asked is None or not (tier.pace.comes_from or asked.reason):
            if one.done or len(one.unwanted) == len({(row.chart, row.new) for row in one.rows}):
                yield _drafted(self._nothing_left(one), lifted(tier), one.key, stands=False)
            return
        judged = _only(one.rows, self._judged(asked, one.rows, keeps=True))
        yield _drafted(judged, lifted(tier, str(asked.chart or "")), one.key, stands=False)

    def _asked(self, one: OpenPromotion) -> Asked | None:
        """What was asked for then; None where nothing tells."""
        everything = Asked(to=one.tier.name)
        if one.key == promotion_key() or not one.rows:
            return everything if one.key == promotion_key() else None
        host, _, name = one.rows[0].chart.partition("/")
        chart = canonical(ChartAddress(host=host, name=name), self._configuration.mirrors)
        if promotion_key(str(chart)).text != one.key.text:
            return None
        version = try_flux(one.rows[0].new.replace("_", "+")) if one.reason else None
        return replace(everything, chart=chart, version=str(version or ""), reason=one.reason if version else "")

    def _nothing_left(self, one: OpenPromotion) -> TierVerdicts:
        [view] = [view for view in self._resolved.views if view.tier.name == one.tier.name]
        why = {row.chart: said for row, said in one.moved.items()}
        why |= {row.chart: PROMOTION_HELD(version=row.version, why=said) for row, said in one.held.items()}
        return TierVerdicts(view=view, verdicts=tuple(_stays(view.tier, each, why) for each in view.references))

    def _judged(self, asked: Asked, rows: tuple[ChartRow, ...], *, keeps: bool) -> TierVerdicts:
        return promote(
            asked,
            self._resolved,
            self._configuration,
            self._recalled,
            self._registry,
            self._progress,
            rows,
            keeps=keeps,
        )


def _drafted(judged: TierVerdicts, tier: Tier, key: Key, *, stands: bool) -> Draft:
    [edits] = edit([replace(judged, view=replace(judged.view, tier=tier))])
    return Draft(key=key, edits=prove_promotion(edits), stands=stands)


def _only(rows: tuple[ChartRow, ...], judged: TierVerdicts) -> TierVerdicts:
    """Nothing comes into a draft that nobody asks for now; what a lost row may have meant says so."""
    references = judged.view.references
    kept, lost = rows_of(references, rows), {row.chart: row for row in lost_rows(references, rows)}
    verdicts = (
        replace(one, decision=_left_out(one.decision, lost.get(str(one.reference.source.address))))
        if one.reference not in kept and isinstance(one.decision, Update | Current)
        else one
        for one in judged.verdicts
    )
    return replace(judged, verdicts=tuple(verdicts))


def _left_out(decision: Update | Current, lost: ChartRow | None) -> Current | Held:
    text = decision.old if isinstance(decision, Update) else decision.version
    if lost is None:
        return Current(version=text) if isinstance(decision, Update) else decision
    return Held(version=text, reason=why_lost(lost))


def _stays(tier: Tier, reference: Reference, why: Mapping[str, Reason]) -> Verdict:
    text, reason = version_in_use(reference), why.get(str(reference.source.address))
    return Verdict(
        tier=tier,
        reference=reference,
        decision=Held(version=text, reason=reason) if reason else Current(version=text),
    )
