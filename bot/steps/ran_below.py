"""ran below: whether a version that people write is the very chart that the tiers before ran, by its digest."""

from collections.abc import Iterable, Iterator

from msgspec import Struct

from bot.check_reasons import DIGEST_NOT_RUN
from bot.maturity.soaking import counting_spans
from bot.model.charts import Unreachable
from bot.model.references import DigestPin, ExactPin, Reference
from bot.ports import Progress, Registry
from bot.reason import Reason
from bot.reasons import MANIFEST_NOT_FOUND
from bot.steps.compare import Edited
from bot.steps.look_up import Asked
from bot.steps.recall import Recalled
from bot.versions.tags import tag_of
from bot.versions.version import try_written


class _Ran(Struct, frozen=True, kw_only=True):
    """A digest that a tier ran as the version, by what was written there, or by what its tag was then."""

    tier: str
    digest: str


def not_what_ran(
    edited: Iterable[tuple[Edited, ExactPin]], recalled: Recalled, registry: Registry, progress: Progress
) -> dict[Edited, tuple[Reason, ...]]:
    """What speaks against each edit. Where it writes no digest, what its tag is now is asked, if anything tells.

    Args:
        edited: Each edit, and its version, also where it writes a digest alone. What the tiers before ran of it has
            been read.
        recalled: Knows what they ran.
        registry: For digests.
        progress: Of these questions.
    """
    known = dict(edited)
    ran = {one: told for one, pin in known.items() if (told := tuple(_ran(one, pin, recalled)))}
    tags = {one: (one.new.source, tag_of(known[one].version.text, one.new.tag_rule)) for one in ran}
    wanted = dict.fromkeys(tags[one] for one in tags if not _written(one.new))
    digests = registry.digests(wanted, progress) if wanted else {}
    return {one: tuple(_differing(_written(one.new) or digests[asked], asked, ran[one])) for one, asked in tags.items()}


def _differing(here: str | Unreachable, asked: Asked, ran: Iterable[_Ran]) -> Iterator[Reason]:
    if isinstance(here, Unreachable):
        if here.reason.id != MANIFEST_NOT_FOUND.id:  # that it does not exist is said already
            yield here.reason
        return
    for one in ran:
        if one.digest != here:
            yield DIGEST_NOT_RUN(version=asked[1], here=here, tier=one.tier, ran=one.digest)


def _ran(one: Edited, pin: ExactPin, recalled: Recalled) -> Iterator[_Ran]:
    """By what is written there, else by what the tag was here: a copy elsewhere may be another manifest.

    A constraint without a digest is no tag's name, and is left out.
    """
    version = try_written(pin.version.text)
    if version is None or (pin.as_constraint and not _written(one.new)):
        return
    tag = tag_of(pin.version.text, one.new.tag_rule)
    for name in one.tier.pace.comes_from:
        for _, spans in recalled.ran(name, one.new):
            for span in counting_spans(spans, version)[-1:]:
                seen = recalled.first_digests.of(one.new.source.address, tag, one.new, one.tier)
                if digest := span.digest or (seen.digest if seen else ""):
                    yield _Ran(tier=name, digest=digest)


def _written(reference: Reference) -> str:
    match reference.pin:
        case DigestPin(digest=place):
            return place.text
        case ExactPin(digest=place):
            return place.text if place else ""
        case _:
            return ""
