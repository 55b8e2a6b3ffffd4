import pytest
from doubles.told import a_configuration, a_tier, a_verdict, an_update, current, held
from msgspec.structs import replace

from bot.check_reasons import DIGEST_NOT_RUN, HELD_EDIT, RANGE_NOW
from bot.maturity.maturity_reasons import NOT_GREEN, ROLLED_BACK, TIER_DISAGREES
from bot.model.forge_reasons import MERGE_QUEUE
from bot.model.proposals import Action, Outcome, Plan, Published, PullRequest, PullRequestPlan, Texts
from bot.model.references import PassedOver
from bot.model.verdicts import Current, ReachedTier, Verdict
from bot.promotion.promotion_reasons import PROMOTION_NOT_SOAKED
from bot.proposal_reasons import MOVES_ON_TOP, TOUCHED
from bot.reason import Reason
from bot.reasons import (
    NO_TIER,
    NOT_AS_PLANNED,
    OPENING_FORBIDDEN,
    SOURCE_NOT_OCI,
    SOURCE_SUSPENDED,
    TAG_MISSING,
    UNREACHABLE,
)
from bot.report.document import document
from bot.report.headline import headline
from bot.report.matrix import cell_of, matrix
from bot.report.run_report import RunReport
from bot.report.summary import LONGEST, summary
from bot.report.terminal import plain_lines
from bot.selection.withdrawn_reasons import IN_USE_HELD

DEV, STAGING, PRODUCTION_TIER = a_tier(), a_tier("staging"), a_tier("production", production=True)
UNKNOWN = UNREACHABLE(host="ghcr.io", problem="no answer")
PLAN = PullRequestPlan(tier=DEV, action=Action.CREATE, branch="flux-chart-bot/dev/all", base="main", base_sha="1" * 40)


def report(*verdicts: Verdict, passed_over: tuple[PassedOver, ...] = ()) -> RunReport:
    configuration = a_configuration(DEV, STAGING, PRODUCTION_TIER)
    return RunReport(command="update", configuration=configuration, verdicts=verdicts, passed_over=passed_over)


def remarked(reason: Reason) -> Current:
    return replace(current(), remark=reason)


def a_pull_request(number: int) -> PullRequest:
    return PullRequest(
        number=number, head_here=True, base="main", url="", author="", head="", head_sha="", title="", body=""
    )


def published(*outcomes: Outcome) -> RunReport:
    plans = tuple(outcome.plan for outcome in outcomes)
    return replace(report(), plan=Plan(pull_requests=plans), published=Published(outcomes=outcomes))


@pytest.mark.parametrize(
    ("verdict", "text"),
    [
        (a_verdict(an_update("6.5.3", "6.5.4")), "6.5.3 -> 6.5.4"),
        (a_verdict(an_update("6.5.3", "6.5.4"), suspended=True), "6.5.3 -> 6.5.4 (suspended)"),
        (a_verdict(an_update(carried=UNKNOWN)), "6.5.3 -> 6.5.4, kept"),
        (a_verdict(current()), "current"),
        (a_verdict(current("6.5.4", newest="6.6.0")), "current"),
        (a_verdict(current("6.5.4", newest="6.6.0"), tier=a_tier("live", production=True)), "6.5.4, 6.6.0 exists"),
        (a_verdict(current("6.5.4"), suspended=True), "6.5.4 (suspended)"),
        (a_verdict(current("6.5.4", majors_behind=2)), "6.5.4, 2 majors behind"),
        (a_verdict(current("1.x", runs="1.4.2")), "1.x runs 1.4.2"),
        (a_verdict(held(SOURCE_SUSPENDED(), "6.5.3"), suspended=True), "6.5.3 (suspended)"),
        (a_verdict(held(NO_TIER(), "6.5.3")), "6.5.3 (no tier)"),
        (a_verdict(held(NO_TIER(), "6.5.3"), suspended=True), "6.5.3 (no tier) (suspended)"),
        (a_verdict(held(UNKNOWN, "6.5.3")), "6.5.3, unreachable"),
        (a_verdict(held(UNKNOWN, "")), "no version, unreachable"),
        (a_verdict(held(PROMOTION_NOT_SOAKED(version="1.3.0", why="too new"), "1.2.0")), "1.2.0, 1.3.0 has not soaked"),
        (a_verdict(remarked(ROLLED_BACK(version="6.5.5", why="x"))), "6.5.4, 6.5.5 was rolled back"),
        (a_verdict(remarked(NOT_GREEN(version="6.5.5", why="x"))), "6.5.4, 6.5.5 not green yet"),
        (a_verdict(remarked(TIER_DISAGREES(tier="dev", versions="x"))), "6.5.4, dev runs several versions"),
        (a_verdict(held(HELD_EDIT(version="x", tier="dev", why="x"), "6.5.4")), "6.5.4, which a person holds"),
        (
            a_verdict(held(RANGE_NOW(constraint="x", tier="dev", what="x"), "1.x")),
            "1.x, a range, which Flux moves by itself",
        ),
        (
            a_verdict(held(DIGEST_NOT_RUN(version="x", chart="x", here="x", tier="dev", ran="x"), "6.5.4")),
            "6.5.4, not the chart that dev ran",
        ),
        (a_verdict(remarked(IN_USE_HELD(version="6.5.4", why="x", cure=""))), "6.5.4, which a person holds"),
        (
            a_verdict(replace(current(), ahead="7.0.0 exists, dev has not run it")),
            "6.5.4, 7.0.0 exists, dev has not run it",
        ),
    ],
)
def test_a_cell_reads(verdict: Verdict, text: str) -> None:
    assert cell_of(verdict).text == text


def test_what_is_held_is_said_beside_it_and_how_far_behind_it_is_after_that() -> None:
    behind = replace(current("6.5.4", majors_behind=1), remark=IN_USE_HELD(version="6.5.4", why="x", cure=""))
    assert cell_of(a_verdict(behind)).text == "6.5.4, which a person holds, 1 major behind"


@pytest.mark.parametrize(
    ("action", "also"), [(Action.CREATE, ", also 1.2.0"), (Action.KEEP, ", also 1.2.0"), (Action.CLOSE, "")]
)
def test_a_chart_of_two_pull_requests_shows_both_versions(action: Action, also: str) -> None:
    minor, major = a_verdict(an_update("1.0.0", "1.2.0")), a_verdict(an_update("1.0.0", "2.0.0"))
    first = Outcome(plan=replace(PLAN, action=Action.UPDATE, updates=(major,)))
    other = Outcome(plan=replace(PLAN, action=action, updates=(minor,)))
    (row,) = matrix(replace(published(first, other), verdicts=(major,)))
    assert [str(cell) for cell in row.cells[0]] == [f"1.0.0 -> 2.0.0{also}"]


@pytest.mark.parametrize(("number", "what"), [(7, "#7"), (0, "its branch")])
def test_what_others_work_on_is_not_shown_as_if_it_moved(number: int, what: str) -> None:
    verdict, major = a_verdict(an_update("1.0.0", "1.2.0")), a_verdict(an_update("1.0.0", "2.0.0"))
    existing = a_pull_request(number) if number else None
    plan = replace(PLAN, action=Action.LEAVE, updates=(verdict,), reason=TOUCHED(branch="x"), existing=existing)
    (row,) = matrix(replace(published(Outcome(plan=plan)), verdicts=(verdict, major)))
    assert [str(cell) for cell in row.cells[0]] == [
        "1.0.0 -> 2.0.0",
        f"1.0.0, 1.2.0 exists, {what} is left alone",
    ]


def test_production_says_which_draft_of_several_tiers_moves_it() -> None:
    live = a_tier("production", production=True)
    reached = tuple(ReachedTier(tier=one, ways=("x",)) for one in (DEV, STAGING, live))
    one = a_verdict(replace(an_update("6.5.3", "6.6.0"), shared=reached))
    two = a_verdict(current("6.5.3", newest="6.6.0"), tier=live, path=one.reference.path)
    (row,) = matrix(report(one, two))
    assert str(row.cells[2][0]) == "6.5.3, 6.6.0 exists, 6.6.0 is in a draft with dev and staging"


def test_tiers_stand_in_the_configurations_order_and_what_moves_stands_first() -> None:
    rows = matrix(
        report(
            a_verdict(current(), chart="a/quiet"),
            a_verdict(held(UNKNOWN), chart="b/held"),
            a_verdict(an_update(), chart="c/moves", tier=STAGING),
        )
    )
    assert [row.chart for row in rows] == ["ghcr.io/c/moves", "ghcr.io/b/held", "ghcr.io/a/quiet"]
    assert [[str(cell) for cell in cells] for cells in rows[0].cells] == [[], ["6.5.3 -> 6.5.4"], []]


def test_references_of_one_chart_that_differ_are_listed_and_alike_ones_counted() -> None:
    verdicts = [a_verdict(current()), a_verdict(current()), a_verdict(an_update("1.0.0", "1.1.0"))]
    (row,) = matrix(report(*verdicts))
    assert [str(cell) for cell in row.cells[0]] == ["1.0.0 -> 1.1.0", "current (2 times)"]


def test_the_summary_is_a_matrix_then_what_was_not_updated_and_why() -> None:
    found = summary(
        report(
            a_verdict(an_update()),
            a_verdict(held(TAG_MISSING(version="1.2", chart="ghcr.io/x/gone"), "1.2"), chart="x/gone"),
        )
    )
    assert found == (
        "### flux-chart-bot: 1 update for dev\n\n"
        "| Chart | dev | staging | production |\n"
        "| --- | --- | --- | --- |\n"
        "| <code>ghcr.io/stefanprodan/charts/podinfo</code> | 6.5.3 -&#62; 6.5.4 |  |  |\n"
        "| <code>ghcr.io/x/gone</code> | 1.2, tag missing |  |  |\n\n"
        "#### Not updated, and why\n\n"
        "- 1.2 is in use and does not exist in ghcr.io/x/gone. It was deleted or never pushed; choose a version that "
        "exists. In <code>apps/dev/gone.yaml&#58;12 (HelmRelease shop/gone)</code>\n"
    )


def test_reasons_that_are_ordinary_are_counted_and_not_listed() -> None:
    skipped = tuple(PassedOver(path=f"{index}.yaml", reason=SOURCE_NOT_OCI(what="Git")) for index in range(39))
    found = summary(report(passed_over=skipped))
    [line] = [line for line in found.splitlines() if line.startswith("- 39 x")]
    assert line.startswith("- 39 x <code>source-not-oci</code>: the chart comes from Git")
    assert line.endswith(" In <code>0.yaml</code>, <code>1.yaml</code> and 37 more")


def test_a_reason_that_repeats_is_one_line_with_a_few_of_its_places() -> None:
    found = summary(report(*(a_verdict(held(UNKNOWN), path=f"{index}.yaml") for index in range(5))))
    (line,) = [line for line in found.splitlines() if "could not be asked" in line]
    assert line.endswith("and 2 more")


def test_an_alarm_stands_first_and_says_so() -> None:
    alarm = NOT_AS_PLANNED(branch="b", problem="p")
    found = summary(report(a_verdict(held(UNKNOWN), path="a"), a_verdict(held(alarm), path="z")))
    reasons = [line for line in found.splitlines() if line.startswith("- ")]
    assert reasons[0].startswith("- **Alarm** the commit for b")


def test_pull_requests_are_links_with_what_became_of_them() -> None:
    found = summary(published(Outcome(plan=PLAN, url="https://github.com/a/b/pull/1", wrote=True)))
    assert "- **dev**: [<code>flux-chart-bot/dev/all</code>](https://github.com/a/b/pull/1) into" in found
    assert found.rstrip("\n").endswith(": opened")


def test_a_pull_request_left_alone_says_why() -> None:
    left = replace(PLAN, action=Action.LEAVE, reason=TOUCHED(branch="x"))
    found = summary(published(Outcome(plan=left)))
    assert "left alone. x holds commits of others and is left to them. To hand it back" in found


def test_a_pull_request_that_could_not_be_opened_gives_the_cure_and_the_link() -> None:
    problem = OPENING_FORBIDDEN(problem="403", cure="Switch on the setting")
    found = summary(published(Outcome(plan=PLAN, wrote=True, problem=problem, open_by_hand="https://github.com/x")))
    assert "written in part. the forge forbids us to open a pull request: 403. Switch on the setting. " in found
    assert "[Open it by hand](https://github.com/x)" in found


def test_a_forge_of_files_gives_a_path_and_no_link() -> None:
    assert "(<code>pulls/1.md</code>)" in summary(published(Outcome(plan=PLAN, url="pulls/1.md")))


def test_a_run_that_finds_nothing_says_so() -> None:
    found = summary(report())
    assert "nothing to update" in found
    assert "No chart of a tier was found." in found


def test_a_summary_too_large_is_cut_between_rows_and_keeps_the_reasons() -> None:
    verdicts = [a_verdict(an_update(), chart=f"charts/{'n' * 300}{index}") for index in range(4000)]
    found = summary(report(*verdicts, a_verdict(held(UNKNOWN))))
    assert LONGEST - 4096 < len(found.encode()) <= LONGEST
    assert "more lines left out here" in found
    assert "ghcr.io could not be asked" in found


def test_the_headline_says_what_matters() -> None:
    run = report(a_verdict(an_update()), a_verdict(an_update(), tier=STAGING), a_verdict(held(UNKNOWN)))
    assert headline(run) == "2 updates for dev and staging; 1 chart could not be looked up"
    assert headline(replace(run, dry_run=True)).endswith("a dry run, nothing was written")


def test_the_headline_counts_what_is_proposed_and_not_what_is_left_alone() -> None:
    mine, theirs = a_verdict(an_update()), a_verdict(an_update(), path="b.yaml")
    left = replace(PLAN, action=Action.LEAVE, reason=TOUCHED(branch="x"), updates=(theirs,))
    plan = Plan(pull_requests=(replace(PLAN, updates=(mine,)), left))
    assert headline(replace(report(mine, theirs), plan=plan)) == "1 update for dev; 1 update left alone"
    alone = replace(report(theirs), plan=Plan(pull_requests=(left,)))
    assert headline(alone) == "nothing to update; 1 update left alone"


def test_a_line_of_a_pull_request_names_it_and_a_draft_and_is_like_no_other() -> None:
    texts = Texts(title="update charts", body="", commit_message="")
    plans = (replace(PLAN, texts=texts), replace(PLAN, texts=texts, draft=True), replace(PLAN, texts=texts, branch="b"))
    lines = list(plain_lines(replace(report(), plan=Plan(pull_requests=plans))))[-3:]
    assert lines == [
        'pull request for dev into main "update charts" would be opened: flux-chart-bot/dev/all',
        'draft pull request for dev into main "update charts" would be opened: flux-chart-bot/dev/all',
        'pull request for dev into main "update charts" would be opened: b',
    ]
    assert "update charts (draft) into" in summary(replace(report(), plan=Plan(pull_requests=plans)))


def test_a_branch_of_others_whose_version_moves_says_so_in_one_breath() -> None:
    moved = replace(PLAN, action=Action.ADVANCE, reason=MOVES_ON_TOP(branch="x"))
    (line,) = [one for one in plain_lines(published(Outcome(plan=moved, wrote=True))) if "moved" in one]
    assert line.startswith(
        "pull request for dev into main moved on: flux-chart-bot/dev/all. x holds commits of others, so only its "
        "version moves, by a commit on top of them. To hand it back"
    )


def test_the_summary_does_not_depend_on_the_order_of_what_was_found() -> None:
    verdicts = [a_verdict(held(UNKNOWN), chart=f"x/{name}", path=name) for name in "cab"]
    assert summary(report(*verdicts)) == summary(report(*reversed(verdicts)))


def test_plain_lines_name_tier_chart_and_what_is_so_and_count_what_is_quiet() -> None:
    run = report(
        a_verdict(an_update()), a_verdict(current(), chart="x/quiet"), a_verdict(held(NO_TIER()), chart="x/prod")
    )
    assert list(plain_lines(run)) == [
        "1 update for dev",
        "",
        "dev: ghcr.io/stefanprodan/charts/podinfo 6.5.3 -> 6.5.4",
        "2 of 3 charts have nothing to do",
        "",
        "1 x no tier of the configuration covers this path. In apps/dev/prod.yaml:12 (HelmRelease shop/prod)",
    ]


def test_one_quiet_chart_is_told_in_the_singular() -> None:
    assert list(plain_lines(report(a_verdict(current()))))[-1] == "1 of 1 chart has nothing to do"
    checked = replace(report(a_verdict(current()), a_verdict(an_update(), chart="x/y")), command="check")
    assert list(plain_lines(checked))[-1] == "1 of 2 charts is as the rules say"


def test_our_own_backticks_are_code_in_the_summary() -> None:
    found = summary(report(a_verdict(held(NOT_GREEN(version="6.5.5", why="x")))))
    assert "check context and creator in <code>with-status</code>." in found
    assert "&#96;" not in found


def test_a_suspended_object_is_never_counted_among_the_quiet() -> None:
    run = report(a_verdict(current("1.2.3"), suspended=True))
    assert "dev: ghcr.io/stefanprodan/charts/podinfo 1.2.3 (suspended)" in list(plain_lines(run))


def test_what_was_seen_on_the_way_is_told() -> None:
    note = TOUCHED(branch="x")
    assert "x holds commits of others" in summary(replace(report(), plan=Plan(notes=(note,))))


def test_what_the_forge_remarks_stands_below_the_pull_requests() -> None:
    made = Published(outcomes=(Outcome(plan=PLAN),), remarks=(MERGE_QUEUE(base="main"),))
    found = summary(replace(report(), published=made))
    below = found.partition("#### Pull requests")[2]
    assert "opened\n- main has a merge queue. Let the workflows" in below
    assert "Not updated" not in found
    assert "main has a merge queue. Let the workflows" in "\n".join(plain_lines(replace(report(), published=made)))


def test_the_plan_names_the_branch_of_a_tier_that_names_none() -> None:
    branches = [tier["branch"] for tier in document(replace(report(), default="main"))["tiers"]]
    assert branches == ["main", "main", "main"]
    assert document(report())["tiers"][0]["branch"] is None
