"""How far one reference may move: the tier, the rules, and the comment on the version's own line."""

from collections.abc import Container

from msgspec import Struct, field
from msgspec.structs import replace

from bot.flux.remarks import is_misspelled
from bot.maturity.durations import duration_text
from bot.maturity.gates import Gate, NotYet, ReturnGate, SettleGate, SoakGate, WaitGate
from bot.model.proposing import Rollback
from bot.model.references import ExactPin, Reference
from bot.model.tiers import Configuration, Pace, Rule, Tier
from bot.model.verdicts import Refused
from bot.planning.rules import matching
from bot.reason import Reason
from bot.reasons import BAD_CONSTRAINT, LIMITS_DISJOINT, MISSPELLED_COMMENT
from bot.versions.back import refusal_to_return
from bot.versions.constraint import Constraint, InvalidConstraint
from bot.versions.follow import REACHES, Follow, Limit, Reach, limit
from bot.versions.tags import TaggedVersion, newer
from bot.versions.version import Version, try_flux


class Limits(Struct, frozen=True, kw_only=True):
    """What bounds one reference in one tier.

    Attributes:
        tier: The tier; production is exact whatever else is said.
        follow: The last matching rule's, else the tier's.
        skip: Constraints whose versions are never taken.
        narrowed_by: The comment's constraint; it can only narrow.
        follow_rule: 1-based line of the rule that gave `follow`; 0 where the tier did.
        skip_rule: 1-based line of the rule that gave `skip`; 0 where none did.
        by_policy: An image policy, which a person wrote for this very value, says how far it moves, not `follow`.
        pace: The tier's, with what the last matching rules say of it.
        gates: What time says, where it is known: see `bot.maturity`.
        others: What bounds the same value in other tiers, where it moves for all of them or not at all.
        rollback: The last matching rule's, else the tier's.
        rollback_rule: 1-based line of the rule that gave `rollback`; 0 where the tier did.
        comment_reach: What the comment says where it is a named way to follow, which is relative to what is in use.
    """

    tier: Tier
    follow: Follow
    skip: tuple[Constraint, ...] = ()
    narrowed_by: Constraint | None = None
    follow_rule: int = 0
    skip_rule: int = 0
    by_policy: bool = False
    pace: Pace = field(default_factory=Pace)
    gates: tuple[Gate, ...] = ()
    others: tuple["Limits", ...] = ()
    rollback: Rollback = Rollback.REPORT
    rollback_rule: int = 0
    comment_reach: Reach | None = None

    @property
    def goes_back(self) -> bool:
        """Whether a way back is proposed: never for production, nor for what several tiers share."""
        return self.rollback is Rollback.PROPOSE and not self.stays and not self.others

    @property
    def stays(self) -> bool:
        """Whether nothing moves by itself, whatever versions there are."""
        return self.why_it_stays is not None

    @property
    def left_to_people(self) -> bool:
        """Whether not one byte of it is ours to change."""
        return self.tier.production or self.pace.by_merge

    @property
    def why_it_stays(self) -> str | None:
        """Why nothing moves by itself, in the words of `refusal`; None where something may."""
        if self.tier.production:
            return "production is never edited by itself"
        if self.pace.by_merge:
            return f"tier {self.tier.name} moves by merges of {', '.join(self.pace.comes_from)}"
        stands = self.follow is Reach.EXACT and not self.by_policy
        return f"tier {self.tier.name} follows nothing by itself" if stands else None

    def refusal(self, version: Version, reach: Limit) -> str | None:
        """Why a version is not taken, in a few words that follow it in a list; None where it may be.

        Args:
            version: The newer version.
            reach: `self.reach` of the version in use; made once, asked for every newer version.
        """
        return self.why_it_stays or self.beyond(version, reach)

    def beyond(self, version: Version, reach: Limit) -> str | None:
        """`refusal`, where something may move by itself."""
        beyond = None if self.by_policy else reach.refusal(version)
        return beyond or (self.refused_by_name(version) if self.skip or self.narrowed_by else None)

    @property
    def haste(self) -> str | None:
        """What is wrong with whatever takes each version at once; None where the tier lets no time pass."""
        pace = self.pace
        kept = (
            f"from: {', '.join(pace.comes_from)}" if pace.comes_from else "",
            f"wait: {duration_text(pace.wait)}" if pace.wait else "",
            f"settle: {duration_text(pace.settle)}" if pace.settle else "",
        )
        return f"taken at once, which `{next(filter(None, kept))}` is there to prevent" if any(kept) else None

    def not_yet(self, tag: str, version: Version | None) -> NotYet | None:
        """Why a version that is allowed is not taken now; until when, if all that speaks against it ends by itself."""
        said = [(gate, found) for gate in self.gates if (found := gate.objection(tag, version))]
        if not said:
            return None
        # What a tier went back from it does not run, nor does time bring it: neither needs a second word.
        back = {gate.tier for gate, _ in said if isinstance(gate, ReturnGate)}
        objections = [found for gate, found in said if not (back and _is_moot(gate, back))]
        ends = [each.until for each in objections if each.until]
        until = max(ends) if len(ends) == len(objections) else None
        return NotYet("; ".join(dict.fromkeys(each.why for each in objections)), until)

    @property
    def as_sharer(self) -> str:
        """What follows its words where they keep a version from another tier that shares the value."""
        return f" (in {self.tier.name}, which shares the value)"

    @property
    def voices(self) -> tuple[tuple[Gate, str], ...]:
        """Every gate and what follows its words: its own, and those of the other tiers that share the value."""
        others = ((gate, other.as_sharer) for other in self.others for gate in other.gates)
        return (*((gate, "") for gate in self.gates), *others)

    def objection_elsewhere(self, tag: str, version: Version, current: Version) -> NotYet | None:
        """Why another tier that shares the value does not take a version, or not now; None where all of them do."""
        for other in self.others:
            why = other.refusal(version, other.reach(current))
            found = NotYet(why) if why else other.not_yet(tag, version)
            if found:
                return NotYet(f"{found.why}{other.as_sharer}", found.until)
        return None

    def objection(self, version: Version) -> str | None:
        """What speaks against a version wherever one comes from, in the words of `refusal`; None for nothing."""
        if isinstance(self.follow, Constraint) and not self.follow.check(version):
            return f"outside {self.follow}"
        return self.refused_by_name(version)

    def refusal_to_return(self, version: Version, current: Version) -> str | None:
        """Why a version is not gone back to, in the words of `refusal`; None where it may be."""
        why = refusal_to_return(self.follow, current, version) or self.skipped(version)
        if why or self.comment_reach is None:
            return why or self.refused_by_name(version)
        behind = refusal_to_return(self.comment_reach, current, version)
        return f"{behind}, the comment on its line" if behind else None

    def constraints(self, current: Version) -> tuple[Constraint, ...]:
        """Every constraint by which a version may be refused."""
        bounds = (self.reach(current).within, *self.skip, self.narrowed_by)
        return tuple(bound for bound in bounds if bound)

    def refused_by_name(self, version: Version) -> str | None:
        """What a rule's `skip` or the comment says against a version, in the words of `refusal`; None for nothing."""
        if why := self.skipped(version):
            return why
        if self.narrowed_by and not self.narrowed_by.check(version):
            return f"outside {self.narrowed_by}, the comment on its line"
        return None

    def skipped(self, version: Version) -> str | None:
        """Which rule's `skip` a version is on, in the words of `refusal`; None for none."""
        return next((f"skipped by a rule ({skipped})" for skipped in self.skip if skipped.check(version)), None)

    def disjoint(self, versions: tuple[TaggedVersion, ...], current: Version) -> Reason | None:
        """Say so where the comment and the tier each allow versions, and none is allowed by both."""
        if self.narrowed_by is None or self.stays:
            return None
        within = self.reach(current).within
        if within is None:
            return None
        by_tier = [within.check(seen.version) for seen in versions]
        by_comment = [self.narrowed_by.check(seen.version) for seen in versions]
        if any(by_tier) and any(by_comment) and not any(map(all, zip(by_tier, by_comment, strict=True))):
            return LIMITS_DISJOINT(
                first=f"{within} (tier {self.tier.name})", second=f"{self.narrowed_by} (the comment on its line)"
            )
        return None

    def reach(self, current: Version) -> Limit:
        """How far the tier lets one version in use move."""
        return limit(self.follow, current)


def limits_of(reference: Reference, tier: Tier, configuration: Configuration) -> Limits | Reason:
    """Bring together what the configuration and the manifest say about one reference.

    The last rule that matches wins, value by value; a rule that names no tier never reaches production.
    """
    follow, follow_rule, pace = tier.follow, 0, tier.pace
    rollback, rollback_rule = tier.proposing.rollback, 0
    skip: tuple[Constraint, ...] = ()
    skip_rule = 0
    for rule in matching(reference, tier, configuration):
        if rule.follow is not None:
            follow, follow_rule = rule.follow, rule.line
        if rule.skip is not None:
            skip, skip_rule = rule.skip, rule.line
        if rule.proposing.rollback is not None:
            rollback, rollback_rule = rule.proposing.rollback, rule.line
        pace = _paced(pace, rule)
    try:
        narrowed_by = _narrowed_by(reference)
    except InvalidConstraint as invalid:
        return _unreadable(reference.narrowed_by, invalid)
    return Limits(
        tier=tier,
        follow=follow,
        skip=skip,
        narrowed_by=narrowed_by,
        by_policy=reference.policy is not None,
        follow_rule=follow_rule,
        skip_rule=skip_rule,
        pace=pace,
        rollback=rollback,
        rollback_rule=rollback_rule,
        comment_reach=Reach(reference.narrowed_by) if reference.narrowed_by in REACHES else None,
    )


def _unreadable(comment: str, invalid: InvalidConstraint) -> Reason:
    if is_misspelled(comment):
        return MISSPELLED_COMMENT(comment=comment)
    return BAD_CONSTRAINT(constraint=comment, problem=invalid.fault.value)


def _paced(pace: Pace, rule: Rule) -> Pace:
    wait = pace.wait if rule.wait is None else rule.wait
    soak = pace.soak if rule.soak is None else rule.soak
    return replace(pace, wait=wait, soak=soak)


def _narrowed_by(reference: Reference) -> Constraint | None:
    """The comment's constraint; `exact`, `patch` and `minor` mean in it what they mean as `follow`."""
    text, pin = reference.narrowed_by, reference.pin
    if not text:
        return None
    current = try_flux(pin.version.text.replace("_", "+")) if isinstance(pin, ExactPin) else None
    if current and text in REACHES:
        return limit(Reach(text), current).within
    return Constraint.parse(text)


def _is_moot(gate: Gate, back: Container[str]) -> bool:
    return isinstance(gate, WaitGate | SettleGate) or (isinstance(gate, SoakGate) and gate.tier in back)


def newest_allowed(
    newest_first: tuple[TaggedVersion, ...], current: Version, limits: Limits, unlike: Container[str] = ()
) -> tuple[TaggedVersion | None, tuple[Refused, ...]]:
    """The newest version that the limits allow, and why every newer one was refused; None where there is no newer.

    Args:
        newest_first: What the chart offers.
        current: The version in use.
        limits: What bounds it.
        unlike: Tags that are written otherwise than the version in use, with a `v` or without one.
    """
    higher = newer(newest_first, current)
    if said := limits.why_it_stays:
        return None, tuple(Refused(seen.tag, said) for seen in higher)
    refused: list[Refused] = []
    reach = limits.reach(current)
    for seen in higher:
        why = limits.beyond(seen.version, reach)
        if why is None and seen.tag in unlike:
            why = f"its tag is {seen.tag}, unlike {current.original}: only a `v` that is in use is kept"
        not_yet = _not_yet(seen, current, limits) if why is None else None
        if why is None and not_yet is None:
            return seen, tuple(refused)
        refused.append(
            Refused(seen.tag, not_yet.why, not_yet.until, in_time=True) if not_yet else Refused(seen.tag, why or "")
        )
    return None, tuple(refused)


def _not_yet(seen: TaggedVersion, current: Version, limits: Limits) -> NotYet | None:
    return limits.not_yet(seen.tag, seen.version) or limits.objection_elsewhere(seen.tag, seen.version, current)
