"""Whether the tags of an open promotion are still what it proposed: it may wait for days, and what is merged is a tag.

Threat: whoever pushes a tag again while its promotion is open would choose what production gets.
"""

from collections.abc import Iterable, Iterator, Mapping

from msgspec.structs import replace

from bot.model.references import ExactPin
from bot.planning.commit_trailers import ChartRow
from bot.planning.rows import Row
from bot.ports import Progress, Registry
from bot.promotion.open_rows import version_in
from bot.promotion.witnesses import tag_moved_since
from bot.reason import Reason
from bot.steps.look_up import Asked
from bot.steps.past.recall import Recalled
from bot.steps.promotions.open_promotions import OpenPromotion
from bot.steps.resolve import Resolved, TierView
from bot.versions.tags import tag_of


def with_moved_tags(
    opened: Iterable[OpenPromotion], resolved: Resolved, recalled: Recalled, registry: Registry, progress: Progress
) -> tuple[OpenPromotion, ...]:
    """The same, each with what of it another digest has by now: one HEAD for each tag that a digest is carried for.

    What does not answer is as it was.

    Args:
        opened: The promotions that are open.
        resolved: Their tiers on their bases.
        recalled: Keeps what known tags are now: a person can accept only what was seen before.
        registry: Is asked only where something is open.
        progress: Of these questions.
    """
    known = tuple(opened)
    views = {view.tier.name: view for view in resolved.views}
    asked = [{row: tuple(_tags(row, views[one.tier.name], recalled)) for row in one.rows} for one in known]
    wanted = dict.fromkeys(tag for one in asked for tags in one.values() for tag in tags)
    answers = registry.digests(wanted, progress) if wanted else {}
    found = {tag: digest for tag, digest in answers.items() if isinstance(digest, str)}
    moved = [dict(_moved(one, found)) for one in asked]
    if any(moved):
        recalled.first_digests.told(found.items())
    return tuple(replace(one, moved=each) for one, each in zip(known, moved, strict=True))


def _tags(row: ChartRow, view: TierView, recalled: Recalled) -> Iterator[Asked]:
    """What Flux would take for a row; where a constraint is written, any that was seen to be its version."""
    for reference in view.references if row.digest else ():
        if str(reference.source.address) != row.chart or not isinstance(reference.pin, ExactPin):
            continue
        yield reference.source, tag_of(row.new, reference.tag_rule)
        version = version_in(row, reference) if reference.pin.as_constraint else None
        if version:
            seen = recalled.first_digests.tags(reference.source.address, version)
            yield from ((reference.source, tag) for tag in seen)


def _moved(asked: Mapping[ChartRow, Iterable[Asked]], found: Mapping[Asked, str]) -> Iterator[tuple[Row, Reason]]:
    for row, tags in asked.items():
        for source, tag in tags:
            if found.get((source, tag), row.digest) != row.digest:
                why = tag_moved_since(tag, row.digest, source.address, found[source, tag])
                yield Row(chart=row.chart, version=row.new), why
