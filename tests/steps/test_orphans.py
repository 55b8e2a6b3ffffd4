"""orphans: a tier that is gone from the configuration leaves no pull request behind that nobody looks at."""

from collections.abc import Callable

import pytest
from builders import PODINFO, configuration, tier
from doubles.memory_forge import US
from doubles.story import Story, release
from msgspec.structs import replace

from bot.ledger.model import Matter
from bot.model.proposals import Action
from bot.model.proposing import Grouping, Proposing
from bot.model.tiers import Tier
from bot.planning.grouping import branch_of, tier_in
from bot.planning.memory import MEMORY_BRANCH
from bot.report.run_report import all_reasons
from bot.report.summary import summary
from bot.steps.pull_requests.free import free

OTHER = "ghcr.io/x/other"
PATHS = ("apps/dev/**",)
DEV, TEST = tier("dev", "any", paths=PATHS), tier("test", "any", paths=PATHS)
STAGING = tier("staging", "any", paths=("apps/staging/**",))
LIVE = replace(tier("live", production=True, paths=("apps/live/**",)), standing_draft=True)
LIVE = replace(LIVE, pace=replace(LIVE.pace, comes_from=("dev",)))
OURS = branch_of(DEV)


def fleet(*tiers: Tier) -> Story:
    story = Story(configuration(*(tiers or (DEV, STAGING)))).push(PODINFO, "1.2.3", "1.2.4")
    return story.write({f"apps/{name}/a.yaml": release("1.2.3") for name in ("dev", "staging", "live")})


def proposed(*tiers: Tier) -> Story:
    story = fleet(*tiers)
    story.run()
    story.forge.writes.clear()
    return story


def wrote(story: Story) -> list[str]:
    story.forge.writes.clear()
    story.run()
    return [f"{name} {what}" for name, what in story.forge.writes if name != "set_status"]


def open_ones(story: Story) -> dict[int, str]:
    return {number: pull.head for number, pull in story.forge.pulls.items()}


def told(story: Story) -> list[str]:
    """What the next run says, sentence by sentence."""
    return [reason.sentence for reason in all_reasons(story.run())]


def test_a_renamed_tier_opens_its_own_before_the_old_one_is_closed_with_the_link() -> None:
    story = proposed()
    story.configuration = configuration(TEST, STAGING)
    assert wrote(story) == [f"create_pull_request {branch_of(TEST)}", "close_pull_request 1"]
    assert story.forge.comments == [
        "The configuration has no tier dev any more. Its updates are proposed in https://forge.example/pull/3."
    ]
    assert open_ones(story) == {2: branch_of(STAGING), 3: branch_of(TEST)}
    assert OURS not in story.remote.branches
    assert wrote(story) == []


def test_a_removed_tier_has_its_pull_request_closed_with_why_and_the_report_says_it() -> None:
    story = proposed()
    story.configuration = configuration(STAGING)
    report = story.run()
    assert story.forge.comments == ["The configuration has no tier dev any more."]
    assert open_ones(story) == {2: branch_of(STAGING)}
    assert "closed, the configuration has no tier dev any more" in summary(report)


def test_a_tier_that_comes_back_is_proposed_anew_since_nobody_refused_a_thing() -> None:
    story = proposed()
    story.configuration = configuration(STAGING)
    story.run()
    story.configuration = configuration(DEV, STAGING)
    assert wrote(story) == [f"create_pull_request {OURS}"]


def test_every_group_of_a_removed_tier_is_closed() -> None:
    by_chart = replace(DEV, proposing=Proposing(group=Grouping.CHART))
    story = fleet(by_chart, STAGING).push(OTHER, "1.2.3", "1.2.4")
    story.write({"apps/dev/b.yaml": release("1.2.3", chart="other")})
    story.run()
    story.configuration = configuration(STAGING)
    story.run()
    assert list(open_ones(story).values()) == [branch_of(STAGING)]


def test_what_could_not_be_opened_in_its_place_leaves_the_old_one_open() -> None:
    story = proposed()
    story.configuration = configuration(TEST, STAGING)
    story.forge.fails = {"create_pull_request"}
    story.run()
    assert 1 in story.forge.pulls
    story.forge.fails = set()
    story.run()
    assert 1 not in story.forge.pulls


def test_a_run_that_was_killed_before_it_deleted_the_branch_is_ended_by_the_next() -> None:
    story = proposed()
    story.configuration = configuration(STAGING)
    del story.forge.pulls[1]
    report = story.run()
    assert OURS not in story.remote.branches
    assert "deleted, since it has no open pull request" in summary(report)


def others_commit(story: Story) -> None:
    story.remote.commit(OURS, {"apps/dev/a.yaml": "# ann's\n" + release("1.2.4")})


def others_beneath(story: Story) -> None:
    """A commit of Ann's, and above it one with our address and our trailers."""
    ours = story.remote.commits[story.remote.branches[OURS]]
    story.remote.branches[OURS] = ours.parents[0]
    theirs = story.remote.commit(OURS, {"apps/dev/z.yaml": "a: b\n"})
    story.remote.branches[OURS] = story.remote.store(replace(ours, parents=(theirs,)))


def sent_elsewhere(story: Story) -> None:
    story.remote.branches["release"] = story.remote.branches["main"]
    story.forge.pulls[1] = replace(story.forge.pulls[1], base="release")


def of_another_file(story: Story) -> None:
    story.configuration = replace(story.configuration, path="other.yaml")


def test_what_another_configuration_asked_for_is_its_own_runs_to_tell_of() -> None:
    story = proposed()
    story.configuration = configuration(STAGING)
    of_another_file(story)
    report = told(story)
    assert OURS in story.remote.branches
    assert not any("left alone" in one for one in report)


@pytest.mark.parametrize(
    ("happens", "why"),
    [
        pytest.param(others_commit, "it has commits of others", id="a commit of others"),
        pytest.param(others_beneath, "it has commits of others", id="one of others beneath ours"),
        pytest.param(sent_elsewhere, "it goes to release, which it was not opened for", id="another base"),
    ],
)
def test_what_is_not_certainly_ours_is_left_and_named_in_every_run(happens: Callable[[Story], None], why: str) -> None:
    story = proposed()
    story.configuration = configuration(STAGING)
    happens(story)
    said = f"#1 is left alone although the configuration has no tier dev any more: {why}"
    for _ in range(2):
        assert said in told(story)
        assert story.forge.pulls[1].head == OURS
        assert OURS in story.remote.branches


def test_somebody_elses_branch_under_such_a_name_is_neither_touched_nor_told() -> None:
    story = proposed()
    story.remote.commit("flux-chart-bot/old/all", {"x": "y"})
    story.forge.pulls[9] = replace(story.forge.pulls[1], number=9, head="flux-chart-bot/old/all", author="ann")
    report = story.run()
    assert 9 in story.forge.pulls
    assert "old" not in summary(report)


def test_a_draft_for_a_production_tier_that_is_gone_is_closed() -> None:
    story = fleet(DEV, LIVE).write({"apps/dev/a.yaml": release("1.2.4")})
    story.run()
    [number] = story.forge.drafts
    story.configuration = configuration(DEV)
    story.run()
    assert number not in story.forge.pulls
    assert story.forge.comments == ["The configuration has no tier live any more."]


def test_a_promotion_that_is_marked_as_ready_is_left_to_who_did_that() -> None:
    story = fleet(DEV, LIVE).write({"apps/dev/a.yaml": release("1.2.4")})
    story.run()
    [number] = story.forge.drafts
    story.forge.pulls[number] = replace(story.forge.pulls[number], draft=False)
    story.configuration = configuration(DEV)
    assert any(said.endswith("any more: it is marked as ready for review") for said in told(story))
    assert number in story.forge.pulls


def test_what_was_refused_in_a_tier_that_is_gone_is_said_until_it_is_released() -> None:
    story = proposed()
    story.forge.close(1)
    story.run()
    story.configuration = configuration(TEST, STAGING)
    said = f"what people refused in dev, a tier that the configuration does not have, is refused in no other: {PODINFO}"
    for _ in range(2):
        assert f"{said} 1.2.4 (#1)" in told(story)
    freed = free(Matter(chart=PODINFO, version="", tier=""), story.configuration, story.repository, US, writes=True)
    assert freed.told == ("1.2.4 in dev (#1)",)
    assert not [one for one in told(story) if one.startswith("what people refused")]


def test_the_branches_of_our_memory_are_of_no_tier() -> None:
    assert tier_in(MEMORY_BRANCH) is None
    assert tier_in(OURS) == ("dev", "all")
    assert tier_in("flux-chart-bot/dev/mine") is None


def test_a_promotion_that_a_person_asks_for_closes_nothing_of_other_tiers() -> None:
    story = fleet(DEV, STAGING, LIVE).write({"apps/dev/a.yaml": release("1.2.4")})
    story.run()
    story.configuration = configuration(DEV, LIVE)
    report = story.promote()
    assert [one.plan.action for one in report.outcomes if one.plan.tier.name == "staging"] == []
    assert Action.CLOSE not in {one.plan.action for one in report.outcomes}
