"""judge: what the tiers' rules say of versions that people wrote."""

from collections.abc import Iterable, Iterator, Mapping

from msgspec.structs import replace

from bot.check_reasons import (
    BEYOND_TIER,
    DIGEST_DIFFERS,
    DIGEST_REMOVED,
    EDIT_SUSPENDED,
    HELD_EDIT,
    NOT_GREEN_EDIT,
    NOT_GREEN_YET,
    NOT_SOAKED,
    RANGE_NOW,
    SEVERAL_TIERS,
    TAKEN_BACK_EDIT,
    UNJUDGED_NOW,
)
from bot.maturity.gates import ReturnGate, SoakGate, StatusGate
from bot.model.charts import Unreachable
from bot.model.references import DigestPin, ExactPin, PassedOver, RangePin, Reference
from bot.model.tiers import Configuration, Tier
from bot.model.verdicts import Current, Held, Verdict
from bot.ports import Progress, Registry
from bot.reason import Reason
from bot.reasons import TAG_MISSING
from bot.selection.digests import digest_place_pinned as has_digest
from bot.selection.digests import tag_named_by
from bot.selection.limits import Limits, limits_of
from bot.selection.widening import takes_more
from bot.steps.checks.compare import Edited
from bot.steps.checks.lost import Lost
from bot.steps.checks.ran_below import not_what_ran
from bot.steps.checks.unfollowed import Unfollowed
from bot.steps.look_up import Answers, Asked
from bot.steps.past.moving import Moving
from bot.steps.past.recall import Recalled
from bot.steps.resolve import TierVerdicts
from bot.steps.select_versions import version_in_use
from bot.steps.side import texts_of
from bot.steps.unseen import Unseen
from bot.versions.constraint import Constraint
from bot.versions.tags import choose, see_tags, tag_of
from bot.versions.version import Version, try_written

Digests = Mapping[Asked, str | Unreachable]


def _digests_beside(edited: Iterable[Edited], answers: Answers, registry: Registry, progress: Progress) -> Digests:
    """What the tags resolve to beside which a digest is written."""
    wanted = dict.fromkeys(asked for one in edited if (asked := _asked(one.new, answers)))
    return registry.digests(wanted, progress) if wanted else {}


def judge(
    edited: tuple[Edited, ...],
    judged: Iterable[TierVerdicts],
    answers: Answers,
    configuration: Configuration,
    recalled: Recalled,
    registry: Registry,
    progress: Progress,
) -> tuple[Verdict, ...]:
    """Every edit with all that speaks against it, a verdict each; where nothing does, one that says so."""
    digests = _digests_beside(edited, answers, registry, progress)
    named = [_by_version(one, answers) for one in edited]
    recalled.look_for(*(_taken_over(named, configuration, soaking=soaking) for soaking in (True, False)))
    recalled.look_for_returns(_taken_up(named))
    pinned = ((one, by.new.pin) for one, by in zip(edited, named, strict=True) if isinstance(by.new.pin, ExactPin))
    other = not_what_ran(pinned, answers, recalled, registry, progress)
    by_edit = {(one.tier.name, one.reference): one for tier in judged for one in tier.verdicts}
    found: list[Verdict] = []
    for one, by_version in zip(edited, named, strict=True):
        ordinary = by_edit[one.tier.name, one.new]
        version = version_in_use(one.new)
        foreign = _digest(one.new, answers, digests)
        problems = dict.fromkeys(_problems(by_version, ordinary, foreign, configuration, recalled))
        problems |= dict.fromkeys(other.get(one, ()))
        fine = replace(ordinary, decision=Current(version=version))
        found += [replace(ordinary, decision=Held(version=version, reason=each)) for each in problems] or [fine]
    return tuple(found)


def unjudged(lost: Iterable[Lost]) -> tuple[Verdict, ...]:
    """A finding for each version that cannot be judged any more, where that is decided now."""
    found: list[Verdict] = []
    for one in lost:
        version = version_in_use(one.old)
        reason = UNJUDGED_NOW(what=version, object=one.old.object, why=one.reason.sentence)
        here = replace(one.old, path=one.path, line=one.line)
        found.append(Verdict(tier=one.tier, reference=here, decision=Held(version=version, reason=reason)))
    return tuple(found)


def unfollowed_now(found: Iterable[Unfollowed]) -> tuple[PassedOver, ...]:
    """A finding for each build that takes what cannot be judged, where that is decided now."""
    told = ((one, UNJUDGED_NOW(what="known", object=one.what, why=one.reason.sentence)) for one in found)
    return tuple(replace(one.at, reason=reason) for one, reason in told)


def unseen_now(found: Iterable[Unseen]) -> tuple[PassedOver, ...]:
    """A finding for each text that may decide a version unseen, where it stands."""
    told = ((one, UNJUDGED_NOW(what=one.was, object=one.at.object, why=one.at.reason.sentence)) for one in found)
    return tuple(replace(one.at, reason=reason) for one, reason in told)


def beside(edited: tuple[Edited, ...]) -> Iterator[PassedOver]:
    """What is to be known beside the verdicts."""
    moved = {one.tier.name: one.new for one in edited if one.known and not _is_same_version(one)}
    if len(moved) > 1:
        first = next(iter(moved.values()))
        yield PassedOver(path=first.path, line=first.line, reason=SEVERAL_TIERS(tiers=", ".join(moved)))
    for one in edited:
        if one.old and has_digest(one.old) and not has_digest(one.new):
            reason = DIGEST_REMOVED(object=one.new.object, version=version_in_use(one.new))
            yield PassedOver(path=one.new.path, line=one.new.line, object=one.new.object, reason=reason)
        if one.new.suspended:
            reason = EDIT_SUSPENDED(object=one.new.object, version=version_in_use(one.new))
            yield PassedOver(path=one.new.path, line=one.new.line, object=one.new.object, suspended=True, reason=reason)


def _is_same_version(one: Edited) -> bool:
    return one.old is not None and texts_of(one.old) == texts_of(one.new)


def _problems(
    one: Edited, ordinary: Verdict, foreign: Reason | None, configuration: Configuration, recalled: Recalled
) -> Iterator[Reason]:
    if isinstance(ordinary.decision, Held):
        reason = ordinary.decision.reason
        yield reason if _is_same_version(one) else _as_proposed(reason)
    if foreign:
        yield foreign
    version, limits = _version(one.new), _limits(one, configuration)
    if isinstance(one.new.pin, RangePin) and not isinstance(limits, Reason):
        yield from _range(one, one.new.pin, limits)
    if version is None or isinstance(limits, Reason):
        return
    facts = {"version": version_in_use(one.new), "tier": one.tier.name}
    if why := _beyond(one, version, limits):
        yield BEYOND_TIER(**facts, why=why)
    tag = tag_of(version_in_use(one.new), one.new.tag_rule)
    for gate in recalled.held(one.new, one.tier):
        if not_yet := gate.objection(tag, version):
            yield HELD_EDIT(**facts, why=not_yet.why)
    yield from _by_tiers_before(one, version, tag, limits, recalled)


def _by_tiers_before(one: Edited, version: Version, tag: str, limits: Limits, recalled: Recalled) -> Iterator[Reason]:
    """That one of them went back from it; that it has not soaked there needs no second word then."""
    facts = {"version": version_in_use(one.new), "tier": one.tier.name}
    went_back = {gate.tier: found.why for gate in _returns(one, recalled) if (found := gate.objection(tag, version))}
    for why in went_back.values():
        yield TAKEN_BACK_EDIT(**facts, why=why)
    for soak in recalled.soaks(one.new, limits) if _has_to_soak(one) else ():
        not_yet = soak.objection(tag, version)
        if not_yet and not (isinstance(soak, SoakGate) and soak.tier in went_back):
            yield _not_ready(soak, version, facts, not_yet.why)


def _not_ready(gate: SoakGate | StatusGate, version: Version, facts: Mapping[str, str], why: str) -> Reason:
    """Time ends what has not soaked; what failed, somebody has to look at."""
    if isinstance(gate, SoakGate):
        return NOT_SOAKED(**facts, why=why)
    return NOT_GREEN_EDIT(**facts, why=why) if gate.has_failed(version) else NOT_GREEN_YET(**facts, why=why)


def _returns(one: Edited, recalled: Recalled) -> Iterator[ReturnGate]:
    """What the tiers before took back. Who takes up again what their own tier left says so by writing it."""
    if not _goes_back(one):
        yield from (gate for gate in recalled.returned(one.new, one.tier) if gate.tier != one.tier.name)


def _as_proposed(reason: Reason) -> Reason:
    """Without the word that it is in use: nothing runs yet what only a pull request has."""
    if reason.id != TAG_MISSING.id:
        return reason
    return replace(reason, sentence=reason.sentence.replace(" is in use and ", " is proposed here and ", 1))


def _range(one: Edited, pin: RangePin, limits: Limits) -> Iterator[Reason]:
    """A range moves by itself, so it may not come where people move versions, or where others have to run them first.

    One that was there before may take less, and what is new to the tier only has to exist.
    """
    what = (
        f"{', '.join(limits.pace.comes_from)} need not have run"
        if limits.pace.comes_from
        else "nobody put there"
        if limits.tier.production
        else ""
    )
    narrower = one.ran and isinstance(one.ran.pin, RangePin) and not takes_more(pin, one.ran.pin)
    if what and one.known and not narrower:
        yield RANGE_NOW(constraint=pin.constraint, tier=one.tier.name, what=what)


def _limits(one: Edited, configuration: Configuration) -> Limits | Reason:
    """Those of the old version: what a comment says of how far it may move, it says of that."""
    pin = one.ran.pin if one.ran and isinstance(one.ran.pin, ExactPin) else one.new.pin
    return limits_of(replace(one.new, pin=pin), one.tier, configuration)


def _beyond(one: Edited, version: Version, limits: Limits) -> str | None:
    """What rules say of a version. How far a tier moves by itself binds nobody in one that never does."""
    why = limits.objection(version) if not limits.stays else limits.refused_by_name(version)
    before = _version(one.ran) if one.ran else None
    if why or limits.stays or before is None or version <= before:
        return why
    return limits.refusal(version, limits.reach(before))


def _has_to_soak(one: Edited) -> bool:
    """What is new to the tier as a whole cannot have run before; what goes back is needed now."""
    return one.known and not _goes_back(one)


def _goes_back(one: Edited) -> bool:
    """Whether it writes a lower version than the one that ran, or that one."""
    before, version = _version(one.ran) if one.ran else None, _version(one.new)
    return before is not None and version is not None and version <= before


def _taken_up(edited: Iterable[Edited]) -> Iterator[tuple[Reference, Tier]]:
    """What tiers before may have taken back."""
    for one in edited:
        if _version(one.new) and one.tier.pace.comes_from and not _goes_back(one):
            yield one.new, one.tier


def _taken_over(edited: Iterable[Edited], configuration: Configuration, *, soaking: bool) -> Iterator[Moving]:
    """What has to have run before, or what may have."""
    for one in edited:
        version, limits = _version(one.new), _limits(one, configuration)
        if version and not isinstance(limits, Reason) and _has_to_soak(one) is soaking:
            yield Moving(tier=one.tier, reference=one.new, version=version, tag=version_in_use(one.new))


def _by_version(one: Edited, answers: Answers) -> Edited:
    """With the version that a digest is which stands alone, where that is known."""
    pin, source = one.new.pin, one.new.source
    if not isinstance(pin, DigestPin):
        return one
    facts, tags = answers.facts[source, pin.digest.text], answers.tags[source]
    if isinstance(facts, Unreachable) or isinstance(tags, Unreachable):
        return one
    tag = tag_named_by(facts, tags)
    return replace(one, new=replace(one.new, pin=ExactPin(version=replace(pin.digest, text=tag)))) if tag else one


def _digest(reference: Reference, answers: Answers, digests: Digests) -> Reason | None:
    asked = _asked(reference, answers)
    if asked is None or not isinstance(reference.pin, ExactPin) or reference.pin.digest is None:
        return None
    found = digests[asked]
    if isinstance(found, Unreachable):
        return found.reason
    written = reference.pin.digest.text
    if found == written:
        return None
    return DIGEST_DIFFERS(version=reference.pin.version.text, written=written, found=found)


def _asked(reference: Reference, answers: Answers) -> Asked | None:
    """The tag beside which a digest is written; for a constraint that one version meets, the one that Flux chooses."""
    pin, rule = reference.pin, reference.tag_rule
    if not isinstance(pin, ExactPin) or pin.digest is None:
        return None
    if not pin.as_constraint:
        return reference.source, tag_of(pin.version.text, rule)
    tags = answers.tags[reference.source]
    if isinstance(tags, Unreachable):
        return None
    choice = choose(see_tags(tags.tags, rule).versions, Constraint.parse(pin.version.text))
    return (reference.source, choice.chosen.tag) if choice else None


def _version(reference: Reference) -> Version | None:
    """The version that is written, whether it runs or not."""
    pin = reference.pin
    return try_written(pin.version.text) if isinstance(pin, ExactPin) else None
