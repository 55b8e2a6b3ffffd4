"""What a promotion leaves out of what a production tier says of its pull requests."""

import pytest
from builders import tier
from msgspec.structs import replace

from bot.model.proposing import Extras
from bot.promotion.lifting import lifted


def labels(*given: str) -> tuple[str, ...]:
    """Those that a promotion keeps of a tier's."""
    production = tier("live", production=True)
    proposing = replace(production.proposing, extras=Extras(labels=given))
    return lifted(replace(production, proposing=proposing)).proposing.extras.labels


@pytest.mark.parametrize(
    "label",
    [
        "automerge",
        "auto merge",
        "auto_merge",
        "Auto-Merge: squash",
        "kodiak:merge",
        "merge-when-ready",
        "merge when green",
        "ready-to-merge",
        "ready_for_merge",
        "merge",
        "MergeIt",
        "queue: merge-queue",
    ],
)
def test_no_label_stays_by_which_a_program_may_merge(label: str) -> None:
    assert labels("charts", label) == ("charts",)


def test_labels_that_keep_from_merging_or_only_sound_alike_stay() -> None:
    given = ("emergency", "do-not-merge", "no automerge", "don't merge", "emerge")
    assert labels(*given) == given
