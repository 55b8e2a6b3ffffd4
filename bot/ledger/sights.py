"""When a branch was seen where: what its past is told from."""

from datetime import datetime
from typing import NamedTuple

from bot.ledger.model import Ledger
from bot.model.commits import Sha
from bot.model.tiers import Branch


class Sight(NamedTuple):
    """That a branch stood at a tip."""

    at: datetime
    tip: Sha


def sights_of(ledger: Ledger, branch: Branch, now: datetime) -> tuple[Sight, ...]:
    """Every sight of a branch, oldest first; those are left out that a run wrote whose clock was ahead."""
    first = ledger.branches.get(branch, {}).items()
    again = ledger.seen_again.get(branch, {}).items()
    found = [Sight(at, tip) for tip, at in first] + [Sight(at, tip) for tip, times in again for at in times]
    return tuple(sorted(sight for sight in found if sight.at <= now))


def seen_now(ledger: Ledger, branch: Branch, tip: Sha, now: datetime) -> Ledger:
    """What is new about a branch that stands at a tip now; nothing where that is where it was seen last."""
    known = sights_of(ledger, branch, now)
    if any(sight.tip == tip and sight.at == known[-1].at for sight in known):
        return Ledger()
    if tip not in ledger.branches.get(branch, {}):
        return Ledger(branches={branch: {tip: now}})
    return Ledger(seen_again={branch: {tip: frozenset([now])}})
