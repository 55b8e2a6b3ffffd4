"""smaller jumps: of references whose best version is not proposed, or goes apart, the best that jumps less far.

Asked for only there: most references have none, and each may cost a look into the past.
"""

from collections.abc import Callable, Iterable, Mapping

from msgspec import Struct
from msgspec.structs import replace

from bot.maturity.gates import Gate, HoldGate, JumpGate, ReturnGate
from bot.model.references import Reference
from bot.model.tiers import Configuration, Tier
from bot.model.verdicts import Current, Update, Verdict
from bot.planning.arranging import Arrangement
from bot.planning.smaller_jumps import SmallerJump
from bot.ports import Progress, Registry
from bot.selection.limits import Limits
from bot.selection.sharing import Timed
from bot.steps.edit import TierEdits, edit
from bot.steps.find import Remote
from bot.steps.look_up import confirm
from bot.steps.prove import prove
from bot.steps.pull_requests.carry import Said, carry
from bot.steps.resolve import Resolved, TierVerdicts, TierView
from bot.steps.select_versions import version_in_use
from bot.steps.side import Sides
from bot.versions.version import try_written

Judge = Callable[[Resolved, Configuration, Timed], tuple[TierVerdicts, ...]]
"""Judges as the run did, with something more that bounds a reference."""


class SmallerJumps(Struct, frozen=True, kw_only=True):
    """Finds them.

    Attributes:
        configuration: That of the run.
        remote: Has what open pull requests propose: where a chart cannot be looked up, they keep it.
        registry: For digests.
        progress: Of these questions.
        judge: Asks the registries for nothing that was listed before.
        said: What is known without asking them.
        sides: Commits that the run has read.
    """

    configuration: Configuration
    remote: Remote
    registry: Registry
    progress: Progress
    judge: Judge
    said: Said
    sides: Sides

    def of(self, view: TierView, larger: Mapping[int, Verdict]) -> tuple[SmallerJump, ...]:
        """What these references may move to that jumps less far than these updates.

        Args:
            view: The tier.
            larger: The updates, by their references' positions.
        """
        gates = {one.reference: gate for one in larger.values() if (gate := _gate(one))}
        larger = {at: one for at, one in larger.items() if one.reference in gates}
        narrowed = replace(view, references=tuple(one.reference for one in larger.values()))

        def bounds(reference: Reference, _limits: Limits) -> tuple[Gate, ...]:
            return (gates[reference],)

        def kept(reference: Reference, tier: Tier) -> tuple[HoldGate | ReturnGate | JumpGate, ...]:
            known = (gates[reference],) if reference in gates else ()
            return (*known, *self.said.refused(reference, tier))

        said = Said(refused=kept, doubt=self.said.doubt)
        judged = self.judge(Resolved(views=(narrowed,), outside=()), self.configuration, bounds)
        found = dict(zip(larger, judged[0].verdicts, strict=True))
        verdicts = tuple(found.get(at) or _stays(view, one) for at, one in enumerate(view.references))
        confirmed = confirm((TierVerdicts(view=view, verdicts=verdicts),), self.registry, self.progress)
        [proved] = prove(edit(carry(confirmed, self.remote, self.configuration, said, self.sides)))
        return tuple(
            SmallerJump(position=at, verdict=proved.verdicts[at])
            for at in larger
            if _is_smaller(proved.verdicts[at], larger[at])
        )


def edited(edits: TierEdits, arrangement: Arrangement, positions: Iterable[int]) -> TierEdits:
    """The edits of one pull request by themselves: it may be merged without the others."""
    if arrangement.verdicts == edits.verdicts and len(arrangement.groups) == 1:
        return edits
    taken = {arrangement.positions[at]: arrangement.verdicts[at] for at in positions}
    verdicts = (taken.get(at) or _elsewhere(arrangement.verdicts[at]) for at in range(len(edits.verdicts)))
    [found] = edit([TierVerdicts(view=edits.view, verdicts=tuple(verdicts))])
    return found


def _elsewhere(verdict: Verdict) -> Verdict:
    """As it is where one pull request is made: what others propose stays in its bytes."""
    if not isinstance(verdict.decision, Update):
        return verdict
    return replace(verdict, decision=Current(version=verdict.decision.old))


def _gate(verdict: Verdict) -> JumpGate | None:
    match verdict.decision:
        case Update(old=old, jump=jump, tag=tag) if current := try_written(old):
            return JumpGate(current=current, jump=jump, best=tag)
        case _:
            return None


def _stays(view: TierView, reference: Reference) -> Verdict:
    return Verdict(tier=view.tier, reference=reference, decision=Current(version=version_in_use(reference)))


def _is_smaller(verdict: Verdict, larger: Verdict) -> bool:
    """Whether it moves up; a way back is the best there is, or nothing."""
    one, other = verdict.decision, larger.decision
    return isinstance(one, Update) and isinstance(other, Update) and not one.goes_back and one.jump != other.jump
