"""What a "why not" is made of; `bot.reasons` and the modules called `*_reasons` list them."""

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
    short: str = ""

    @property
    def words(self) -> str:
        """The reason in the fewest words, behind the version in use: `5.0.1, 5.0.2 was rolled back`."""
        return self.short or self.id.replace("-", " ")

    @property
    def sentences(self) -> str:
        """The reason and its mend, as whole sentences that others may follow."""
        return f"{str(self).rstrip('.')}."

    def __str__(self) -> str:
        return f"{self.sentence}. {self.mend}" if self.mend else f"{self.sentence}."


class ReasonKind(Struct, frozen=True):
    """A kind of "no". `sentence`, `mend` and `short` are `str.format` templates over the same facts.

    Attributes:
        short: What a cell of the matrix says; empty where the id reads as words.
    """

    id: str
    sentence: str
    mend: str = ""
    weight: Weight = Weight.NOTE
    short: str = ""

    def __call__(self, **facts: object) -> Reason:
        """Fill in the facts; a missing one is a fault of the caller (KeyError)."""
        return Reason(
            id=self.id,
            sentence=self.sentence.format(**facts),
            mend=self.mend.format(**facts),
            weight=self.weight,
            short=self.short.format(**facts),
        )
