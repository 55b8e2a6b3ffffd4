"""keep digests: what the tags are that a tier runs and another could take from it; asked once for all runs."""

from collections.abc import Iterator

from bot.model.charts import ChartAddress, ChartSource, TagList
from bot.model.references import Reference
from bot.ports import Progress, Registry
from bot.promotion.pairing import Counterpart, digest_written, exact_version
from bot.promotion.tags import tags_run
from bot.reason import Reason
from bot.steps.look_up import Answers, Asked
from bot.steps.recall import Recalled
from bot.steps.resolve import Resolved
from bot.versions.version import Version


def keep_digests(
    resolved: Resolved, answers: Answers, recalled: Recalled, registry: Registry, progress: Progress
) -> None:
    """Learn the digest of each that no run has asked about: one HEAD for each version, ever.

    What does not answer is asked in the next run. Where a digest is written, Flux runs that, and nothing is asked.
    """
    kept = recalled.first_digests
    running = (one for each in dict.fromkeys(_ahead(resolved, recalled)) for one in _tags(each, answers))
    # Many references run one tag of one chart, and may reach its registry by sources of their own.
    new: dict[tuple[ChartAddress, str], Asked] = {
        (source.address, tag): (source, tag) for source, tag in running if not kept.is_known(source.address, tag)
    }
    if not new:
        return
    for (source, tag), digest in registry.digests(new.values(), progress).items():
        if isinstance(digest, str):
            kept.learn(source.address, tag, digest)


def _ahead(resolved: Resolved, recalled: Recalled) -> Iterator[Reference]:
    """What runs a higher version than a reference of a tier that takes its versions from there."""
    branches = recalled.branches
    for view in resolved.views:
        if view.tier.pace.by_merge:
            continue
        running: dict[ChartAddress, list[Version | None]] = {}
        for reference in view.references:
            running.setdefault(branches.chart(reference), []).append(exact_version(reference))
        for chart, versions in running.items():
            lowest = _lowest(versions)
            for name in view.tier.pace.comes_from:
                yield from (each for each in branches.users(name, chart) if _is_ahead(each, lowest))


def _lowest(versions: list[Version | None]) -> Version | None:
    """None where one of them is not known: it may be lower than any."""
    known = [version for version in versions if version]
    return min(known) if len(known) == len(versions) else None


def _is_ahead(reference: Reference, lowest: Version | None) -> bool:
    version = exact_version(reference)
    return bool(version and not digest_written(reference) and (lowest is None or version > lowest))


def _tags(reference: Reference, answers: Answers) -> Iterator[tuple[ChartSource, str]]:
    """The tags that it runs, and its registry has."""
    version, listed = exact_version(reference), answers.tags.get(reference.source)
    if version is None or not isinstance(listed, TagList):
        return
    tags = tags_run(Counterpart(tier="", reference=reference, version=version), answers.tags)
    if not isinstance(tags, Reason):
        yield from ((reference.source, tag) for tag in tags if tag in listed.tags)
