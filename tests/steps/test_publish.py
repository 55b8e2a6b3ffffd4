"""find, plan and publish: what is written to a remote and a forge, and what a failure leaves behind."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from builders import PODINFO, configuration, rule, tier
from doubles.memory_forge import US
from doubles.story import Story, release
from msgspec.structs import replace

from bot.errors import RepositoryFailed
from bot.model.commits import PushRejected
from bot.model.proposals import Action, Outcome, Plan, Published, PullRequest, State
from bot.model.proposing import Amounts, Proposing
from bot.model.tiers import Tier
from bot.planning.grouping import branch_of
from bot.planning.ownership import TIER_TRAILER
from bot.reason import Reason
from bot.reasons import FORGE_FAILED, OPENING_FORBIDDEN, PERMISSION_MISSING
from bot.steps.publishing.publish import publish

DEV, STAGING = tier("dev", "any"), tier("staging", "any")
NAME = branch_of(DEV)
FORBIDDEN = OPENING_FORBIDDEN(problem="a setting", cure="Turn it on")
MISSING = PERMISSION_MISSING(what="It", permission="statuses: write")


def fleet(*tiers: Tier) -> Story:
    """Podinfo 1.2.3 in each tier, and 1.2.4 in the registry."""
    settings = configuration(*(tiers or (DEV,)))
    story = Story(settings).push(PODINFO, "1.2.3", "1.2.4")
    return story.write({f"apps/{one.name}/a.yaml": release("1.2.3") for one in settings.tiers})


def proposed(*tiers: Tier) -> Story:
    """The same once its pull requests are open, and with nothing written since."""
    story = fleet(*tiers)
    story.published()
    return quietly(story)


def quietly(story: Story) -> Story:
    story.forge.writes.clear()
    story.repository.pushes.clear()
    return story


def the_outcome(published: Published) -> Outcome:
    (outcome,) = published.outcomes
    return outcome


def writes(story: Story) -> list[str]:
    """Every write that was asked for, statuses left out."""
    pushes = ["push" if sha else "delete" for _, sha in story.repository.pushes]
    return [*pushes, *(name for name, _ in story.forge.writes if name != "set_status")]


def account(outcome: Outcome) -> tuple[str, bool, str]:
    return outcome.plan.action.value, outcome.wrote, outcome.problem.id if outcome.problem else ""


def test_a_new_proposal_is_a_branch_a_pull_request_and_statuses() -> None:
    story = fleet()
    outcome = the_outcome(story.published())
    (pull,) = story.forge.open_pull_requests()

    assert story.proposed() == {"apps/dev/a.yaml": release("1.2.4")}
    assert (pull.head, pull.base, pull.title) == (NAME, "main", "chore(deps): update podinfo to 1.2.4 in dev")
    assert account(outcome) == ("create", True, "")
    assert (outcome.url, outcome.head) == (pull.url, story.remote.tip(NAME))
    assert set(story.forge.set_by_us) == {story.remote.tip("main"), story.remote.tip(NAME)}


def test_what_the_forge_remarks_about_what_was_opened_is_told() -> None:
    story = fleet()
    story.forge.remarked["main"] = (FORBIDDEN,)
    assert story.published().remarks == (FORBIDDEN,)
    assert story.published().remarks == (), "nothing was opened in this run"


def test_a_forge_that_cannot_say_what_it_remarks_fails_nothing() -> None:
    story = fleet()
    story.forge.fails.add("remarks")
    published = story.published()
    assert account(the_outcome(published)) == ("create", True, "")
    assert (published.remarks, published.problems) == ((), ())


@dataclass(frozen=True)
class Refusing:
    """Makes no commit, and says why."""

    def commit(self, *, parent: str, changes: object, message: str, identity: object) -> Reason:
        return MISSING


def test_a_commit_that_is_refused_is_one_proposals_problem() -> None:
    story = fleet(DEV, STAGING)
    planned = story.planned()
    remote = replace(story.our_side(), made_by=Refusing())
    published = publish(planned, remote, story.configuration)
    assert [account(outcome) for outcome in published.outcomes] == [("create", False, MISSING.id)] * 2
    assert writes(story) == []


@pytest.mark.parametrize(
    ("rejected", "cure"),
    [
        (PushRejected.UNSIGNED, "Give the Action a `signing-key`, or let GitHub sign: `commit: api`"),
        (PushRejected.ARCHIVED, "Unarchive it, or turn the bot's workflow off"),
    ],
)
def test_a_push_that_a_setting_refuses_names_the_mend(rejected: PushRejected, cure: str) -> None:
    story = fleet()
    story.remote.rejects = rejected
    problem = the_outcome(story.published()).problem
    assert problem is not None
    assert problem.mend.startswith(cure)


def test_a_commit_of_ours_stands_on_its_base_and_names_its_tier() -> None:
    story = fleet()
    story.published()
    tip, *_ = story.repository.history(story.remote.branches[NAME], 2)

    assert tip.parents == (story.remote.tip("main"),)
    assert tip.committer_email == US.email
    assert (TIER_TRAILER, "dev") in tip.trailers


def test_a_second_run_writes_nothing() -> None:
    story = proposed()
    published = story.published()

    assert (story.forge.writes, story.repository.pushes) == ([], [])
    assert account(the_outcome(published)) == ("keep", False, "")
    assert published.statuses_set == 0


def test_a_newer_chart_updates_the_same_pull_request() -> None:
    story = proposed().push(PODINFO, "1.2.5")
    outcome = the_outcome(story.published())
    (pull,) = story.forge.open_pull_requests()

    assert story.proposed() == {"apps/dev/a.yaml": release("1.2.5")}
    assert writes(story) == ["push", "update_pull_request"]
    assert account(outcome) == ("update", True, "")
    assert pull.title.endswith("1.2.5 in dev")


def test_a_base_that_moved_elsewhere_costs_no_push() -> None:
    story = proposed().write({"README.md": "x"})
    story.published()

    assert writes(story) == []


def test_a_base_that_moved_in_the_same_file_is_built_on() -> None:
    story = proposed().write({"apps/dev/a.yaml": "# note\n" + release("1.2.3")})
    story.published()

    assert story.proposed() == {"apps/dev/a.yaml": "# note\n" + release("1.2.4")}
    assert "push" in writes(story)


def test_what_arrived_on_the_base_closes_its_pull_request_and_deletes_its_branch() -> None:
    story = proposed().write({"apps/dev/a.yaml": release("1.2.4")})
    outcome = the_outcome(story.published())

    assert writes(story) == ["delete", "close_pull_request"]
    assert (story.forge.pulls, story.remote.tip(NAME)) == ({}, None)
    assert (account(outcome), outcome.head) == (("close", True, ""), None)
    assert story.forge.comments == ["Nothing is left to update here.\n\n- podinfo: 1.2.4 is on the base branch"]


def test_what_is_held_or_skipped_closes_its_pull_request_and_says_so() -> None:
    story = proposed()
    story.configuration = configuration(tier("dev", "minor"), rules=(rule(skip=["1.2.4"]),))
    story.published()

    assert story.forge.comments == [
        "Nothing is left to update here.\n\n- podinfo: 1.2.4 is not taken: skipped by a rule (1.2.4)"
    ]


def test_a_branch_without_a_pull_request_gets_one() -> None:
    story = proposed()
    story.forge.pulls.clear()
    outcome = the_outcome(story.published())

    assert writes(story) == ["create_pull_request"]
    assert account(outcome) == ("open", True, "")


def test_words_that_somebody_changed_are_set_again() -> None:
    story = proposed()
    story.forge.pulls[1] = replace(story.forge.pulls[1], body="spam")
    outcome = the_outcome(story.published())

    assert writes(story) == ["update_pull_request"]
    assert account(outcome) == ("reword", True, "")


def test_a_branch_that_others_work_on_is_left_to_them() -> None:
    story = proposed().push(PODINFO, "1.2.5")
    theirs = story.remote.commit(NAME, {"apps/dev/a.yaml": release("9.9.9")})
    outcome = the_outcome(story.published())

    assert writes(story) == []
    assert account(outcome) == ("leave", False, "")
    assert outcome.plan.reason
    assert outcome.plan.reason.id == "touched"
    assert theirs not in story.forge.set_by_us


def test_a_squatted_branch_is_said_never_adopted_and_gets_no_status() -> None:
    story = fleet()
    theirs = story.remote.commit(NAME, {"apps/dev/a.yaml": release("6.6.6")}, f"x\n\n{TIER_TRAILER}: dev")
    outcome = the_outcome(story.published())

    assert outcome.plan.reason
    assert outcome.plan.reason.id == "foreign-branch"
    assert story.remote.tip(NAME) == theirs
    assert theirs not in story.forge.set_by_us


def pull(story: Story, number: int, **facts: object) -> PullRequest:
    made = PullRequest(
        number=number,
        url="u",
        author="eve",
        head=NAME,
        head_sha="e" * 40,
        head_here=False,
        base="main",
        title="t",
        body="",
    )
    story.forge.pulls[number] = replace(made, **facts)
    return story.forge.pulls[number]


def test_a_forks_pull_request_under_our_name_is_noted_and_ours_goes_on() -> None:
    story = fleet()
    theirs = pull(story, 9, body="<!-- flux-chart-bot -->")
    planned = story.planned()
    story.published()

    assert [note.id for note in planned.notes] == ["foreign-pull-request"]
    assert story.forge.pulls[9] == theirs
    assert theirs.head_sha not in story.forge.set_by_us
    assert len(story.forge.pulls) == 2


def test_a_pull_request_opened_by_hand_is_kept_current_without_our_words_or_status() -> None:
    story = proposed()
    mine = story.forge.pulls[1] = replace(story.forge.pulls[1], author="ann", title="by hand")
    story.forge.set_by_us.clear()
    story.push(PODINFO, "1.2.5").published()

    assert story.proposed() == {"apps/dev/a.yaml": release("1.2.5")}
    assert story.forge.pulls[1].title == mine.title
    assert set(story.forge.set_by_us) == {story.remote.tip("main")}


def test_who_closed_what_is_asked_only_where_that_decides() -> None:
    story = proposed()
    story.forge.asked_who_closed.clear()
    story.published()
    assert story.forge.asked_who_closed == []

    story.forge.pulls.clear()
    story.published()
    assert story.forge.asked_who_closed == [NAME]


class TestWhereTheForgeForbidsOpening:
    def test_the_branch_stays_and_a_person_gets_a_link(self) -> None:
        story = fleet()
        story.forge.refuses["create_pull_request"] = FORBIDDEN
        outcome = the_outcome(story.published())

        assert account(outcome) == ("create", True, "opening-forbidden")
        assert outcome.open_by_hand == f"https://forge.example/compare/main...{NAME}"
        assert outcome.head == story.remote.tip(NAME)

    def test_its_head_gets_no_status_since_it_is_no_pull_requests(self) -> None:
        story = fleet()
        story.forge.refuses["create_pull_request"] = FORBIDDEN
        story.published()
        story.published()

        assert set(story.forge.set_by_us) == {story.remote.tip("main")}

    def test_the_next_run_pushes_nothing_again_and_says_it_wrote_nothing(self) -> None:
        story = fleet()
        story.forge.refuses["create_pull_request"] = FORBIDDEN
        story.published()
        outcome = the_outcome(quietly(story).published())

        assert writes(story) == ["create_pull_request"]
        assert account(outcome) == ("open", False, "opening-forbidden")


@pytest.mark.parametrize(
    ("rejected", "reason", "words"),
    [
        (PushRejected.STALE, "push-rejected", "the next run starts from there"),
        (PushRejected.FORBIDDEN, "permission-missing", "`contents: write`"),
        (PushRejected.PROTECTED, "push-rejected", "`flux-chart-bot/`"),
        (PushRejected.NOT_STORED, "push-rejected", "`.gitmodules`"),
    ],
)
@pytest.mark.parametrize("given", [fleet, proposed])
def test_a_rejected_push_says_its_cure_and_opens_and_rewords_nothing(
    given: Callable[[], Story], rejected: PushRejected, reason: str, words: str
) -> None:
    story = given().push(PODINFO, "1.2.5")
    before = story.remote.tip(NAME)
    story.remote.rejects = rejected
    outcome = the_outcome(story.published())

    assert account(outcome)[1:] == (False, reason)
    assert outcome.problem
    assert words in outcome.problem.mend
    assert writes(story) == ["push"]
    assert outcome.head == before


@pytest.mark.parametrize("way", ["flux-chart-bot", f"{NAME}/x"])
def test_a_branch_in_the_way_is_named_with_its_cure(way: str) -> None:
    story = fleet()
    story.remote.commit(way, {})
    outcome = the_outcome(story.published())

    assert outcome.problem
    assert outcome.problem.sentence == f"{NAME} was not pushed: the branch {way} is in its way"
    assert outcome.problem.mend == f"Delete or rename {way}; Git has no branch below the name of another one"


def test_so_it_is_where_our_memory_is_kept() -> None:
    story = fleet(replace(DEV, proposing=Proposing(amounts=Amounts(changes=1))))
    story.push("ghcr.io/x/other", "1.2.3", "1.2.4").write({"apps/dev/b.yaml": release("1.2.3", chart="other")})
    story.remote.commit("flux-chart-bot/state", {})
    [problem] = story.published().problems

    assert problem.sentence.endswith("the branch flux-chart-bot/state is in its way")


def test_a_branch_that_moves_while_we_look_is_not_overwritten() -> None:
    story = proposed().push(PODINFO, "1.2.5")
    remote, planned = story.our_side(), story.planned()
    theirs = story.remote.commit(NAME, {"apps/dev/a.yaml": release("9.9.9")})
    outcome = the_outcome(publish(planned, remote, story.configuration))

    assert account(outcome) == ("update", False, "push-rejected")
    assert story.remote.tip(NAME) == theirs


def test_a_commit_that_is_not_the_plan_is_never_pushed() -> None:
    story = fleet()
    remote, planned = story.our_side(), story.planned()
    live = configuration(replace(DEV, production=True))
    outcome = the_outcome(publish(planned, remote, live))

    assert account(outcome) == ("create", False, "not-as-planned")
    assert story.repository.pushes == []


def test_a_branch_that_moves_while_it_is_deleted_stays() -> None:
    story = proposed().write({"apps/dev/a.yaml": release("1.2.4")})
    remote, planned = story.our_side(), story.planned()
    theirs = story.remote.commit(NAME, {"x": "y"})
    outcome = the_outcome(publish(planned, remote, story.configuration))

    assert account(outcome) == ("close", True, "push-rejected")
    assert story.remote.tip(NAME) == theirs


@pytest.mark.parametrize(
    ("call", "action", "wrote"),
    [("update_pull_request", "reword", False), ("close_pull_request", "close", False)],
)
def test_a_refused_change_of_a_pull_request_is_not_counted_as_written(call: str, action: str, wrote: bool) -> None:  # noqa: FBT001 - a table
    story = proposed()
    story.forge.refuses[call] = MISSING
    if action == "close":
        story.write({"apps/dev/a.yaml": release("1.2.4")})
    else:
        story.forge.pulls[1] = replace(story.forge.pulls[1], body="spam")

    assert account(the_outcome(story.published())) == (action, wrote, "permission-missing")
    assert story.remote.tip(NAME)


class TestAForgeThatFailsInTheMiddle:
    def test_the_account_says_what_was_written_and_what_was_not(self) -> None:
        story = fleet(DEV, STAGING, tier("qa", "any"))
        story.forge.fails = {"create_pull_request"}
        published = story.published()

        assert [account(outcome) for outcome in published.outcomes] == [
            ("create", True, "forge-failed"),
            ("create", False, "forge-failed"),
            ("create", False, "forge-failed"),
        ]
        assert published.outcomes[0].head == story.remote.tip(NAME)
        assert published.outcomes[1].problem
        assert "not attempted" in published.outcomes[1].problem.sentence
        assert story.forge.set_by_us == {}

    def test_what_needs_no_write_is_no_problem(self) -> None:
        story = proposed(DEV, STAGING)
        story.forge.pulls[1] = replace(story.forge.pulls[1], body="spam")
        story.forge.fails = {"update_pull_request"}

        assert [account(outcome) for outcome in story.published().outcomes] == [
            ("reword", False, "forge-failed"),
            ("keep", False, ""),
        ]

    @pytest.mark.parametrize(
        "call", ["create_pull_request", "update_pull_request", "close_pull_request", "set_status", "statuses"]
    )
    def test_running_again_ends_where_an_undisturbed_run_ends(self, call: str) -> None:
        story, undisturbed = (interrupted() for _ in range(2))
        story.forge.fails = {call}
        story.published()
        story.forge.fails = set()
        story.published()
        undisturbed.published()

        assert state(story) == state(undisturbed)

    def test_a_refusal_of_one_call_does_not_stop_the_others(self) -> None:
        story = fleet(DEV, STAGING)
        story.forge.refuses["create_pull_request"] = FORGE_FAILED(what="Opening", problem="422: odd")
        published = story.published()

        assert [account(outcome) for outcome in published.outcomes] == [("create", True, "forge-failed")] * 2
        assert published.statuses_set == 2


def interrupted() -> Story:
    """A fleet with a tier to create, one to update and one to close."""
    story = proposed(DEV, STAGING)
    story.configuration = configuration(DEV, STAGING, tier("qa", "any"))
    story.push(PODINFO, "1.2.5")
    return story.write({"apps/dev/a.yaml": release("1.2.5"), "apps/qa/a.yaml": release("1.2.3")})


def state(story: Story) -> tuple[object, ...]:
    """Everything that people see, without names that only time makes."""
    pulls = sorted((pull.head, pull.base, pull.title, pull.body) for pull in story.forge.open_pull_requests())
    branches = {name: story.remote.files(name) for name in story.remote.branches}
    names = {sha: name for name, sha in story.remote.branches.items()}
    statuses = {
        names[sha]: sorted((one.context, one.state, one.description) for one in found)
        for sha, found in story.forge.set_by_us.items()
        if sha in names
    }
    return pulls, branches, statuses


def test_git_failing_in_the_middle_stops_all_later_writes() -> None:
    story = fleet(DEV, STAGING)
    remote, planned = story.our_side(), story.planned()
    story.remote.failure = RepositoryFailed("the remote hung up")
    published = publish(planned, remote, story.configuration)

    assert [account(outcome) for outcome in published.outcomes] == [("create", False, "forge-failed")] * 2
    assert story.forge.writes == []


class TestStatuses:
    def test_a_status_is_set_only_where_it_differs(self) -> None:
        story = proposed()
        tip = story.remote.branches["main"]
        (ours,) = story.forge.set_by_us[tip]
        story.forge.set_by_us[tip] = [replace(ours, target_url="https://another.run")]

        assert story.published().statuses_set == 0

        story.forge.set_by_us[tip] = [replace(ours, description="old")]
        assert story.published().statuses_set == 1
        assert [one.description for one in story.forge.set_by_us[tip]] == [ours.description]

    def test_each_tier_has_its_context_on_its_base_and_on_its_head(self) -> None:
        story = fleet(DEV, STAGING)
        story.published()
        contexts = {
            name: sorted(one.context for one in story.forge.set_by_us[sha])
            for name, sha in story.remote.branches.items()
        }

        assert contexts == {
            "main": ["flux-chart-bot/dev", "flux-chart-bot/staging"],
            NAME: ["flux-chart-bot/dev"],
            branch_of(STAGING): ["flux-chart-bot/staging"],
        }

    def test_a_missing_permission_is_asked_for_and_said_once(self) -> None:
        story = fleet(DEV, STAGING)
        story.forge.refuses["set_status"] = MISSING
        published = story.published()

        assert published.problems == (MISSING,)
        assert [name for name, _ in story.forge.writes].count("set_status") == 1

    def test_another_refusal_leaves_the_other_statuses_be(self) -> None:
        story = fleet(DEV, STAGING)
        story.forge.refuses["set_status"] = FORGE_FAILED(what="Setting", problem="422")
        published = story.published()

        assert [problem.id for problem in published.problems] == ["forge-failed"]
        assert [name for name, _ in story.forge.writes].count("set_status") == 4

    def test_a_forge_that_fails_here_has_written_the_pull_requests_all_the_same(self) -> None:
        story = fleet()
        story.forge.fails = {"statuses"}
        published = story.published()

        assert account(the_outcome(published)) == ("create", True, "")
        assert [problem.id for problem in published.problems] == ["forge-failed"]

    def test_a_head_whose_push_was_rejected_gets_none(self) -> None:
        story = proposed().push(PODINFO, "1.2.5")
        story.forge.set_by_us.clear()
        story.remote.rejects = PushRejected.STALE
        story.published()

        assert set(story.forge.set_by_us) == {story.remote.tip("main")}

    def test_a_production_tier_gets_its_word_and_no_branch(self) -> None:
        story = fleet(replace(DEV, production=True))
        published = story.published()

        assert published.outcomes == ()
        (status,) = story.forge.set_by_us[story.remote.branches["main"]]
        assert (status.context, status.state) == ("flux-chart-bot/dev", State.SUCCESS)


def test_an_empty_plan_writes_nothing() -> None:
    story = fleet()

    assert publish(Plan(), story.our_side(), story.configuration) == Published()
    assert story.forge.writes == []


def test_tiers_as_branches_each_get_their_own_proposal() -> None:
    settings = configuration(
        tier("dev", "any", branch="develop", paths=("apps/**",)), tier("staging", "patch", paths=("apps/**",))
    )
    story = Story(settings).push(PODINFO, "1.2.3", "1.2.4", "1.3.0").write({"apps/a.yaml": release("1.2.3")})
    story.write({"apps/a.yaml": "# develop\n" + release("1.2.3")}, branch="develop")
    outcomes = story.published().outcomes

    assert [(one.plan.action, one.plan.base) for one in outcomes] == [
        (Action.CREATE, "develop"),
        (Action.CREATE, "main"),
    ]
    assert story.remote.files(NAME)["apps/a.yaml"].decode() == "# develop\n" + release("1.3.0")
    assert story.remote.files(branch_of(STAGING))["apps/a.yaml"].decode() == release("1.2.4")
