"""ran below: whether a version that people write is the very chart that the tiers before ran, by its digest."""

from collections.abc import Iterable, Iterator, Mapping

from bot.check_reasons import DIGEST_NOT_RUN
from bot.model.charts import TagList, Unreachable
from bot.model.references import DigestPin, ExactPin, Reference
from bot.ports import Progress, Registry
from bot.reason import Reason
from bot.reasons import MANIFEST_NOT_FOUND
from bot.steps.checks.compare import Edited
from bot.steps.look_up import Answers, Asked
from bot.steps.past.moving import Moving
from bot.steps.past.ran_as import RanAs, ran_as
from bot.steps.past.recall import Recalled
from bot.versions.constraint import Constraint
from bot.versions.tags import choose, see_tags, tag_of
from bot.versions.version import try_written

_Digests = Mapping[Asked, str | Unreachable]


def not_what_ran(
    edited: Iterable[tuple[Edited, ExactPin]],
    answers: Answers,
    recalled: Recalled,
    registry: Registry,
    progress: Progress,
) -> dict[Edited, tuple[Reason, ...]]:
    """What speaks against each edit. Where it writes no digest, what its tag is now is asked, if anything tells.

    Args:
        edited: Each edit, and its version, also where it writes a digest alone. What the tiers before ran of it has
            been read.
        answers: The tags of its chart.
        recalled: Knows what they ran.
        registry: For digests.
        progress: Of these questions.
    """
    meant = {one: tuple(_meant(one, pin, answers)) for one, pin in edited}
    told = {
        one: known for one, tags in meant.items() if (known := tuple(each for each in tags if ran_as(each, recalled)))
    }
    wanted = dict.fromkeys(asked for known in told.values() for each in known for asked in _asked(each, recalled))
    digests = registry.digests(wanted, progress) if wanted else {}
    recalled.first_digests.told((asked, found) for asked, found in digests.items() if isinstance(found, str))
    return {
        one: tuple(reason for each in known for reason in _differing(each, recalled, digests))
        for one, known in told.items()
    }


def _meant(one: Edited, pin: ExactPin, answers: Answers) -> Iterator[Moving]:
    """The edit with each tag that Flux may take for it: of a constraint, those of the version that is the highest."""
    reference, rule = one.new, one.new.tag_rule
    version = try_written(pin.version.text)
    if version is None:
        return
    tags: tuple[str, ...] = (tag_of(pin.version.text, rule),)
    listed = answers.tags.get(reference.source)
    if pin.as_constraint and isinstance(listed, TagList):
        choice = choose(see_tags(listed.tags, rule).versions, Constraint.parse(pin.version.text))
        tags = tuple(each.tag for each in (choice.chosen, *choice.tied)) if choice else ()
    yield from (Moving(tier=one.tier, reference=reference, version=version, tag=tag) for tag in tags)


def _asked(one: Moving, recalled: Recalled) -> Iterator[Asked]:
    if not _written(one.reference):
        yield one.reference.source, one.tag
    yield from ((each.source, each.tag) for each in ran_as(one, recalled) if _is_compared_now(each, one))


def _is_compared_now(ran: RanAs, one: Moving) -> bool:
    """Whether only what the other tag is now tells: nothing was written there, or kept of it."""
    return not (ran.written or ran.alike or _was(ran, one))


def _was(ran: RanAs, one: Moving) -> str:
    """What is remembered of its tag; of another registry that tells nothing, for a copy may be another manifest."""
    return ran.seen.digest if ran.seen and ran.source.address == one.reference.source.address else ""


def _differing(one: Moving, recalled: Recalled, digests: _Digests) -> Iterator[Reason]:
    here = _written(one.reference) or digests[one.reference.source, one.tag]
    if isinstance(here, Unreachable):
        if here.reason.id != MANIFEST_NOT_FOUND.id:  # that it does not exist is said already
            yield here.reason
        return
    for each in ran_as(one, recalled):
        ran = digests[each.source, each.tag] if _is_compared_now(each, one) else each.written or _was(each, one)
        if isinstance(ran, Unreachable):
            if ran.reason.id != MANIFEST_NOT_FOUND.id:
                yield ran.reason
        elif ran not in {"", here}:
            chart = one.reference.source.address
            yield DIGEST_NOT_RUN(version=one.tag, here=here, tier=each.tier, ran=ran, chart=chart)


def _written(reference: Reference) -> str:
    match reference.pin:
        case DigestPin(digest=place):
            return place.text
        case ExactPin(digest=place):
            return place.text if place else ""
        case _:
            return ""
