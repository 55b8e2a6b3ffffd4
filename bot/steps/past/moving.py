"""A reference that would move, if time says nothing against it."""

from collections.abc import Iterable, Iterator

from msgspec import Struct

from bot.model.references import Reference
from bot.model.tiers import Tier
from bot.model.verdicts import Update, Verdict
from bot.planning.sharing import apart
from bot.versions.version import Version, try_written


class Moving(Struct, frozen=True, kw_only=True):
    """One such reference, and the version that it would leave for `tag`; `back` where that is a lower one."""

    tier: Tier
    reference: Reference
    version: Version
    tag: str
    back: bool = False

    @property
    def new(self) -> Version | None:
        """The version behind the tag; None where it is not one."""
        return try_written(self.tag)


def moving(verdicts: Iterable[Verdict]) -> Iterator[Moving]:
    """The updates among verdicts, but for those that only write down what runs already."""
    for verdict in verdicts:
        update = verdict.decision
        if isinstance(update, Update) and (version := try_written(update.old)):
            tiers = apart(one.tier for one in update.shared) or (verdict.tier,)
            for tier in tiers:
                yield Moving(
                    tier=tier, reference=verdict.reference, version=version, tag=update.tag, back=update.goes_back
                )
