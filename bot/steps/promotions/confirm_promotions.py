"""confirm promotions: what the registries say of the versions that production would take over."""

from collections.abc import Iterable, Iterator, Mapping

from msgspec import Struct

from bot.ledger.first_digests import FirstDigest
from bot.model.charts import ChartAddress, ChartSource, ManifestFacts, Unreachable
from bot.model.promotions import Asked, Promoted
from bot.model.references import ExactPin, Reference
from bot.model.tiers import Configuration
from bot.model.verdicts import ROLLBACK, Decision, Edit, Update
from bot.planning.commit_trailers import ChartRow
from bot.ports import Progress, Registry
from bot.promotion.pairing import Counterpart
from bot.promotion.tags import Listed, Tag, spelled, tags_meant, tags_run, witnesses
from bot.promotion.witnesses import Witness, disagreement, known_since, released_at, tag_moved_since
from bot.reason import Reason
from bot.reasons import SAME_PRECEDENCE
from bot.selection.digests import with_digest
from bot.selection.pins import jump
from bot.steps.past.lower_changes import with_changes
from bot.steps.past.recall import Recalled
from bot.steps.promotions.evidence import evidence
from bot.steps.promotions.wishes import Wish, soaks
from bot.steps.resolve import TierView
from bot.steps.sharing import for_one_tier
from bot.versions.tags import tag_of


class _Tags(Struct, frozen=True, kw_only=True):
    """The tags that are the version: in production's registry, the one that is taken first, and below."""

    own: tuple[str, ...]
    lower: Mapping[Counterpart, tuple[str, ...]]

    def asked(self, source: ChartSource) -> Iterator[Tag]:
        yield from ((source, tag) for tag in self.own)
        yield from ((one.reference.source, tag) for one, found in self.lower.items() for tag in found)


_Answers = Mapping[Tag, ManifestFacts | Unreachable]


class Confirmer(Struct, frozen=True, kw_only=True):
    """One production tier.

    Attributes:
        view: The tier on its base.
        kept: The rows of a draft whose versions stay, by reference: each has the digest of then.
    """

    asked: Asked
    view: TierView
    configuration: Configuration
    recalled: Recalled
    kept: Mapping[Reference, ChartRow]

    def decided(
        self, judged: Iterable[Wish | Decision], registry: Registry, progress: Progress
    ) -> tuple[Decision, ...]:
        """With what the registries say of the versions that are left."""
        known = tuple(judged)
        listed = registry.tags(self._to_list(known), progress)
        tags = [self._tags(one, listed) if isinstance(one, Wish) else None for one in known]
        wanted: dict[Tag, None] = {}
        for one, found in zip(known, tags, strict=True):
            if isinstance(one, Wish) and isinstance(found, _Tags):
                wanted |= dict.fromkeys(found.asked(one.reference.source))
        answers = registry.manifests(wanted, progress) if wanted else {}
        decisions: list[Decision] = []
        for one, found in zip(known, tags, strict=True):
            if not isinstance(one, Wish):
                decisions.append(one)
            elif isinstance(found, _Tags):
                decisions.append(self._decision(one, found, answers))
            elif found:
                decisions.append(one.held(found))
        return tuple(decisions)

    def _to_list(self, judged: Iterable[Wish | Decision]) -> Iterable[ChartSource]:
        """The charts whose tags have to be listed: a constraint means several, a person's version is none yet."""
        wishes = [one for one in judged if isinstance(one, Wish)]
        own = [one.reference for one in wishes if one.pin.as_constraint or not one.lower]
        below = [each.reference for one in wishes for each in one.lower]
        constraints = (each for each in below if isinstance(each.pin, ExactPin) and each.pin.as_constraint)
        return dict.fromkeys(each.source for each in (*own, *constraints))

    def _tags(self, wish: Wish, listed: Listed) -> _Tags | Reason:
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

    def _decision(self, wish: Wish, tags: _Tags, answers: _Answers) -> Decision:
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
        self.recalled.first_digests.told((asked, answer.digest) for asked, answer in facts.items())
        said = tuple(self._witnesses(wish, tags, facts))
        against = disagreement(tag, reference.source.address, found.digest, said)
        if against := against or self._moved_since(reference, tag, found.digest):
            return wish.held(against)
        return self._update(wish, tag, found, said)

    def _moved_since(self, reference: Reference, tag: str, digest: str) -> Reason | None:
        """That a tag is something else now than what the open promotion proposed."""
        row = self.kept.get(reference)
        if row is None or row.digest in {"", digest}:
            return None
        return tag_moved_since(tag, row.digest, reference.source.address, digest)

    def _witnesses(self, wish: Wish, tags: _Tags, facts: Mapping[Tag, ManifestFacts]) -> Iterator[Witness]:
        """What the tiers before say, and what is remembered of the tag here, where they do not know better."""

        def seen(address: ChartAddress, tag: str) -> FirstDigest | None:
            return self.recalled.first_digests.of(address, tag, wish.reference, self.view.tier)

        yield from witnesses(wish.lower, tags.lower, facts, seen)
        if not any(one.digest for one in wish.lower):
            source, tag = wish.reference.source, tags.own[0]
            found = facts[source, tag].digest
            yield Witness(tier=self.view.tier.name, chart=source.address, found=found, seen=seen(source.address, tag))

    def _update(self, wish: Wish, tag: str, found: ManifestFacts, said: tuple[Witness, ...]) -> Decision:
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

    def _promoted(self, wish: Wish, digest: str, said: tuple[Witness, ...]) -> Promoted:
        green = () if self.asked.version else self.view.tier.pace.with_status
        # That it has soaked is known by now; a person is to be told since when, and by which commit.
        recalled, tiers = self.recalled, self.view.tier.pace.comes_from
        found = [name for name in tiers if recalled.reach_beginning(wish.reference, name, wish.version)]
        ran = tuple(evidence(soaks(wish, recalled), wish.version, green, recalled, found))
        promoted = Promoted(
            digest=digest,
            digest_written=bool(wish.lower) and all(one.digest for one in wish.lower),
            digest_since=known_since(said),
            digest_released=released_at(said),
            ran=ran,
            taken_back=tuple(self._taken_back(wish)),
            reason=self.asked.reason,
        )
        return with_changes(promoted, wish.lower, wish.current, recalled.branches)

    def _taken_back(self, wish: Wish) -> Iterator[str]:
        tag = tag_of(str(wish.version), wish.reference.tag_rule)
        for gate in self.recalled.returned(wish.reference, self.view.tier):
            if found := gate.objection(tag, wish.version):
                yield found.why
