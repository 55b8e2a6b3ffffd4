"""A person's word reaches the ledger whatever else is written there at the same time."""

from datetime import UTC, datetime, timedelta

import pytest
from doubles.memory_repository import MemoryRemote, MemoryRepository

from bot.errors import RunFailed
from bot.ledger.model import LEDGER_BRANCH, ChartSights, Ledger, Matter, Word
from bot.model.commits import PushRejected
from bot.model.proposals import Identity
from bot.steps.past.remember import keep_word, read_past, remember

NOW = datetime(2026, 3, 1, tzinfo=UTC)
US = Identity(login="bot", name="bot", email="bot@example.com")
MATTER = Matter(chart="ghcr.io/x/podinfo")
HELD = Word(at=NOW, held=True)


@pytest.fixture
def remote() -> MemoryRemote:
    made = MemoryRemote()
    made.commit("main", {"a.yaml": "a"})
    return made


def kept(remote: MemoryRemote) -> Ledger:
    repository = MemoryRepository(remote)
    return read_past(repository, repository.fetch([LEDGER_BRANCH])[LEDGER_BRANCH]).ledger


def test_a_race_that_is_lost_is_run_again_and_nobody_loses_anything(remote: MemoryRemote) -> None:
    late = read_past(MemoryRepository(remote), None)
    seen = Ledger(charts={"ghcr.io/x/redis": ChartSights(since=NOW, first_seen={"1.0.0": NOW})})
    assert remember(seen, read_past(MemoryRepository(remote), None), US) == ()

    past = keep_word(MATTER, HELD, late, US, "Held")

    assert past.ledger == kept(remote) == Ledger(charts=seen.charts, words={MATTER: HELD})
    assert past.tip == remote.branches[LEDGER_BRANCH]


def test_a_word_that_may_not_be_written_ends_the_run(remote: MemoryRemote) -> None:
    remote.rejects = PushRejected.FORBIDDEN
    with pytest.raises(RunFailed, match="the word could not be kept: the token may not write contents") as refused:
        keep_word(MATTER, HELD, read_past(MemoryRepository(remote), None), US, "Held")
    assert "contents: write" in refused.value.mend


def test_a_branch_in_the_way_of_the_ledger_is_named(remote: MemoryRemote) -> None:
    remote.commit("flux-chart-bot/state", {})
    with pytest.raises(RunFailed, match="the branch flux-chart-bot/state is in its way") as refused:
        keep_word(MATTER, HELD, read_past(MemoryRepository(remote), None), US, "Held")
    assert refused.value.mend.startswith("Delete or rename flux-chart-bot/state")


def test_where_a_rule_wants_signed_commits_that_is_said_with_its_cure(remote: MemoryRemote) -> None:
    remote.rejects = PushRejected.UNSIGNED
    with pytest.raises(RunFailed, match="a rule of the repository wants signed commits") as refused:
        keep_word(MATTER, HELD, read_past(MemoryRepository(remote), None), US, "Held")
    assert "signing-key" in refused.value.mend


def test_a_word_that_a_later_one_beats_is_not_told_as_kept(remote: MemoryRemote) -> None:
    later = Word(at=NOW + timedelta(seconds=1), held=False)
    past = keep_word(MATTER, later, read_past(MemoryRepository(remote), None), US, "Released")
    with pytest.raises(RunFailed, match="a later word about the same is kept already"):
        keep_word(MATTER, HELD, past, US, "Held")
    assert kept(remote).words == {MATTER: later}
