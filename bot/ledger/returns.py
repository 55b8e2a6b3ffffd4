"""What tiers went back from and nobody released since: by the ledger alone, whatever their branches have now."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from bot.ledger.model import Ledger, Matter, Return, Word, is_about
from bot.model.commits import Sha


class Left(NamedTuple):
    """That a tier went back from a version, and the last commit that did."""

    version: str
    tier: str
    commit: Sha


def unreleased(
    tier: str, chart: str, version: str, commits: Mapping[Sha, Return], words: Mapping[Matter, Word]
) -> Sha | None:
    """The last commit that went back from a version; None where a person released it since, or none did."""
    last = max(commits, key=lambda sha: (commits[sha].at, sha), default=None)
    if last is None:
        return None
    about = (
        said for matter, said in words.items() if matter.version in {"", version} and is_about(matter, tier, chart)
    )
    return None if any(not said.held and said.at >= commits[last].at for said in about) else last


def ended_by(matter: Matter, before: Ledger) -> Iterator[Left]:
    """What a release ends.

    Args:
        matter: What it is about.
        before: The ledger without it.
    """
    for tier, charts in sorted(before.rolled_back.items()):
        for version, commits in sorted(charts.get(matter.chart, {}).items()):
            if matter.version in {"", version} and is_about(matter, tier, matter.chart):
                commit = unreleased(tier, matter.chart, version, commits, before.words)
                if commit:
                    yield Left(version, tier, commit)
