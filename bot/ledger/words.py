"""What a person's word is about, by those before it: what the tags of a version are, or a hold that it ends.

Threat: who ends a hold, said while a tag was another one, would let the bytes through that the hold was against.
"""

from collections.abc import Mapping

from msgspec.structs import replace

from bot.ledger.model import Matter, Word, is_about


def following(matter: Matter, word: Word, before: Mapping[Matter, Word]) -> Word:
    """The word with what it accepts: a release of a version takes its tags as they were seen last, or ends a hold.

    Never both. What was accepted before outlives every word: `bot.ledger.merging` keeps it.
    """
    accepts = not word.held and matter.version and not _is_held(matter, word, before)
    return replace(word, accepts=word.at) if accepts else word


def _is_held(matter: Matter, word: Word, before: Mapping[Matter, Word]) -> bool:
    """Whether it is a hold, in any tier that the matter is about, that the word ends."""
    about = [
        (each, said)
        for each, said in before.items()
        if each.chart in {"", matter.chart} and each.version in {"", matter.version}
    ]
    tiers = {matter.tier} if matter.tier else {"", *(each.tier for each, _ in about)}
    for tier in tiers:
        said = [one for each, one in about if is_about(each, tier, matter.chart)]
        last = max(said, key=lambda one: (one.at, one.held), default=None)
        if last and last.held and (last.until is None or last.until > word.at):
            return True
    return False
