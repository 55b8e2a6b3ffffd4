"""What a "why not" is made of; `bot.reasons` lists them all."""

from enum import StrEnum

from msgspec import Struct


class Weight(StrEnum):
    """How loudly a reason is said."""

    ALARM = "alarm"
    """Someone must look: the run ends with exit code 3 where `fail-on` names it."""
    WARNING = "warning"
    """Said with an annotation on its line."""
    NOTE = "note"
    """Listed in the summary."""
    COUNTED = "counted"
    """Normal in real fleets and often repeated: counted, not listed."""


class Reason(Struct, frozen=True, kw_only=True):
    """One "no", with its facts filled in."""

    id: str
    sentence: str
    mend: str
    weight: Weight

    def __str__(self) -> str:
        return f"{self.sentence}. {self.mend}" if self.mend else f"{self.sentence}."


class ReasonKind(Struct, frozen=True):
    """A kind of "no". `sentence` and `mend` are `str.format` templates over the same facts."""

    id: str
    sentence: str
    mend: str = ""
    weight: Weight = Weight.NOTE

    def __call__(self, **facts: object) -> Reason:
        """Fill in the facts; a missing one is a fault of the caller (KeyError)."""
        return Reason(
            id=self.id, sentence=self.sentence.format(**facts), mend=self.mend.format(**facts), weight=self.weight
        )
