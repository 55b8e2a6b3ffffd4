"""What a commit of ours was made for: the base that its pull request goes to, and the file that asked for it.

What a configuration asks for no longer is ours to end; what another file asked for, or a person sent elsewhere, is not.
"""

from bot.model.commits import CommitFacts
from bot.model.proposals import Identity
from bot.model.tiers import DEFAULT_CONFIGURATION_PATH, Branch
from bot.planning.commit_trailers import word
from bot.planning.ownership import is_ours

BASE_TRAILER = "Flux-Chart-Bot-Base"
CONFIGURATION_TRAILER = "Flux-Chart-Bot-Configuration"
"""Only where it is not the usual one."""


def origin_trailers(base: Branch, configuration: str) -> str:
    """The lines that say so, as the last ones of a message; `configuration` is the file's path."""
    named = "" if configuration == DEFAULT_CONFIGURATION_PATH else f"{CONFIGURATION_TRAILER}: {word(configuration)}\n"
    return f"{BASE_TRAILER}: {word(base)}\n{named}"


def is_made_for(history: tuple[CommitFacts, ...], tier: str, us: Identity, base: Branch) -> bool:
    """Whether our newest commit of a branch says that its pull request goes to this base; never where it says none."""
    return _said(history, tier, us, BASE_TRAILER) == [word(base)]


def is_made_for_another(history: tuple[CommitFacts, ...], tier: str, us: Identity, base: Branch) -> bool:
    """Whether it says that its pull request goes elsewhere."""
    return bool(_said(history, tier, us, BASE_TRAILER)) and not is_made_for(history, tier, us, base)


def is_made_by(history: tuple[CommitFacts, ...], tier: str, us: Identity, configuration: str) -> bool:
    """Whether our newest commit of a branch says that this file asked for it; one of before it was said never does."""
    named = _said(history, tier, us, CONFIGURATION_TRAILER) or [word(DEFAULT_CONFIGURATION_PATH)]
    return named == [word(configuration)] and bool(_said(history, tier, us, BASE_TRAILER))


def is_made_by_another(history: tuple[CommitFacts, ...], tier: str, us: Identity, configuration: str) -> bool:
    """Whether it says that another file asked for it."""
    return bool(_said(history, tier, us, BASE_TRAILER)) and not is_made_by(history, tier, us, configuration)


def _said(history: tuple[CommitFacts, ...], tier: str, us: Identity, trailer: str) -> list[str]:
    newest = next((commit for commit in history if is_ours(commit, tier, us)), None)
    return [value for key, value in newest.trailers if key == trailer] if newest else []
