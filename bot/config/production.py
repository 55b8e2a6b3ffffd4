"""Whether something looks like production: then it has to be said whether it is, or the bot could edit it unawares."""

import re
from collections.abc import Iterable

from bot.model.tiers import Tier

_WORDS = frozenset({"prod", "production", "prd", "live"})
_WORD = re.compile(r"[A-Za-z]+")


def production_word(text: str) -> str | None:
    """The first word of a name or path that means production: `prod` in `clusters/prod-eu1/**`; None without one.

    Words end at everything that is no letter, digits included, so `prod1` and `eu-live` count and `preprod` or
    `delivery` do not. `non-prod` counts as well: whoever means it can say `production: false`.
    """
    return next((word for word in _WORD.findall(text) if word.lower() in _WORDS), None)


def looks_like_production(texts: Iterable[str]) -> tuple[str, str] | None:
    """The first text that looks like production, with the word that does; None where none does."""
    return next(((text, word) for text in texts if (word := production_word(text))), None)


def unsaid(tier: Tier, path: str) -> str | None:
    """The word that makes a file of a tier look like production, where the tier does not say what it is.

    Any folder counts, of the file's own name only all of it (`apps/shop/prod.yaml`): a file called `live-view.yaml`
    must not stop every run.
    """
    if tier.production_said:
        return None
    folders, _, name = path.rpartition("/")
    stem = name.partition(".")[0]
    return production_word(folders) or (stem if stem.lower() in _WORDS else None)
