"""A tree that is built again with our edits: which objects of which tiers differ, told without reading all anew."""

import re
from collections.abc import Iterable, Iterator, Mapping

import pytest
from builders import tier
from kustomize.generated_clusters import generate_fleet
from kustomize.generated_trees import generate
from kustomize.judging import given as given_of
from kustomize.small_trees import app, applier, config_map, merge, release

from bot.kustomize.graph import Root
from bot.model.commits import EntryKind, FileChange
from bot.model.tiers import PackedSource
from bot.steps.build import BuiltTree, build
from bot.yamltext.read_once import read_once

ALL = (tier("all", paths=("**",)),)
FROM = "postBuild: {substituteFrom: [{kind: ConfigMap, name: settings}]}"
SETTINGS = {"apps.yaml": applier("./app", spec=FROM), "settings.yaml": config_map("V: 1.2.3")}


def tree_of(files: Mapping[str, bytes]) -> BuiltTree:
    return build(tuple(files), given_of(files))


def told(files: Mapping[str, str | bytes]) -> dict[str, bytes]:
    return {path: text if isinstance(text, bytes) else text.encode() for path, text in files.items()}


def changes(files: Mapping[str, bytes], new: Mapping[str, bytes]) -> list[FileChange]:
    return [FileChange(path=path, kind=EntryKind.FILE, before=files[path], after=data) for path, data in new.items()]


def changed(files: Mapping[str, str | bytes], path: str, old: str = "1.2.3", new: str = "1.2.4") -> list[str]:
    """What differs where one file says something else."""
    before = told(files)
    assert old.encode() in before[path]
    after = before[path].replace(old.encode(), new.encode())
    return [str(each) for each in tree_of(before).changed_by(changes(before, {path: after}), ALL)]


_VERSION = re.compile(rb"\b\d+\.\d+\.\d+\b")
RELEASE = "helm.toolkit.fluxcd.io/v2 HelmRelease app"
APPLIER = "kustomize.toolkit.fluxcd.io/v1 Kustomization flux-system/apps"
MAP = "/v1 ConfigMap flux-system/settings"


@pytest.mark.parametrize(
    ("files", "path", "differ"),
    [
        pytest.param(app(), "app/release.yaml", [RELEASE], id="where it is written"),
        pytest.param(
            app("patches: [{path: patch.yaml}]", patch_yaml=merge(version="1.2.3").replace("2.0.0", "1.2.3")),
            "app/patch.yaml",
            [RELEASE],
            id="in a patch",
        ),
        pytest.param(
            {**app(), "app/release.yaml": release(version="${V:=1.2.3}"), "apps.yaml": applier("./app", spec=FROM)}
            | {"settings.yaml": config_map("W: x")},
            "app/release.yaml",
            [RELEASE],
            id="in a default",
        ),
        pytest.param(
            {**app(), "app/release.yaml": release(version="${V}"), **SETTINGS},
            "settings.yaml",
            [RELEASE],
            id="in a ConfigMap that nothing builds",
        ),
        pytest.param(
            {
                **app(),
                "app/release.yaml": release(version="${V}"),
                "apps.yaml": applier("./app", spec="postBuild: {substitute: {V: 1.2.3}}"),
            },
            "apps.yaml",
            [RELEASE],
            id="in a Kustomization that nothing builds",
        ),
        pytest.param(
            {
                **app(),
                "app/release.yaml": release(version="${V}"),
                "all/apps.yaml": applier("./app", spec=FROM),
                "all/settings.yaml": config_map("V: '${W}'"),
                "all.yaml": applier("./all", name="all", spec="postBuild: {substitute: {W: 1.2.3}}"),
            },
            "all.yaml",
            [MAP, RELEASE],
            id="in a variable of what builds the Kustomization and its ConfigMap",
        ),
        pytest.param(
            {
                **app(),
                "app/release.yaml": release(version="${V}"),
                "apps.yaml": applier("./app", spec=FROM),
                "maps/settings.yaml": config_map("V: '${W}'"),
                "maps.yaml": applier("./maps", name="maps", spec="postBuild: {substitute: {W: 1.2.3}}"),
            },
            "maps.yaml",
            [MAP, RELEASE],
            id="in a variable of what builds the ConfigMap of variables",
        ),
        pytest.param({**app(), "other.yaml": release(version="1.2.3")}, "other.yaml", [], id="nowhere"),
    ],
)
def test_what_differs_is_told_wherever_it_is_decided(
    files: dict[str, str | bytes], path: str, differ: list[str]
) -> None:
    assert changed(files, path) == differ


def test_a_kustomization_that_is_suspended_differs() -> None:
    files = {**app(), "apps.yaml": applier("./app", spec="suspend: false")}

    assert changed(files, "apps.yaml", "suspend: false", "suspend: true") == ["suspended"]


def test_a_build_that_fails_differs() -> None:
    assert "suspended" in changed(app(), "app/kustomization.yaml", "[release.yaml]", "[absent.yaml]")


def test_only_the_roots_of_the_tiers_that_are_asked_about_are_told_each_with_its_tiers() -> None:
    files = told({f"{name}/{file.rpartition('/')[2]}": text for name in ("one", "two") for file, text in app().items()})
    tree, one, two = tree_of(files), tier("one", paths=("one/**",)), tier("two", paths=("two/**",))
    both = {f"{name}/release.yaml": release(version="1.2.4").encode() for name in ("one", "two")}

    found = tree.changed_by(changes(files, both), (one,))

    assert [(str(each), each.by.folder, each.tiers) for each in found] == [(RELEASE, "one", (one,))]
    assert [each.tiers for each in tree.changed_by(changes(files, both), (one, two))] == [(one,), (two,)]


def test_files_that_stay_are_not_read_again(monkeypatch: pytest.MonkeyPatch) -> None:
    files = told({**app("patches: [{path: patch.yaml}]", patch_yaml=merge()), **SETTINGS})
    tree, read = tree_of(files), list[bytes]()

    def counted(data: bytes) -> object:
        read.append(data)
        return read_once(data)

    monkeypatch.setattr("bot.kustomize.files.read_once", counted)
    after = release(version="1.2.4").encode()
    tree.changed_by(changes(files, {"app/release.yaml": after}), ALL)

    assert read == [after]


def _contents(roots: Iterable[Root]) -> Iterator[tuple[object, object]]:
    """Every object with all that it holds, read out."""
    for root in roots:
        yield (root.by, root.applier, "suspended"), (root.suspended, root.trouble)
        for each in (*root.objects, *root.others):
            yield (root.by, root.applier, f"{each.api} {each.object}"), (each.content(), each.field("spec"))


def _edits(files: dict[str, bytes]) -> Iterator[dict[str, bytes]]:
    """Each file with other versions in it, one by one."""
    for path, data in files.items():
        after = _VERSION.sub(rb"\g<0>9", data)
        if after != data:
            yield {path: after}


@pytest.mark.parametrize("make", [generate, generate_fleet])
def test_what_differs_is_what_differs_when_everything_is_read_out(make: object) -> None:
    seen = 0
    for seed in range(12):
        files = dict(make(seed).files)  # type: ignore[operator] # either generator
        tree, before = tree_of(files), dict(_contents(tree_of(files).graph.roots))
        for new in _edits(files):
            after = dict(_contents(tree_of({**files, **new}).graph.roots))
            differ = sorted(key[2] for key in before.keys() | after.keys() if before.get(key) != after.get(key))  # type: ignore[index] # keys of `_contents`
            assert sorted(str(each) for each in tree.changed_by(changes(files, new), ALL)) == differ, (seed, new)
            seen += len(differ)
    assert seen > 50


def test_packed_sources_are_followed_when_a_tree_is_built_again() -> None:
    """Else what they build would seem to be gone, or to be the same, whatever was edited."""
    files = told(
        {"apps.yaml": applier("./app").replace("GitRepository", "OCIRepository"), "app/release.yaml": release()}
    )
    packed = (PackedSource(kind="OCIRepository", namespace="flux-system", name="flux-system", folder=""),)
    tree = build(tuple(files), given_of(files), packed=packed)
    edited = files["app/release.yaml"].replace(b"1.2.3", b"1.2.4")

    assert [str(each) for each in tree.changed_by(changes(files, {"app/release.yaml": edited}), ALL)] == [RELEASE]
