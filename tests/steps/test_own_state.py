"""What strangers put on the branches of our state: somebody who may push branches, but make no commit like ours."""

import json
from itertools import pairwise

import pytest
from builders import PODINFO, configuration, tier
from doubles.github.seeding import Content
from doubles.story import Story, release

from bot.errors import LedgerBroken, MemoryBroken, RunFailed
from bot.ledger.model import LEDGER_BRANCH, Ledger, Matter, Word
from bot.model.proposals import Action
from bot.model.tiers import Branch
from bot.planning.grouping import branch_of
from bot.planning.memory import MEMORY_BRANCH, MEMORY_FILE, Refusal, TierMemory, written
from bot.planning.rows import Row
from bot.steps.past.branches import Past
from bot.steps.past.remember import keep_word, read_past, remember
from bot.steps.pull_requests.free import free

DEV = tier("dev", "any")
ROW = Row(chart=PODINFO, version="1.2.4")
REFUSED = written({"dev": TierMemory(refusals={ROW: Refusal(row=ROW, number=1)})})


def story() -> Story:
    told = Story(configuration(DEV)).push(PODINFO, "1.2.3", "1.2.4")
    return told.write({"apps/dev/a.yaml": release("1.2.3")})


def refused() -> Story:
    """A person closed the pull request, which a run kept."""
    told = story()
    told.run()
    told.forge.close(1)
    told.run()
    assert MEMORY_BRANCH in told.remote.branches
    return told


def actions(told: Story) -> list[Action]:
    """What a run does with pull requests."""
    published = told.run().published
    return [one.plan.action for one in published.outcomes] if published else [Action.LEAVE]


def unchanged(
    told: Story, error: type[RunFailed], why: str = "it is not as this bot's last commit there left it"
) -> bool:
    """A run ends with this error, and has written nothing."""
    before, pulls = dict(told.remote.branches), dict(told.forge.pulls)
    with pytest.raises(error, match=why):
        told.run()
    return (before, pulls) == (told.remote.branches, told.forge.pulls)


def test_a_stranger_cannot_keep_a_fix_away_by_saying_that_people_refused_it() -> None:
    told = story()
    told.remote.commit(MEMORY_BRANCH, {MEMORY_FILE: REFUSED}, "Remember what people refused")

    assert unchanged(told, MemoryBroken, "no commit of its branch is this bot's")


@pytest.mark.parametrize("left", [written({}), "no json", None])
def test_a_stranger_cannot_bring_back_what_people_refused(left: Content | None) -> None:
    told = refused()
    told.remote.commit(MEMORY_BRANCH, {MEMORY_FILE: left})

    assert unchanged(told, MemoryBroken)


def test_a_stranger_cannot_say_that_newer_refusals_were_read_already() -> None:
    told = refused()
    said = json.loads(told.remote.files(MEMORY_BRANCH)[MEMORY_FILE])
    said["tiers"]["dev"]["considered"] = {"all": 10_000}
    told.remote.commit(MEMORY_BRANCH, {MEMORY_FILE: json.dumps(said)})

    assert unchanged(told, MemoryBroken)


def test_a_release_does_not_write_on_what_a_stranger_said() -> None:
    told = refused()
    told.remote.commit(MEMORY_BRANCH, {MEMORY_FILE: REFUSED + b" "})
    before = told.remote.branches[MEMORY_BRANCH]

    with pytest.raises(MemoryBroken):
        free(Matter(chart=PODINFO), told.configuration, told.repository, told.forge.us, writes=True)
    assert told.remote.branches[MEMORY_BRANCH] == before


def test_our_own_commits_are_believed_run_after_run_and_after_a_release() -> None:
    told = refused()
    assert actions(told) == []
    assert free(Matter(chart=PODINFO), told.configuration, told.repository, told.forge.us, writes=True).told

    assert actions(told) == [Action.CREATE]


def test_what_others_put_beside_it_stays_and_changes_nothing() -> None:
    told = refused()
    told.remote.commit(MEMORY_BRANCH, {"README.md": "words"})
    told.push(PODINFO, "1.2.5").run()

    assert branch_of(DEV) in told.remote.branches
    assert told.remote.files(MEMORY_BRANCH)["README.md"] == b"words"


def test_to_a_branch_of_our_state_commits_are_only_ever_added() -> None:
    """A ruleset that blocks forced pushes and deletions there is what SECURITY.md advises against replays."""
    told = refused()
    tips = {MEMORY_BRANCH: [told.remote.branches[MEMORY_BRANCH]]}
    for chart in (PODINFO, "ghcr.io/x/other"):
        tip = told.remote.tip(LEDGER_BRANCH)
        matter, word = Matter(chart=chart, version="9.9.9"), Word(at=told.now, held=True)
        keep_word(matter, word, read_past(told.repository, tip), told.forge.us, "Hold")
        tips.setdefault(LEDGER_BRANCH, []).append(told.remote.branches[LEDGER_BRANCH])
    free(Matter(chart=PODINFO), told.configuration, told.repository, told.forge.us, writes=True)
    tips[MEMORY_BRANCH].append(told.remote.branches[MEMORY_BRANCH])
    told.push(PODINFO, "1.2.5").run()
    told.forge.close(max(told.forge.pulls))
    told.run()
    tips[MEMORY_BRANCH].append(told.remote.branches[MEMORY_BRANCH])
    tips[LEDGER_BRANCH].append(told.remote.branches[LEDGER_BRANCH])

    for before, after in ((older, newer) for each in tips.values() for older, newer in pairwise(each)):
        assert before in [facts.sha for facts in told.repository.history(after, 20)]
    assert {branch: len(set(each)) for branch, each in tips.items()} == {MEMORY_BRANCH: 3, LEDGER_BRANCH: 2}


def with_words(told: Story, branch: Branch, commits: int) -> Story:
    """Others put so many commits on a branch that leave our files alone."""
    for number in range(commits):
        told.remote.commit(branch, {"README.md": str(number)}, "words")
    return told


@pytest.mark.parametrize("commits", [9, 10, 63, 64, 1023])
def test_however_many_commits_others_put_beside_it(commits: int) -> None:
    told = with_words(refused(), MEMORY_BRANCH, commits)
    assert actions(told) == []
    told.push(PODINFO, "1.2.5")

    assert actions(told) == [Action.CREATE]


@pytest.mark.parametrize(("branch", "error"), [(MEMORY_BRANCH, MemoryBroken), (LEDGER_BRANCH, LedgerBroken)])
def test_where_too_many_are_above_ours_that_is_said_and_the_mend_is_one(branch: Branch, error: type[RunFailed]) -> None:
    told = refused()
    remember(
        Ledger(words={Matter(chart="ghcr.io/x/z"): Word(at=told.now, held=True)}),
        Past(repository=told.repository),
        told.forge.us,
    )
    ours = told.remote.branches[branch]
    with_words(told, branch, 1024)
    assert unchanged(told, error, "none of the newest 1,024 commits of its branch is this bot's")
    told.remote.branches[branch] = ours

    assert actions(told) == []


@pytest.mark.parametrize("commits", [10, 1024])
def test_nor_are_they_empty_where_a_stranger_deleted_them_and_wrote_on(commits: int) -> None:
    told = refused()
    told.remote.commit(MEMORY_BRANCH, {MEMORY_FILE: None})
    with_words(told, MEMORY_BRANCH, commits)

    assert unchanged(told, MemoryBroken, "commit")


def test_a_branch_that_a_stranger_made_without_our_file_is_taken_over() -> None:
    told = story()
    told.run()
    told.remote.commit(MEMORY_BRANCH, {"README.md": "mine"})
    told.forge.close(1)
    told.run()

    assert actions(told) == []


def test_a_ledger_whose_files_a_stranger_deleted_is_not_an_empty_one() -> None:
    """It would release what a person holds."""
    told = story()
    word = Word(at=told.now, held=True)
    remember(Ledger(words={Matter(chart=PODINFO): word}), Past(repository=told.repository), told.forge.us)
    assert read_past(told.repository, told.remote.tip(LEDGER_BRANCH)).ledger.words
    told.remote.commit(LEDGER_BRANCH, dict.fromkeys(told.remote.files(LEDGER_BRANCH)))

    assert unchanged(told, LedgerBroken)
