"""What a release of a version accepts: what its tags are, unless it is said to end a hold."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.ledger.merging import merge
from bot.ledger.model import Ledger, Matter, Word
from bot.ledger.words import following

NOW = datetime(2026, 1, 1, tzinfo=UTC)
DAY = timedelta(days=1)
CHART = "ghcr.io/x/y"
VERSION = Matter(chart=CHART, version="1.0.0")
IN_LIVE = Matter(chart=CHART, version="1.0.0", tier="live")
WHOLE = Matter(chart=CHART)
HELD = Word(at=NOW, held=True)
SAID = Word(at=NOW + DAY, held=False)


def test_a_release_of_a_version_accepts_what_its_tags_are() -> None:
    assert following(VERSION, SAID, {}).accepts == SAID.at


@pytest.mark.parametrize("word", [HELD, Word(at=NOW, held=False)])
def test_neither_a_hold_nor_a_word_about_the_whole_chart_does(word: Word) -> None:
    assert following(WHOLE, word, {}).accepts is None
    assert following(VERSION, HELD, {}).accepts is None


@pytest.mark.parametrize(
    ("held", "released"),
    [(VERSION, VERSION), (WHOLE, VERSION), (Matter(), IN_LIVE), (VERSION, IN_LIVE), (IN_LIVE, VERSION)],
)
def test_nor_one_that_ends_a_hold(held: Matter, released: Matter) -> None:
    assert following(released, SAID, {held: HELD}).accepts is None


@pytest.mark.parametrize(
    "held",
    [
        Matter(chart="ghcr.io/x/z"),
        Matter(chart=CHART, version="2.0.0"),
        Matter(chart=CHART, tier="staging"),
    ],
)
def test_a_hold_of_something_else_is_not_what_it_ends(held: Matter) -> None:
    assert following(IN_LIVE, SAID, {held: HELD}).accepts == SAID.at


def test_a_hold_that_has_ended_by_itself_or_by_an_earlier_release_is_not_either() -> None:
    assert following(VERSION, SAID, {VERSION: Word(at=NOW, held=True, until=SAID.at)}).accepts == SAID.at
    freed = {WHOLE: HELD, VERSION: Word(at=NOW + DAY / 2, held=False)}
    assert following(VERSION, SAID, freed).accepts == SAID.at


def test_what_was_accepted_outlives_a_hold_and_the_release_that_ends_it() -> None:
    accepted = following(VERSION, Word(at=NOW, held=False), {})
    ledger = Ledger(words={VERSION: accepted})
    for word in (Word(at=NOW + DAY, held=True), Word(at=NOW + 2 * DAY, held=False)):
        ledger = merge(ledger, Ledger(words={VERSION: following(VERSION, word, ledger.words)}))
        assert (ledger.words[VERSION].held, ledger.words[VERSION].accepts) == (word.held, NOW)
