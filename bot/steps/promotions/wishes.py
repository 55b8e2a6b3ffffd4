"""What would be promoted, before the registries are asked."""

from msgspec import Struct

from bot.maturity.gates import SoakGate
from bot.model.references import ExactPin, Reference
from bot.model.verdicts import Held
from bot.promotion.pairing import Counterpart
from bot.reason import Reason
from bot.selection.limits import Limits
from bot.steps.past.recall import Recalled
from bot.steps.promotions.evidence import of_counterparts
from bot.versions.version import Version


class Wish(Struct, frozen=True, kw_only=True):
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
        """It stays where it is, and why."""
        return Held(version=self.pin.version.text, reason=reason)


def soaks(wish: Wish, recalled: Recalled) -> list[SoakGate]:
    """How long the tiers before ran it."""
    gates = recalled.soaks(wish.reference, wish.limits)
    return [of_counterparts(gate, wish.lower) for gate in gates if isinstance(gate, SoakGate)]
