"""smaller jumps: what is refused, taken out, only told of or apart keeps no smaller jump of its chart away."""

from datetime import UTC

import pytest
from builders import PODINFO, configuration, rule, source, tier
from doubles.story import Story, release
from msgspec.structs import replace

from bot.model.proposals import Action
from bot.model.proposing import Amounts, Grouping, Majors, Mode, NamedGroup, Proposing, ProposingRule, Window
from bot.model.tiers import Tier
from bot.model.verdicts import Held, Update
from bot.planning.grouping import branch_of
from bot.reasons import UNREACHABLE
from bot.report.becoming import what_became
from bot.report.run_report import RunReport
from bot.report.told_reasons import told_reasons

DEV = tier("dev", "any")
TOGETHER = replace(DEV, proposing=Proposing(majors=Majors.TOGETHER))
ALL = branch_of(DEV)
FILE = "apps/dev/a.yaml"
NEWER = ("1.0.1", "1.0.2", "1.2.0", "1.5.0", "2.0.0")


def fleet(of: Tier = DEV, *tags: str) -> Story:
    return Story(configuration(of)).push(PODINFO, "1.0.0", *(tags or NEWER)).write({FILE: release("1.0.0")})


def run(story: Story) -> list[str]:
    """One run; what it wrote, statuses left out."""
    story.forge.writes.clear()
    story.repository.pushes.clear()
    published = story.published()
    assert not published.problems
    assert not [outcome.problem for outcome in published.outcomes if outcome.problem]
    pushes = [f"{'push' if sha else 'delete'} {branch}" for branch, sha in story.repository.pushes]
    return [*pushes, *(name for name, _ in story.forge.writes if name != "set_status")]


def proposed(story: Story) -> dict[str, str]:
    """The version in each branch of the tier that has an open pull request, by its key without the hash."""
    prefix = branch_of(DEV, "")
    found = {pull.head for pull in story.forge.open_pull_requests()}
    files = {name.removeprefix(prefix).split("-")[0]: story.remote.files(name)[FILE].decode() for name in found}
    versions = (*NEWER, "1.5.1", "2.1.0", "3.0.0")
    return {key: next(one for one in versions if release(one) == text) for key, text in files.items()}


def close(story: Story, key: str) -> None:
    [number] = (pull.number for pull in story.forge.open_pull_requests() if key in pull.head)
    story.forge.close(number)
    run(story)
    assert run(story) == []


def untick(story: Story, key: str, *, ticked: bool = False) -> None:
    [pull] = (pull for pull in story.forge.open_pull_requests() if key in pull.head)
    old, new = ("- [ ]", "- [x]") if ticked else ("- [x]", "- [ ]")
    lines = (one.replace(old, new) if "podinfo" in one and "box=" in one else one for one in pull.body.split("\n"))
    story.forge.pulls[pull.number] = replace(pull, body="\n".join(lines))
    assert story.forge.pulls[pull.number].body != pull.body
    run(story)
    assert run(story) == []


def test_a_major_and_the_best_of_its_own_major_are_open_at_once() -> None:
    story = fleet()
    run(story)
    assert proposed(story) == {"all": "1.5.0", "majors": "2.0.0"}
    assert run(story) == []


def test_a_refused_major_keeps_no_minor_away() -> None:
    story = fleet()
    run(story)
    close(story, "majors")
    assert proposed(story) == {"all": "1.5.0"}
    run(story.push(PODINFO, "1.5.1"))
    assert proposed(story) == {"all": "1.5.1"}


def test_a_refused_minor_keeps_no_patch_away_and_a_refused_patch_brings_no_older_one() -> None:
    story = fleet()
    run(story)
    close(story, "majors")
    close(story, "all")
    assert proposed(story) == {"all": "1.0.2"}
    close(story, "all")
    assert proposed(story) == {}


def test_a_newer_version_is_proposed_after_all_were_refused() -> None:
    story = fleet()
    for key in ("majors", "all", "all"):
        run(story)
        close(story, key)
    run(story.push(PODINFO, "1.5.1", "2.1.0"))
    assert proposed(story) == {"all": "1.5.1", "majors": "2.1.0"}


@pytest.mark.parametrize(
    ("jumps", "expected"),
    [
        (("major",), {"all": "1.5.0"}),
        (("major", "minor"), {"all": "1.0.2"}),
        (("minor",), {"majors": "2.0.0", "all": "1.0.2"}),
        (("major", "minor", "patch"), {}),
    ],
)
def test_a_jump_that_is_only_reported_keeps_no_smaller_one_away(
    jumps: tuple[str, ...], expected: dict[str, str]
) -> None:
    story = fleet()
    reports = replace(rule(), jumps=frozenset(jumps), proposing=ProposingRule(mode=Mode.REPORT))
    story.configuration = configuration(DEV, rules=[reports])
    run(story)
    assert proposed(story) == expected


def test_a_version_taken_out_keeps_no_smaller_jump_away_and_comes_back_in_its_place() -> None:
    story = fleet(TOGETHER)
    run(story)
    assert proposed(story) == {"all": "2.0.0"}
    untick(story, "all")
    assert proposed(story) == {"all": "1.5.0"}
    untick(story, "all", ticked=True)
    assert proposed(story) == {"all": "2.0.0"}


def test_where_majors_are_together_only_the_best_is_proposed() -> None:
    story = fleet(TOGETHER)
    run(story)
    assert proposed(story) == {"all": "2.0.0"}
    close(story, "all")
    assert proposed(story) == {"all": "1.5.0"}


def majors_in(story: Story, month: int) -> Story:
    """Majors are proposed in that month only."""
    window = Window(cron=f"* * * {month} *", zone=UTC, name="UTC")
    waits = replace(rule(), jumps=frozenset({"major"}), proposing=ProposingRule(windows=(window,)))
    story.configuration = configuration(*story.configuration.tiers, rules=[waits])
    return story


@pytest.mark.parametrize(("of", "major"), [(TOGETHER, "all"), (DEV, "majors")])
def test_a_major_that_waits_for_its_window_keeps_no_smaller_jump_away(of: Tier, major: str) -> None:
    story = majors_in(fleet(of, "1.0.1", "1.5.0"), 7)
    run(story)
    assert proposed(story) == {"all": "1.5.0"}
    run(story.push(PODINFO, "2.0.0"))
    assert proposed(story) == {"all": "1.5.0"}
    [held] = [one.decision for one in story.arranged().tiers[0].verdicts]
    assert isinstance(held, Update)
    assert [(one.tag, one.why) for one in held.refused] == [("2.0.0", "waits until 2026-07-01 00:00 UTC")]
    run(story.push(PODINFO, "1.5.1"))
    assert proposed(story) == {"all": "1.5.1"}
    majors_in(story, story.now.month)
    run(story)
    assert proposed(story)[major] == "2.0.0"


def test_a_major_that_is_open_stays_outside_of_its_window_though_a_newer_one_is_out() -> None:
    story = majors_in(fleet(TOGETHER), fleet().now.month)
    run(story)
    assert proposed(story) == {"all": "2.0.0"}
    majors_in(story, 7).push(PODINFO, "2.1.0")
    assert run(story) == []


def test_a_major_that_waits_for_its_window_keeps_no_other_chart_away() -> None:
    story = majors_in(fleet(TOGETHER, "1.5.0"), 7)
    run(story)
    story.push(PODINFO, "2.0.0").push("ghcr.io/x/redis", "1.0.0", "1.1.0")
    run(story.write({"apps/dev/b.yaml": release("1.0.0", chart="redis")}))
    assert story.remote.files(ALL)["apps/dev/b.yaml"].decode() == release("1.1.0", chart="redis")


def test_the_word_in_a_pull_request_says_where_the_larger_jump_is() -> None:
    story = fleet()
    run(story)
    [pull] = (pull for pull in story.forge.open_pull_requests() if pull.head == ALL)
    assert "<code>2.0.0</code> proposed in a pull request of its own |" in pull.body
    close(story, "majors")
    [pull] = (pull for pull in story.forge.open_pull_requests() if pull.head == ALL)
    assert "<code>2.0.0</code> refused in &#35;&#8203;2 |" in pull.body


def told(story: Story) -> list[str]:
    """What a run says in its text, beside pull requests."""
    return [one.reason.sentence for one in told_reasons(story.run())]


def test_why_a_larger_jump_is_not_proposed_is_told_where_a_smaller_one_is() -> None:
    story = fleet()
    assert told(story) == []
    close(story, "majors")
    assert told(story) == ["2.0.0 was refused in #2"]

    reports = replace(rule(), jumps=frozenset({"major"}), proposing=ProposingRule(mode=Mode.REPORT))
    other = fleet()
    other.configuration = configuration(DEV, rules=[reports])
    [only] = told(other)
    assert only.startswith("2.0.0 ")


def ends(story: Story) -> list[str]:
    """What the next run says of each pull request that it closes."""
    report = RunReport(command="update", configuration=story.configuration, plan=story.planned())
    return [what_became(report, one) for one in report.outcomes if one.plan.action is Action.CLOSE]


def test_minors_that_a_person_wrote_by_hand_close_their_pull_request_as_done() -> None:
    story = fleet()
    run(story)
    [said] = ends(story.write({FILE: release("1.5.0")}))
    assert said == "would be closed, nothing is left to update (podinfo: 1.5.0 is on the base branch)"
    run(story)
    [comment] = story.forge.comments
    assert comment.endswith("- podinfo: 1.5.0 is on the base branch")
    assert "otherwise" not in comment


def test_majors_that_a_person_closed_leave_their_branch_as_refused_while_the_minors_stay() -> None:
    story = fleet()
    run(story)
    story.forge.close(2)
    [said] = ends(story)
    why = "nothing is left to update (podinfo: 2.0.0 is not taken: refused in #2)"
    assert said == f"would be deleted, since it has no open pull request, {why}"


def test_what_goes_to_another_group_is_told_apart_from_what_is_on_the_base() -> None:
    story = (
        fleet().push("ghcr.io/x/redis", "1.0.0", "1.1.0").write({"apps/dev/b.yaml": release("1.0.0", chart="redis")})
    )
    run(story)
    by_chart = replace(DEV, proposing=Proposing(group=Grouping.CHART))
    story.write({FILE: release("1.5.0")}).configuration = configuration(by_chart)
    assert "its other updates are grouped otherwise now (podinfo: 1.5.0 is on the base branch)" in ends(story)[0]
    run(story)
    assert story.forge.comments[0].startswith("- podinfo: 1.5.0 is on the base branch\n\nThe configuration groups the")


def test_the_report_tells_one_verdict_of_each_reference() -> None:
    story = fleet()
    run(story)
    [of_tier] = story.arranged().tiers
    [verdict] = of_tier.verdicts
    assert isinstance(verdict.decision, Update)
    assert verdict.decision.new == "2.0.0"
    close(story, "majors")
    [of_tier] = story.arranged().tiers
    [verdict] = of_tier.verdicts
    assert isinstance(verdict.decision, Update)
    assert verdict.decision.new == "1.5.0"


def test_what_nothing_is_proposed_of_says_why_its_best_is_not() -> None:
    story = fleet(DEV, "2.0.0")
    run(story)
    close(story, "majors")
    [of_tier] = story.arranged().tiers
    [verdict] = of_tier.verdicts
    assert isinstance(verdict.decision, Held)
    assert verdict.decision.reason.sentence == "2.0.0 was refused in #1"


@pytest.mark.parametrize(
    ("merged", "version", "left"), [("all", "1.5.0", {"majors": "2.0.0"}), ("majors", "2.0.0", {})]
)
def test_when_one_is_merged_the_other_is_built_anew_or_closed(merged: str, version: str, left: dict[str, str]) -> None:
    story = fleet()
    run(story)
    [number] = (pull.number for pull in story.forge.open_pull_requests() if merged in pull.head)
    story.forge.merge(number)
    run(story.write({FILE: release(version)}))
    assert proposed(story) == left
    assert run(story) == []


def test_a_major_taken_out_of_its_own_pull_request_has_no_heir() -> None:
    story = fleet()
    run(story)
    untick(story, "majors")
    assert proposed(story) == {"all": "1.5.0"}
    [comment] = story.forge.comments
    assert comment.startswith("All that was left here was taken out by its box")


@pytest.mark.parametrize("group", ["aa", "zz"])
def test_a_chart_that_is_away_keeps_its_line_in_both(group: str) -> None:
    story = fleet()
    apart = replace(rule(), jumps=frozenset({"minor"}), proposing=ProposingRule(group=NamedGroup(name=group)))
    story.configuration = configuration(DEV, rules=[apart])
    run(story)
    story.registry.away[source(PODINFO)] = UNREACHABLE(host="ghcr.io", problem="503")
    assert {one.split()[0] for one in run(story)} == {"update_pull_request"}
    assert proposed(story) == {group: "1.5.0", "majors": "2.0.0", "all": "1.0.2"}
    assert run(story) == []


def test_a_chart_that_is_away_keeps_the_boxes_of_what_is_out_beside_its_line() -> None:
    story = fleet(TOGETHER)
    run(story)
    untick(story, "all")
    story.registry.away[source(PODINFO)] = UNREACHABLE(host="ghcr.io", problem="503")
    run(story)
    [pull] = story.forge.open_pull_requests()
    assert [line[:5] for line in pull.body.split("\n") if "podinfo" in line and "box=" in line] == ["- [x]", "- [ ]"]
    assert proposed(story) == {"all": "1.5.0"}


def test_room_for_one_pull_request_is_for_the_smaller_jump() -> None:
    of = replace(DEV, proposing=Proposing(amounts=Amounts(open=1)))
    story = fleet(of)
    run(story)
    assert proposed(story) == {"all": "1.5.0"}
