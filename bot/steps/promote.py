"""promote: what the tiers before production run, to what production takes over; or why not, release by release."""

from collections.abc import Container, Iterable, Iterator, Mapping

from msgspec import Struct
from msgspec.structs import replace

from bot.ledger.first_digests import FirstDigest
from bot.maturity.gates import Gate, SoakGate, StatusGate
from bot.maturity.soaking import counting_spans
from bot.maturity.timeline import is_same
from bot.model.charts import ChartAddress, ChartSource, ManifestFacts, Unreachable
from bot.model.promotions import Asked, Promoted
from bot.model.references import ExactPin, Reference
from bot.model.tiers import Configuration, Tier
from bot.model.verdicts import ROLLBACK, Current, Decision, Edit, Held, Update, Verdict
from bot.planning.commit_trailers import ChartRow
from bot.planning.mirrors import canonical
from bot.ports import Progress, Registry
from bot.promotion.open_rows import row_of, version_in
from bot.promotion.pairing import Counterpart, counterparts, digest_written, exact_version, other_chart
from bot.promotion.promotion_reasons import (
    LOWER_BELOW,
    NO_EXACT_VERSION,
    PROMOTION_EXCLUDED,
    PROMOTION_HELD,
    PROMOTION_NOT_GREEN,
    PROMOTION_NOT_SOAKED,
    PROMOTION_TAKEN_BACK,
    TAG_MOVED_SINCE,
)
from bot.promotion.tags import Listed, Tag, as_if_running, spelled, tags_meant, tags_run, witnesses
from bot.promotion.witnesses import Witness, disagreement, known_since
from bot.reason import Reason
from bot.reasons import SAME_PRECEDENCE, SOURCE_SUSPENDED
from bot.selection.digests import with_digest
from bot.selection.limits import Limits, limits_of
from bot.selection.pins import jump
from bot.selection.suspended import only_reported
from bot.steps.evidence import evidence, of_counterparts
from bot.steps.lower_changes import with_changes
from bot.steps.moving import Moving
from bot.steps.recall import Recalled
from bot.steps.resolve import Resolved, TierVerdicts, TierView
from bot.steps.select_versions import version_in_use
from bot.steps.sharing import for_one_tier
from bot.versions.tags import tag_of
from bot.versions.version import Version, try_flux


class _Wish(Struct, frozen=True, kw_only=True):
    """A reference that would be promoted, as far as files and time say.

    Attributes:
        pin: Of the reference.
        current: What it runs.
        version: What it would run.
        lower: What runs that already, in the tiers before.
    """

    reference: Reference
    pin: ExactPin
    current: Version
    version: Version
    lower: tuple[Counterpart, ...]
    limits: Limits

    def held(self, reason: Reason) -> Held:
        return Held(version=self.pin.version.text, reason=reason)


class _Tags(Struct, frozen=True, kw_only=True):
    """The tags that are the version: in production's registry, the one that is taken first, and below."""

    own: tuple[str, ...]
    lower: Mapping[Counterpart, tuple[str, ...]]

    def asked(self, source: ChartSource) -> Iterator[Tag]:
        yield from ((source, tag) for tag in self.own)
        yield from ((one.reference.source, tag) for one, found in self.lower.items() for tag in found)


_TIME = frozenset({PROMOTION_NOT_SOAKED.id, PROMOTION_NOT_GREEN.id})
_Answers = Mapping[Tag, ManifestFacts | Unreachable]


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
    promoter = _Promoter(
        asked=asked,
        view=view,
        lower=lower,
        configuration=configuration,
        recalled=recalled,
        standing=standing,
        keeps=keeps,
    )
    judged = promoter.judged()
    decisions = promoter.decided(judged, registry, progress)
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
            if version > current or (version == current and reference.suspended):
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
    standing: tuple[ChartRow, ...]
    keeps: bool

    @property
    def tier(self) -> Tier:
        return self.view.tier

    def judged(self) -> tuple[_Wish | Decision, ...]:
        """Every reference by the files alone, then by what is known of time."""
        wishes = [self._wish(reference) for reference in self.view.references]
        known = [one for one in wishes if isinstance(one, _Wish)]
        moving = [self._moving(each) for one in known for each in (one, self._proposed(one)) if each]
        self.recalled.look_for(moving)
        self.recalled.look_for_returns(moving)
        if self.keeps:
            # With what the tiers before wrote beside these versions, now that their past is known.
            wishes = [self._wish(reference) for reference in self.view.references]
        return tuple(self._in_time(one) if isinstance(one, _Wish) else one for one in wishes)

    def _moving(self, wish: _Wish) -> Moving:
        return Moving(tier=self.tier, reference=wish.reference, version=wish.version, tag=str(wish.version))

    def _wish(self, reference: Reference) -> _Wish | Decision:
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
            _Wish(reference=reference, pin=pin, current=current, version=version, lower=lower, limits=limits)
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

    def _by_files(self, wish: _Wish) -> _Wish | Decision:
        if is_same(wish.version, wish.current):
            return _if_alike(wish)
        if wish.version <= wish.current and not self.asked.version:
            if self.keeps:
                return Current(version=wish.pin.version.text)
            return wish.held(LOWER_BELOW(tier=wish.lower[0].tier, version=wish.version))
        if why := wish.limits.refused_by_name(wish.version):
            return wish.held(PROMOTION_EXCLUDED(version=wish.version, why=why))
        return wish

    def _proposed(self, wish: _Wish) -> _Wish | None:
        """What the draft has for it, where that is older than what runs below now and newer than what runs here."""
        row = row_of(wish.reference, self.standing)
        version = None if row is None or wish.pin.as_constraint else version_in(row, wish.reference)
        if version is None or not wish.current < version < wish.version:
            return None
        return replace(wish, version=version, lower=self._then(wish.lower, wish.reference, version))

    def _kept(self, reference: Reference) -> Version | None:
        """The version that an open promotion has for it, where that is what stays."""
        row = row_of(reference, self.standing) if self.keeps else None
        return version_in(row, reference) if row else None

    def _then(self, lower: Iterable[Counterpart], reference: Reference, version: Version) -> tuple[Counterpart, ...]:
        """What runs below, each as it was when it ran a version."""
        row = row_of(reference, self.standing)
        tag = tag_of(row.new if row else str(version), reference.tag_rule)
        return tuple(
            one if is_same(one.version, version) else as_if_running(one, version, tag, self._digest_then(one, version))
            for one in lower
        )

    def _digest_then(self, one: Counterpart, version: Version) -> str:
        """What a tier wrote beside a version when it ran that, as far as its history was read."""
        ran = (spans for each, spans in self.recalled.ran(one.tier, one.reference) if each == one.reference)
        return next((span.digest for spans in ran for span in counting_spans(spans, version)[-1:]), "")

    def _in_time(self, wish: _Wish) -> _Wish | Decision:
        against = next(self._objections(wish), None)
        if against is None:
            return wish
        proposed = self._proposed(wish)
        if proposed and against.id in _TIME and next(self._objections(proposed), None) is None:
            return proposed
        return wish.held(against)

    def _objections(self, wish: _Wish) -> Iterator[Reason]:
        """What people hold binds a person's version too; that it soaked, and was not taken back, is for them to say."""
        reference, version = wish.reference, wish.version
        for why in self._said(self.recalled.held(reference, self.tier), wish):
            yield PROMOTION_HELD(version=version, why=why)
        if self.asked.version:
            return
        for why in self._said(self.recalled.returned(reference, self.tier), wish):
            yield PROMOTION_TAKEN_BACK(version=version, why=why)
        for why in self._said(self._soaks(wish), wish):
            yield PROMOTION_NOT_SOAKED(version=version, why=why)
        greens = (one for one in self.recalled.soaks(reference, wish.limits) if isinstance(one, StatusGate))
        for why in self._said(greens, wish):
            yield PROMOTION_NOT_GREEN(version=version, why=why)

    def _said(self, gates: Iterable[Gate], wish: _Wish) -> Iterator[str]:
        tag = tag_of(str(wish.version), wish.reference.tag_rule)
        yield from (found.why for gate in gates if (found := gate.objection(tag, wish.version)))

    def _soaks(self, wish: _Wish) -> list[SoakGate]:
        gates = self.recalled.soaks(wish.reference, wish.limits)
        return [of_counterparts(gate, wish.lower) for gate in gates if isinstance(gate, SoakGate)]

    def decided(
        self, judged: Iterable[_Wish | Decision], registry: Registry, progress: Progress
    ) -> tuple[Decision, ...]:
        """With what the registries say of the versions that are left."""
        known = tuple(judged)
        listed = registry.tags(self._to_list(known), progress)
        tags = [self._tags(one, listed) if isinstance(one, _Wish) else None for one in known]
        wanted: dict[Tag, None] = {}
        for one, found in zip(known, tags, strict=True):
            if isinstance(one, _Wish) and isinstance(found, _Tags):
                wanted |= dict.fromkeys(found.asked(one.reference.source))
        answers = registry.manifests(wanted, progress) if wanted else {}
        decisions: list[Decision] = []
        for one, found in zip(known, tags, strict=True):
            if not isinstance(one, _Wish):
                decisions.append(one)
            elif isinstance(found, _Tags):
                decisions.append(self._decision(one, found, answers))
            elif found:
                decisions.append(one.held(found))
        return tuple(decisions)

    def _to_list(self, judged: Iterable[_Wish | Decision]) -> Iterable[ChartSource]:
        """The charts whose tags have to be listed: a constraint means several, a person's version is none yet."""
        wishes = [one for one in judged if isinstance(one, _Wish)]
        own = [one.reference for one in wishes if one.pin.as_constraint or not one.lower]
        below = [each.reference for one in wishes for each in one.lower]
        constraints = (each for each in below if isinstance(each.pin, ExactPin) and each.pin.as_constraint)
        return dict.fromkeys(each.source for each in (*own, *constraints))

    def _tags(self, wish: _Wish, listed: Listed) -> _Tags | Reason:
        below: dict[Counterpart, tuple[str, ...]] = {}
        for one in wish.lower:
            found = tags_run(one, listed)
            if isinstance(found, Reason):
                return found
            below[one] = found
        if below and not wish.pin.as_constraint:
            # Just the tag that runs there, in its own spelling.
            return _Tags(own=next(iter(below.values()))[:1], lower=below)
        own = tags_meant(wish.reference, wish.pin, wish.version, listed)
        return own if isinstance(own, Reason) else _Tags(own=own, lower=below)

    def _decision(self, wish: _Wish, tags: _Tags, answers: _Answers) -> Decision:
        reference = wish.reference
        facts: dict[Tag, ManifestFacts] = {}
        for asked in tags.asked(reference.source):
            answer = answers[asked]
            if isinstance(answer, Unreachable):
                return wish.held(answer.reason)
            facts[asked] = answer
        if len({facts[reference.source, tag].digest for tag in tags.own}) > 1:
            return wish.held(SAME_PRECEDENCE(tags=", ".join(tags.own)))
        tag = tags.own[0]
        found = facts[reference.source, tag]
        said = tuple(self._witnesses(wish, tags, facts))
        if against := disagreement(tag, reference.source.address, found.digest, said):
            self.recalled.first_digests.told((asked, answer.digest) for asked, answer in facts.items())
            return wish.held(against)
        row = row_of(reference, self.standing) if self.keeps else None
        if row and row.digest and row.digest != found.digest:
            chart = reference.source.address
            return wish.held(TAG_MOVED_SINCE(version=tag, written=row.digest, chart=chart, found=found.digest))
        return self._update(wish, tag, found, said)

    def _witnesses(self, wish: _Wish, tags: _Tags, facts: Mapping[Tag, ManifestFacts]) -> Iterator[Witness]:
        """What the tiers before say, and what is remembered of the tag here, where they do not know better."""

        def seen(address: ChartAddress, tag: str) -> FirstDigest | None:
            return self.recalled.first_digests.of(address, tag, wish.reference, self.tier)

        yield from witnesses(wish.lower, tags.lower, facts, seen)
        if not any(one.digest for one in wish.lower):
            source, tag = wish.reference.source, tags.own[0]
            found = facts[source, tag].digest
            yield Witness(tier=self.tier.name, chart=source.address, found=found, seen=seen(source.address, tag))

    def _update(self, wish: _Wish, tag: str, found: ManifestFacts, said: tuple[Witness, ...]) -> Decision:
        reference, text = wish.reference, wish.pin.version.text
        new = spelled(reference, wish.pin, wish.version, tag)
        update = Update(
            old=text,
            new=new,
            tag=tag,
            edits=(Edit(place=wish.pin.version, text=new),),
            jump=jump(wish.current, wish.version) if wish.version > wish.current else ROLLBACK,
            promoted=self._promoted(wish, found.digest, said),
        )
        decision = with_digest(reference, update, found) if wish.pin.digest else update
        return for_one_tier(decision, reference, self.view, self.configuration)

    def _promoted(self, wish: _Wish, digest: str, said: tuple[Witness, ...]) -> Promoted:
        green = () if self.asked.version else self.tier.pace.with_status
        ran = tuple(evidence(self._soaks(wish), wish.version, green, self.recalled))
        promoted = Promoted(
            digest=digest,
            digest_written=bool(wish.lower) and all(one.digest for one in wish.lower),
            digest_since=known_since(said),
            ran=ran,
            reason=self.asked.reason,
        )
        return with_changes(promoted, wish.lower, wish.current, self.recalled.branches)


def _if_alike(wish: _Wish) -> Decision:
    """One version in both: the same chart, as far as digests are written."""
    own, address = digest_written(wish.reference), wish.reference.source.address
    below = [(one, digest_written(one.reference)) for one in wish.lower]
    said = (
        Witness(tier=one.tier, chart=one.reference.source.address, found=written) for one, written in below if written
    )
    against = disagreement(wish.pin.version.text, address, own, said) if own else None
    return wish.held(against) if against else Current(version=wish.pin.version.text)
