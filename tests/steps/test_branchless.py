"""Open pull requests whose branches are gone: GitHub ends these by itself, a folder of files leaves that to a run."""

import pytest
from builders import PODINFO, configuration, tier
from doubles.story import Story, release
from msgspec.structs import replace

from bot.model.proposing import Grouping, Proposing
from bot.planning.grouping import branch_of, promotion_key

OTHER = "ghcr.io/x/other"
DEV = replace(tier("dev", "any", paths=("apps/dev/**",)), proposing=Proposing(group=Grouping.CHART))
LIVE = tier("live", production=True, paths=("apps/live/**",))


def proposed() -> Story:
    """Each chart has a pull request of its own."""
    story = Story(configuration(DEV, LIVE)).push(PODINFO, "1.2.3", "1.2.4").push(OTHER, "1.2.3", "1.2.4")
    story.write({f"apps/{name}/a.yaml": release("1.2.3") for name in ("dev", "live")})
    story.write({"apps/dev/b.yaml": release("1.2.3", chart="other")})
    story.run()
    assert [pull.number for pull in story.forge.pulls.values()] == [1, 2]
    return story


def taken_otherwise(story: Story) -> str:
    """By hand, with something else; its branch is deleted. The forge has not noticed."""
    gone = next(pull.head for pull in story.forge.pulls.values() if "podinfo" in pull.head)
    story.write({"apps/dev/a.yaml": release("1.2.4", extra="suspend: false")})
    story.remote.delete(gone)
    return gone


def test_one_with_which_nothing_is_wished_any_more_ends_whatever_its_key() -> None:
    story = proposed()
    gone = taken_otherwise(story)
    story.run()
    assert gone not in {pull.head for pull in story.forge.pulls.values()}
    assert (len(story.forge.pulls), story.forge.comments[-1:]) == (1, ["Nothing is left to update here."])


def test_what_is_still_wished_has_its_branch_again() -> None:
    story = proposed()
    gone = story.forge.pulls[1].head
    story.remote.delete(gone)
    story.run()
    assert gone in story.remote.branches
    assert sorted(story.forge.pulls) == [1, 2]


def test_one_that_another_run_opened_meanwhile_is_not_without_its_branch() -> None:
    story = proposed()
    gone = taken_otherwise(story)
    remote = story.our_side()
    assert gone not in remote.tips
    story.remote.commit(gone, {"apps/dev/a.yaml": release("1.2.5")})
    assert remote.branchless(DEV) == frozenset()


def test_strangers_and_other_tiers_are_none_of_it() -> None:
    story = proposed()
    gone = taken_otherwise(story)
    [ours] = [pull for pull in story.forge.pulls.values() if pull.head == gone]
    assert len(story.our_side().branchless(DEV)) == 1
    assert story.our_side().branchless(LIVE) == frozenset()
    for theirs in (replace(ours, author="mallory"), replace(ours, head_here=False)):
        story.forge.pulls[ours.number] = theirs
        assert story.our_side().branchless(DEV) == frozenset()


@pytest.mark.parametrize("draft", [True, False])
def test_a_promotion_says_how_to_ask_for_it_again(*, draft: bool) -> None:
    story = proposed()
    story.forge.create_pull_request(
        head=branch_of(LIVE, promotion_key().text), base="main", title="Promote", body="x", draft=draft
    )
    story.run()
    assert sorted(story.forge.pulls) == [1, 2]
    assert story.forge.comments[-1] == (
        "Nothing is left to promote here.\n\nTo ask for it again, run `promote --to live --from TIER`."
    )
