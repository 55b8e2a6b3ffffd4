"""Ranges through the whole story: kept and told, or pinned with the range as the comment."""

import pytest
from builders import PODINFO, configuration, rule, source, tier
from doubles.story import Story, oci, release
from jsonschema import Draft202012Validator
from msgspec.structs import replace

from bot.flux.remarks import narrowing
from bot.model.tiers import Configuration, Tier
from bot.model.verdicts import Current, Held, Update
from bot.planning.grouping import branch_of
from bot.reasons import UNREACHABLE
from bot.report.annotations import annotations_of
from bot.report.document import document, schema
from bot.report.matrix import cell_of
from bot.report.run_report import RunReport, reason_of
from bot.report.statuses import base_status

PATH = "apps/dev/a.yaml"
DEV = tier("dev", "minor")
LIVE = tier("live", "exact", production=True)
ABSENT = release("x").replace("      version: x\n", "")


def block(semver: str) -> str:
    return oci("R").replace("ref: R", f"ref:\n    semver: {semver}")


def story(text: str, settings: Configuration, *offered: str, path: str = PATH) -> Story:
    return Story(settings).write({path: text}).push(PODINFO, *(offered or ("1.2.3", "1.5.0", "2.0.0")))


def pinning(*tiers: Tier) -> Configuration:
    return configuration(*(tiers or (DEV,)), ranges="pin")


def only(one: Story) -> Update | Current | Held:
    (decision,) = one.decisions().values()
    return decision


def why(one: Story) -> tuple[str, str]:
    """Reason and sentence of the only verdict."""
    ((verdict,),) = (each.verdicts for each in one.edited())
    reason = reason_of(verdict)
    return (reason.id, reason.sentence) if reason else ("", "")


def proposed(one: Story) -> dict[str, str]:
    assert all(outcome.problem is None for outcome in one.published().outcomes)
    return one.proposed()


def merged(one: Story) -> Story:
    """What was proposed stands on `main`."""
    one.remote.commit("main", proposed(one))
    return one


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (release("1.x"), release("1.5.0 # flux-chart-bot: 1.x")),
        (release('">=1.0.0  <2"'), release('"1.5.0" # flux-chart-bot: >=1.0.0 <2')),
        (release("'1.x'").replace("\n", "\r\n"), release("'1.5.0' # flux-chart-bot: 1.x").replace("\n", "\r\n")),
        (oci('{semver: "1.x"}'), oci('{semver: "1.5.0"} # flux-chart-bot: 1.x')),
        (block('"~1"'), block('"1.5.0" # flux-chart-bot: ~1')),
    ],
)
def test_a_pinned_range_becomes_what_flux_runs_and_stays_as_the_comment(before: str, after: str) -> None:
    assert proposed(story(before, pinning())) == {PATH: after}


def test_what_is_pinned_moves_from_then_on_within_the_range() -> None:
    one = merged(story(release("1.x"), pinning()))
    assert isinstance(only(one), Current)

    one.push(PODINFO, "1.6.0", "2.1.0")
    assert proposed(one) == {PATH: release("1.6.0 # flux-chart-bot: 1.x")}


def test_a_semver_that_is_pinned_stays_in_semver_and_moves_from_then_on() -> None:
    one = merged(story(oci('{semver: "1.x"}'), pinning()))
    one.push(PODINFO, "1.6.0", "2.1.0")

    assert proposed(one) == {PATH: oci('{semver: "1.6.0"} # flux-chart-bot: 1.x')}


def test_the_comment_reads_as_the_range() -> None:
    decision = only(story(release('">=1.0.0,  <2 || ^3"'), pinning(), "1.2.3"))
    assert isinstance(decision, Update)
    assert (decision.old, decision.new, decision.jump) == (">=1.0.0,  <2 || ^3", "1.2.3", "pin")
    assert narrowing(decision.edits[0].comment) == ">=1.0.0, <2 || ^3"


def test_a_tier_that_follows_nothing_is_pinned_too() -> None:
    assert proposed(story(release("1.x"), pinning(tier("dev", "exact")))) == {
        PATH: release("1.5.0 # flux-chart-bot: 1.x")
    }


def test_while_the_pull_request_is_open_it_follows_what_flux_runs() -> None:
    one = story(release("1.x"), pinning())
    proposed(one)
    one.push(PODINFO, "1.7.0")

    assert proposed(one) == {PATH: release("1.7.0 # flux-chart-bot: 1.x")}


def test_nothing_is_pinned_where_ranges_are_kept() -> None:
    one = story(release("1.x"), configuration(DEV))
    one.published()

    assert isinstance(kept := only(one), Current)
    assert (kept.version, kept.runs, kept.newest, kept.behind.majors) == ("1.x", "1.5.0", "2.0.0", 1)
    assert not any("flux-chart-bot/" in branch for branch in one.remote.branches)


def test_production_is_never_pinned_and_says_so() -> None:
    one = story(release("1.x"), pinning(LIVE), path="apps/live/a.yaml")

    assert [tier.changes for tier in one.edited()] == [()]
    assert why(one)[0] == "wide-range"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        pytest.param(ABSENT, "cannot pin `*`: no version is written, so there is no place for one", id="absent"),
        pytest.param(
            release("1.x # approved by Ann"), "cannot pin `1.x`: a comment stands on its line already", id="a comment"
        ),
        pytest.param(
            release("1.x # flux-chart-bot: 1.2.x"),
            "cannot pin `1.x`: Flux runs 1.5.0, which is outside 1.2.x, the comment on its line, and nothing moves "
            "downwards",
            id="a comment of ours that what runs is past",
        ),
        pytest.param(
            oci('{semver: "1.x", semverFilter: ".*"}'),
            "cannot pin `1.x`: the `semverFilter` beside it would go on choosing",
            id="a filter",
        ),
        pytest.param(
            oci('{semver: "1.x", tag: latest}'),
            "cannot pin `1.x`: a comment behind it would be a word on its neighbours too",
            id="a neighbour in its brackets",
        ),
    ],
)
def test_a_range_that_cannot_be_pinned_stays_and_says_why(text: str, problem: str) -> None:
    one = story(text, pinning())

    assert [tier.changes for tier in one.edited()] == [()]
    assert why(one) == ("range-not-pinned", f"`ranges: pin` {problem}")


def test_what_a_rule_never_takes_is_not_pinned_either() -> None:
    skips = configuration(DEV, rules=[rule(skip=["1.5.0"])], ranges="pin")

    reason, sentence = why(story(release("1.x"), skips))
    assert reason == "range-not-pinned"
    assert sentence.endswith("Flux runs 1.5.0, which is skipped by a rule (1.5.0), and nothing moves downwards")


def test_tags_that_flux_cannot_tell_apart_are_pinned_only_where_they_name_one_chart() -> None:
    one = Story(pinning()).write({PATH: release("1.x")})
    one.push(PODINFO, "1.2.3_a", "1.2.3_b", digests="ab")

    assert why(one)[0] == "same-precedence"


def test_a_proposed_pin_is_kept_while_the_chart_is_away() -> None:
    one = story(release("1.x"), pinning())
    before = proposed(one)
    one.registry.away[source(PODINFO)] = UNREACHABLE(host="ghcr.io", problem="timeout")
    kept = only(one)

    assert isinstance(kept, Update)
    assert (kept.old, kept.new, kept.jump) == ("1.x", "1.5.0", "pin")
    assert proposed(one) == before


@pytest.mark.parametrize(
    "settings",
    [
        pytest.param(configuration(DEV), id="ranges are kept now"),
        pytest.param(configuration(DEV, rules=[rule(skip=["1.5.0"])], ranges="pin"), id="a rule skips it now"),
    ],
)
def test_a_proposed_pin_that_is_no_longer_wished_is_not_kept(settings: Configuration) -> None:
    one = story(release("1.x"), pinning())
    proposed(one)
    one.registry.away[source(PODINFO)] = UNREACHABLE(host="ghcr.io", problem="timeout")
    one.configuration = settings

    assert isinstance(only(one), Held)


def test_a_range_past_its_tier_s_limits_is_told_for_every_tier_by_its_own() -> None:
    tiers = (DEV, tier("test", "patch"), LIVE)
    one = Story(configuration(*tiers)).push(PODINFO, "1.2.3")
    one.write({f"apps/{each.name}/a.yaml": release("1.x") for each in tiers})
    said = [reason and reason.sentence for each in one.edited() for reason in map(reason_of, each.verdicts)]

    assert said == [
        None,
        "Flux moves `1.x` by itself, past what tier test takes: 1.3.0 is outside ~1.2.3",
        "Flux moves `1.x` by itself, past what tier live takes: production is never edited by itself",
    ]


@pytest.mark.parametrize(
    "version",
    ["2.0.0", "1.x", "1.2", "latest", '"1.5.0 # ::error::x"', "1.6.0-rc.1"],
)
def test_a_pin_that_no_run_of_ours_would_write_is_not_carried_on(version: str) -> None:
    one = story(release("1.x"), pinning())
    proposed(one)
    branch = branch_of(DEV)
    made = one.remote.commits[one.remote.branches[branch]]
    text = release(f"{version} # flux-chart-bot: 1.x").encode()
    forged = replace(made, files={**made.files, PATH: (made.files[PATH][0], text)})
    one.remote.branches[branch] = one.remote.store(forged)
    one.registry.away[source(PODINFO)] = UNREACHABLE(host="ghcr.io", problem="timeout")

    assert isinstance(only(one), Held)


def test_suspended_objects_are_neither_pinned_nor_warned_of() -> None:
    text = release("1.x", extra="  suspend: true\n")

    for settings in (pinning(), configuration(tier("dev", "exact"))):
        assert isinstance(decision := only(story(text, settings)), Held)
        assert decision.reason.id == "suspended"


def test_a_pull_request_that_pins_says_that_ranges_stay_as_comments() -> None:
    (pull,) = story(release("1.x"), pinning()).planned().pull_requests
    (other,) = story(release("1.2.3"), pinning()).planned().pull_requests

    assert pull.texts
    assert other.texts
    assert "ranges stay as comments on their lines" in pull.texts.body
    assert "ranges stay" not in other.texts.body
    assert "<code>1.x</code> → <code>1.5.0</code> | pin |" in pull.texts.body


def test_a_wide_range_is_an_annotation_on_its_line_and_one_place_to_look_at() -> None:
    one = story(release("1.x"), configuration(tier("live", "exact", production=True)), path="apps/live/a.yaml")
    ((verdict,),) = (each.verdicts for each in one.edited())
    report = RunReport(command="scan", configuration=one.configuration, verdicts=(verdict,))
    (annotation,) = annotations_of(report)

    assert (annotation.level.value, annotation.path, annotation.line) == ("warning", "apps/live/a.yaml", 10)
    assert base_status(verdict.tier, (verdict,), ()).description == "1 not updated, see the summary"
    assert str(cell_of(verdict)) == "1.x runs 1.5.0, 2.0.0 is beyond, 1 major behind, wide range"
    errors = Draft202012Validator(schema()).iter_errors(document(report))
    assert [error.message for error in errors] == []


def test_the_plan_of_a_pin_is_of_its_schema() -> None:
    verdicts = tuple(verdict for each in story(release("1.x"), pinning()).edited() for verdict in each.verdicts)
    told = document(RunReport(command="scan", configuration=pinning(), verdicts=verdicts))

    assert [error.message for error in Draft202012Validator(schema()).iter_errors(told)] == []
    assert told["verdicts"][0]["decision"]["edits"][0]["comment"] == "flux-chart-bot: 1.x"
