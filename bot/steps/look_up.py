"""look up: distinct charts to tags and digests. One listing a chart, whatever the number of references."""

from collections.abc import Iterable, Mapping

from msgspec import Struct, field
from msgspec.structs import replace

from bot.model.charts import ChartSource, ManifestFacts, TagList, Unreachable
from bot.model.references import DigestPin
from bot.model.tiers import Configuration
from bot.model.verdicts import Update, Verdict
from bot.ports import Progress, Registry
from bot.selection.suspended import only_reported
from bot.steps.resolve import Resolved, TierVerdicts

Asked = tuple[ChartSource, str]
"""A chart, and a tag or digest of it."""


class Answers(Struct, frozen=True, kw_only=True):
    """Everything the registries said in this run."""

    tags: Mapping[ChartSource, TagList | Unreachable] = field(default_factory=dict)
    facts: Mapping[Asked, ManifestFacts | Unreachable] = field(default_factory=dict)
    digests: Mapping[Asked, str | Unreachable] = field(default_factory=dict)


def look_up(resolved: Resolved, configuration: Configuration, registry: Registry, progress: Progress) -> Answers:
    """Ask for the tags of every chart that is judged, and for what the digests that stand alone are."""
    wanted = [
        reference
        for view in resolved.views
        for reference in view.references
        if not only_reported(reference, configuration)
    ]
    sources = (source for reference in wanted for source in (reference.source, *reference.together))
    tags = registry.tags(dict.fromkeys(sources), progress)
    alone = dict.fromkeys(
        (reference.source, reference.pin.digest.text) for reference in wanted if isinstance(reference.pin, DigestPin)
    )
    facts = registry.manifests(alone, progress) if alone else {}
    named = dict.fromkeys(_tags_named(facts, tags))
    return Answers(tags=tags, facts=facts, digests=registry.digests(named, progress) if named else {})


def confirm(judged: Iterable[TierVerdicts], registry: Registry, progress: Progress) -> tuple[TierVerdicts, ...]:
    """Ask for what the updates write: a digest is the hash of bytes that were fetched, and a tie must be harmless."""
    from bot.selection.digests import digest_place_pinned  # noqa: PLC0415 - loaded while registries are at work

    known = tuple(judged)
    verdicts = [verdict for tier in known for verdict in tier.verdicts]
    updates = [(one.reference, one.decision) for one in verdicts if isinstance(one.decision, Update)]
    tied = dict.fromkeys(
        (reference.source, tag) for reference, update in updates if update.tied for tag in (update.tag, *update.tied)
    )
    written = dict.fromkeys(
        (reference.source, update.tag) for reference, update in updates if digest_place_pinned(reference)
    )
    digests = registry.digests(tied, progress) if tied else {}
    facts = registry.manifests(written, progress) if written else {}
    return tuple(
        replace(tier, verdicts=tuple(_confirmed(verdict, digests, facts) for verdict in tier.verdicts))
        for tier in known
    )


def _tags_named(
    facts: Mapping[Asked, ManifestFacts | Unreachable], tags: Mapping[ChartSource, TagList | Unreachable]
) -> Iterable[Asked]:
    from bot.selection.digests import tag_named_by  # noqa: PLC0415 - as above

    for (source, _), fact in facts.items():
        listed = tags[source]
        if isinstance(fact, ManifestFacts) and isinstance(listed, TagList) and (tag := tag_named_by(fact, listed)):
            yield source, tag


def _confirmed(
    verdict: Verdict,
    digests: Mapping[Asked, str | Unreachable],
    facts: Mapping[Asked, ManifestFacts | Unreachable],
) -> Verdict:
    decision, reference = verdict.decision, verdict.reference
    if not isinstance(decision, Update):
        return verdict
    from bot.selection.digests import digest_place_pinned, with_digest, without_tie  # noqa: PLC0415 - as above

    if decision.tied:
        names = (decision.tag, *decision.tied)
        decision = without_tie(decision, tuple(digests[reference.source, tag] for tag in names))
    if isinstance(decision, Update) and digest_place_pinned(reference):
        decision = with_digest(reference, decision, facts[reference.source, decision.tag])
    return replace(verdict, decision=decision)
