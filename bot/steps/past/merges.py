"""`moves-by: merge`: what the next merge would bring to a tier that is not ours to edit, and whether it has soaked."""

from collections.abc import Iterable

from msgspec.structs import replace

from bot.maturity.gates import NotYet
from bot.maturity.maturity_reasons import MERGE_BRINGS
from bot.model.verdicts import Current, Verdict
from bot.reason import Reason
from bot.selection.limits import limits_of
from bot.steps.past.branches import Branches
from bot.steps.past.moving import Moving
from bot.steps.past.soaks import Soaks
from bot.steps.past.states import key_of, version_of
from bot.steps.resolve import TierVerdicts


class Merges:
    """What merges bring, as far as the lower tier writes its versions out."""

    def __init__(self, branches: Branches, soaks: Soaks) -> None:
        """Nothing is read yet."""
        self._branches = branches
        self._soaks = soaks

    def told(self, judged: Iterable[TierVerdicts]) -> tuple[TierVerdicts, ...]:
        """Add to every verdict of such a tier what a merge would bring; the others stay as they are."""
        return tuple(self._tier(tier) if tier.view.tier.pace.by_merge else tier for tier in judged)

    def _tier(self, judged: TierVerdicts) -> TierVerdicts:
        [name] = judged.view.tier.pace.comes_from
        brought = {key_of("", each): each for each in self._branches.view(name).references}
        moving: dict[int, Moving] = {}
        for index, verdict in enumerate(judged.verdicts):
            source = brought.get(key_of("", verdict.reference))
            old, new = version_of(verdict.reference), version_of(source) if source else None
            if isinstance(verdict.decision, Current) and old and new and old != new:
                moving[index] = Moving(tier=verdict.tier, reference=verdict.reference, version=old, tag=str(new))
        self._soaks.look(moving.values())
        verdicts = (
            self._told(name, verdict, moving[index]) if index in moving else verdict
            for index, verdict in enumerate(judged.verdicts)
        )
        return replace(judged, verdicts=tuple(verdicts))

    def _told(self, name: str, verdict: Verdict, one: Moving) -> Verdict:
        limits = limits_of(one.reference, one.tier, self._branches.configuration)
        if isinstance(limits, Reason) or not isinstance(verdict.decision, Current):
            return verdict
        gate = self._soaks.gate(name, one.reference, limits, asks=False)
        version = one.new
        objection = gate.objection(one.tag, version) if gate and version else None
        lower = version is not None and version < one.version
        if lower:
            objection = NotYet("which is lower than what runs here")
        soaked = objection.why if objection else "which has soaked"
        cure = "Merge it when it has soaked" if objection else "Merge it to have it here"
        if lower:
            cure = "Merge it only to go back"
        reason = MERGE_BRINGS(tier=name, version=one.tag, soaked=soaked, cure=cure)
        brings = f"{one.tag} ({objection.why if objection else 'soaked'})"
        remark = verdict.decision.remark or reason
        return replace(verdict, decision=replace(verdict.decision, remark=remark, brings=brings))
