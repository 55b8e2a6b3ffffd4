"""What a release says of tags that were pushed again: that it accepts them, or that it only ended a hold."""

from collections.abc import Iterator

from bot.ledger.first_digests import believed, sighted
from bot.ledger.model import Ledger, Matter
from bot.model.charts import ChartAddress
from bot.model.tiers import Configuration
from bot.planning.mirrors import canonical
from bot.promotion.witnesses import shortened
from bot.versions.version import try_written


def accepted(matter: Matter, before: Ledger, after: Ledger, configuration: Configuration) -> tuple[str, bool]:
    """In words, and whether it accepts anything; empty where no tag of the version is known to have been pushed again.

    Args:
        matter: What the word is about.
        before: The ledger without it.
        after: The ledger with it, which says whether it is about the tags.
        configuration: Knows which addresses are one chart.
    """
    word = after.words.get(matter)
    moved = tuple(_moved(matter, before, configuration)) if word and not word.held and matter.version else ()
    if word is None or not moved:
        return "", False
    if word.accepts == word.at:
        return f", which accepts that its tag was pushed again: {', '.join(moved)}", True
    return (
        f", which only ends the hold: its tag was pushed again, and a second release accepts that ({', '.join(moved)})",
        False,
    )


def _moved(matter: Matter, ledger: Ledger, configuration: Configuration) -> Iterator[str]:
    """Each tag of the version that is another chart than what counts in the tier now, with both."""
    words = ((about, said.accepts) for about, said in ledger.words.items() if about.tier in {"", matter.tier})
    said = [at for about, at in words if at and (about.chart, about.version) == (matter.chart, matter.version)]
    for address, tags in sorted(ledger.digests.items()):
        host, _, name = address.partition("/")
        if str(canonical(ChartAddress(host=host, name=name), configuration.mirrors)) != matter.chart:
            continue
        for tag, seen in sorted(tags.items()):
            counts, ordered = believed(seen, max(said, default=None)), sighted(seen)
            if counts and str(try_written(tag)) == matter.version and counts.digest != ordered[-1].digest:
                yield f"{shortened(ordered[-1].digest)} in place of {shortened(counts.digest)}"
