"""What a branch ran before a merge that has it as its second parent: a rollback cannot be hidden behind a topic."""

from collections.abc import Iterable

import pytest
from builders import PODINFO, configuration, pace, tier
from doubles.memory_repository import Commit, MemoryRepository
from doubles.story import Story, release

from bot.ledger.merging import MOST_TIPS
from bot.ledger.model import LEDGER_BRANCH, Ledger
from bot.model.commits import EntryKind, PastCommit, Sha
from bot.model.tiers import Branch
from bot.model.verdicts import Update
from bot.steps.past.histories import DEPTHS
from bot.steps.past.remember import read_past, remember

DEV, STAGING = "apps/dev/a.yaml", "apps/staging/a.yaml"
OLD, NEW = "1.2.3", "1.2.4"
TIERS = (
    tier("dev", "exact", branch="develop"),
    tier("staging", "any", pace=pace(comes_from=["dev"], soak="3d")),
)


def story(commits: int = 0) -> Story:
    """dev took the new version, after so many other commits, which a run saw."""
    told = Story(configuration(*TIERS)).push(PODINFO, OLD, NEW)
    told.write({STAGING: release(OLD)}).write({DEV: release(OLD)}, "develop")
    for number in range(commits):
        told.write({"README.md": str(number)}, "develop")
    told.write({DEV: release(NEW)}, "develop")
    told.run()
    return told


def tip(told: Story) -> Sha:
    return told.remote.branches["develop"]


def merge(told: Story, first: Sha, second: Sha, version: str) -> None:
    """dev is moved to a merge of both that has this version."""
    files = {**told.remote.commits[first].files, DEV: (EntryKind.FILE, release(version).encode())}
    made = Commit(files=files, parents=(first, second), email="b@e", message="Merge", at=told.now)
    told.remote.branches["develop"] = told.remote.store(made)


def topic(told: Story, start: Sha) -> Sha:
    """Somebody's commit that changes no version."""
    return told.remote.commit("topic", {"docs.md": "x"}, start=start)


def taken(told: Story) -> str:
    [found] = [one.decision for one in told.run().verdicts if one.tier.name == "staging"]
    return found.new if isinstance(found, Update) else ""


def test_a_rollback_that_a_merge_with_swapped_parents_hides_begins_the_soak_anew() -> None:
    told = story()
    before = tip(told)
    told.pass_by(days=1).write({DEV: release(OLD)}, "develop").run()
    merge(told.pass_by(hours=1), topic(told, before), tip(told), NEW)

    assert taken(told) == ""
    assert taken(told.pass_by(days=2, hours=23)) == ""
    assert taken(told.pass_by(hours=1)) == NEW


def test_it_does_so_where_the_merge_is_seen_only_later() -> None:
    told = story()
    before = tip(told)
    told.pass_by(days=1).write({DEV: release(OLD)}, "develop").run()
    merge(told.pass_by(hours=1), topic(told, before), tip(told), NEW)

    assert taken(told.pass_by(days=4)) == ""
    assert taken(told.pass_by(days=3)) == NEW


def test_who_pulls_before_a_push_does_not_begin_the_soak_anew() -> None:
    """`git pull` makes such merges every day."""
    told = story()
    before = tip(told)
    told.pass_by(days=1).write({"README.md": "x"}, "develop").run()
    merge(told.pass_by(days=1), topic(told, before), tip(told), NEW)
    told.run()

    assert taken(told.pass_by(days=1)) == NEW


def test_what_came_by_the_second_parent_has_run_since_it_was_seen_there() -> None:
    told = Story(configuration(*TIERS)).push(PODINFO, OLD, NEW)
    told.write({STAGING: release(OLD)}).write({DEV: release(OLD)}, "develop")
    before = tip(told)
    told.write({DEV: release(NEW)}, "develop").run()
    merge(told.pass_by(days=1), topic(told, before), tip(told), NEW)

    assert taken(told) == ""
    assert taken(told.pass_by(days=2)) == NEW


def test_an_old_topic_that_is_merged_has_rolled_nothing_back() -> None:
    told = Story(configuration(*TIERS)).push(PODINFO, OLD, NEW)
    told.write({STAGING: release(OLD)}).write({DEV: release(OLD)}, "develop")
    old = topic(told, tip(told))
    told.write({DEV: release(NEW)}, "develop").run()
    merge(told.pass_by(days=1), tip(told), old, NEW)
    told.run()

    assert taken(told.pass_by(days=2)) == NEW


def test_a_rollback_that_came_and_went_between_two_runs_is_not_known() -> None:
    """What nobody saw: as where a branch is forced back and forth between two runs."""
    told = story()
    before = tip(told)
    told.pass_by(days=1).write({DEV: release(OLD)}, "develop")
    merge(told, topic(told, before), tip(told), NEW)
    told.run()

    assert taken(told.pass_by(days=2)) == NEW


@pytest.mark.parametrize("version", [OLD, NEW])
def test_every_run_keeps_the_tip_of_a_branch_of_which_one_was_seen(version: str) -> None:
    told = story()
    told.pass_by(days=1).write({DEV: release(version), "README.md": "x"}, "develop").run()

    seen = read_past(told.repository, told.remote.tip(LEDGER_BRANCH)).ledger.branches["develop"]
    assert seen[tip(told)] == told.now
    assert len(seen) == 2


class Shallow(MemoryRepository):
    """Brings what lies behind second parents only with a deeper fetch."""

    def past(self, branch: Branch, tip: Sha, most: int, through: Iterable[Sha] = ()) -> tuple[PastCommit, ...]:
        return super().past(branch, tip, most, through if most >= 128 else ())


def test_what_lies_behind_a_second_parent_is_looked_for_deeper_down() -> None:
    told = story(commits=150)
    told.opens = Shallow
    before = tip(told)
    told.pass_by(hours=1).write({"README.md": "x"}, "develop").run()
    merge(told, topic(told, before), tip(told), NEW)

    assert taken(told.pass_by(days=3)) == NEW
    assert ("develop", 128) in told.repository.walked


def test_what_is_not_found_there_has_left_the_branch() -> None:
    told = story(commits=150)
    before = tip(told)
    told.pass_by(days=1).write({DEV: release(OLD)}, "develop").run()
    told.remote.branches["develop"] = before
    told.write({"README.md": "forced"}, "develop")

    assert taken(told.pass_by(days=2)) == ""
    assert told.repository.walked[-1] == ("develop", 128)
    assert taken(told.pass_by(days=3)) == NEW


def test_only_as_many_tips_are_kept_as_commits_are_read() -> None:
    told = story()
    seen = {f"{number:040x}": told.now for number in range(MOST_TIPS)}
    past = read_past(told.repository, told.remote.tip(LEDGER_BRANCH))
    assert remember(Ledger(branches={"develop": seen}), past, told.forge.us) == ()
    told.pass_by(hours=1).write({"README.md": "x"}, "develop").run()

    kept = read_past(told.repository, told.remote.tip(LEDGER_BRANCH)).ledger.branches["develop"]
    assert (len(kept), kept[tip(told)], MOST_TIPS) == (MOST_TIPS, told.now, DEPTHS[-1])
