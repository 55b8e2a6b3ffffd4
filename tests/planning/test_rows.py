"""Rows in commits: read back from what anybody may have pushed."""

from msgspec.structs import replace

from bot.model.commits import CommitFacts
from bot.planning.commit_trailers import ChartRow, CommitRecord, written
from bot.planning.rows import Row, rows_in
from bot.repository.commit_text import trailers

ROWS = frozenset(
    {
        Row(chart="ghcr.io/x/podinfo", version="6.5.4"),
        Row(chart="ghcr.io/x/podinfo", version="v7.0.0-rc.1+build"),
        Row(chart="[::1]:5000/x/y", version="1.2.3_build"),
        Row(chart="ghcr.io/x/redis", version="sha256:" + "a" * 64),
    }
)


def commit(message: str) -> CommitFacts:
    return CommitFacts(
        sha="a" * 40, parents=(), committer_email="x", subject="x", trailers=trailers(f"update\n\n{message}")
    )


def test_the_rows_of_a_commit_are_read_back() -> None:
    rows = tuple(ChartRow(chart=row.chart, old="1.0.0", new=row.version, paths=("a.yaml",)) for row in sorted(ROWS))

    assert rows_in(commit(written(CommitRecord(tier="dev", rows=rows)))) == ROWS


def test_the_rows_of_a_draft_for_several_tiers_are_others() -> None:
    rows = tuple(ChartRow(chart=row.chart, old="1.0.0", new=row.version) for row in ROWS)
    found = rows_in(commit(written(CommitRecord(tier="dev", shared=("dev", "live"), rows=rows))))
    assert found == {replace(row, shared=True) for row in ROWS}
    assert {row.name("dev") for row in found}.isdisjoint(row.name("dev") for row in ROWS)


def test_a_commit_that_is_no_record_has_no_rows() -> None:
    assert rows_in(commit("Signed-off-by: x\n")) == frozenset()


def test_a_name_tells_tier_chart_and_version_apart() -> None:
    names = {row.name(tier) for row in ROWS for tier in ("dev", "staging")}
    assert len(names) == 8
    assert all(len(name) == 12 and name.isalnum() for name in names)
