"""`rollback: propose`, run by run: a version that should not be in use is gone back from, in a pull request."""

from collections.abc import Mapping

import pytest
from builders import PODINFO, configuration, pace, rule, source, tier
from doubles.story import Story, oci, release
from jsonschema import Draft202012Validator
from msgspec.structs import replace

from bot.ledger.model import LEDGER_BRANCH, Ledger, Matter, Word
from bot.model.proposing import Amounts, AutoMerge, Beyond, Extras, Mode, Proposing, ProposingRule, Rollback
from bot.model.tiers import Configuration, Pace, Shared, Tier
from bot.model.verdicts import Current, Held, Update
from bot.reason import Weight
from bot.reasons import UNREACHABLE
from bot.report.document import document, schema
from bot.report.headline import headline
from bot.report.matrix import matrix
from bot.report.run_report import RunReport
from bot.report.statuses import CONTEXT
from bot.steps.past.remember import read_past, remember

DEV, STAGING = "apps/dev/a.yaml", "apps/staging/a.yaml"


def back(name: str = "dev", follow: str = "patch", pace: Pace | None = None, *, branch: str | None = None) -> Tier:
    return replace(tier(name, follow, pace=pace, branch=branch), proposing=Proposing(rollback=Rollback.PROPOSE))


def story(settings: Configuration | None = None, files: Mapping[str, str] | None = None) -> Story:
    """dev runs 1.2.4, which is gone."""
    told = Story(settings or configuration(back())).push(PODINFO, "1.2.1", "1.2.2", "1.2.3")
    return told.write({DEV: release("1.2.4"), **(files or {})})


def found(report: RunReport, name: str = "dev") -> str:
    """What a tier's one reference goes back to, or what is said of it."""
    [decision] = [one.decision for one in report.verdicts if one.tier.name == name]
    match decision:
        case Update() as update:
            return f"{update.jump} to {update.new}"
        case Held(reason=reason):
            return reason.id
        case Current(remark=reason):
            return reason.id if reason else ""


def say(told: Story, *, held: bool = True, **about: str) -> None:
    """What a person's command will write."""
    past = read_past(told.repository, told.remote.tip(LEDGER_BRANCH))
    assert remember(Ledger(words={Matter(**about): Word(at=told.now, held=held)}), past, told.forge.us) == ()


def test_the_pull_request_cannot_be_mistaken_for_an_update() -> None:
    told = story()
    report = told.run()
    [pull] = told.forge.pulls.values()

    assert told.proposed() == {DEV: release("1.2.3")}
    assert pull.title == "fix(deps): roll back podinfo to 1.2.3 in dev"
    assert "Lower chart versions for the tier **dev**, whose own should not be in use." in pull.body
    assert (
        "- <code>podinfo</code> goes back to <code>1.2.3</code>: 1.2.4 is in use and does not exist in "
        "ghcr.io/x/podinfo." in pull.body
    )
    assert "<code>1.2.4</code> → <code>1.2.3</code> | rollback |" in pull.body
    assert "- Going back: what the version in use has changed in the cluster" in pull.body
    assert headline(report) == "1 rollback for dev"
    assert [str(cell) for row in matrix(report) for cell in row.cells[0]] == ["1.2.4 -> 1.2.3, rollback"]


def undoing(told: Story) -> str:
    """The last part of the only body, on one line."""
    [pull] = told.forge.pulls.values()
    return " ".join(pull.body.partition("**Merged already:**")[2].split())


def test_how_to_undo_it_is_to_end_what_speaks_against_the_version_in_use_since_a_revert_is_proposed_again() -> None:
    told = story()
    told.run()
    assert (
        "What goes back here is proposed again as long as the version that it leaves should not be in use"
        in undoing(told)
    )
    assert "not proposed here again" not in undoing(told)


def test_beside_an_update_both_ways_to_undo_are_told() -> None:
    told = story().push("ghcr.io/x/redis", "1.0.0", "1.0.1")
    told.write({"apps/dev/redis.yaml": release("1.0.0", chart="redis")}).run()
    assert "What goes back here is proposed again" in undoing(told)
    assert "An update's version is not proposed here again after that" in undoing(told)


def test_an_update_alone_says_that_its_version_is_not_proposed_again() -> None:
    told = Story(configuration(tier("dev", "patch"))).push(PODINFO, "1.2.3", "1.2.4").write({DEV: release("1.2.3")})
    told.run()
    assert "Flux goes back with it. This version is then not proposed here again" in undoing(told)


def test_the_status_and_the_plan_for_machines_say_rollback() -> None:
    told = story()
    report = told.run()
    [said] = {status.status.description for status in report.statuses if status.sha} - {"1 rollback"}

    assert said == "1 rollback proposed"
    assert {status.status.context for status in report.statuses} == {f"{CONTEXT}dev"}
    Draft202012Validator(schema()).validate(document(report))
    [verdict] = document(report)["verdicts"]
    assert (verdict["decision"]["jump"], verdict["decision"]["remark"]["id"]) == ("rollback", "tag-missing")


def test_it_comes_first_in_the_pull_request_of_its_tier() -> None:
    told = story(files={"apps/dev/b.yaml": release("1.0.0", chart="alpha")}).push("ghcr.io/x/alpha", "1.0.0", "1.0.1")
    told.run()
    [pull] = told.forge.pulls.values()

    assert pull.title == "fix(deps): roll back podinfo to 1.2.3 and update 1 chart in dev"
    assert "**Going back**" in pull.body
    assert pull.body.index("<code>ghcr.io/x/podinfo") < pull.body.index("<code>ghcr.io/x/alpha")


def test_nothing_is_written_twice_and_a_version_that_is_back_ends_it() -> None:
    told = story()
    told.run()
    report = told.run()
    assert [one.plan.action.value for one in report.outcomes] == ["keep"]

    told.push(PODINFO, "1.2.4").run()
    assert told.forge.pulls == {}


def test_a_newer_version_takes_its_place() -> None:
    told = story()
    told.run()

    assert found(told.push(PODINFO, "1.2.5").run()) == "patch to 1.2.5"
    [pull] = told.forge.pulls.values()
    assert pull.title == "chore(deps): update podinfo to 1.2.5 in dev"


def test_who_closes_it_has_refused_it() -> None:
    told = story()
    told.run()
    told.forge.close(1)

    report = told.run()
    assert found(report) == "refused"
    [reason] = [one.decision.reason for one in report.verdicts if isinstance(one.decision, Held)]
    assert reason.sentence == "1.2.4 is in use and does not exist in ghcr.io/x/podinfo; 1.2.3 was refused in #1"
    assert reason.weight is Weight.WARNING
    assert told.forge.pulls == {}


def test_a_version_that_is_held_is_gone_back_from_where_it_runs() -> None:
    told = story().push(PODINFO, "1.2.4")
    told.run()
    assert told.forge.pulls == {}
    say(told, chart=PODINFO, version="1.2.4")

    assert found(told.run()) == "rollback to 1.2.3"
    say(told.pass_by(hours=1), held=False, chart=PODINFO, version="1.2.4")
    assert found(told.run()) == ""


def test_what_the_tier_itself_left_is_not_gone_back_to() -> None:
    told = Story(configuration(back())).push(PODINFO, "1.2.1", "1.2.2", "1.2.3")
    for version in ("1.2.1", "1.2.3", "1.2.1", "1.2.4"):
        told.write({DEV: release(version)})

    assert found(told.run()) == "rollback to 1.2.2"


FROM_DEV = (tier("dev", "any"), back("staging", "any", pace(comes_from=["dev"], soak="3d")))


def test_a_tier_goes_back_at_once_to_what_it_or_the_tier_before_ran() -> None:
    told = Story(configuration(*FROM_DEV)).push(PODINFO, "1.2.1", "1.2.2", "1.2.3")
    told.write({DEV: release("1.2.1"), STAGING: release("1.2.1")})
    told.write({DEV: release("1.2.2")}).write({DEV: release("1.2.4"), STAGING: release("1.2.4")})

    # 1.2.3 never ran anywhere; 1.2.2 ran in dev, for no time at all.
    assert found(told.run(), "staging") == "rollback to 1.2.2"


def test_a_tier_goes_back_to_nothing_that_never_ran_and_says_so() -> None:
    told = Story(configuration(*FROM_DEV)).push(PODINFO, "1.2.3")
    told.write({DEV: release("1.2.4"), STAGING: release("1.2.4")})
    report = told.run()

    assert found(report, "staging") == "no-way-back"
    [reason] = [one.decision.reason for one in report.verdicts if isinstance(one.decision, Held)][1:]
    assert reason.sentence.endswith("1.2.3 is never run in staging or dev")


def test_a_tier_that_waits_goes_back_to_what_it_ran_however_new_another_is() -> None:
    told = Story(configuration(back(pace=pace(wait="2d")))).push(PODINFO, "1.2.2", "1.2.3")
    told.write({DEV: release("1.2.2")}).write({DEV: release("1.2.4")})

    assert found(told.run()) == "rollback to 1.2.2"


def test_the_digest_goes_back_with_its_version() -> None:
    told = Story(configuration(back())).push(PODINFO, "1.2.3", digests="b")
    told.write({DEV: oci("{tag: 1.2.4, digest: sha256:" + "a" * 64 + "}")})
    told.run()

    assert told.proposed() == {DEV: oci("{tag: 1.2.3, digest: sha256:" + "b" * 64 + "}")}


def test_a_chart_that_is_away_keeps_its_way_back_while_that_is_wished() -> None:
    told = story(configuration(back(), rules=[rule(skip=["1.2.4"])])).push(PODINFO, "1.2.4")
    told.run()
    told.registry.away[source(PODINFO)] = UNREACHABLE(host="ghcr.io", problem="down")
    assert found(told.run()) == "rollback to 1.2.3"

    told.configuration = configuration(tier("dev", "patch"), rules=[rule(skip=["1.2.4"])])
    assert found(told.run()) == "unreachable"


def test_what_merges_itself_holds_no_way_back() -> None:
    merging = Proposing(rollback=Rollback.PROPOSE, extras=Extras(labels=("x",), auto_merge=AutoMerge.SQUASH))
    told = story(configuration(replace(back(), proposing=merging)), {"apps/dev/b.yaml": release("1.0.0", chart="b")})
    told.push("ghcr.io/x/b", "1.0.0", "1.0.1").run()

    asked = {told.forge.pulls[number].title: extras.auto_merge for number, extras in told.forge.extras.items()}
    assert asked == {
        "fix(deps): roll back podinfo to 1.2.3 in dev": None,
        "chore(deps): update b to 1.0.1 in dev": AutoMerge.SQUASH,
    }


def test_it_waits_for_no_room() -> None:
    amounts = Amounts(open=1, changes=1)
    told = story(configuration(replace(back(), proposing=Proposing(rollback=Rollback.PROPOSE, amounts=amounts))))
    told.write({"apps/dev/b.yaml": release("1.0.0", chart="b")}).push("ghcr.io/x/b", "1.0.0", "1.0.1").run()
    [pull] = told.forge.pulls.values()

    assert pull.title == "fix(deps): roll back podinfo to 1.2.3 and update 1 chart in dev"


def test_no_draft_for_several_tiers_goes_back() -> None:
    live = tier("live", production=True)
    settings = replace(configuration(back(), live), shared=Shared(paths=("base/**",)))
    overlay = "resources: [../../base]\n"
    told = Story(settings).push(PODINFO, "1.2.3")
    told.write(
        {
            "base/a.yaml": release("1.2.4"),
            "base/kustomization.yaml": "resources: [a.yaml]\n",
            "apps/dev/kustomization.yaml": overlay,
            "apps/live/kustomization.yaml": overlay,
        }
    )

    report = told.run()
    assert (report.updates, told.forge.pulls) == ((), {})
    assert {found(report, name) for name in ("dev", "live")} == {"tag-missing"}
    told.configuration = configuration(back(), live)
    assert {found(told.run(), name) for name in ("dev", "live")} == {"tag-missing"}


def test_what_lies_beyond_is_no_way_back() -> None:
    beyond = replace(back(), proposing=Proposing(rollback=Rollback.PROPOSE, beyond=Beyond.DRAFT))
    told = Story(configuration(beyond)).push(PODINFO, "1.1.0").write({DEV: release("1.2.4")})

    assert found(told.run()) == "no-way-back"
    assert told.forge.pulls == {}


@pytest.mark.parametrize("jump", ["major", "minor", "patch"])
def test_rules_for_jumps_are_not_about_ways_back(jump: str) -> None:
    silent = replace(rule(), jumps=(jump,), proposing=ProposingRule(mode=Mode.REPORT))

    assert found(story(configuration(back(), rules=[silent])).run()) == "rollback to 1.2.3"
