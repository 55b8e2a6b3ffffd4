"""A row of a pull request: one chart that moves to one version. Rows are what a person takes out or refuses."""

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass

from bot.model.commits import CommitFacts
from bot.model.verdicts import Update, Verdict

ROW_TRAILER = "Flux-Chart-Bot-Row"
"""One for each row of a commit of ours: `<chart> <version>`. By it a refusal is read back."""
_ROW = re.compile(r"[a-z0-9\[\]][a-z0-9._/:\[\]-]* [A-Za-z0-9_][A-Za-z0-9._+:-]*")
"""An address of our own grammar, a version or digest of a registry's: nothing that a commit message could act on."""


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Row:
    """One chart, by its address without `oci://`, and the version that it moves to."""

    chart: str
    version: str

    def name(self, tier: str) -> str:
        """A short name within a tier, which tells nothing and cannot be mistaken for markup."""
        text = f"{tier}\n{self.chart}\n{self.version}"
        return hashlib.sha256(text.encode(errors="backslashreplace")).hexdigest()[:12]


def row_of(verdict: Verdict, update: Update) -> Row:
    """The row that an update belongs to."""
    return Row(chart=str(verdict.reference.source.address), version=update.new)


def rows_in(commit: CommitFacts) -> frozenset[Row]:
    """The rows that a commit of ours names."""
    named = (value.split(" ") for key, value in commit.trailers if key == ROW_TRAILER and _ROW.fullmatch(value))
    return frozenset(Row(chart=chart, version=version) for chart, version in named)


def trailers_of(rows: Iterable[Row]) -> str:
    """The trailers of a commit, a line each."""
    said = (f"{row.chart} {row.version}" for row in sorted(rows))
    return "".join(f"{ROW_TRAILER}: {text}\n" for text in said if _ROW.fullmatch(text))
