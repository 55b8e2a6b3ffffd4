"""Rows in commits: written by us, read back from what anybody may have pushed."""

import pytest

from bot.model.commits import CommitFacts
from bot.planning.rows import ROW_TRAILER, Row, rows_in, trailers_of
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


def test_what_is_written_is_read_back() -> None:
    assert rows_in(commit(trailers_of(ROWS))) == ROWS


def test_the_order_is_always_the_same() -> None:
    assert trailers_of(sorted(ROWS)) == trailers_of(sorted(ROWS, reverse=True))


@pytest.mark.parametrize(
    "value", ["", "one", "a b c", "../x 1.0.0", "x \u202e1.0.0", "x @all", "x#1 1.0.0", "X 1.0.0", "x  1.0.0"]
)
def test_a_trailer_that_we_would_not_write_is_not_read(value: str) -> None:
    assert rows_in(commit(f"{ROW_TRAILER}: {value}\n")) == frozenset()


@pytest.mark.parametrize("version", ["1.0.0 x", "1.0.0\nFlux-Chart-Bot-Tier: production", "@all", "#1", ""])
def test_what_is_no_version_is_not_written(version: str) -> None:
    assert trailers_of([Row(chart="ghcr.io/x/y", version=version)]) == ""


def test_a_name_tells_tier_chart_and_version_apart() -> None:
    names = {row.name(tier) for row in ROWS for tier in ("dev", "staging")}
    assert len(names) == 8
    assert all(len(name) == 12 and name.isalnum() for name in names)
