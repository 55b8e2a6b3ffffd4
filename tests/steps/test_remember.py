"""The ledger's writes: a lost race is merged, a kill loses nothing, and what is broken is said, never forgotten."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from builders import PODINFO, configuration, pace, tier
from doubles.github.seeding import Symlink
from doubles.memory_repository import MemoryRepository
from doubles.story import NOW, Story, release

from bot.errors import LedgerBroken, RepositoryFailed
from bot.ledger.model import LEDGER_BRANCH, Ledger
from bot.ledger.writing import files
from bot.model.branch_names import branch_problem
from bot.model.commits import PushRejected, Sha
from bot.model.tiers import Branch
from bot.steps.past.branches import Past
from bot.steps.past.remember import read_past, remember

ONE = Ledger(branches={"main": {"a" * 40: NOW}})
LATER = Ledger(branches={"main": {"a" * 40: NOW + timedelta(days=1)}, "develop": {"b" * 40: NOW}})
FILE = "apps/dev/a.yaml"


def story() -> Story:
    told = Story(configuration(tier("dev", "any", pace=pace(wait="2d")))).push(PODINFO, "1.2.3", "1.2.4")
    return told.write({FILE: release("1.2.3")})


def kept(told: Story) -> Ledger:
    return read_past(told.repository, told.remote.tip(LEDGER_BRANCH)).ledger


class Interrupted(MemoryRepository):
    """Something happens right before a push."""

    before: Callable[[], None] = staticmethod(lambda: None)

    def push(self, branch: Branch, new: Sha, *, expected: Sha | None) -> PushRejected | None:
        self.before()
        return super().push(branch, new, expected=expected)


@pytest.mark.parametrize("exists", [False, True])
def test_whoever_comes_second_reads_again_and_merges(exists: bool) -> None:  # noqa: FBT001 - a table
    told = story()
    if exists:
        remember(Ledger(branches={"old": {"c" * 40: NOW}}), Past(repository=told.repository), told.forge.us)
    loser = Interrupted(told.remote)
    past = read_past(loser, told.remote.tip(LEDGER_BRANCH))

    def another_run() -> None:
        loser.before = lambda: None
        assert remember(LATER, read_past(told.repository, told.remote.tip(LEDGER_BRANCH)), told.forge.us) == ()

    loser.before = another_run
    assert remember(ONE, past, told.forge.us) == ()

    branches = kept(told).branches
    assert branches["main"] == {"a" * 40: NOW}
    assert branches["develop"] == {"b" * 40: NOW}
    assert ("old" in branches) is exists


def test_one_who_always_comes_second_gives_up_and_says_so() -> None:
    told = story()
    told.remote.rejects = PushRejected.STALE
    (problem,) = remember(ONE, Past(repository=told.repository), told.forge.us)

    assert problem.id == "ledger-not-written"
    assert len(told.repository.pushes) == 5


@pytest.mark.parametrize("rejected", [PushRejected.FORBIDDEN, PushRejected.PROTECTED])
def test_a_push_that_is_forbidden_is_said_with_its_cure(rejected: PushRejected) -> None:
    told = story()
    told.remote.rejects = rejected
    (problem,) = remember(ONE, Past(repository=told.repository), told.forge.us)

    assert rejected.value in problem.sentence
    assert problem.mend
    assert len(told.repository.pushes) == 1


def test_a_remote_that_breaks_down_is_said_and_the_run_goes_on() -> None:
    told = story()
    told.remote.failure = RepositoryFailed("Git could not push", "Run again")
    (problem,) = remember(ONE, Past(repository=told.repository), told.forge.us)

    assert "Git could not push" in problem.sentence


def test_what_was_seen_is_kept_although_every_later_write_fails() -> None:
    told = story()
    told.configuration = configuration(*told.configuration.tiers, tier("test", "any"))
    told.write({"apps/test/a.yaml": release("1.2.3")})
    told.forge.fails.add("create_pull_request")
    report = told.run()

    assert [problem.id for problem in report.problems] == ["forge-failed"]
    assert kept(told).charts[PODINFO].first_seen == {"1.2.4": NOW}


def test_where_the_ledger_cannot_be_written_the_rest_is() -> None:
    told = story()
    told.configuration = configuration(*told.configuration.tiers, tier("test", "any"))
    told.write({"apps/test/a.yaml": release("1.2.3")})

    class NoLedger(MemoryRepository):
        def push(self, branch: Branch, new: Sha, *, expected: Sha | None) -> PushRejected | None:
            return PushRejected.PROTECTED if branch == LEDGER_BRANCH else super().push(branch, new, expected=expected)

    told.opens = NoLedger
    report = told.run()

    assert [problem.id for problem in report.problems] == ["ledger-not-written"]
    assert report.published
    assert [outcome.wrote for outcome in report.published.outcomes] == [True]


def test_a_ledger_that_is_broken_ends_the_run_before_any_write() -> None:
    told = story()
    told.run()
    told.remote.commit(LEDGER_BRANCH, {"charts/ghcr.io%2fx%2fpodinfo.json": "{"})
    before = dict(told.remote.branches)
    with pytest.raises(LedgerBroken, match="podinfo"):
        told.run()

    assert told.remote.branches == before


def test_a_link_in_the_place_of_a_file_is_not_an_empty_ledger() -> None:
    told = story()
    told.run()
    told.remote.commit(LEDGER_BRANCH, {"charts/ghcr.io%2fx%2fpodinfo.json": Symlink("holds.json")})

    with pytest.raises(LedgerBroken, match="no plain file"):
        told.run()


def test_files_of_others_and_of_later_versions_stay_as_they_are() -> None:
    told = story()
    told.run()
    told.remote.commit(LEDGER_BRANCH, {"README.md": "words", "signatures/x.json": "{}"})
    told.push(PODINFO, "1.2.5").pass_by(hours=1).run()

    files = told.remote.files(LEDGER_BRANCH)
    assert (files["README.md"], files["signatures/x.json"]) == (b"words", b"{}")
    assert kept(told).charts[PODINFO].first_seen.keys() == {"1.2.4", "1.2.5"}


def test_its_branch_is_no_tiers_and_a_name_that_git_takes() -> None:
    assert branch_problem(LEDGER_BRANCH) is None
    assert LEDGER_BRANCH.split("/")[1] == "state"


def test_a_ledger_that_a_stranger_made_is_not_believed() -> None:
    """Its dates would end every wait and soak at once."""
    told = story()
    made = files(Ledger(branches={"main": {told.remote.branches["main"]: NOW - timedelta(days=365)}}))
    told.remote.commit(LEDGER_BRANCH, made, "x")

    with pytest.raises(LedgerBroken, match="no commit of its branch is this bot's"):
        told.run()


def test_a_strangers_commit_on_our_ledger_is_not_believed_either() -> None:
    told = story()
    told.run()
    older = files(Ledger(branches={"main": {"a" * 40: NOW - timedelta(days=365)}}))
    told.remote.commit(LEDGER_BRANCH, older, "Flux-Chart-Bot-State: ledger")

    with pytest.raises(LedgerBroken, match="not as this bot's last commit"):
        told.run()
