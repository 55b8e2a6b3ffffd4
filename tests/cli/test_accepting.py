"""A release says what it is to a tag that was pushed again: it accepts that, or it only ends a hold."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import pytest
from builders import PODINFO, configuration, digest, tier
from doubles.memory_forge import US
from doubles.memory_repository import MemoryRemote, MemoryRepository
from msgspec.structs import replace

from bot.cli.steering import Said, freeing
from bot.ledger.merging import merge
from bot.ledger.model import Ledger, Matter, Word
from bot.ledger.words import following
from bot.model.tiers import Mirror

NOW = datetime(2026, 3, 1, tzinfo=UTC)
TIERS = configuration(tier("dev"), tier("live"))
MATTER = Matter(chart=PODINFO, version="1.1.0")
NOBODY = f"released: {PODINFO} 1.1.0 in every tier, which nobody held or refused"
ACCEPTS = (
    f"released: {PODINFO} 1.1.0 in every tier, which accepts that its tag was pushed again: "
    "sha256:eeeeeeeeeeee in place of sha256:111111111111"
)
ENDS = (
    f"released: {PODINFO} 1.1.0 in every tier, which only ends the hold: its tag was pushed again, and a second "
    "release accepts that (sha256:eeeeeeeeeeee in place of sha256:111111111111)"
)


def known(became: str, address: str = PODINFO, tag: str = "1.1.0") -> Ledger:
    """A tag that was one digest after another, an hour each."""
    seen: dict[str, frozenset[datetime]] = {}
    for hours, sign in enumerate(became):
        seen[digest(sign)] = seen.get(digest(sign), frozenset()) | {NOW + timedelta(hours=hours)}
    return Ledger(digests={address: {tag: seen}})


def said(ledger: Ledger, *, held: bool = False, matter: Matter = MATTER, days: int = 1) -> tuple[str, Ledger]:
    """The line that is told, and the ledger with the word."""
    at = NOW + timedelta(days=days)
    word = following(matter, Word(at=at, held=held), ledger.words)
    after = merge(ledger, Ledger(words={matter: word}))
    remote = MemoryRemote()
    remote.commit("main", {"README.md": "x"})
    line, _ = freeing(
        Said(matter=matter, word=Word(at=at, held=held)),
        ledger,
        after,
        replace(TIERS, mirrors=(Mirror(copy="harbor.x/gh/*", original="ghcr.io/x/*"),)),
        MemoryRepository(remote),
        US,
        writes=False,
    )
    return str(line), after


def test_a_release_says_that_it_accepts_a_tag_that_was_pushed_again_with_both_digests() -> None:
    assert said(known("1e"))[0] == ACCEPTS


def test_one_that_ends_a_hold_says_that_it_does_not_and_a_second_one_does() -> None:
    _, held = said(known("1e"), held=True)
    first, released = said(held, days=2)
    second, accepted = said(released, days=3)
    assert (first, second) == (ENDS, ACCEPTS)
    assert said(accepted, days=4)[0] == NOBODY


@pytest.mark.parametrize(
    "ledger",
    [
        pytest.param(known("1"), id="the tag was never another"),
        pytest.param(known("1e1"), id="it is what it was again"),
        pytest.param(known("1e", tag="1.2.0"), id="another version"),
        pytest.param(known("1e", "ghcr.io/x/redis"), id="another chart"),
        pytest.param(Ledger(), id="nothing is known"),
    ],
)
def test_where_no_tag_of_it_was_pushed_again_nothing_is_said_of_one(ledger: Ledger) -> None:
    assert said(ledger)[0] == NOBODY


def test_a_tag_of_its_mirror_is_one_of_the_chart() -> None:
    assert said(known("1e", "harbor.x/gh/podinfo"))[0] == ACCEPTS


def test_a_word_about_every_version_accepts_none() -> None:
    line, _ = said(known("1e"), matter=Matter(chart=PODINFO))
    assert line == f"released: {PODINFO} in every tier, which nobody held or refused"


def test_what_one_tier_accepted_is_accepted_in_all_by_another_word() -> None:
    words: Mapping[Matter, Word] = {
        replace(MATTER, tier="live"): Word(at=NOW, held=False, accepts=NOW + timedelta(hours=9))
    }
    ledger = merge(known("1e"), Ledger(words=words))
    assert said(ledger)[0] == ACCEPTS
    assert "nobody held" in said(ledger, matter=replace(MATTER, tier="live"))[0]
