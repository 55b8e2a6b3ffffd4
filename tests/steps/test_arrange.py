"""arrange: what people said by closing, ticking and pushing decides what is proposed, run after run."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from builders import PODINFO, configuration, rule, source, tier
from doubles.flux_manifests import applied
from doubles.story import Story, release, repository
from msgspec.structs import replace

from bot.model.commits import PushRejected
from bot.model.proposals import Action
from bot.model.proposing import Amounts, Beyond, Extras, Grouping, Proposing, Window
from bot.model.tiers import Tier
from bot.model.verdicts import Held
from bot.planning.grouping import branch_of
from bot.planning.memory import MEMORY_BRANCH, MEMORY_FILE, MEMORY_STATE
from bot.planning.tick_boxes import REBUILD, mark
from bot.proposal_reasons import EXTRA_REFUSED
from bot.reason import Weight
from bot.reasons import UNREACHABLE
from bot.report.told_reasons import told_reasons
from bot.steps.own_state import message_of

OTHER = "ghcr.io/x/other"
DEV = tier("dev", "any")
BY_CHART = replace(DEV, proposing=Proposing(group=Grouping.CHART))
NAME = branch_of(DEV)
OVERLAY_OF_DEV, LIVE = (
    tier("dev", "any", paths=("apps/dev/**",)),
    tier("live", production=True, paths=("apps/live/**",)),
)
OVERLAY = "resources: [../../base]\n"
BASE = {
    "base/a.yaml": release("1.2.3"),
    "base/r.yaml": repository(),
    "base/kustomization.yaml": "resources: [a.yaml, r.yaml]\n",
}
PODINFO_FILE, OTHER_FILE = "apps/dev/a.yaml", "apps/dev/b.yaml"


def fleet(of: Tier = DEV) -> Story:
    story = Story(configuration(of)).push(PODINFO, "1.2.3", "1.2.4").push(OTHER, "1.2.3", "1.2.4")
    return story.write({PODINFO_FILE: release("1.2.3"), OTHER_FILE: release("1.2.3", chart="other")})


def proposed(of: Tier = DEV) -> Story:
    story = fleet(of)
    run(story)
    return quiet(story)


def closed_and_opened_again() -> Story:
    """A person closed it, a run took that as a refusal, and they opened it again with its branch."""
    story = proposed()
    head = story.remote.branches[NAME]
    story.forge.close(1)
    run(story)
    story.remote.branches[NAME] = head
    story.forge.pulls[1] = story.forge.closed.pop()
    return story


def quiet(story: Story) -> Story:
    story.forge.writes.clear()
    story.repository.pushes.clear()
    return story


def run(story: Story) -> list[str]:
    """One run; what it wrote, statuses left out."""
    quiet(story)
    published = story.published()
    assert not published.problems
    assert not [outcome.problem for outcome in published.outcomes if outcome.problem]
    pushes = [f"{'push' if sha else 'delete'} {branch}" for branch, sha in story.repository.pushes]
    return [*pushes, *(name for name, _ in story.forge.writes if name != "set_status")]


def held(story: Story) -> dict[str, str]:
    """The reason for each object that is held."""
    return {
        verdict.reference.object.name: verdict.decision.reason.id
        for one in story.arranged().tiers
        for verdict in one.verdicts
        if isinstance(verdict.decision, Held)
    }


def branches(story: Story) -> set[str]:
    """Keys without their hashes."""
    prefix = branch_of(DEV, "")
    return {name.removeprefix(prefix).split("-")[0] for name in story.remote.branches if name.startswith(prefix)}


def tick(story: Story, name: str, *, ticked: bool, number: int = 1) -> None:
    """Tick or untick a chart's box, or the one that asks to rebuild."""
    pull = story.forge.pulls[number]
    lines = [
        _ticked(line, ticked=ticked) if name in line and "box=" in line else line for line in pull.body.split("\n")
    ]
    assert lines != pull.body.split("\n")
    story.forge.pulls[number] = replace(pull, body="\r\n".join(lines))


def _ticked(line: str, *, ticked: bool) -> str:
    return line.replace("- [ ]", "- [x]") if ticked else line.replace("- [x]", "- [ ]")


class TestARefusal:
    def test_is_remembered_before_anything_else_is_written(self) -> None:
        story = proposed().push(PODINFO, "1.2.5")
        story.forge.close(1)
        assert run(story)[:2] == [f"push {MEMORY_BRANCH}", f"push {NAME}"]
        assert story.proposed() == {PODINFO_FILE: release("1.2.5")}
        assert run(story) == []

    def test_costs_no_question_once_it_is_remembered(self) -> None:
        story = proposed()
        story.forge.close(1)
        run(story)
        story.forge.asked_who_closed.clear()
        assert run(story) == []
        assert held(story) == {"podinfo": "refused", "other": "refused"}

    def test_holds_when_the_base_moves(self) -> None:
        story = proposed()
        story.forge.close(1)
        run(story.write({PODINFO_FILE: "# note\n" + release("1.2.3")}))
        assert run(story.write({"README.md": "x"})) == []

    def test_ends_when_its_pull_request_is_opened_again(self) -> None:
        story = closed_and_opened_again()
        assert run(story) == [f"push {MEMORY_BRANCH}"], "nothing of the refusal is left"
        assert run(story) == []
        assert held(story) == {}

    def test_is_none_where_a_branch_with_others_commits_was_deleted_to_hand_it_back(self) -> None:
        story = proposed()
        story.remote.commit(NAME, {PODINFO_FILE: release("9.9.9")})
        story.forge.close(1)
        del story.remote.branches[NAME]
        run(story)
        assert set(story.proposed()) == {PODINFO_FILE, OTHER_FILE}

    def test_is_one_where_a_branch_with_others_commits_was_closed_and_left(self) -> None:
        story = proposed()
        theirs = story.remote.commit(NAME, {PODINFO_FILE: release("9.9.9")})
        story.forge.close(1)
        assert run(story) == [f"push {MEMORY_BRANCH}"]
        assert story.remote.branches[NAME] == theirs
        story.forge.asked_who_closed.clear()
        assert run(story) == []
        assert story.forge.asked_who_closed == []

    def test_in_one_group_holds_in_another(self) -> None:
        story = proposed(BY_CHART)
        (number,) = (pull.number for pull in story.forge.pulls.values() if "podinfo" in pull.head)
        story.forge.close(number)
        run(story)
        story.configuration = configuration(DEV)
        run(story)
        assert story.proposed() == {OTHER_FILE: release("1.2.4", chart="other")}

    def test_of_another_tier_says_nothing_here(self) -> None:
        staging = tier("staging", "any")
        story = Story(configuration(DEV, staging)).push(PODINFO, "1.2.3", "1.2.4")
        story.write({PODINFO_FILE: release("1.2.3"), "apps/staging/a.yaml": release("1.2.3")})
        run(story)
        story.forge.close(next(one.number for one in story.forge.pulls.values() if one.head == NAME))
        run(story)
        assert [one.head for one in story.forge.pulls.values()] == [branch_of(staging)]


class TestTheMemory:
    def test_that_another_run_wrote_meanwhile_stops_this_one(self) -> None:
        story = proposed().push(PODINFO, "1.2.5")
        story.forge.close(1)
        story.remote.rejects = PushRejected.STALE
        published = quiet(story).published()
        assert [problem.id for problem in published.problems] == ["push-rejected"]
        assert published.outcomes == ()
        assert [branch for branch, _ in story.repository.pushes] == [MEMORY_BRANCH]

    def test_is_not_touched_by_a_run_that_learns_nothing(self) -> None:
        story = proposed()
        assert MEMORY_BRANCH not in story.remote.branches
        assert run(story.push(PODINFO, "1.2.5")) == [f"push {NAME}", "update_pull_request"]

    def test_that_another_version_of_us_wrote_otherwise_is_begun_anew(self) -> None:
        story = proposed()
        story.forge.close(1)
        run(story)
        story.remote.commit(MEMORY_BRANCH, {MEMORY_FILE: "no json"}, message_of("x", MEMORY_STATE))
        assert run(story) == [f"push {MEMORY_BRANCH}"], "the newest closed one is still known"
        assert held(story) == {"podinfo": "refused", "other": "refused"}


class TestAGroupThatChanges:
    def test_opens_what_is_new_before_it_closes_what_was(self) -> None:
        story = proposed()
        story.configuration = configuration(BY_CHART)
        wrote = run(story)
        assert [name for name in wrote if "_pull_request" in name] == [
            "create_pull_request",
            "create_pull_request",
            "close_pull_request",
        ]
        assert branches(story) == {"podinfo", "other"}
        (said,) = story.forge.comments
        assert said.startswith("The configuration groups these updates otherwise now.")
        assert said.endswith("https://forge.example/pull/2, https://forge.example/pull/3.")
        assert run(story) == []

    def test_back_again_closes_each_with_the_link(self) -> None:
        story = proposed(BY_CHART)
        story.configuration = configuration(DEV)
        run(story)
        assert branches(story) == {"all"}
        assert len(story.forge.pulls) == 1
        assert all("https://forge.example/pull/3" in comment for comment in story.forge.comments)
        assert len(story.forge.comments) == 2

    def test_leaves_the_old_one_open_where_the_new_one_cannot_be(self) -> None:
        story = proposed()
        story.configuration = configuration(BY_CHART)
        story.remote.rejects = PushRejected.PROTECTED
        story.published()
        assert list(story.forge.pulls) == [1]
        assert story.remote.tip(NAME)

    def test_leaves_one_that_others_work_on(self) -> None:
        story = proposed()
        theirs = story.remote.commit(NAME, {PODINFO_FILE: release("9.9.9")})
        story.configuration = configuration(BY_CHART)
        run(story)
        assert story.remote.tip(NAME) == theirs
        assert 1 in story.forge.pulls

    def test_keeps_a_branch_of_another_kind(self) -> None:
        story = proposed()
        promotion = branch_of(DEV, "promotion-12345678")
        story.remote.branches[promotion] = story.remote.branches[NAME]
        run(story)
        assert promotion in story.remote.branches


@pytest.mark.parametrize("of", [DEV, BY_CHART])
def test_a_chart_that_is_away_keeps_its_pull_request_whatever_the_group(of: Tier) -> None:
    story = proposed(of)
    story.registry.away[source(PODINFO)] = UNREACHABLE(host="ghcr.io", problem="503")
    before = dict(story.remote.branches)
    run(story)
    assert story.remote.branches == before
    assert not any(name.startswith(("close", "delete")) for name in run(story))


@pytest.mark.parametrize("amounts", [Amounts(open=5, changes=1), Amounts(open=1, changes=10)], ids=["rows", "open"])
@pytest.mark.parametrize("group", [Grouping.TIER, Grouping.CHART])
def test_a_branch_of_our_name_that_is_not_ours_changes_nobodys_turn(amounts: Amounts, group: Grouping) -> None:
    """Its rows never become ours, so nothing but the queue would tell them from what came just now."""
    story = fleet(replace(DEV, proposing=Proposing(group=group, amounts=amounts)))
    for name in {plan.branch for plan in story.planned().pull_requests}:
        story.remote.commit(name, {"x": "theirs"})
    run(story)
    assert run(story.pass_by(hours=1)) == []
    assert run(story.pass_by(days=20)) == []


class TestABranchThatOthersWorkedOn:
    """Without a pull request: forges keep the branch of a merged one, unless they are told otherwise."""

    def test_is_used_again_once_it_is_merged(self) -> None:
        story = proposed()
        story.remote.commit(NAME, {PODINFO_FILE: release("1.2.4", extra="  values: {a: 1}\n")})
        merged = story.remote.files(NAME)
        story.forge.merge(1)
        story.write({path: merged[path] for path in (PODINFO_FILE, OTHER_FILE)}).push(PODINFO, "1.2.5")
        assert run(story) == [f"push {NAME}", "create_pull_request"]
        assert story.proposed() == {PODINFO_FILE: release("1.2.5", extra="  values: {a: 1}\n")}
        assert run(story) == []

    def test_is_deleted_once_it_is_merged_and_nothing_is_left_to_do(self) -> None:
        story = proposed()
        story.remote.commit(NAME, {PODINFO_FILE: release("1.2.4", extra="  values: {a: 1}\n")})
        merged = story.remote.files(NAME)
        story.forge.merge(1)
        assert run(story.write({path: merged[path] for path in (PODINFO_FILE, OTHER_FILE)})) == [f"delete {NAME}"]

    def test_stays_theirs_where_more_was_pushed_after_the_merge(self) -> None:
        story = proposed()
        story.remote.commit(NAME, {PODINFO_FILE: release("1.2.4", extra="  values: {a: 1}\n")})
        story.forge.merge(1)
        theirs = story.remote.commit(NAME, {PODINFO_FILE: release("1.2.4", extra="  values: {a: 2}\n")})
        run(story)
        assert story.remote.tip(NAME) == theirs

    def test_is_asked_about_once(self) -> None:
        story = proposed()
        story.remote.commit(NAME, {PODINFO_FILE: release("9.9.9")})
        story.forge.close(1)
        run(story)
        story.forge.asked_who_closed.clear()
        assert run(story) == []
        assert story.forge.asked_who_closed == []


def test_two_charts_of_one_file_have_a_branch_each_that_moves_one() -> None:
    both = release("1.2.3") + "---\n" + release("1.2.3", chart="other")
    story = Story(configuration(BY_CHART)).push(PODINFO, "1.2.3", "1.2.4").push(OTHER, "1.2.3", "1.2.4")
    run(story.write({PODINFO_FILE: both}))
    texts = {
        story.remote.files(name)[PODINFO_FILE].decode()
        for name in story.remote.branches
        if name.startswith(branch_of(DEV, ""))
    }
    assert texts == {
        release("1.2.4") + "---\n" + release("1.2.3", chart="other"),
        release("1.2.3") + "---\n" + release("1.2.4", chart="other"),
    }


class TestABox:
    def test_that_is_unticked_takes_its_chart_out_and_keeps_its_line(self) -> None:
        story = proposed()
        tick(story, "podinfo", ticked=False)
        assert run(story) == [f"push {MEMORY_BRANCH}", f"push {NAME}", "update_pull_request"]
        assert story.proposed() == {OTHER_FILE: release("1.2.4", chart="other")}
        assert held(story) == {"podinfo": "taken-out"}
        assert run(story) == []
        assert "- [ ] <code>ghcr.io/x/podinfo</code> <code>1.2.4</code>" in story.forge.pulls[1].body

    def test_that_is_ticked_again_brings_it_back(self) -> None:
        story = proposed()
        tick(story, "podinfo", ticked=False)
        run(story)
        tick(story, "podinfo", ticked=True)
        run(story)
        assert set(story.proposed()) == {PODINFO_FILE, OTHER_FILE}
        assert run(story) == []
        assert held(story) == {}

    def test_stays_as_it_is_when_another_chart_moves(self) -> None:
        story = proposed()
        tick(story, "podinfo", ticked=False)
        run(story.push(OTHER, "1.2.5"))
        assert run(story.push(OTHER, "1.2.6")) == [f"push {NAME}", "update_pull_request"]
        assert story.proposed() == {OTHER_FILE: release("1.2.6", chart="other")}
        assert "- [ ] <code>ghcr.io/x/podinfo</code>" in story.forge.pulls[1].body

    def test_says_nothing_about_a_newer_version(self) -> None:
        story = proposed()
        tick(story, "podinfo", ticked=False)
        run(story.push(PODINFO, "1.2.5"))
        run(story)
        assert story.proposed()[PODINFO_FILE] == release("1.2.5")

    def test_holds_after_the_rest_was_merged(self) -> None:
        story = proposed()
        tick(story, "podinfo", ticked=False)
        run(story)
        story.forge.pulls.clear()
        run(story.write({OTHER_FILE: release("1.2.4", chart="other")}))
        assert held(story) == {"podinfo": "refused"}
        assert story.remote.tip(NAME) is None

    def test_that_is_unticked_stays_so_while_its_registry_is_away(self) -> None:
        story = proposed()
        story.registry.away[source(PODINFO)] = UNREACHABLE(host="ghcr.io", problem="503")
        run(story)
        tick(story, "podinfo", ticked=False)
        assert run(story) == [f"push {MEMORY_BRANCH}", f"push {NAME}", "update_pull_request"]
        body = story.forge.pulls[1].body
        assert quiet(story).published().statuses_set == 0
        assert story.forge.pulls[1].body == body
        assert "- [ ] <code>ghcr.io/x/podinfo</code> <code>1.2.4</code>" in body
        story.registry.away.clear()
        assert run(story) == [], "as if it had never been away"

    def test_brings_a_chart_back_in_a_later_pull_request_too(self) -> None:
        story = proposed()
        tick(story, "podinfo", ticked=False)
        run(story)
        story.forge.pulls.clear()
        run(story.write({OTHER_FILE: release("1.2.4", chart="other")}))
        run(story.push(OTHER, "1.2.5"))
        assert set(story.proposed()) == {OTHER_FILE}
        verdicts = (verdict for one in story.arranged().tiers for verdict in one.verdicts)
        [reason] = [str(one.decision.reason) for one in verdicts if isinstance(one.decision, Held)]
        assert reason == "1.2.4 was taken out of #1. Tick its box in #2 to have it back"
        tick(story, "podinfo", ticked=True, number=2)
        run(story)
        assert set(story.proposed()) == {PODINFO_FILE, OTHER_FILE}
        assert run(story) == []

    def test_of_every_chart_closes_it(self) -> None:
        story = proposed()
        for name in ("podinfo", "other"):
            tick(story, name, ticked=False)
        run(story)
        assert (story.forge.pulls, story.remote.tip(NAME)) == ({}, None)
        assert run(story) == []

    def test_in_words_that_are_not_ours_counts_for_nothing(self) -> None:
        story = proposed()
        tick(story, "podinfo", ticked=False)
        story.forge.pulls[1] = replace(story.forge.pulls[1], author="ann")
        assert run(story) == []

    def test_of_no_row_of_ours_counts_for_nothing(self) -> None:
        story = proposed()
        body = f"- [ ] x {mark('0' * 12)}\n{story.forge.pulls[1].body}"
        story.forge.pulls[1] = replace(story.forge.pulls[1], body=body)
        assert run(story) == ["update_pull_request"], "our words are set again"

    def test_that_asks_for_it_makes_the_branch_anew_on_its_base_once(self) -> None:
        story = proposed().write({"README.md": "x"})
        before = story.remote.tip(NAME)
        tick(story, REBUILD, ticked=True)
        assert run(story) == [f"push {NAME}", "update_pull_request"]
        (tip, *_) = story.repository.history(story.remote.branches[NAME], 1)
        assert (tip.sha != before, tip.parents) == (True, (story.remote.branches["main"],))
        assert run(story) == []

    def test_that_asks_for_it_where_that_changes_nothing_is_unticked_without_a_push(self) -> None:
        story = proposed()
        tick(story, REBUILD, ticked=True)
        assert run(story) == ["update_pull_request"]
        assert run(story) == []

    def test_that_asks_for_it_drops_what_others_put_on_top(self) -> None:
        story = proposed()
        story.remote.commit(NAME, {PODINFO_FILE: release("9.9.9")})
        tick(story, REBUILD, ticked=True)
        assert run(story) == [f"push {NAME}", "update_pull_request"]
        assert story.proposed()[PODINFO_FILE] == release("1.2.4")


class TestABranchOfOneChartThatOthersWorkOn:
    """Only its version may move, by a commit on top of theirs."""

    def touched(self, theirs: str) -> Story:
        story = Story(configuration(DEV)).push(PODINFO, "1.2.3", "1.2.4").write({PODINFO_FILE: release("1.2.3")})
        run(story)
        story.remote.commit(NAME, {PODINFO_FILE: theirs, "more.yaml": "theirs"})
        return story

    def test_is_moved_on_by_a_commit_on_top(self) -> None:
        theirs = "# theirs\n" + release("1.2.4", extra="  values: {}\n")
        story = self.touched(theirs)
        below = story.remote.branches[NAME]
        assert run(story.push(PODINFO, "1.2.5")) == [f"push {NAME}", "update_pull_request"]
        said = story.forge.set_by_us.copy()
        assert (run(story), story.forge.set_by_us) == ([], said)
        (tip, *_) = story.repository.history(story.remote.branches[NAME], 1)
        assert tip.parents == (below,)
        assert story.proposed() == {PODINFO_FILE: theirs.replace("1.2.4", "1.2.5"), "more.yaml": "theirs"}
        assert "podinfo to 1.2.5" in story.forge.pulls[1].title

    def test_keeps_other_charts_out_which_say_where_others_work(self) -> None:
        story = self.touched("# theirs\n" + release("1.2.4")).push(OTHER, "1.0.0", "1.1.0")
        report = story.write({OTHER_FILE: release("1.0.0", chart="other")}).run()
        [told] = [one.reason for one in told_reasons(report) if one.reason.id == "waits-for-others"]
        assert told.sentence == "1.1.0 waits: others work on #1, so no other chart gets in"
        assert "limits" not in told.mend

    def test_is_still_theirs_afterwards(self) -> None:
        story = self.touched("# theirs\n" + release("1.2.4"))
        run(story.push(PODINFO, "1.2.5"))
        assert run(story) == []
        assert run(story.push(PODINFO, "1.2.6")) == [f"push {NAME}", "update_pull_request"]
        assert story.proposed()[PODINFO_FILE] == "# theirs\n" + release("1.2.6")

    def test_gets_no_status_on_a_head_that_holds_their_work(self) -> None:
        story = self.touched("# theirs\n" + release("1.2.4"))
        ours = set(story.forge.set_by_us)
        run(story)
        run(story.push(PODINFO, "1.2.5"))
        run(story)
        assert set(story.forge.set_by_us) == ours

    @pytest.mark.parametrize(
        "theirs",
        [
            pytest.param(release("9.9.9"), id="a newer version"),
            pytest.param(release("1.2.5"), id="the same version"),
            pytest.param(release("1.x"), id="a range"),
            pytest.param(release("1.2.4", repository="y"), id="another source"),
            pytest.param(release("1.2.4", name="other"), id="another object"),
            pytest.param("no: manifest\n", id="nothing of it"),
            pytest.param(release("1.2.4") + "---\n" + release("1.2.4"), id="it twice"),
        ],
    )
    def test_is_left_alone_where_they_changed_what_it_is_about(self, theirs: str) -> None:
        assert run(self.touched(theirs).push(PODINFO, "1.2.5")) == []

    def shared_with_live(self, more: dict[str, str]) -> Story:
        """Dev's version stands in a base that nobody else builds; others' commit has more files."""
        story = Story(configuration(OVERLAY_OF_DEV, LIVE)).push(PODINFO, "1.2.3", "1.2.4")
        story.write({**BASE, "apps/dev/kustomization.yaml": OVERLAY, "apps/live/x.yaml": ""})
        run(story)
        assert story.proposed() == {"base/a.yaml": release("1.2.4")}
        story.remote.commit(NAME, more)
        return story.push(PODINFO, "1.2.5")

    def test_is_moved_on_where_what_others_did_reaches_no_other_tier(self) -> None:
        story = self.shared_with_live({"apps/live/x.yaml": "# theirs\n"})
        assert run(story) == [f"push {NAME}", "update_pull_request"]
        assert story.proposed()["base/a.yaml"] == release("1.2.5")

    @pytest.mark.parametrize(
        "theirs",
        [
            pytest.param({"apps/live/kustomization.yaml": "resources: [../../base]\n"}, id="production builds it"),
            pytest.param({"apps/live/kustomization.yaml": "resources: [\n"}, id="nobody knows what production builds"),
            pytest.param({"apps/live/all.yaml": applied("apps/dev")}, id="production applies it"),
        ],
    )
    def test_is_left_alone_where_they_let_production_take_it(self, theirs: dict[str, str]) -> None:
        story = self.shared_with_live(theirs)
        before = story.remote.tip(NAME)
        assert run(story) == []
        assert story.remote.tip(NAME) == before

    def test_is_left_alone_where_they_let_production_take_what_it_is_written_in(self) -> None:
        story = Story(configuration(OVERLAY_OF_DEV, LIVE)).push(PODINFO, "1.2.3", "1.2.4")
        versions = "{apiVersion: v1, kind: ConfigMap, metadata: {name: v, namespace: x}, data: {DEV: 1.2.3}}\n"
        flux = applied("apps/one") + "  postBuild: {substituteFrom: [{kind: ConfigMap, name: v}]}\n"
        user = release("1.2.3").replace("1.2.3", "${DEV}")
        story.write(
            {"apps/one/a.yaml": user, "apps/dev/all.yaml": flux, "apps/live/x.yaml": "", "more/v.yaml": versions}
        )
        story.write({"apps/dev/kustomization.yaml": "resources: [all.yaml, ../../more]\n"})
        story.write({"more/kustomization.yaml": "resources: [v.yaml]\n"})
        run(story)
        assert story.proposed() == {"more/v.yaml": versions.replace("1.2.3", "1.2.4")}
        story.remote.commit(NAME, {"apps/live/kustomization.yaml": "resources: [../../more]\n"})
        assert run(story.push(PODINFO, "1.2.5")) == []

    def test_is_left_alone_with_an_alarm_where_the_build_says_that_production_gets_it_after_all(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("bot.steps.pull_requests.advance.for_one_tier", lambda decision, *_: decision)
        monkeypatch.setattr("bot.steps.side._name", lambda one: (one.object, one.path))
        story = self.shared_with_live({"apps/live/kustomization.yaml": "resources: [../../base]\n"})
        [outcome] = story.published().outcomes
        assert (outcome.plan.action, outcome.wrote) == (Action.LEAVE, False)
        assert outcome.plan.reason is not None
        assert (outcome.plan.reason.id, outcome.plan.reason.weight) == ("reaches-production", Weight.ALARM)

    def test_is_left_alone_where_several_charts_are_in_it(self) -> None:
        story = proposed().push(PODINFO, "1.2.5")
        story.remote.commit(NAME, {"more.yaml": "theirs"})
        assert run(story) == []


OFFICE = Window(cron="* 9-16 * * mon-fri", zone=UTC, name="UTC")
MONDAY = datetime(2026, 11, 23, 9, tzinfo=UTC)
IN_HOURS = replace(DEV, proposing=Proposing(windows=(OFFICE,)))


def skip(story: Story, chart: str, version: str) -> None:
    story.configuration = replace(story.configuration, rules=(rule(charts=(chart,), skip=(version,)),))


class TestOutsideOfItsWindows:
    def test_nothing_is_opened(self) -> None:
        story = fleet(IN_HOURS)
        assert run(story) == []
        assert held(story) == {"podinfo": "waits-for-window", "other": "waits-for-window"}
        story.now = MONDAY
        assert run(story) == [f"push {NAME}", "create_pull_request"]

    @pytest.mark.parametrize(
        "happens",
        [
            pytest.param(lambda story: story.push(PODINFO, "1.2.5"), id="a newer version"),
            pytest.param(lambda story: story.write({PODINFO_FILE: "# x\n" + release("1.2.3")}), id="another base"),
            pytest.param(lambda story: tick(story, REBUILD, ticked=True), id="a ticked box"),
        ],
    )
    def test_what_is_open_stays_as_it_is_until_then(self, happens: Callable[[Story], object]) -> None:
        story = proposed(IN_HOURS)
        story.now = MONDAY
        run(story)
        story.now = MONDAY - timedelta(days=1)
        before = dict(story.remote.branches)
        happens(story)
        assert run(story) == []
        story.now = MONDAY
        assert run(story)[-1] == "update_pull_request"
        assert before.keys() == story.remote.branches.keys()

    @pytest.mark.parametrize(
        "happens",
        [
            pytest.param(lambda story: skip(story, PODINFO, "1.2.4"), id="a rule skips it"),
            pytest.param(lambda story: story.registry.charts[source(PODINFO)].pop("1.2.4"), id="it is yanked"),
        ],
    )
    def test_what_may_not_be_merged_leaves_at_once(self, happens: Callable[[Story], object]) -> None:
        """Whoever merges at night, or has the platform merge, would merge that too."""
        story = proposed(IN_HOURS)
        story.now = MONDAY
        run(story)
        story.now = MONDAY - timedelta(days=1)
        happens(story)
        assert run(story) == [f"push {NAME}", "update_pull_request"]
        assert "podinfo" not in story.forge.pulls[1].title
        assert run(story) == []

    def test_what_is_yanked_leaves_at_once_for_the_best_that_is_left_once_the_window_opens(self) -> None:
        story = fleet(IN_HOURS).push(PODINFO, "1.2.5")
        story.now = MONDAY
        run(story)
        story.now = MONDAY - timedelta(days=1)
        del story.registry.charts[source(PODINFO)]["1.2.5"]
        run(story)
        assert "podinfo" not in story.forge.pulls[1].title
        story.now = MONDAY
        run(story)
        assert PODINFO_FILE in story.forge.pulls[1].body

    def test_what_stays_is_told_as_it_is(self) -> None:
        """Not as what would be proposed, of which the base has a part by now."""
        story = proposed(IN_HOURS)
        story.now = MONDAY
        run(story)
        title = story.forge.pulls[1].title
        story.now = MONDAY - timedelta(days=1)
        story.write({PODINFO_FILE: release("1.2.4")})
        (outcome,) = story.published().outcomes
        assert outcome.plan.texts is not None
        assert (outcome.plan.action, outcome.plan.texts.title) == (Action.KEEP, title)
        assert story.forge.set_by_us[story.remote.branches[NAME]][-1].description == "2 updates"

    def test_what_has_nothing_left_is_closed_all_the_same(self) -> None:
        story = proposed(IN_HOURS)
        story.now = MONDAY
        run(story)
        story.now = MONDAY - timedelta(days=1)
        story.write({PODINFO_FILE: release("1.2.4"), OTHER_FILE: release("1.2.4", chart="other")})
        assert run(story) == [f"delete {NAME}", "close_pull_request"]


EXTRAS = Extras(labels=("charts",), reviewers=("ann",))
WITH_EXTRAS = replace(DEV, proposing=Proposing(extras=EXTRAS, draft=True))


class TestWhatAPullRequestGets:
    def test_it_gets_when_it_is_opened_and_never_again(self) -> None:
        story = fleet(WITH_EXTRAS)
        assert run(story) == [f"push {NAME}", "create_pull_request", "set_extras", "update_pull_request"]
        assert (story.forge.extras, story.forge.drafts) == ({1: EXTRAS}, {1})
        assert run(story.push(PODINFO, "1.2.5")) == [f"push {NAME}", "update_pull_request"]
        assert run(story) == []

    def test_it_gets_from_the_next_run_where_one_was_killed(self) -> None:
        story = fleet(WITH_EXTRAS)
        story.forge.fails.add("set_extras")
        story.published()
        story.forge.fails.clear()
        assert run(story) == ["set_extras", "update_pull_request"]
        assert run(story) == []

    def test_that_cannot_be_is_said_and_stops_nothing(self) -> None:
        story = fleet(WITH_EXTRAS)
        story.forge.refuses["set_extras"] = EXTRA_REFUSED(what="The labels", number=1, problem="no", cure="x")
        (outcome,) = story.published().outcomes
        assert (outcome.problem, [remark.id for remark in outcome.remarks]) == (None, ["extra-refused"])
        assert run(story) == []


BEYOND = replace(tier("dev", "patch"), proposing=Proposing(beyond=Beyond.DRAFT))


def beyond(story: Story) -> str:
    """The branch of the draft."""
    (found,) = (name for name in story.remote.branches if "/beyond-follow-" in name)
    return found


class TestWhatLiesPastWhatATierFollows:
    def far(self, of: Tier = BEYOND) -> Story:
        return fleet(of).push(PODINFO, "2.0.0", "2.1.0-rc.1").push(OTHER, "1.3.0")

    def test_is_one_draft_beside_the_usual_one(self) -> None:
        story = self.far()
        run(story)
        usual, draft = story.forge.pulls.values()
        assert (usual.head, draft.head) == (NAME, beyond(story))
        assert story.forge.drafts == {draft.number}
        assert story.proposed() == {PODINFO_FILE: release("1.2.4"), OTHER_FILE: release("1.2.4", chart="other")}
        files = story.remote.files(beyond(story))
        assert files[PODINFO_FILE].decode() == release("2.0.0")
        assert files[OTHER_FILE].decode() == release("1.3.0", chart="other")
        assert "past what the tier **dev** follows: a draft" in draft.body
        assert run(story) == []

    def test_is_only_reported_by_default(self) -> None:
        story = self.far(tier("dev", "patch"))
        run(story)
        assert branches(story) == {"all"}

    def test_of_a_tier_that_follows_nothing_is_all_there_is(self) -> None:
        story = self.far(replace(BEYOND, follow=tier("dev", "exact").follow))
        run(story)
        assert branches(story) == {"beyond"}

    def test_keeps_out_what_is_skipped_or_refused_on_its_line(self) -> None:
        story = self.far()
        story.configuration = configuration(BEYOND, rules=[rule(skip=["2.0.0"], follow="1.x")])
        story.write({OTHER_FILE: release("1.2.3 # flux-chart-bot: 1.2.x", chart="other")})
        run(story)
        assert branches(story) == {"all"}

    def test_is_refused_by_row_as_any(self) -> None:
        story = self.far()
        run(story)
        (number,) = story.forge.drafts
        story.forge.close(number)
        run(story)
        assert branches(story) == {"all"}
        run(story.push(PODINFO, "3.0.0"))
        assert story.remote.files(beyond(story))[PODINFO_FILE].decode() == release("3.0.0")
        assert run(story) == []

    def test_keeps_its_lines_while_a_chart_is_away(self) -> None:
        story = self.far()
        run(story)
        before = dict(story.remote.branches)
        story.registry.away[source(PODINFO)] = UNREACHABLE(host="ghcr.io", problem="503")
        run(story)
        assert story.remote.branches == before

    def test_is_closed_when_the_tier_follows_further(self) -> None:
        story = self.far()
        run(story)
        story.configuration = configuration(tier("dev", "any"))
        run(story)
        assert branches(story) == {"all", "majors"}

    def test_of_production_is_never_proposed(self) -> None:
        story = self.far(replace(BEYOND, production=True))
        assert run(story) == []


class TestTheLastRow:
    """By its box: the pull request ends with it, so the box is no way back any more."""

    def test_that_is_unticked_closes_the_pull_request_with_a_word(self) -> None:
        story = proposed(BY_CHART)
        tick(story, "podinfo", ticked=False, number=number_of(story, "podinfo"))
        run(story)
        assert branches(story) == {"other"}
        (said,) = story.forge.comments
        assert "All that was left here was taken out" in said
        assert "`release --chart ghcr.io/x/podinfo`" in said

    def test_that_is_unticked_is_refused_in_this_run_and_the_next(self) -> None:
        story = proposed(BY_CHART)
        tick(story, "podinfo", ticked=False, number=number_of(story, "podinfo"))
        assert held(story) == {"podinfo": "refused"}
        run(story)
        assert held(story) == {"podinfo": "refused"}
        assert run(story) == []

    def test_comes_back_where_its_pull_request_is_opened_again_and_its_box_ticked(self) -> None:
        story = proposed(BY_CHART)
        number = number_of(story, "podinfo")
        before = story.forge.pulls[number]
        head = story.remote.branches[before.head]
        tick(story, "podinfo", ticked=False, number=number)
        pull = story.forge.pulls[number]
        run(story)
        run(story)
        story.remote.branches[pull.head] = head
        story.forge.pulls[number] = pull
        tick(story, "podinfo", ticked=True, number=number)
        assert "close_pull_request" not in run(story)
        assert changed(story, pull.head) == {PODINFO_FILE: release("1.2.4")}
        assert "- [x] <code>ghcr.io/x/podinfo</code>" in story.forge.pulls[number].body
        run(story)
        assert run(story) == []
        story.forge.merge(number)
        assert "podinfo" not in held(story), "it was wanted again, so nothing of the refusal is left"

    def test_stays_out_where_the_run_is_killed_before_it_closes(self) -> None:
        story = proposed(BY_CHART)
        number = number_of(story, "podinfo")
        tick(story, "podinfo", ticked=False, number=number)
        story.forge.fails.add("close_pull_request")
        quiet(story).published()
        story.forge.fails.clear()
        run(story)
        assert number not in story.forge.pulls


def test_a_pull_request_that_is_opened_again_without_its_branch_gets_it_back() -> None:
    """A forge of files does not close what has lost its branch."""
    story = proposed()
    story.forge.close(1)
    run(story)
    assert NAME not in story.remote.branches
    story.forge.pulls[1] = story.forge.closed.pop()
    run(story)
    assert set(story.proposed()) == {PODINFO_FILE, OTHER_FILE}
    assert list(story.forge.pulls) == [1]


def test_what_was_opened_again_and_is_closed_again_is_refused_again() -> None:
    story = closed_and_opened_again()
    run(story)
    assert held(story) == {}
    story.forge.close(1)
    run(story)
    assert held(story) == {"podinfo": "refused", "other": "refused"}


def number_of(story: Story, chart: str) -> int:
    (number,) = (pull.number for pull in story.forge.pulls.values() if chart in pull.head)
    return number


def changed(story: Story, branch: str) -> dict[str, str]:
    """The files of a branch as they differ from `main`."""
    tip, base = story.remote.files(branch), story.remote.files(story.remote.default)
    return {path: data.decode() for path, data in tip.items() if data != base.get(path)}


class TestWhatIsGroupedOtherwiseWhileOthersWorkOnIt:
    """It stays where it is, and is proposed nowhere else."""

    def regrouped(self) -> Story:
        story = proposed()
        story.remote.commit(NAME, {"more.yaml": "theirs"})
        story.configuration = configuration(BY_CHART)
        return story

    def test_is_proposed_nowhere_else_and_the_report_says_where_it_is(self) -> None:
        story = self.regrouped()
        assert run(story) == []
        told = {one.decision.reason for one in story.run().verdicts if isinstance(one.decision, Held)}
        assert {reason.sentence for reason in told} == {"1.2.4 is in #1, which has commits of others"}
        assert all("hand it back by its last box" in reason.mend for reason in told)
        [status] = story.forge.set_by_us[story.remote.tip("main") or ""]
        assert "2 in pull requests with commits of others" in status.description

    def test_keeps_no_other_chart_and_no_newer_version_from_the_new_groups(self) -> None:
        story = self.regrouped().push(OTHER, "1.2.5").push("ghcr.io/x/third", "1.2.3", "1.2.4")
        story.write({"apps/dev/c.yaml": release("1.2.3", chart="third")})
        assert run(story).count("create_pull_request") == 2
        assert sorted(pull.title for pull in story.forge.pulls.values() if pull.number > 1) == [
            "chore(deps): update other to 1.2.5 in dev",
            "chore(deps): update third to 1.2.4 in dev",
        ]

    def test_takes_no_smaller_jump_in_its_place(self) -> None:
        story = fleet().push(PODINFO, "1.3.0")
        story.run()
        story.remote.commit(NAME, {"more.yaml": "theirs"})
        story.configuration = configuration(BY_CHART)
        story.run()
        assert list(story.forge.pulls) == [1]

    def test_comes_into_the_new_groups_once_it_is_handed_back(self) -> None:
        story = self.regrouped()
        run(story)
        tick(story, REBUILD, ticked=True)
        assert run(story).count("create_pull_request") == 2
        assert 1 not in story.forge.pulls


ONE = replace(DEV, proposing=Proposing(group=Grouping.CHART, amounts=Amounts(open=1)))


def without_room(story: Story) -> None:
    """A person closes the only pull request and its branch goes with it; another chart takes its room."""
    [pull] = story.forge.pulls.values()
    story.push(OTHER, "1.2.4", "1.2.5")
    story.forge.close(pull.number)
    story.remote.delete(pull.head)
    story.pass_by(hours=1)


def test_what_was_refused_and_lost_its_room_is_not_proposed_under_another_name() -> None:
    story = Story(configuration(ONE)).push(PODINFO, "1.2.3", "1.3.0").push(OTHER, "1.2.3")
    story.write({PODINFO_FILE: release("1.2.3"), OTHER_FILE: release("1.2.3", chart="other")})
    run(story)
    without_room(story)
    run(story)
    assert held(story) == {"podinfo": "refused"}
    story.configuration = configuration(DEV)
    run(story)
    assert story.proposed() == {OTHER_FILE: release("1.2.5", chart="other")}


def test_who_closed_what_has_no_room_is_asked_once_and_again_after_it_had_some() -> None:
    story = proposed(ONE)
    [opened] = (pull.head for pull in story.forge.pulls.values())
    for count in (0, 0):
        story.forge.asked_who_closed.clear()
        assert run(story) == []
        assert len(story.forge.asked_who_closed) == count
    without_room(story)
    run(story)
    assert opened in story.forge.asked_who_closed


def test_a_first_run_asks_about_no_more_than_twenty_that_have_no_room() -> None:
    names = [f"c{number:02}" for number in range(30)]
    story = Story(configuration(ONE)).write({f"apps/dev/{name}.yaml": release("1.2.3", chart=name) for name in names})
    for name in names:
        story.push(f"ghcr.io/x/{name}", "1.2.3", "1.2.4")
    for most in (1 + 20, 9, 0):
        story.forge.asked_who_closed.clear()
        run(story)
        assert len(story.forge.asked_who_closed) == most
