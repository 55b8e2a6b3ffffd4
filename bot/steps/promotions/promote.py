"""promote: what the tiers before production run, to what production takes over; or why not, release by release."""

from collections.abc import Container, Iterable, Iterator, Mapping

from msgspec import Struct
from msgspec.structs import replace

from bot.maturity.gates import Gate, StatusGate
from bot.maturity.soaking import counting_spans
from bot.maturity.timeline import is_same
from bot.model.promotions import Asked
from bot.model.references import ExactPin, Reference
from bot.model.tiers import Configuration, Tier
from bot.model.verdicts import Current, Decision, Held, Verdict
from bot.planning.commit_trailers import ChartRow
from bot.planning.mirrors import canonical
from bot.planning.tiers import surely_runs
from bot.ports import Progress, Registry
from bot.promotion.open_rows import rows_of, version_in
from bot.promotion.pairing import Counterpart, counterparts, digest_written, exact_version, other_chart
from bot.promotion.promotion_reasons import (
    LOWER_BELOW,
    NO_EXACT_VERSION,
    PROMOTION_EXCLUDED,
    PROMOTION_HELD,
    PROMOTION_NOT_GREEN,
    PROMOTION_NOT_SOAKED,
    PROMOTION_TAKEN_BACK,
)
from bot.promotion.tags import as_if_running
from bot.promotion.witnesses import Witness, disagreement
from bot.reason import Reason
from bot.reasons import SOURCE_SUSPENDED
from bot.selection.limits import limits_of
from bot.selection.suspended import only_reported
from bot.steps.past.moving import Moving
from bot.steps.past.recall import Recalled
from bot.steps.promotions.confirm_promotions import Confirmer
from bot.steps.promotions.wishes import Wish, soaks
from bot.steps.resolve import Resolved, TierVerdicts, TierView
from bot.steps.select_versions import version_in_use
from bot.versions.tags import tag_of
from bot.versions.version import Version, try_flux

_TIME = frozenset({PROMOTION_NOT_SOAKED.id, PROMOTION_NOT_GREEN.id})


def promote(
    asked: Asked,
    resolved: Resolved,
    configuration: Configuration,
    recalled: Recalled,
    registry: Registry,
    progress: Progress,
    standing: tuple[ChartRow, ...] = (),
    *,
    keeps: bool = False,
) -> TierVerdicts:
    """Judge every reference of a production tier by what the tiers before it run, or by the version a person names.

    Args:
        asked: What is wanted.
        resolved: All tiers on their bases.
        configuration: Whose production tier says which tiers are before it.
        recalled: What is known of time.
        registry: For digests; tags are listed only where a constraint is written, or a person names the version.
        progress: Of these questions.
        standing: What a draft has already: a version that soaked stays until the next one has.
        keeps: What it has stays at its version, whatever the tiers before run by now.
    """
    [view] = [one for one in resolved.views if one.tier.name == asked.to]
    names = view.tier.pace.comes_from
    lower = _lower(resolved, names)
    rows = rows_of(view.references, standing)
    promoter = _Promoter(
        asked=asked,
        view=view,
        lower=lower,
        configuration=configuration,
        recalled=recalled,
        standing=rows,
        keeps=keeps,
    )
    judged = promoter.judged()
    confirmer = Confirmer(
        asked=asked, view=view, configuration=configuration, recalled=recalled, kept=rows if keeps else {}
    )
    decisions = confirmer.decided(judged, registry, progress)
    verdicts = (
        Verdict(tier=view.tier, reference=reference, decision=decision)
        for reference, decision in zip(view.references, decisions, strict=True)
    )
    return TierVerdicts(view=view, verdicts=tuple(verdicts))


def promotable(resolved: Resolved, configuration: Configuration) -> Iterator[Moving]:
    """What production could take over some day: what the tiers before it run now, and it does not, or is to resume."""
    for view in resolved.views:
        names, pace = view.tier.pace.comes_from, view.tier.pace
        if not view.tier.production or pace.by_merge or not names:
            continue
        lower = _lower(resolved, names)
        for reference in view.references:
            current, found = exact_version(reference), counterparts(reference, lower, configuration.mirrors)
            if current is None or isinstance(found, Reason):
                continue
            version = found[0].version
            if version > current or (version == current and not surely_runs(reference, view.tier)):
                yield Moving(tier=view.tier, reference=reference, version=version, tag=str(version))


def _lower(resolved: Resolved, names: Container[str]) -> dict[str, tuple[Reference, ...]]:
    """The references of the tiers before, but for those that nothing applies."""
    return {
        one.tier.name: tuple(each for each in one.references if not each.unlisted)
        for one in resolved.views
        if one.tier.name in names
    }


def is_asked_for(reference: Reference, asked: Asked, configuration: Configuration) -> bool:
    """Whether a reference is of the chart that is asked for."""
    return asked.chart is None or canonical(reference.source.address, configuration.mirrors) == asked.chart


class _Promoter(Struct, frozen=True, kw_only=True):
    asked: Asked
    view: TierView
    lower: Mapping[str, tuple[Reference, ...]]
    configuration: Configuration
    recalled: Recalled
    standing: Mapping[Reference, ChartRow]
    keeps: bool

    @property
    def tier(self) -> Tier:
        return self.view.tier

    def judged(self) -> tuple[Wish | Decision, ...]:
        """Every reference by the files alone, then by what is known of time."""
        wishes = [self._wish(reference) for reference in self.view.references]
        known = [one for one in wishes if isinstance(one, Wish)]
        moving = [self._moving(each) for one in known for each in (one, self._proposed(one)) if each]
        self.recalled.look_for(moving)
        self.recalled.look_for_returns((one.reference, one.tier) for one in moving)
        if self.keeps:
            # With what the tiers before wrote beside these versions, now that their past is known.
            wishes = [self._wish(reference) for reference in self.view.references]
        return tuple(self._in_time(one) if isinstance(one, Wish) else one for one in wishes)

    def _moving(self, wish: Wish) -> Moving:
        return Moving(tier=self.tier, reference=wish.reference, version=wish.version, tag=str(wish.version))

    def _wish(self, reference: Reference) -> Wish | Decision:
        text, pin = version_in_use(reference), reference.pin
        if not is_asked_for(reference, self.asked, self.configuration):
            return Current(version=text)
        if only_reported(reference, self.configuration):
            return Held(version=text, reason=SOURCE_SUSPENDED())
        limits = limits_of(reference, self.tier, self.configuration)
        if isinstance(limits, Reason):
            return Held(version=text, reason=limits)
        current = exact_version(reference)
        if current is None or not isinstance(pin, ExactPin):
            where = f"{reference.path}:{reference.line}"
            return Held(version=text, reason=NO_EXACT_VERSION(tier=self.tier.name, where=where))
        found = self._version(reference)
        if isinstance(found, Reason):
            return Held(version=text, reason=found)
        version, lower = found
        return self._by_files(
            Wish(reference=reference, pin=pin, current=current, version=version, lower=lower, limits=limits)
        )

    def _version(self, reference: Reference) -> tuple[Version, tuple[Counterpart, ...]] | Reason:
        """What it would run, and what runs that; a person's version needs no counterpart, but no other chart either."""
        mirrors = self.configuration.mirrors
        found = counterparts(reference, self.lower, mirrors)
        version = try_flux(self.asked.version) if self.asked.version else None
        if version is None:
            kept = self._kept(reference)
            if isinstance(found, Reason) or kept is None:
                return found if isinstance(found, Reason) else (found[0].version, found)
            return kept, self._then(found, reference, kept)
        if other := other_chart(reference, self.lower, mirrors):
            return other
        agreed = () if isinstance(found, Reason) else found
        return version, tuple(one for one in agreed if is_same(one.version, version))

    def _by_files(self, wish: Wish) -> Wish | Decision:
        if is_same(wish.version, wish.current):
            return _if_alike(wish)
        if wish.version <= wish.current and not self.asked.version:
            if self.keeps:
                return Current(version=wish.pin.version.text)
            return wish.held(LOWER_BELOW(tier=wish.lower[0].tier, version=wish.version))
        if why := wish.limits.refused_by_name(wish.version):
            return wish.held(PROMOTION_EXCLUDED(version=wish.version, why=why))
        return wish

    def _proposed(self, wish: Wish) -> Wish | None:
        """What the draft has for it, where that is older than what runs below now and newer than what runs here."""
        row = self.standing.get(wish.reference)
        version = None if row is None or wish.pin.as_constraint else version_in(row, wish.reference)
        if version is None or not wish.current < version < wish.version:
            return None
        return replace(wish, version=version, lower=self._then(wish.lower, wish.reference, version))

    def _kept(self, reference: Reference) -> Version | None:
        """The version that an open promotion has for it, where that is what stays."""
        row = self.standing.get(reference) if self.keeps else None
        return version_in(row, reference) if row else None

    def _then(self, lower: Iterable[Counterpart], reference: Reference, version: Version) -> tuple[Counterpart, ...]:
        """What runs below, each as it was when it ran a version."""
        row = self.standing.get(reference)
        tag = tag_of(row.new if row else str(version), reference.tag_rule)
        return tuple(
            one if is_same(one.version, version) else as_if_running(one, version, tag, self._digest_then(one, version))
            for one in lower
        )

    def _digest_then(self, one: Counterpart, version: Version) -> str:
        """What a tier wrote beside a version when it ran that, as far as its history was read."""
        ran = (spans for each, spans in self.recalled.ran(one.tier, one.reference) if each == one.reference)
        return next((span.digest for spans in ran for span in counting_spans(spans, version)[-1:]), "")

    def _in_time(self, wish: Wish) -> Wish | Decision:
        against = next(self._objections(wish), None)
        if against is None:
            return wish
        proposed = self._proposed(wish)
        if proposed and against.id in _TIME and next(self._objections(proposed), None) is None:
            return proposed
        return wish.held(against)

    def _objections(self, wish: Wish) -> Iterator[Reason]:
        """What people hold binds a person's version too; that it soaked, and was not taken back, is for them to say."""
        reference, version = wish.reference, wish.version
        for why in self._said(self.recalled.held(reference, self.tier), wish):
            yield PROMOTION_HELD(version=version, why=why)
        if self.asked.version:
            return
        for why in self._said(self.recalled.returned(reference, self.tier), wish):
            yield PROMOTION_TAKEN_BACK(version=version, why=why)
        for why in self._said(soaks(wish, self.recalled), wish):
            yield PROMOTION_NOT_SOAKED(version=version, why=why)
        greens = (one for one in self.recalled.soaks(reference, wish.limits) if isinstance(one, StatusGate))
        for why in self._said(greens, wish):
            yield PROMOTION_NOT_GREEN(version=version, why=why)

    def _said(self, gates: Iterable[Gate], wish: Wish) -> Iterator[str]:
        tag = tag_of(str(wish.version), wish.reference.tag_rule)
        yield from (found.why for gate in gates if (found := gate.objection(tag, wish.version)))


def _if_alike(wish: Wish) -> Decision:
    """One version in both: the same chart, as far as digests are written."""
    own, address = digest_written(wish.reference), wish.reference.source.address
    below = [(one, digest_written(one.reference)) for one in wish.lower]
    said = (
        Witness(tier=one.tier, chart=one.reference.source.address, found=written) for one, written in below if written
    )
    against = disagreement(wish.pin.version.text, address, own, said) if own else None
    return wish.held(against) if against else Current(version=wish.pin.version.text)
