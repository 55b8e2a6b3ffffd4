"""`promote: standing-draft`: what may be promoted, judged anew in every update."""

from msgspec.structs import replace

from bot.model.promotions import Asked
from bot.model.tiers import Configuration
from bot.planning.grouping import promotion_key
from bot.ports import Progress, Registry
from bot.promotion.lifting import lifted
from bot.steps.edit import TierEdits, edit
from bot.steps.find import Remote
from bot.steps.promote import promote
from bot.steps.prove import prove_promotion
from bot.steps.recall import Recalled
from bot.steps.resolve import Resolved


def standing_drafts(
    resolved: Resolved,
    configuration: Configuration,
    recalled: Recalled,
    remote: Remote,
    registry: Registry,
    progress: Progress,
) -> tuple[TierEdits, ...]:
    """The promotions of every production tier that has such a draft, as `promote` judges them.

    Args:
        resolved: All tiers on their bases.
        configuration: Says which tiers.
        recalled: What is known of time.
        remote: Has the drafts as they stand.
        registry: For digests, of what would be promoted.
        progress: Of these questions.
    """
    found: list[TierEdits] = []
    for tier in configuration.tiers:
        if tier.standing_draft:
            branch = remote.promotion(tier, promotion_key())
            rows = remote.rows(tier, branch) if branch else ()
            standing = {row.chart: row.version for row in rows}
            asked = Asked(to=tier.name)
            judged = promote(asked, resolved, configuration, recalled, registry, progress, standing)
            view = replace(judged.view, tier=lifted(tier, windows=tier.proposing.windows))
            found += map(prove_promotion, edit([replace(judged, view=view)]))
    return tuple(found)
