"""A tier that is put on another base: its pull requests follow; what a person sent elsewhere does not."""

from builders import PODINFO, configuration, tier
from doubles.story import Story, release
from msgspec.structs import replace

from bot.model.tiers import Tier
from bot.planning.grouping import branch_of
from bot.report.run_report import all_reasons
from bot.report.summary import summary

DEV = tier("dev", "any")
NAME = branch_of(DEV)
LIVE = replace(tier("live", production=True), standing_draft=True)
LIVE = replace(LIVE, pace=replace(LIVE.pace, comes_from=("dev",)))
ASKED = replace(LIVE, standing_draft=False)
SAID = "The configuration has {} go to develop now, not to main."


def proposed(*tiers: Tier, dev: str = "1.2.3") -> Story:
    story = Story(configuration(*(tiers or (DEV,)))).push(PODINFO, "1.2.3", "1.2.4")
    story.write({"apps/dev/a.yaml": release(dev), "apps/live/a.yaml": release("1.2.3")})
    story.run()
    return story


def on(story: Story, branch: str, *tiers: Tier) -> Story:
    story.remote.branches.setdefault(branch, story.remote.branches["main"])
    story.configuration = configuration(*(replace(one, branch=branch) for one in tiers or (DEV,)))
    return story


def wrote(story: Story) -> list[str]:
    story.forge.writes.clear()
    story.run()
    return [name for name, _ in story.forge.writes if name != "set_status"]


def bases(story: Story) -> dict[int, str]:
    return {number: pull.base for number, pull in story.forge.pulls.items()}


def parent(story: Story, name: str = NAME) -> str:
    return story.remote.commits[story.remote.branches[name]].parents[0]


def test_its_pull_request_is_closed_with_why_and_made_anew_there() -> None:
    story = on(proposed(), "develop")
    tip = story.remote.commit("develop", {"x": "y"})
    assert wrote(story) == ["close_pull_request", "create_pull_request"]
    assert story.forge.comments == [f"{SAID.format('dev')} Its updates are proposed anew there."]
    assert bases(story) == {2: "develop"}
    assert parent(story) == tip
    assert wrote(story) == []


def test_the_report_says_which_one_it_stands_for() -> None:
    story = on(proposed(), "develop")
    assert "opened in place of &#35;&#8203;1, since the configuration has dev go to develop now" in summary(story.run())


def test_it_follows_there_and_back_also_where_both_bases_are_alike() -> None:
    story = on(proposed(), "develop")
    story.run()
    assert wrote(on(story, "main")) == ["close_pull_request", "create_pull_request"]
    assert bases(story) == {3: "main"}


def test_that_is_no_refusal() -> None:
    story = on(proposed(), "develop")
    story.run()
    story.forge.pulls.clear()
    assert wrote(story) == ["create_pull_request"]


def test_where_nothing_is_left_to_update_it_is_closed_and_its_branch_deleted() -> None:
    story = on(proposed(), "develop")
    story.remote.commit("develop", {"apps/dev/a.yaml": release("1.2.4")})
    assert wrote(story) == ["close_pull_request"]
    assert story.forge.comments == [SAID.format("dev")]
    assert NAME not in story.remote.branches


def test_what_a_person_sent_elsewhere_stays_theirs_whatever_the_configuration_does() -> None:
    story = proposed()
    story.remote.branches["release"] = story.remote.branches["main"]
    story.forge.pulls[1] = replace(story.forge.pulls[1], base="release")
    for branch in ("main", "develop"):
        assert wrote(on(story, branch)) == []
        assert "pull request 1 uses our branch name" in "".join(one.sentence for one in all_reasons(story.run()))
    assert bases(story) == {1: "release"}


def test_what_holds_commits_of_others_stays_where_it_is() -> None:
    story = on(proposed(), "develop")
    theirs = story.remote.commit(NAME, {"apps/dev/a.yaml": "# ann's\n" + release("1.2.4")})
    story.push(PODINFO, "1.2.5")
    assert wrote(story) == []
    assert story.remote.branches[NAME] == theirs
    assert f"{NAME} holds commits of others and is left to them" in [one.sentence for one in all_reasons(story.run())]


def test_a_run_that_was_killed_after_the_closing_is_ended_by_the_next() -> None:
    story = on(proposed(), "develop")
    story.forge.fails = {"create_pull_request"}
    story.run()
    assert bases(story) == {}
    story.forge.fails = set()
    story.run()
    assert bases(story) == {2: "develop"}


def test_what_cannot_be_closed_leaves_the_branch_as_it_is() -> None:
    story = on(proposed(), "develop")
    before = story.remote.branches[NAME]
    story.remote.commit("develop", {"x": "y"})
    story.forge.fails = {"close_pull_request"}
    story.run()
    assert story.remote.branches[NAME] == before
    assert bases(story) == {1: "main"}


def test_a_standing_draft_follows_its_tier() -> None:
    story = on(proposed(DEV, LIVE, dev="1.2.4"), "develop", DEV, LIVE)
    story.run()
    assert list(bases(story).values()) == ["develop"]
    assert story.forge.comments == [f"{SAID.format('live')} Its updates are proposed anew there."]


def test_a_promotion_that_was_asked_for_is_closed_with_how_to_ask_again() -> None:
    story = proposed(DEV, ASKED, dev="1.2.4")
    story.promote()
    assert len(story.forge.pulls) == 1
    on(story, "develop", DEV, ASKED).run()
    assert bases(story) == {}
    assert story.forge.comments == [f"{SAID.format('live')} To ask for it again, run `promote --to live`."]


def test_one_that_is_marked_as_ready_stays_and_is_named() -> None:
    for tiers in ((DEV, LIVE), (DEV, ASKED)):
        story = proposed(*tiers, dev="1.2.4")
        story.promote()
        [number] = story.forge.drafts
        story.forge.pulls[number] = replace(story.forge.pulls[number], draft=False)
        said = [one.sentence for one in all_reasons(on(story, "develop", *tiers).run())]
        assert bases(story) == {number: "main"}
        assert any(f"#{number} is" in one for one in said)
