"""What rules and comments exclude by name, as a limit beside those by time: asked of what was proposed already."""

from msgspec import Struct

from bot.maturity.gates import NotYet
from bot.selection.limits import Limits
from bot.versions.version import Version


class RuleGate(Struct, frozen=True, kw_only=True):
    """`skip`, and the comment on a version's line."""

    limits: Limits

    def objection(self, _tag: str, version: Version | None) -> NotYet | None:
        """Why a version is not taken, ever."""
        why = self.limits.refused_by_name(version) if version else None
        return NotYet(why) if why else None
