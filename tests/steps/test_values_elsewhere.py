"""Versions that another tier puts where nobody judges them: the row stays, with the way, and the others go on."""

import pytest
from builders import configuration, tier
from doubles.flux_manifests import applied, together
from doubles.story import Story, oci, release, repository
from msgspec.structs import replace

from bot.model.verdicts import Edit, Held, Update, Verdict
from bot.reason import Weight
from bot.steps.edit import TierEdits, edit
from bot.steps.prove import prove

DEV = tier("dev", "minor", paths=("apps/dev/**", "clusters/dev/**"))
LIVE = tier("live", production=True, paths=("apps/live/**", "clusters/live/**"))
PODINFO, OTHER = "ghcr.io/x/podinfo", "ghcr.io/x/other"
VERSION = "/spec/chart/spec/version"
OWN = f"{{op: add, path: {VERSION}, value: '1.2.2'}}"
PLACES = ("/metadata/annotations", "/spec/values", "/spec/targetNamespace")
BASE = {
    "base/a.yaml": release("1.2.3"),
    "base/b.yaml": release("1.2.3", chart="other"),
    "base/r.yaml": repository(),
    "base/kustomization.yaml": "resources: [a.yaml, r.yaml]\n",
    "apps/dev/kustomization.yaml": "resources: [../../base, b.yaml]\n",
    "apps/dev/b.yaml": release("1.2.3", chart="other"),
    "apps/live/c.yaml": release("1.0.0", chart="other", name="third"),
}


def told(files: dict[str, str]) -> Story:
    every = {"clusters/live/x.yaml": "", "clusters/dev/x.yaml": ""}
    story = Story(configuration(DEV, LIVE)).write(every | files)
    return story.push(PODINFO, "1.2.2", "1.2.3", "1.2.4").push(OTHER, "1.0.0", "1.2.3", "1.2.4")


def patching(*operations: str, target: str = "{kind: HelmRelease, name: podinfo}") -> str:
    listed = "\n".join(f"      - {each}" for each in operations)
    return f"resources: [../../base, c.yaml]\npatches:\n  - target: {target}\n    patch: |-\n{listed}\n"


def of_dev(story: Story) -> dict[str, str]:
    """What becomes of each object of dev: its new version, or why not."""
    return {
        verdict.reference.object.name: verdict.decision.new
        if isinstance(verdict.decision, Update)
        else f"{verdict.decision.reason.id}: {verdict.decision.reason.sentence}"
        if isinstance(verdict.decision, Held)
        else ""
        for one in story.edited()
        if one.view.tier.name == "dev"
        for verdict in one.verdicts
    }


@pytest.mark.parametrize("verb", ["copy", "move"])
@pytest.mark.parametrize("place", PLACES)
def test_a_version_that_a_patch_of_production_puts_elsewhere_stays_and_the_others_go_on(verb: str, place: str) -> None:
    operations = f"{{op: {verb}, from: {VERSION}, path: {place}}}", OWN
    decided = of_dev(told(BASE | {"apps/live/kustomization.yaml": patching(*operations)}))

    assert decided["other"] == "1.2.4"
    assert decided["podinfo"].startswith("shared: ")
    assert "live" in decided["podinfo"]
    assert "apps/live" in decided["podinfo"]


def test_what_the_tier_itself_puts_elsewhere_moves_with_its_version() -> None:
    copies = patching(f"{{op: copy, from: {VERSION}, path: {PLACES[0]}}}").replace("c.yaml", "b.yaml")
    decided = of_dev(
        told(BASE | {"apps/dev/kustomization.yaml": copies, "apps/live/kustomization.yaml": "resources: [c.yaml]\n"})
    )

    assert decided == {"podinfo": "1.2.4", "other": "1.2.4"}


SETTINGS = "{apiVersion: v1, kind: ConfigMap, metadata: {name: s, namespace: flux-system}, data: {VERSION: 1.0.0}}\n"
PATCHED = SETTINGS.replace("1.0.0", "1.2.3")


def clusters(folder: dict[str, str], *, inline: bool) -> dict[str, str]:
    """Both clusters get one ConfigMap, whose value a patch in another file writes; dev alone takes it."""
    patch = f"patch: |-\n      {PATCHED}" if inline else "path: p.yaml\n"
    files = {"shared/s.yaml": SETTINGS, "shared/kustomization.yaml": f"resources: [s.yaml]\npatches:\n  - {patch}"}
    files |= {} if inline else {"shared/p.yaml": PATCHED}
    for name in ("dev", "live"):
        files[f"clusters/{name}/all.yaml"] = together(taking(f"apps/{name}", "apps"), taking("shared", "shared"))
    user = (
        release("1.2.3", name="podinfo").partition("spec:")[0]
        + "spec: {chartRef: {kind: OCIRepository, name: podinfo}}\n"
    )
    files["apps/dev/a.yaml"] = together(oci('{tag: "${VERSION}"}'), user)
    files["apps/live/b.yaml"] = release("1.0.0", chart="other", name="third")
    return files | folder


def taking(folder: str, name: str) -> str:
    more = "  postBuild: {substituteFrom: [{kind: ConfigMap, name: s}]}\n"
    return applied(folder).replace("{name: apps}", f"{{name: {name}, namespace: flux-system}}") + more


@pytest.mark.parametrize("inline", [False, True])
def test_a_value_of_a_config_map_that_a_patch_writes_is_shared_by_whoever_gets_it(inline: bool) -> None:  # noqa: FBT001 - a table
    files = clusters(
        {"apps/dev/b.yaml": release("1.2.3", chart="other"), "apps/dev/r.yaml": repository()}, inline=inline
    )
    decided = of_dev(told(files))

    assert decided["other"] == "1.2.4"
    assert decided["podinfo"].startswith("shared: ")
    assert "clusters/live/all.yaml" in decided["podinfo"] or "live" in decided["podinfo"]


def misjudged(names: list[str], wrong: set[str]) -> TierEdits:
    """dev's edits of a base that it has to itself but for some releases, which live builds too and nobody noticed."""
    dev, live = "apps/dev/kustomization.yaml", "apps/live/kustomization.yaml"
    files = {f"base/{name}.yaml": release("1.2.3", name=name) for name in names}
    listed = [[f"../../base/{name}.yaml" for name in some] for some in (names, sorted(wrong))]
    story = told(
        files | {"apps/dev/r.yaml": repository(), dev: f"resources: {listed[0]}\n", live: f"resources: {listed[1]}\n"}
    )
    judged = next(one for one in story.judged() if one.view.tier.name == "dev")
    return edit([replace(judged, verdicts=tuple(map(forced, judged.verdicts)))])[0]


def forced(verdict: Verdict) -> Verdict:
    change = Edit(place=verdict.reference.pin.places[0], text="1.2.4")
    return replace(verdict, decision=Update(old="1.2.3", new="1.2.4", tag="1.2.4", edits=(change,)))


@pytest.mark.parametrize("wrong", [{"b"}, {"a", "g"}, {"c", "d", "e"}])
def test_whatever_the_proof_finds_wrong_holds_only_the_rows_that_do_it(wrong: set[str]) -> None:
    (proved,) = prove([misjudged(list("abcdefg"), wrong)])

    held = {one.reference.object.name: one.decision for one in proved.verdicts if isinstance(one.decision, Held)}
    assert held.keys() == wrong
    for name, decision in held.items():
        assert (decision.reason.id, decision.reason.weight) == ("reaches-production", Weight.ALARM)
        assert decision.reason.sentence.endswith(f"HelmRelease x/{name}")
    assert {change.path for change in proved.changes} == {f"base/{name}.yaml" for name in set("abcdefg") - wrong}


def test_where_all_are_wrong_all_stay_without_a_build_for_each() -> None:
    names = [f"r{number}" for number in range(40)]
    (proved,) = prove([misjudged(names, set(names))])

    assert (proved.changes, proved.updates) == ((), ())
    assert all(isinstance(one.decision, Held) for one in proved.verdicts)
