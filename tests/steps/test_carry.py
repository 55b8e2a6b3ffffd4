"""carry: unknown is not gone. What an open pull request proposed for a chart that is away, it keeps."""

import pytest
from builders import PODINFO, configuration, digest, rule, source, tier
from docs.tables import reasons
from doubles.story import Story, oci, release, repository
from msgspec.structs import replace

from bot.flux.files import FileReading, read_file
from bot.model.proposals import Action
from bot.model.tiers import Configuration
from bot.model.verdicts import Held, Update
from bot.planning.grouping import branch_of
from bot.reason import ReasonKind
from bot.reasons import UNKNOWN as UNKNOWN_IDS

PATH = "apps/dev/a.yaml"
DEV = tier("dev", "any")
OTHER = "ghcr.io/x/other"
UNKNOWN = [kind for kind in reasons().values() if kind.id in UNKNOWN_IDS]
KNOWN = [kind for kind in reasons().values() if kind.id not in UNKNOWN_IDS]


def facts(kind: ReasonKind) -> ReasonKind:
    """The kind with templates that need no facts."""
    return replace(kind, sentence=kind.id, mend="", short="")


UNREACHABLE = facts(next(kind for kind in UNKNOWN if kind.id == "unreachable"))


def proposed(*files: str) -> Story:
    """A fleet whose pull request of podinfo 1.2.4 and other 1.2.4 is open."""
    texts = files or (release("1.2.3") + "---\n" + release("1.2.3", chart="other"),)
    story = Story(configuration(DEV)).write(
        {f"apps/dev/{sign}.yaml": text for sign, text in zip("abc", texts, strict=False)}
    )
    story.push(PODINFO, "1.2.3", "1.2.4", digests="ab").push(OTHER, "1.2.3", "1.2.4")
    assert all(outcome.problem is None for outcome in story.published().outcomes)
    return story


def without_podinfo(story: Story, kind: ReasonKind = UNREACHABLE) -> Story:
    story.registry.away[source(PODINFO)] = facts(kind)()
    return story


def podinfo(story: Story) -> Update | Held:
    decision = story.decisions()["podinfo"]
    assert isinstance(decision, Update | Held), decision
    return decision


@pytest.mark.parametrize("kind", UNKNOWN, ids=lambda kind: kind.id)
def test_a_chart_that_is_away_keeps_its_line(kind: ReasonKind) -> None:
    story = without_podinfo(proposed(), kind)
    before = story.proposed()
    kept = podinfo(story)
    outcome = story.published().outcomes[0]

    assert isinstance(kept, Update)
    assert (kept.old, kept.new, kept.jump, kept.carried) == ("1.2.3", "1.2.4", "patch", facts(kind)())
    assert outcome.plan.action is Action.REWORD, "its body says that the chart is away"
    assert story.proposed() == before


@pytest.mark.parametrize("kind", KNOWN, ids=lambda kind: kind.id)
def test_what_is_known_is_not_carried(kind: ReasonKind) -> None:
    assert isinstance(podinfo(without_podinfo(proposed(), kind)), Held)


def test_of_our_commits_only_what_the_base_has_not_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    story = without_podinfo(proposed(release("1.2.3"), release("1.2.3", chart="other")))
    parsed: list[bytes] = []

    def parse(path: str, data: bytes) -> FileReading:
        parsed.append(data)
        return read_file(path, data)

    monkeypatch.setattr("bot.steps.scan.read_file", parse)
    story.run()

    assert release("1.2.4").encode() in parsed
    assert len(parsed) == len(set(parsed))


def test_a_newer_neighbour_is_proposed_beside_it() -> None:
    story = without_podinfo(proposed()).push(OTHER, "1.2.5")
    story.published()

    assert story.proposed() == {PATH: release("1.2.4") + "---\n" + release("1.2.5", chart="other")}


def test_a_chart_that_is_back_moves_on() -> None:
    story = without_podinfo(proposed()).push(PODINFO, "1.2.5")
    story.published()
    story.registry.away.clear()
    story.published()

    assert story.proposed() == {PATH: release("1.2.5") + "---\n" + release("1.2.4", chart="other")}


def test_what_was_never_proposed_stays_unknown() -> None:
    story = without_podinfo(Story(configuration(DEV)).write({PATH: release("1.2.3")}))

    assert isinstance(podinfo(story), Held)


@pytest.mark.parametrize(
    "now",
    [
        pytest.param("# a note\n" + release("1.2.3") + "---\n" + release("1.2.3", chart="other"), id="lines above"),
        pytest.param(release("1.2.3", chart="other") + "---\n" + release("1.2.3"), id="documents changed places"),
        pytest.param(release("1.2.3", extra="  interval: 5m\n"), id="another field"),
    ],
)
def test_an_object_is_found_again_wherever_it_stands_in_its_file(now: str) -> None:
    story = without_podinfo(proposed()).write({PATH: now})
    story.published()

    assert story.proposed()[PATH].replace("1.2.4", "1.2.3") == now
    assert release("1.2.4").split("spec:")[0] in story.proposed()[PATH]
    assert isinstance(podinfo(story), Update)


@pytest.mark.parametrize(
    "now",
    [
        pytest.param(release("1.2.2"), id="another version in use"),
        pytest.param(release("1.2.4"), id="the proposed version"),
        pytest.param(release("1.2.3", name="other-name"), id="another object at the same place"),
        pytest.param(release("1.2.3", repository="y"), id="another chart"),
        pytest.param(release("1.2.3") + "---\n" + release("1.2.3"), id="its name twice"),
    ],
)
def test_a_place_that_means_something_else_now_is_not_carried(now: str) -> None:
    story = proposed().write({PATH: now, "sources/y.yaml": repository("y", "oci://ghcr.io/y")})
    decisions = without_podinfo(story).decisions()

    assert decisions
    assert not any(isinstance(decision, Update) for decision in decisions.values())


def test_an_object_that_takes_another_chart_is_not_carried() -> None:
    story = proposed(release("1.2.3", name="one"))
    story.write({PATH: release("1.2.3", chart="other", name="one")})
    story.registry.away[source(OTHER)] = UNREACHABLE()

    assert isinstance(story.decisions()["one"], Held)


def test_a_branch_that_others_work_on_is_not_asked() -> None:
    story = proposed()
    story.remote.commit(branch_of(DEV), {PATH: release("6.6.6")})

    assert isinstance(podinfo(without_podinfo(story)), Held)


def test_a_branch_without_an_open_pull_request_is_not_asked() -> None:
    """What a person closed a moment ago would be carried on as if it were still wished."""
    story = proposed()
    story.forge.close(1)

    assert isinstance(podinfo(without_podinfo(story)), Held)


def test_a_branch_of_somebody_else_is_not_asked() -> None:
    story = Story(configuration(DEV)).write({PATH: release("1.2.3")})
    message = "update\n\nFlux-Chart-Bot-Tier: dev"
    story.remote.commit(branch_of(DEV), {PATH: release("6.6.6")}, message)

    assert isinstance(podinfo(without_podinfo(story)), Held)


@pytest.mark.parametrize(
    "settings",
    [
        pytest.param(configuration(replace(DEV, production=True)), id="production"),
        pytest.param(configuration(tier("dev", "exact")), id="a tier that follows nothing"),
        pytest.param(configuration(DEV, rules=[rule(skip=["1.2.4"])]), id="a version that is skipped now"),
        pytest.param(configuration(tier("dev", "<1.2.4")), id="a bound that is lower now"),
    ],
)
def test_what_the_configuration_no_longer_allows_is_not_carried(settings: Configuration) -> None:
    story = proposed()
    story.configuration = settings

    assert isinstance(podinfo(without_podinfo(story)), Held)


def test_a_tag_keeps_the_digest_that_was_proposed_with_it() -> None:
    story = without_podinfo(proposed(oci(f'{{tag: 1.2.3, digest: "{digest("a")}"}}')))
    kept = podinfo(story)

    assert isinstance(kept, Update)
    assert [edit.text for edit in kept.edits] == ["1.2.4", digest("b")]
    assert kept.digest == digest("b")


def test_a_tag_that_writes_its_build_behind_an_underscore_is_kept() -> None:
    """A registry's outage once closed the pull request of such a tag: it was no version to what read it."""
    story = Story(configuration(DEV)).write({PATH: oci("{tag: 1.2.3_build.1}")})
    story.push(PODINFO, "1.2.3_build.1", "1.2.4_build.2").published()
    before = story.proposed()
    kept = podinfo(without_podinfo(story))
    story.published()

    assert isinstance(kept, Update)
    assert (kept.new, kept.jump) == ("1.2.4_build.2", "patch")
    assert story.proposed() == before


def test_a_tag_that_moved_beside_an_equal_digest_is_kept() -> None:
    story = Story(configuration(DEV)).write({PATH: oci(f'{{tag: 1.2.3, digest: "{digest("a")}"}}')})
    story.push(PODINFO, "1.2.3", "1.2.4", digests="aa").published()
    kept = podinfo(without_podinfo(story))

    assert isinstance(kept, Update)
    assert [edit.text for edit in kept.edits] == ["1.2.4"]


@pytest.mark.parametrize(
    "settings", [configuration(replace(DEV, production=True)), configuration(tier("dev", "exact"))]
)
def test_a_lone_digest_that_may_no_longer_move_is_not_carried(settings: Configuration) -> None:
    story = proposed(oci(f'{{digest: "{digest("a")}"}}'))
    story.configuration = settings

    assert isinstance(podinfo(without_podinfo(story)), Held)


def test_a_lone_digest_is_kept() -> None:
    story = without_podinfo(proposed(oci(f'{{digest: "{digest("a")}"}}')))
    kept = podinfo(story)

    assert isinstance(kept, Update)
    assert [edit.text for edit in kept.edits] == [digest("b")]


OVERLAY = """\
resources: [../../base]
patches:
- patch: |
    - {op: replace, path: /spec/chart/spec/version, value: 1.2.3} # kept
  target: {kind: HelmRelease}
"""


def test_a_version_inside_a_patch_is_carried_too() -> None:
    story = Story(configuration(DEV))
    base = {"base/a.yaml": release("1.0.0"), "base/kustomization.yaml": "resources: [a.yaml, r.yaml]\n"}
    story.write({**base, "base/r.yaml": repository(), "apps/dev/kustomization.yaml": OVERLAY})
    story.push(PODINFO, "1.2.3", "1.2.4")
    story.published()
    before = story.proposed()

    decision = without_podinfo(story).decisions()["podinfo"]

    assert before == {"apps/dev/kustomization.yaml": OVERLAY.replace("1.2.3", "1.2.4")}
    assert isinstance(decision, Update)
    assert decision.carried is not None
    assert decision.new == "1.2.4"
