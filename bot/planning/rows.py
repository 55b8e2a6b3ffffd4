"""A row of a pull request: one chart that moves to one version. Rows are what a person takes out or refuses."""

import hashlib

from msgspec import Struct

from bot.model.commits import CommitFacts
from bot.model.verdicts import Update, Verdict
from bot.planning.commit_trailers import read

_SHARED = "shared"


class Row(Struct, frozen=True, kw_only=True, order=True):
    """One chart, by its address without `oci://`, and the version that it moves to.

    Attributes:
        shared: It is one of a draft that moves several tiers at once, which is refused apart from what is one tier's.
    """

    chart: str
    version: str
    shared: bool = False

    def name(self, tier: str) -> str:
        """A short name within a tier, which tells nothing and cannot be mistaken for markup."""
        text = f"{tier}\n{self.chart}\n{self.version}{chr(10) + _SHARED if self.shared else ''}"
        return hashlib.sha256(text.encode(errors="backslashreplace")).hexdigest()[:12]


def row_of(verdict: Verdict, update: Update) -> Row:
    """The row that an update belongs to."""
    return Row(chart=str(verdict.reference.source.address), version=update.new, shared=bool(update.shared))


def rows_in(commit: CommitFacts) -> frozenset[Row]:
    """The rows that a commit of ours names."""
    record = read(commit.trailers)
    if record is None:
        return frozenset()
    return frozenset(Row(chart=row.chart, version=row.new, shared=bool(record.shared)) for row in record.rows)
