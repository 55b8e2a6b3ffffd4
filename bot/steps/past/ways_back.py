"""What a way back needs to know of the past: what the tier, and those it takes its versions from, ran before."""

from collections.abc import Iterable

from bot.maturity.gates import RanGate
from bot.maturity.timeline import Identity, identity_of
from bot.model.charts import ChartAddress
from bot.model.references import Reference
from bot.selection.limits import Limits
from bot.steps.past.branches import Branches
from bot.steps.past.moving import Moving
from bot.steps.past.states import key_of
from bot.versions.version import Version

_NO_FOLDER = "a folder has no history"
_UNREAD = "its history was not read"
_CAPPED = "the history of its branch is longer than what is read of it"


class WaysBack:
    """What ran of each chart, as far as somebody would go back to it."""

    def __init__(self, branches: Branches) -> None:
        """Nothing is read yet."""
        self._branches = branches
        self._ran: dict[tuple[str, ChartAddress], frozenset[Identity]] = {}
        self._unknown: dict[str, str] = {}
        self._looked: set[tuple[str, ChartAddress, Identity]] = set()

    def gate(self, reference: Reference, limits: Limits, *, asks: bool) -> RanGate | None:
        """What bounds the way back of a tier that lets time pass; None for others, and where it can be asked for."""
        pace, tier = limits.pace, limits.tier
        if not limits.goes_back or not (pace.wait or pace.comes_from):
            return None
        names, chart = (tier.name, *pace.comes_from), self._branches.chart(reference)
        known = [self._ran.get((name, chart)) for name in names]
        if asks and None in known:
            return None
        unread = _UNREAD if None in known else ""
        unknown = next((why for name in names if (why := self._unknown.get(name))), unread)
        ran = frozenset(one for found in known if found for one in found)
        return RanGate(tiers=names, now=self._branches.now, ran=ran, unknown=unknown)

    def look(self, moving: Iterable[Moving]) -> bool:
        """Read until what these would go back to is found, or nothing is left to read; whether any is new."""
        new = False
        for one in moving:
            chart, version = self._branches.chart(one.reference), one.new
            key = (one.tier.name, chart, identity_of(version))
            if version is None or key in self._looked:
                continue
            self._looked.add(key)
            new = True
            for name in (one.tier.name, *one.tier.pace.comes_from):
                self._read(name, chart, version)
                if identity_of(version) in self._ran[name, chart]:
                    break
        return new

    def _read(self, name: str, chart: ChartAddress, version: Version) -> None:
        history = self._branches.history(name)
        keys = [key_of(name, each) for each in self._branches.users(name, chart)]
        if history is None:
            self._unknown[name] = _NO_FOLDER
            self._ran[name, chart] = frozenset()
            return

        def ran() -> frozenset[Identity]:
            return frozenset(identity_of(moment.value) for key in keys for moment in history.moments(key, chart))

        if not history.reach(lambda: identity_of(version) in ran()):
            self._unknown[name] = _CAPPED
        self._ran[name, chart] = ran() - {None}
