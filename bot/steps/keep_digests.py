"""keep digests: what the tags are that a tier runs from which another takes its versions; asked once for all runs."""

from collections.abc import Iterator

from bot.model.charts import ChartSource, TagList
from bot.model.tiers import Configuration
from bot.ports import Progress, Registry
from bot.promotion.pairing import Counterpart, digest_written, exact_version
from bot.promotion.tags import tags_run
from bot.reason import Reason
from bot.steps.look_up import Answers
from bot.steps.recall import Recalled
from bot.steps.resolve import Resolved, TierView


def keep_digests(
    resolved: Resolved,
    answers: Answers,
    configuration: Configuration,
    recalled: Recalled,
    registry: Registry,
    progress: Progress,
) -> None:
    """Learn the digest of each that no run has asked about: one HEAD for each version, ever.

    What does not answer is asked in the next run. Where a digest is written, Flux runs that, and nothing is asked.
    """
    lower = {name for tier in configuration.tiers if not tier.pace.by_merge for name in tier.pace.comes_from}
    running = (one for view in resolved.views if view.tier.name in lower for one in _running(view, answers))
    digests = recalled.first_digests
    new = {(source.address, tag): (source, tag) for source, tag in running if not digests.is_known(source.address, tag)}
    for (source, tag), digest in (registry.digests(new.values(), progress) if new else {}).items():
        if isinstance(digest, str):
            digests.learn(source.address, tag, digest)


def _running(view: TierView, answers: Answers) -> Iterator[tuple[ChartSource, str]]:
    """The tags that a tier runs, and its registries have."""
    for reference in view.references:
        version, listed = exact_version(reference), answers.tags.get(reference.source)
        if version is None or digest_written(reference) or reference.suspended or reference.unlisted:
            continue
        if isinstance(listed, TagList):
            found = tags_run(Counterpart(tier=view.tier.name, reference=reference, version=version), answers.tags)
            tags = () if isinstance(found, Reason) else found
            yield from ((reference.source, tag) for tag in tags if tag in listed.tags)
