"""Versions that Kustomize and Flux put together, through the whole story: whose they are, and where they are edited."""

import pytest
from builders import configuration, digest, source, tier
from doubles.flux_manifests import applied, together
from doubles.story import Story, oci, release, repository
from msgspec.structs import replace

from bot.model.commits import EntryKind, FileChange
from bot.model.tiers import Shared, Tier
from bot.model.verdicts import Decision, Held, Update
from bot.reason import Weight
from bot.reasons import UNREACHABLE
from bot.report.document import document
from bot.report.told_reasons import told_reasons
from bot.steps.edit import TierEdits
from bot.steps.prove import prove

DEV = tier("dev", "minor", paths=("apps/dev/**", "clusters/dev/**"))
LIVE = tier("live", production=True, paths=("apps/live/**", "clusters/live/**"))
PODINFO, OTHER = "ghcr.io/x/podinfo", "ghcr.io/x/other"
BASE = {
    "base/a.yaml": release("1.2.3"),
    "base/r.yaml": repository(),
    "base/kustomization.yaml": "resources: [a.yaml, r.yaml]\n",
}
PATCH = """\
resources: [../../base]
patches:
  - target: {{kind: HelmRelease, name: podinfo}}
    patch: |-
      - op: replace
        path: /spec/chart/spec/version
        value: "{version}"  # ours
"""


def told(files: dict[str, str], *tiers: Tier) -> Story:
    every = {"apps/live/x.yaml": "", "clusters/live/x.yaml": "", "apps/dev/x.yaml": "", "clusters/dev/x.yaml": ""}
    return Story(configuration(*(tiers or (DEV, LIVE)))).write(every | files).push(PODINFO, "1.2.3", "1.2.4")


def decided(story: Story, name: str = "dev") -> list[Decision]:
    return [verdict.decision for one in story.edited() if one.view.tier.name == name for verdict in one.verdicts]


def held(story: Story) -> list[str]:
    return [each.reason.id for each in decided(story) if isinstance(each, Held)]


def test_a_patch_of_one_tier_is_edited_and_the_base_is_not() -> None:
    overlay = PATCH.format(version="1.2.3")
    story = told(
        BASE | {"apps/dev/kustomization.yaml": overlay, "apps/live/kustomization.yaml": "resources: [../../base]\n"}
    )
    story.published()

    assert story.proposed() == {"apps/dev/kustomization.yaml": PATCH.format(version="1.2.4")}


def test_a_base_of_one_tier_alone_is_edited_by_it() -> None:
    story = told(BASE | {"apps/dev/kustomization.yaml": "resources: [../../base]\n"})
    story.published()

    assert story.proposed() == {"base/a.yaml": release("1.2.4")}


def test_a_base_that_production_takes_too_is_reported_and_not_edited() -> None:
    overlay = "resources: [../../base]\n"
    story = told(BASE | {"apps/dev/kustomization.yaml": overlay, "apps/live/kustomization.yaml": overlay})

    assert held(story) == ["shared"]
    assert [type(each).__name__ for each in decided(story, "live")] == ["Current"]


def test_a_variable_is_edited_where_its_cluster_defines_it() -> None:
    apps = {"apps/base/a.yaml": oci('{tag: "${VERSION}"}'), "apps/base/u.yaml": _user()}
    clusters = {f"clusters/{name}/apps.yaml": _substituted("1.2.3") for name in ("dev", "live")}
    story = told(apps | clusters)
    story.published()

    assert story.proposed() == {"clusters/dev/apps.yaml": _substituted("1.2.4")}


def test_a_variable_of_several_charts_moves_to_a_version_that_all_have() -> None:
    two = together(oci('{tag: "${VERSION}"}'), oci('{tag: "${VERSION}"}', name="other"), _user(), _user("other"))
    story = told({"apps/base/a.yaml": two, "clusters/dev/apps.yaml": _substituted("1.2.3")})
    story.push(PODINFO, "1.2.3", "1.2.4", "1.2.5").push(OTHER, "1.2.3", "1.2.4")
    story.published()

    assert story.proposed() == {"clusters/dev/apps.yaml": _substituted("1.2.4")}


def test_a_variable_of_charts_without_a_common_version_stays() -> None:
    two = together(oci('{tag: "${VERSION}"}'), oci('{tag: "${VERSION}"}', name="other"), _user(), _user("other"))
    story = told({"apps/base/a.yaml": two, "clusters/dev/apps.yaml": _substituted("1.2.3")}).push(OTHER, "1.2.3")

    assert held(story) == ["not-in-every-chart"]


@pytest.mark.parametrize(
    ("broken", "reason"),
    [
        pytest.param("resources: [../../base, missing.yaml]\n", "shared", id="it names the base, and lacks a file"),
        pytest.param("resources: [\n", "unsure-of-production", id="nobody can tell what it names"),
    ],
)
def test_what_a_broken_build_of_production_may_take_stays(broken: str, reason: str) -> None:
    overlay = "resources: [../../base]\n"
    story = told(BASE | {"apps/dev/kustomization.yaml": overlay, "apps/live/kustomization.yaml": broken})

    assert held(story) == [reason]


def test_a_broken_build_of_production_holds_nothing_that_is_in_a_tiers_paths() -> None:
    overlay = PATCH.format(version="1.2.3")
    story = told(BASE | {"apps/dev/kustomization.yaml": overlay, "apps/live/kustomization.yaml": "resources: [\n"})

    assert [type(each) for each in decided(story)] == [Update]


def test_a_build_that_fails_holds_what_it_holds() -> None:
    story = told(BASE | {"apps/dev/kustomization.yaml": "resources: [../../base, missing.yaml]\n"})
    (dev, _) = story.edited()

    assert [(each.path, each.reason.id) for each in dev.view.passed_over] == [("base/a.yaml", "build-fails")]


STAGING = tier("staging", "minor", paths=("*/staging/**",))


@pytest.mark.parametrize(
    ("other", "reason", "said"),
    [
        (
            LIVE,
            "reaches-production",
            "production would get something else: helm.toolkit.fluxcd.io/v2 HelmRelease x/podinfo",
        ),
        (STAGING, "reaches-tier", "staging would get something else: helm.toolkit.fluxcd.io/v2 HelmRelease x/podinfo"),
    ],
)
def test_an_edit_that_changes_what_another_tier_builds_is_held_however_it_came_about(
    other: Tier, reason: str, said: str
) -> None:
    overlay = "resources: [../../base]\n"
    files = {"apps/dev/kustomization.yaml": overlay, f"apps/{other.name}/kustomization.yaml": overlay}
    story = told(BASE | files, DEV, other)
    dev, theirs = story.edited()
    before = release("1.2.3").encode()
    change = FileChange(path="base/a.yaml", kind=EntryKind.FILE, before=before, after=release("1.2.4").encode())
    [verdict] = dev.verdicts
    update = Update(old="1.2.3", new="1.2.4", tag="1.2.4", edits=())
    wrong = TierEdits(view=dev.view, changes=(change,), verdicts=(replace(verdict, decision=update),))

    [proved, same] = prove((wrong, theirs))

    assert proved.changes == ()
    [decision] = [each.decision for each in proved.verdicts]
    assert isinstance(decision, Held)
    assert (decision.reason.id, decision.reason.weight) == (reason, Weight.ALARM)
    assert said in decision.reason.sentence
    assert same == theirs


def test_an_alarm_about_several_tiers_names_what_production_would_get() -> None:
    files = {f"apps/{name}/kustomization.yaml": "resources: [../../base]\n" for name in ("dev", "staging", "live")}
    story = told(BASE | files, DEV, STAGING, LIVE)
    dev, *_ = story.edited()
    change = FileChange(
        path="base/a.yaml",
        kind=EntryKind.FILE,
        before=release("1.2.3").encode(),
        after=release("1.2.4").encode().replace(b"\n  name: podinfo", b"\n  name: renamed"),
    )
    [verdict] = dev.verdicts
    update = Update(old="1.2.3", new="1.2.4", tag="1.2.4", edits=())
    wrong = TierEdits(view=dev.view, changes=(change,), verdicts=(replace(verdict, decision=update),))

    [proved] = prove((wrong,))

    [decision] = [each.decision for each in proved.verdicts]
    assert isinstance(decision, Held)
    assert decision.reason.id == "reaches-production"
    assert decision.reason.sentence.endswith("HelmRelease x/podinfo, helm.toolkit.fluxcd.io/v2 HelmRelease x/renamed")


PREFIXED = "resources: [../../../base]\nnamePrefix: {}-\n"
REPLACED = """\
resources: [../../base]
replacements:
  - source: {kind: HelmRelease, name: podinfo, fieldPath: metadata.name}
    targets: [{select: {kind: HelmRelease}, fieldPaths: [spec.chart.spec.version], options: {delimiter: .}}]
"""


def test_what_another_tier_may_take_unseen_stays() -> None:
    files = {"apps/dev/kustomization.yaml": "resources: [../../base]\n", "apps/staging/kustomization.yaml": REPLACED}
    story = told(BASE | files, DEV, STAGING, LIVE)

    assert said(story) == ["also-decides"]


def test_a_digest_that_stands_beside_another_tag_elsewhere_stays() -> None:
    base = together(oci(f"{{tag: 1.2.3, digest: '{digest('a')}'}}"), _user())
    overlay = "resources: [../../base]\npatches: [{path: tag.yaml}]\n"
    files = {
        "base/a.yaml": base,
        "base/kustomization.yaml": "resources: [a.yaml]\n",
        "apps/dev/kustomization.yaml": "resources: [../../base]\n",
        "apps/staging/kustomization.yaml": overlay,
        "apps/staging/tag.yaml": oci("{tag: 1.2.3}"),
    }
    story = told(files, DEV, STAGING, LIVE).push(PODINFO, "1.2.3", "1.2.4", digests="ab")

    assert said(story) == ["also-decides"]


def test_a_variable_that_another_tier_writes_with_more_around_it_belongs_to_both() -> None:
    settings = "{apiVersion: v1, kind: ConfigMap, metadata: {name: s, namespace: flux-system}, data: {VERSION: 1.2.3}}"
    files = {"shared/s.yaml": settings, "shared/kustomization.yaml": "resources: [s.yaml]\n"}
    for name, tag in (("dev", "${VERSION}"), ("staging", "v${VERSION}")):
        files[f"apps/{name}/a.yaml"] = together(oci(f'{{tag: "{tag}"}}'), _user())
        files[f"clusters/{name}/all.yaml"] = together(_taking(f"apps/{name}", "apps"), _taking("shared", "shared"))
    story = told(files, DEV, STAGING, LIVE).push(PODINFO, "1.2.3", "1.2.4", "v1.2.3", "v1.2.4")

    assert [held(story), [each.new for each in decided(story, "staging") if isinstance(each, Update)]] == [
        ["shared", "shared"],
        [],
    ]


@pytest.mark.parametrize(
    ("others", "named"),
    [
        ((), "HelmRelease x/a-podinfo"),
        (("b",), "HelmRelease x/a-podinfo and HelmRelease x/b-podinfo"),
        (("b", "c"), "HelmRelease x/a-podinfo and 2 more"),
    ],
)
def test_a_value_of_several_objects_is_told_with_all_of_them(others: tuple[str, ...], named: str) -> None:
    overlays = {f"apps/dev/{one}/kustomization.yaml": PREFIXED.format(one) for one in ("a", *others)}
    story = told(BASE | overlays)
    story.registry.away[source(PODINFO)] = UNREACHABLE(host="ghcr.io", problem="503")
    report = story.run()

    assert [spot.what for told in told_reasons(report) if told.reason.id == "unreachable" for spot in told.spots] == [
        named
    ]
    [row] = [row for row in document(report)["verdicts"] if row["tier"] == "dev"]
    assert (row["object"], row["beside"]) == (
        "HelmRelease x/a-podinfo",
        [f"HelmRelease x/{other}-podinfo" for other in others],
    )


def key_for_each(*names: str) -> dict[str, str]:
    """Clusters that all get one ConfigMap; each takes a key of its own from it."""
    data = ", ".join(f"{name.upper()}: 1.2.3" for name in names)
    settings = f"{{apiVersion: v1, kind: ConfigMap, metadata: {{name: s, namespace: flux-system}}, data: {{{data}}}}}"
    files = {"shared/s.yaml": settings, "shared/kustomization.yaml": "resources: [s.yaml]\n"}
    for name in names:
        files[f"apps/{name}/a.yaml"] = together(oci(f'{{tag: "${{{name.upper()}}}"}}'), _user())
        files[f"clusters/{name}/all.yaml"] = together(_taking(f"apps/{name}", "apps"), _taking("shared", "shared"))
    return files


@pytest.mark.parametrize("other", [STAGING, LIVE], ids=lambda one: one.name)
def test_a_key_of_a_config_map_that_another_tier_gets_too_is_shared_though_only_one_takes_it(other: Tier) -> None:
    story = told(key_for_each("dev", other.name), DEV, other)

    assert held(story) == ["shared"]
    [decision] = decided(story)
    assert isinstance(decision, Held)
    assert f"decides for {other.name} too" in decision.reason.sentence
    assert f"clusters/{other.name}/all.yaml" in decision.reason.sentence


def test_a_key_of_a_config_map_that_several_tiers_get_is_drafted_where_that_is_wanted() -> None:
    files = key_for_each("dev", "live")
    story = told(files, DEV, LIVE)
    story.configuration = replace(story.configuration, shared=Shared(paths=("shared/*",)))

    [update] = decided(story)
    assert isinstance(update, Update)
    assert [(one.tier.name, one.ways) for one in update.shared] == [
        ("dev", ("apps/dev/a.yaml", "clusters/dev/all.yaml")),
        ("live", ("clusters/live/all.yaml",)),
    ]
    assert [(one.view.tier.name, [change.path for change in one.changes]) for one in story.edited()] == [
        ("dev", ["shared/s.yaml"]),
        ("live", []),
    ]


@pytest.mark.parametrize(("other", "found"), [("apps", ["source-not-found"]), ("infrastructure", [])])
def test_a_repository_of_a_cluster_that_is_certainly_another_one_is_not_meant(other: str, found: list[str]) -> None:
    files = {
        "apps/dev/a.yaml": release("1.2.3", repository="charts"),
        "apps/live/r.yaml": repository("charts"),
        "clusters/dev/apps.yaml": applied("apps/dev"),
        "clusters/live/apps.yaml": applied("apps/live").replace("{name: apps}", f"{{name: {other}}}"),
    }

    assert said(told(files)) == found


def said(story: Story) -> list[str]:
    """Why nothing is judged in dev."""
    return [each.reason.id for one in story.edited() if one.view.tier.name == "dev" for each in one.view.passed_over]


def _taking(folder: str, name: str) -> str:
    more = "  postBuild: {substituteFrom: [{kind: ConfigMap, name: s}]}\n"
    return applied(folder).replace("{name: apps}", f"{{name: {name}, namespace: flux-system}}") + more


def test_a_suspended_kustomization_suspends_what_it_applies() -> None:
    apps = {"apps/base/a.yaml": oci("{tag: 1.2.3}"), "apps/base/u.yaml": _user()}
    story = told(apps | {"clusters/dev/apps.yaml": applied("apps/base") + "  suspend: true\n"})

    assert held(story) == ["suspended"]


def _user(name: str = "podinfo") -> str:
    return f"""\
apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {{name: {name}, namespace: x}}
spec: {{chartRef: {{kind: OCIRepository, name: {name}}}}}
"""


def _substituted(version: str) -> str:
    return f"""{applied("apps/base")}  postBuild:
    substitute:
      VERSION: {version}   # of this cluster
"""


def test_a_variable_that_fills_other_fields_too_stays() -> None:
    apps = {
        "apps/base/a.yaml": oci('{tag: "${VERSION}"}'),
        "apps/base/u.yaml": _user().replace("spec: {", "spec: {values: {tag: '${VERSION}'}, "),
    }
    story = told(apps | {"clusters/dev/apps.yaml": _substituted("1.2.3")})
    (dev, _) = story.edited()

    [item] = [each for each in dev.view.passed_over if each.reason.id == "also-decides"]
    assert "spec.values.tag of HelmRelease x/podinfo (apps/base/u.yaml:1)" in item.reason.sentence
    assert decided(story) == []


OTHER_KINDS = {
    "ConfigMap": "{apiVersion: v1, kind: ConfigMap, metadata: {name: c, namespace: x}, data: {info: 'v${VERSION}'}}\n",
    "Deployment": "{apiVersion: apps/v1, kind: Deployment, metadata: {name: d}, spec: {a: '${VERSION}'}}\n",
    "List": "{kind: List, items: [{apiVersion: x/v1, kind: Y, metadata: {name: y}, a: ['${VERSION:=1}']}]}\n",
}


@pytest.mark.parametrize(
    ("kind", "field"),
    [
        ("ConfigMap", "data.info of ConfigMap x/c"),
        ("Deployment", "spec.a of Deployment d"),
        ("List", "a.0 of Y y"),
    ],
)
@pytest.mark.parametrize("listed", [False, True], ids=["a folder that Flux lists", "a kustomization that lists it"])
def test_a_variable_that_fills_an_object_which_is_no_charts_stays_and_says_so(
    kind: str,
    field: str,
    listed: bool,  # noqa: FBT001 - a table
) -> None:
    apps = {"apps/base/a.yaml": together(oci('{tag: "${VERSION}"}'), _user()), "apps/base/more.yaml": OTHER_KINDS[kind]}
    if listed:
        apps["apps/base/kustomization.yaml"] = "resources: [a.yaml, more.yaml]\n"
    story = told(apps | {"clusters/dev/apps.yaml": _substituted("1.2.3")})
    (dev, _) = story.edited()

    assert [each.reason.id for each in dev.view.passed_over] == ["also-decides"]
    assert f"{field} (apps/base/more.yaml:1)" in dev.view.passed_over[0].reason.sentence
    assert decided(story) == []


def test_an_object_with_another_variable_keeps_nothing_from_moving() -> None:
    more = OTHER_KINDS["Deployment"].replace("VERSION", "REPLICAS")
    apps = {"apps/base/a.yaml": together(oci('{tag: "${VERSION}"}'), _user()), "apps/base/more.yaml": more}
    story = told(apps | {"clusters/dev/apps.yaml": _substituted("1.2.3")})
    story.published()

    assert story.proposed() == {"clusters/dev/apps.yaml": _substituted("1.2.4")}


def test_a_variable_of_two_charts_may_stand_behind_a_letter_in_one_of_them() -> None:
    two = together(oci('{tag: "${VERSION}"}'), oci('{tag: "v${VERSION}"}', name="other"), _user(), _user("other"))
    story = told({"apps/base/a.yaml": two, "clusters/dev/apps.yaml": _substituted("1.2.3")})
    story.push(OTHER, "v1.2.3", "v1.2.4", "1.2.4", "1.2.3").push(PODINFO, "v1.2.3", "v1.2.4")
    story.published()

    assert story.proposed() == {"clusters/dev/apps.yaml": _substituted("1.2.4")}
