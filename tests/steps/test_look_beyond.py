"""`beyond: draft` run by run: time holds for what lies past `follow` as it does for all else."""

from datetime import UTC, datetime

import pytest
from builders import PODINFO, configuration, pace, rule, source, tier
from doubles.story import Story, release
from msgspec.structs import replace

from bot.model.proposals import State
from bot.model.proposing import Beyond, Proposing
from bot.model.tiers import Shared, Tier
from bot.report.matrix import matrix

DRAFTS = Proposing(beyond=Beyond.DRAFT)
DEV = replace(tier(follow="patch"), proposing=DRAFTS)
A = "apps/dev/a.yaml"


def told(*tiers: Tier) -> Story:
    return Story(configuration(*(tiers or (DEV,)))).push(PODINFO, "1.2.3", "2.0.0").write({A: release("1.2.3")})


def drafted(story: Story, path: str = A) -> str:
    """The version that the draft proposes after a run; empty without one."""
    story.run()
    heads = [name for name in story.remote.branches if "/beyond-follow-" in name]
    text = story.remote.files(heads[0])[path].decode() if heads else ""
    return next((line.partition(": ")[2] for line in text.splitlines() if "version: " in line), "")


@pytest.mark.parametrize("follow", ["patch", "exact"])
def test_a_version_waits_as_long_as_any_other(follow: str) -> None:
    story = told(replace(DEV, follow=tier(follow=follow).follow, pace=pace(wait="2d")))
    assert drafted(story) == ""
    story.pass_by(days=2, hours=1)
    assert drafted(story) == "2.0.0"
    story.push(PODINFO, "3.0.0")
    assert drafted(story) == "2.0.0"
    assert drafted(story.pass_by(days=2, hours=1)) == "3.0.0"


def test_only_what_the_tier_before_ran_is_taken() -> None:
    path = "apps/staging/a.yaml"
    staging = replace(tier("staging", "patch", pace=pace(comes_from=["dev"], soak="1d")), proposing=DRAFTS)
    story = told(tier(follow="exact"), staging).push(PODINFO, "3.0.0")
    story.write({A: release("2.0.0"), path: release("1.2.3")})
    assert drafted(story, path) == ""
    assert drafted(story.pass_by(days=1, hours=1), path) == "2.0.0"


def test_what_people_took_back_is_not_proposed() -> None:
    story = told()
    story.pass_by(hours=1).write({A: release("2.0.0")})
    story.pass_by(hours=1).write({A: release("1.2.3")})
    assert drafted(story.pass_by(hours=1)) == ""
    assert drafted(story.push(PODINFO, "2.0.1")) == "2.0.1"


def test_what_several_tiers_share_is_in_no_tiers_draft() -> None:
    """Neither where a rule bounds both."""
    story = told(replace(DEV, follow=tier(follow="any").follow), tier("staging", "any"))
    settings = replace(story.configuration, shared=Shared(paths=("base/**",)))
    story.configuration = replace(settings, rules=(rule(follow="1.x"),))
    overlay = "resources: [../../base]\n"
    story.write({
        "base/a.yaml": release("1.2.3"),
        "base/kustomization.yaml": "resources: [a.yaml]\n",
        "apps/dev/kustomization.yaml": overlay,
        "apps/staging/kustomization.yaml": overlay,
        A: "",
    })  # fmt: skip
    story.run()
    assert not story.forge.drafts


def behind(story: Story, name: str = "dev") -> list[str]:
    """What the matrix says of a tier's charts after a run."""
    report = story.run()
    at = [one.name for one in report.tiers].index(name)
    return [str(cell) for row in matrix(report) for cell in row.cells[at]]


def draft(story: Story) -> str:
    [body] = [pull.body for pull in story.forge.pulls.values() if "/beyond-follow-" in pull.head]
    return body


def fetched(story: Story) -> int:
    """How many manifests were fetched since this was asked last."""
    count = len(story.registry.fetched)
    story.registry.fetched.clear()
    return count


def test_a_version_that_appears_is_dated_by_the_first_sight_of_it() -> None:
    story = told(DEV).push(PODINFO, "1.2.4")
    del story.registry.charts[source(PODINFO)]["2.0.0"]
    assert behind(story) == ["1.2.3 -> 1.2.4"]
    story.write({A: release("1.2.4")}).pass_by(days=80).push(PODINFO, "2.1.0")
    story.run()
    story.pass_by(days=80).push(PODINFO, "3.0.0")

    assert behind(story) == ["1.2.4, 2 majors behind since March 2026"]
    assert "- <code>podinfo</code> <code>1.2.4</code> is 2 majors behind since March 2026." in draft(story)
    assert fetched(story) == 0


def test_one_that_was_there_before_is_dated_by_its_publisher_which_is_said_and_asked_once() -> None:
    story = told(DEV)
    story.registry.push(source(PODINFO), "2.0.0", created=datetime(2025, 3, 31, 23, tzinfo=UTC))

    assert behind(story) == ["1.2.3, 1 major behind since March 2025, by its publisher's word"]
    assert "is 1 major behind since March 2025, by its publisher's word." in draft(story)
    assert fetched(story) == 1
    report = story.pass_by(days=40).run()
    assert [one.plan.action.value for one in report.outcomes] == ["keep"]
    assert fetched(story) == 0


@pytest.mark.parametrize("made", [None, datetime(2031, 1, 1, tzinfo=UTC)], ids=["nothing", "the future"])
def test_where_its_publisher_says_nothing_of_use_it_is_as_old_as_our_first_sight_or_older(
    made: datetime | None,
) -> None:
    story = told(DEV)
    story.registry.push(source(PODINFO), "2.0.0", created=made)

    assert behind(story) == ["1.2.3, 1 major behind since January 2026 or before"]


def test_without_drafts_nothing_is_asked_or_kept_for_it() -> None:
    story = told(tier(follow="patch"))

    assert behind(story) == ["1.2.3, 1 major behind"]
    assert (fetched(story), [name for name in story.remote.branches if "ledger" in name]) == (0, [])


def test_other_tiers_say_what_is_known_of_the_same_chart() -> None:
    story = told(DEV, tier("live", production=True)).write({"apps/live/a.yaml": release("1.2.3")})

    assert behind(story, "live") == ["1.2.3, 1 major behind since January 2026 or before"]


def test_a_draft_that_people_closed_is_told_as_refused() -> None:
    story = told(DEV)
    story.run()
    [number] = story.forge.pulls
    story.forge.close(number)

    assert behind(story) == [f"1.2.3, 2.0.0 was refused in #{number}"]
    assert behind(story) == [f"1.2.3, 2.0.0 was refused in #{number}"]


SETTLES = replace(tier(follow="minor", pace=pace(settle="1w")), proposing=DRAFTS)


def settling(*tiers: Tier) -> Story:
    """The tier's own update is merged, and its draft is open still."""
    story = told(*(tiers or (SETTLES,))).push(PODINFO, "1.2.4")
    story.run()
    assert len(story.forge.drafts) == 1
    return story.pass_by(hours=2).write({A: release("1.2.4")})


def test_an_open_draft_stays_while_the_chart_settles_and_says_until_when() -> None:
    story = settling()
    before = set(story.forge.drafts)
    assert drafted(story) == "2.0.0"
    assert set(story.forge.drafts) == before
    assert "settles until 2026-01-08" in draft(story)
    [head] = [head for name, head in story.remote.branches.items() if "/beyond-follow-" in name]
    assert [said.state for said in story.forge.set_by_us[head]] == [State.PENDING]
    assert {one.plan.action.value for one in story.pass_by(days=1).run().outcomes} == {"keep"}

    assert drafted(story.pass_by(days=8)) == "2.0.0"
    assert set(story.forge.drafts) == before
    assert "settles until" not in draft(story)


def test_a_draft_that_never_was_open_is_not_opened_while_the_chart_settles() -> None:
    story = told(SETTLES)
    del story.registry.charts[source(PODINFO)]["2.0.0"]
    story.push(PODINFO, "1.2.4").run()
    story.pass_by(hours=2).write({A: release("1.2.4")}).push(PODINFO, "1.2.5", "2.0.0")
    assert drafted(story) == ""


def test_what_the_tiers_own_pull_request_keeps_is_not_in_a_draft() -> None:
    story = Story(configuration(SETTLES)).push(PODINFO, "1.2.3", "1.2.4", "1.2.5").write({A: release("1.2.3")})
    story.run()
    story.pass_by(hours=2).write({A: release("1.2.4")})
    assert drafted(story) == ""


@pytest.mark.parametrize(
    ("why", "said"),
    [
        ("skipped", "2.0.0 is not taken: skipped by a rule (2.0.0)"),
        ("outside", "2.0.0 is not taken: outside ^1.2.4"),
    ],
)
def test_a_draft_that_goes_is_told_to_go_for_its_own_reason(why: str, said: str) -> None:
    story = settling()
    skips, reports = (rule(skip=["2.0.0"]),), replace(SETTLES, proposing=Proposing())
    story.configuration = configuration(SETTLES, rules=skips) if why == "skipped" else configuration(reports)
    partings = [text for one in story.run().outcomes for text in one.plan.partings]
    assert f"podinfo: {said}" in partings
