"""keep digests: what the tags are that a tier runs and another could take from it; asked once for all runs."""

from collections.abc import Collection, Iterator

from bot.maturity.timeline import is_same
from bot.model.charts import ChartAddress, ChartSource, TagList
from bot.model.references import Reference
from bot.planning.tiers import surely_runs
from bot.ports import Progress, Registry
from bot.promotion.pairing import Counterpart, digest_written, exact_version
from bot.promotion.tags import tags_run
from bot.reason import Reason
from bot.steps.look_up import Answers, Asked
from bot.steps.past.recall import Recalled
from bot.steps.resolve import Resolved
from bot.versions.version import Version


def keep_digests(
    resolved: Resolved, answers: Answers, recalled: Recalled, registry: Registry, progress: Progress
) -> None:
    """Learn the digest of each that no run has asked about: one HEAD for each version, and each mirror of it, ever.

    What does not answer is asked in the next run. Where a digest is written, Flux runs that, and nothing is asked.
    """
    running = dict.fromkeys(_ahead(resolved, recalled))
    kept = recalled.first_digests
    new: dict[tuple[str, str], Asked] = {}
    for of, reference in running:
        for source, tag in _tags(of, reference, answers):
            if not kept.is_known(source.address, tag):
                new.setdefault((str(source.address), tag), (source, tag))
    for (source, tag), digest in (registry.digests(new.values(), progress) if new else {}).items():
        if isinstance(digest, str):
            kept.learn(source.address, tag, digest)


def _ahead(resolved: Resolved, recalled: Recalled) -> Iterator[tuple[ChartSource, Reference]]:
    """What runs a version that a reference of a tier that takes its versions from there may run next, and from where.

    That is a higher one, or the one that it has and does not run. A mirror's tag is a tag of its own.
    """
    branches = recalled.branches
    for view in resolved.views:
        using: dict[ChartAddress, list[Reference]] = {}
        for reference in () if view.tier.pace.by_merge else view.references:
            using.setdefault(branches.chart(reference), []).append(reference)
        for chart, references in using.items():
            versions = [(each, exact_version(each)) for each in references]
            known = [version for _, version in versions if version]
            lowest = min(known) if len(known) == len(versions) else None
            idle = [version for each, version in versions if version and not surely_runs(each, view.tier)]
            sources = [each.source for each in references]
            for name in view.tier.pace.comes_from:
                for each in branches.users(name, chart):
                    if _may_follow(each, lowest, idle):
                        yield from ((source, each) for source in dict.fromkeys((each.source, *sources)))


def _may_follow(reference: Reference, lowest: Version | None, idle: Collection[Version]) -> bool:
    version = exact_version(reference)
    if version is None or digest_written(reference):
        return False
    return lowest is None or version > lowest or any(is_same(version, each) for each in idle)


def _tags(of: ChartSource, reference: Reference, answers: Answers) -> Iterator[tuple[ChartSource, str]]:
    """The tags that it runs, and a registry has."""
    version, listed = exact_version(reference), answers.tags.get(of)
    if version and isinstance(listed, TagList) and reference.source in answers.tags:
        found = tags_run(Counterpart(tier="", reference=reference, version=version), answers.tags)
        tags = () if isinstance(found, Reason) else found
        yield from ((of, tag) for tag in tags if tag in listed.tags)
