"""Versions that a patch replaces when the tree is built: held, because an edit of them would change nothing."""

from collections.abc import Iterator

import pytest
from doubles.flux_manifests import applied, helm_repository, release, repository, resolved, together

from bot.flux.patches import versions_set_by
from bot.model.places import ObjectId
from bot.reasons import NEEDS_KUSTOMIZE
from bot.yamltext.nodes import Scalar

_OPERATION = "[{op: replace, path: /spec/chart/spec/version, value: 1.0.0}]"
_INLINE = f"patches:\n- target: {{kind: HelmRelease, name: app}}\n  patch: '{_OPERATION}'\n"
_MERGE = (
    "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: app}\n"
    "spec: {chart: {spec: {version: 1.0.0}}}\n"
)
_SOURCES = {"sources/charts.yaml": helm_repository()}


def _held(files: dict[str, str]) -> dict[str, str]:
    """The releases that a patch holds, by path, each with the place of the patch."""
    found = resolved(_SOURCES | files)
    marked = ((each.path, each.reason.sentence.partition("the patch at ")[2]) for each in found.passed_over)
    return {path: place.removesuffix(" sets its version") for path, place in marked if place}


def _proposed(files: dict[str, str]) -> list[str]:
    return [each.path for each in resolved(_SOURCES | files).references]


@pytest.mark.parametrize(
    ("kustomization", "others", "place"),
    [
        pytest.param(_INLINE, {}, "a/kustomization.yaml:4", id="inline JSON patch"),
        pytest.param(
            _INLINE.replace("patches:", "patchesJson6902:"), {}, "a/kustomization.yaml:4", id="the older list"
        ),
        pytest.param(
            "patchesJson6902:\n- target: {kind: HelmRelease, name: app}\n  path: p.yaml\n",
            {"a/p.yaml": f"# x\n{_OPERATION}\n"},
            "a/p.yaml:2",
            id="JSON patch in a file",
        ),
        pytest.param("patchesStrategicMerge: [p.yaml]\n", {"a/p.yaml": _MERGE}, "a/p.yaml:4", id="merge in a file"),
        pytest.param("patches: [{path: ./p.yaml}]\n", {"a/p.yaml": _MERGE}, "a/p.yaml:4", id="without a target"),
        pytest.param(
            "patches: [{path: ../p/whole.yaml}]\n", {"p/whole.yaml": release()}, "p/whole.yaml:9", id="a whole object"
        ),
        pytest.param(
            f"patchesStrategicMerge:\n- |-\n  {_MERGE.replace(chr(10), chr(10) + '  ')}\n",
            {},
            "a/kustomization.yaml:3",
            id="inline merge",
        ),
        pytest.param(
            "patches: [{path: p.json, target: {kind: HelmRelease}}]\n", {}, "a/kustomization.yaml:2", id="not read"
        ),
        pytest.param(
            "patches: [{path: p.yaml, target: {kind: HelmRelease}}]\n",
            {"a/p.yaml": "HelmRelease: [x"},
            "a/p.yaml:2",
            id="unreadable",
        ),
    ],
)
def test_a_version_that_a_patch_replaces_is_held_naming_the_patch(
    kustomization: str, others: dict[str, str], place: str
) -> None:
    files = {"a/hr.yaml": release(), "a/kustomization.yaml": f"resources: [hr.yaml]\n{kustomization}"}

    assert _held(files | others)["a/hr.yaml"] == place


@pytest.mark.parametrize(
    ("target", "held"),
    [
        ("{kind: HelmRelease, name: app}", True),
        ("{kind: HelmRelease}", True),
        ("{name: app}", True),
        ("{kind: HelmRelease, name: a.*}", True),
        ("{kind: 'Helm(Release|Chart)', name: app}", True),
        ("{kind: HelmRelease, labelSelector: x=y}", True),
        ("{kind: HelmRelease, name: ap}", False),
        ("{kind: HelmRelease, name: application}", False),
        ("{kind: OCIRepository, name: app}", False),
        ("{kind: Deployment}", False),
    ],
)
def test_only_what_a_target_may_mean_is_held(target: str, held: bool) -> None:  # noqa: FBT001 - a column of the table
    patch = f"patches:\n- target: {target}\n  patch: '{_OPERATION}'\n"

    assert bool(_held({"a/hr.yaml": release(), "a/kustomization.yaml": patch})) is held


@pytest.mark.parametrize(
    "reached", ["a/hr.yaml", "a/x/y/hr.yaml", "base/hr.yaml", "base/sub/hr.yaml", "more/1/hr.yaml"]
)
def test_a_patch_reaches_what_its_kustomization_leads_to(reached: str) -> None:
    files = {
        "a/kustomization.yaml": f"resources: [../base, ../more]\n{_INLINE}",
        "base/kustomization.yaml": "resources: [hr.yaml, sub/]\n",
        "base/sub/kustomization.yaml": "resources: [hr.yaml]\n",
        reached: release(),
    }
    assert list(_held(files)) == [reached]


@pytest.mark.parametrize("other", ["b/hr.yaml", "hr.yaml", "ab/hr.yaml", "base/overlays/b/hr.yaml"])
def test_a_patch_in_one_overlay_holds_nothing_of_other_folders(other: str) -> None:
    files = {
        "a/kustomization.yaml": f"resources: [../base]\n{_INLINE}",
        "base/kustomization.yaml": "resources: [cm.yaml]\n",
        other: release(),
    }
    assert _proposed(files) == [other]


def test_the_patches_of_a_component_change_what_is_built_with_it() -> None:
    files = {
        "a/kustomization.yaml": "resources: [hr.yaml]\ncomponents: [../components/one]\n",
        "a/hr.yaml": release(),
        "b/hr.yaml": release(),
        "components/one/kustomization.yaml": "kind: Component\ncomponents: [../two, ../one]\n",
        "components/two/kustomization.yaml": f"kind: Component\n{_INLINE}",
    }
    assert list(_held(files)) == ["a/hr.yaml"]
    assert _proposed(files) == ["b/hr.yaml"]


@pytest.mark.parametrize("renaming", ["namePrefix: x-", "nameSuffix: -x"])
def test_where_names_are_changed_the_kind_decides(renaming: str) -> None:
    files = {
        "a/kustomization.yaml": f"resources: [../base]\n{_INLINE.replace('name: app', 'name: x-app')}",
        "base/kustomization.yaml": f"resources: [hr.yaml]\n{renaming}\n",
        "base/hr.yaml": release(),
        "base/oci.yaml": repository(more="layerSelector: {mediaType: x}"),
    }
    assert list(_held(files)) == ["base/hr.yaml"]


def test_a_patch_of_a_flux_kustomization_holds_what_it_applies() -> None:
    patches = f"  patches:\n  - target: {{kind: HelmRelease}}\n    patch: '{_OPERATION}'\n"
    files = {
        "clusters/dev.yaml": applied("apps/dev") + patches,
        "apps/dev/x/hr.yaml": release(),
        "apps/dev/kustomization.yaml": "resources: [x/hr.yaml, ../base]\n",
        "apps/base/hr.yaml": release(),
        "apps/production/hr.yaml": release(),
    }
    assert _held(files) == dict.fromkeys(("apps/base/hr.yaml", "apps/dev/x/hr.yaml"), "clusters/dev.yaml:9")
    assert _proposed(files) == ["apps/production/hr.yaml"]


def test_a_patch_that_is_a_whole_object_is_not_held_by_itself() -> None:
    files = {"a/kustomization.yaml": "patches: [{path: hr.yaml}]\n", "a/hr.yaml": release()}

    assert _proposed(files) == ["a/hr.yaml"]


def test_patches_of_other_things_hold_nothing() -> None:
    values = "patches:\n- target: {kind: HelmRelease}\n  patch: '[{op: add, path: /spec/values/x, value: 1}]'\n"
    other = "patches: [{path: p.yaml}, {path: absent.yaml}, {path: s.json}, 1, [2]]\npatchesStrategicMerge: {a: b}\n"
    files = {"a/hr.yaml": release(), "b/hr.yaml": release(), "a/kustomization.yaml": values}
    files |= {"b/kustomization.yaml": other, "b/p.yaml": _MERGE.replace("version: 1.0.0", "interval: 1h")}

    assert _proposed(files) == ["a/hr.yaml", "b/hr.yaml"]


def test_kustomizations_that_list_each_other_come_to_an_end() -> None:
    files = {
        "a/kustomization.yaml": f"resources: [../b, ., ../../..]\n{_INLINE}",
        "b/kustomization.yaml": "resources: [../a, hr.yaml]\n",
        "b/hr.yaml": together(release(), release("other")),
    }
    assert len([each for each in resolved(_SOURCES | files).passed_over if each.reason.id == NEEDS_KUSTOMIZE.id]) == 2
    assert _proposed(files) == ["b/hr.yaml"]


def test_one_patch_that_many_aliases_stand_for_is_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[object] = []

    def counting(text: Scalar) -> Iterator[ObjectId | None]:
        read.append(text)
        return versions_set_by(text)

    monkeypatch.setattr("bot.flux.kustomized.versions_set_by", counting)
    aliases = "- {target: {kind: HelmRelease}, patch: *p}\n" * 2000
    files = {"a/hr.yaml": release(), "a/kustomization.yaml": f"x: &p '{_OPERATION}'\npatches:\n{aliases}"}

    assert list(_held(files)) == ["a/hr.yaml"]
    assert len(read) == 1
