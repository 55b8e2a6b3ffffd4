"""select: every reference of every tier is judged, in its order and by its own tier."""

import pytest
from builders import PODINFO, alone, configuration, digest, exact, ranged, reference, source, tier
from doubles.story import Story, oci, release
from msgspec.structs import replace

from bot.model.references import Pin
from bot.model.tiers import Tier
from bot.model.verdicts import Current, Held, Update
from bot.reasons import MISSPELLED_COMMENT, UNREACHABLE
from bot.steps.look_up import Answers
from bot.steps.select_versions import select, version_in_use

DEV, STAGING = tier("dev", "any"), tier("staging", "patch")


@pytest.mark.parametrize(
    ("pin", "version"),
    [(exact("1.2.3"), "1.2.3"), (ranged("1.x"), "1.x"), (alone(digest("a")), digest("a"))],
)
def test_the_version_in_use_is_what_the_manifest_says(pin: Pin, version: str) -> None:
    assert version_in_use(reference(pin=pin)) == version


def test_verdicts_keep_the_order_of_tiers_and_references() -> None:
    story = Story(configuration(DEV, STAGING)).push(PODINFO, "1.2.3", "1.2.4", "2.0.0").push("ghcr.io/x/b", "1.2.3")
    files = {
        f"apps/{name}/{sign}.yaml": release("1.2.3", chart=chart, name=sign)
        for name in ("dev", "staging")
        for sign, chart in (("a", "podinfo"), ("b", "b"), ("c", "podinfo"))
    }
    judged = story.write(files).judged()

    assert [(one.view.tier.name, [verdict.reference.object.name for verdict in one.verdicts]) for one in judged] == [
        ("dev", ["a", "b", "c"]),
        ("staging", ["a", "b", "c"]),
    ]
    assert [
        [verdict.decision.new if isinstance(verdict.decision, Update) else "" for verdict in one.verdicts]
        for one in judged
    ] == [["2.0.0", "", "2.0.0"], ["1.2.4", "", "1.2.4"]]


def test_each_kind_of_pin_gets_its_own_judgement() -> None:
    story = Story(configuration(DEV)).push(PODINFO, "1.2.3", "1.2.4", digests="ab")
    refs = {
        "tag": "{tag: 1.2.3}",
        "semver": '{semver: "1.2.3"}',
        "range": '{semver: "1.x"}',
        "digest": f'{{digest: "{digest("a")}"}}',
        "rc": '{semver: "1.2-rc.1"}',
    }
    files = {f"apps/dev/{name}.yaml": oci(ref, name=name, url=f"oci://{PODINFO}") for name, ref in refs.items()}
    decisions = story.write(files).decisions()

    assert {name: type(decision) for name, decision in decisions.items()} == {
        "tag": Update,
        "semver": Update,
        "range": Current,
        "digest": Update,
        "rc": Current,
    }
    assert isinstance(rc := decisions["rc"], Current)
    assert (rc.version, rc.runs) == ("1.2-rc.1", "1.2.4")


def test_a_digest_whose_tag_cannot_be_resolved_is_unknown() -> None:
    story = Story(configuration(DEV)).push(PODINFO, "1.2.3", "1.2.4", digests="ab")
    story.write({"apps/dev/a.yaml": oci(f'{{digest: "{digest("a")}"}}')})
    story.registry.lost.add((source(PODINFO), "1.2.3"))
    decision = story.decisions()["podinfo"]

    assert isinstance(decision, Held)
    assert (decision.version, decision.reason.id) == (digest("a"), "unreachable")


def test_a_bad_comment_is_said_even_where_the_chart_is_away() -> None:
    story = Story(configuration(DEV)).write({"apps/dev/a.yaml": release("1.2.3 # flux-chart-bot: soon")})
    story.registry.away[source(PODINFO)] = UNREACHABLE(host="ghcr.io", problem="timeout")
    decision = story.decisions()["podinfo"]

    assert isinstance(decision, Held)
    assert decision.reason.id == "bad-constraint"


@pytest.mark.parametrize(
    "comment",
    [
        "flux-chart-bot exact",
        "flux-chart-bot",
        "flux-chart-bot:",
        "flux_chart_bot: exact",
        "Flux-Chart-Bot: exact",
        "flux chart bot: exact",
        "fluxchartbot: exact",
        "FLUX-CHART-BOT = exact",
        "see #12 # flux-chart-bot exact",
    ],
)
def test_a_comment_that_nearly_has_our_name_holds_its_version(comment: str) -> None:
    story = Story(configuration(DEV)).push(PODINFO, "1.2.3", "1.2.4")
    decision = story.write({"apps/dev/a.yaml": release(f"1.2.3 # {comment}")}).decisions()["podinfo"]

    assert isinstance(decision, Held)
    assert decision.reason == MISSPELLED_COMMENT(comment=comment)


@pytest.mark.parametrize(
    "comment",
    [
        "moved by flux-chart-bot",
        "flux-chart-bot/dev/all moved it",
        "other-flux-chart-bot exact",
        "flux-chart-botany",
        "flux-chart-bot-next: exact",
    ],
)
def test_prose_about_us_limits_nothing(comment: str) -> None:
    story = Story(configuration(DEV)).push(PODINFO, "1.2.3", "1.2.4")
    decision = story.write({"apps/dev/a.yaml": release(f"1.2.3 # {comment}")}).decisions()["podinfo"]

    assert isinstance(decision, Update)


def test_production_is_judged_and_never_moved() -> None:
    story = Story(configuration(replace(DEV, production=True))).push(PODINFO, "1.2.3", "1.2.4")
    (one,) = story.write({"apps/dev/a.yaml": release("1.2.3")}).edited()

    assert [type(verdict.decision) for verdict in one.verdicts] == [Current]
    assert one.changes == ()


def test_a_fleet_without_references_needs_no_answers() -> None:
    story = Story(configuration(DEV)).write({"apps/dev/a.yaml": "a: 1\n"})

    assert [one.verdicts for one in select(story.resolved(), Answers(), story.configuration)] == [()]


def used_from(path: str, *tiers: Tier) -> Story:
    """A source of dev whose release lies elsewhere."""
    user = release_of_source("podinfo")
    files = {"apps/dev/source.yaml": oci("{tag: 1.2.3}"), "apps/live/x.yaml": "", path: user}
    return Story(configuration(*tiers)).write(files).push(PODINFO, "1.2.3", "1.2.4")


def release_of_source(name: str) -> str:
    return f"""\
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {{name: {name}, namespace: x}}
spec: {{chartRef: {{kind: OCIRepository, name: {name}}}}}
"""


def test_a_source_that_production_uses_too_is_held() -> None:
    production = tier("live", production=True)
    dev, live = used_from("apps/live/release.yaml", DEV, production).judged()
    [decision] = [verdict.decision for verdict in dev.verdicts]

    assert [type(verdict.decision) for verdict in live.verdicts] == [Current]
    assert isinstance(decision, Held)
    assert decision.reason.id == "shared"
    assert "decides for live too" in decision.reason.sentence
    assert "apps/live/release.yaml" in decision.reason.sentence


@pytest.mark.parametrize("path", ["apps/dev/release.yaml", "elsewhere/release.yaml"])
def test_a_source_that_no_other_tier_uses_moves(path: str) -> None:
    assert isinstance(used_from(path, DEV, tier("live", production=True)).decisions()["podinfo"], Update)
