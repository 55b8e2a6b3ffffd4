"""Kustomizations of ExternalArtifacts: what an ArtifactGenerator copies is followed where it is plain, else said."""

import pytest
from kustomize.small_trees import applier, read, release, root

from bot.kustomize.graph import Root

_DEV = "clusters/dev/apps.yaml"
_Files = dict[str, str | bytes]


def copy(taken: str, to: str = "@artifact/", more: str = "") -> str:
    return f'{{from: "{taken}", to: "{to}"{more}}}'


def generator(
    *copies: str, name: str = "apps", namespace: str = "flux-system", more: str = "", source: str = ""
) -> str:
    """An ArtifactGenerator of one artifact; `more` are lines of `spec`, `source` those of its source."""
    return f"""\
apiVersion: source.extensions.fluxcd.io/v1beta1
kind: ArtifactGenerator
metadata: {{name: made, namespace: {namespace}}}
spec:
  sources: [{{alias: repo, {source or "kind: GitRepository, name: flux-system"}}}]
  artifacts:
    - name: {name}
      copy: [{", ".join(copies)}]
  {more}
"""


def of_artifact(path: str, *, name: str = "apps", spec: str = "") -> str:
    """A Flux Kustomization of an artifact."""
    return applier(path, name=name, spec=spec).replace(
        "{kind: GitRepository, name: flux-system}", f"{{kind: ExternalArtifact, name: {name}}}"
    )


def tree(path: str, *copies: str, **more: str) -> _Files:
    """A cluster with one artifact, of a tree with `apps/base` and `apps/dev` that takes it."""
    return {
        "apps/base/kustomization.yaml": "resources: [release.yaml]\n",
        "apps/base/release.yaml": release(),
        "apps/dev/kustomization.yaml": "resources: [../base]\nnamePrefix: dev-\n",
        "apps/other/release.yaml": release("other"),
        "clusters/dev/sync.yaml": applier("./clusters/dev", name="flux-system"),
        "clusters/dev/artifacts.yaml": generator(*copies, **more),
        _DEV: of_artifact(path, spec="targetNamespace: shop"),
    }


def apps(files: _Files, path: str = _DEV) -> Root:
    """The one root of the Kustomization of the artifact."""
    [found] = [each for each in read(files).roots if each.home and each.home.path == path]
    return found


def told(files: _Files) -> str:
    """What it is said to build: its folder and objects, or why none."""
    return told_of(files, _DEV)


def told_of(files: _Files, path: str) -> str:
    found = apps(files, path)
    if found.trouble:
        return f"{found.trouble.id}: {found.trouble.sentence}"
    return f"{found.folder}: {', '.join(str(each.object) for each in found.objects)}"


def not_packed(problem: str) -> str:
    return f"not-packed: ExternalArtifact flux-system/apps cannot be followed to folders of this tree: {problem}"


@pytest.mark.parametrize(
    ("path", "copies", "folder"),
    [
        ("./dev", [copy("@repo/apps/**")], "apps/dev"),
        ("./", [copy("@repo/apps/base/**")], "apps/base"),
        (
            "dev",
            [copy("@repo/apps/base/**", "@artifact/base/"), copy("@repo/apps/dev/**", "@artifact/dev")],
            "apps/dev",
        ),
        ("./apps/dev", [copy("@repo/**")], "apps/dev"),
        ("./apps/dev", [copy("@repo/")], "apps/dev"),
        ("./apps/base", [copy("@repo/apps/base/**", "@artifact/apps/base/")], "apps/base"),
        ("./apps/dev", [copy("@repo/apps/")], "apps/dev"),
        ("./apps/dev", [copy("@repo/apps")], "apps/dev"),
        ("x/y/base", [copy("@repo/apps/base/**", "@artifact/x/y/base")], "apps/base"),
        (
            "./base",
            [copy("@repo/apps/base/**", "@artifact/base", ', exclude: ["*.md"], strategy: Overwrite')],
            "apps/base",
        ),
    ],
)
def test_a_path_of_copied_folders_is_one_of_the_tree(path: str, copies: list[str], folder: str) -> None:
    name = "HelmRelease shop/dev-app" if folder == "apps/dev" else "HelmRelease shop/app"

    assert told(tree(path, *copies)) == f"{folder}: {name}"


def test_what_an_artifact_applies_is_no_root_of_its_own() -> None:
    roots = read(tree("./dev", copy("@repo/apps/**"))).roots

    assert [(each.cluster, each.folder) for each in roots] == [
        ("clusters/dev", "clusters/dev"),
        ("clusters/dev", "apps/dev"),
    ]


def test_a_path_above_the_one_folder_that_is_copied_builds_that_folder() -> None:
    """As where `@repo/app/` is copied to a folder of its name, and comes to lie in it."""
    files = tree("./apps/dev", copy("@repo/apps/base/", "@artifact/apps/dev/"))
    files[_DEV] = of_artifact("./apps/dev", spec="namePrefix: x-")
    files["apps/base/kustomization.yaml"] = "resources: [release.yaml]\nnamePrefix: y-\n"

    assert told(files) == "apps/base: HelmRelease x-y-app"


def test_a_component_is_not_sought_from_above_a_copied_folder() -> None:
    files = tree("./apps", copy("@repo/apps/base/", "@artifact/apps/"))
    files[_DEV] = of_artifact("./apps", spec="components: [../part]")

    assert told(files).startswith("not-followed: a component is sought from a folder")


@pytest.mark.parametrize(
    ("copies", "problem"),
    [
        ([copy("@repo/../apps/**")], "`@repo/../apps/**` to `@artifact/` leads out of a source or an artifact"),
        ([copy("@repo/..")], "`@repo/..` to `@artifact/` leads out of a source or an artifact"),
        ([copy("@repo/a/**", "@artifact/../")], "`@repo/a/**` to `@artifact/../` leads out of a source or an artifact"),
        ([copy("repo/apps/**")], "`repo/apps/**` to `@artifact/` leads out of a source or an artifact"),
        ([copy("@repo/apps/**", "apps/")], "`@repo/apps/**` to `apps/` leads out of a source or an artifact"),
        ([copy("@repo/apps/*.yaml")], "`@repo/apps/*.yaml` to `@artifact/` is not that of a folder"),
        ([copy("@repo/*/dev/**")], "`@repo/*/dev/**` to `@artifact/` is not that of a folder"),
        ([copy("@repo/./apps/**")], "`@repo/./apps/**` to `@artifact/` is not that of a folder"),
        ([copy("@repo/apps**")], "`@repo/apps**` to `@artifact/` is not that of a folder"),
        ([copy("@repo/gone/**")], "`@repo/gone/**` to `@artifact/` finds no folder here"),
        (
            [copy("@repo/apps/other/release.yaml")],
            "`@repo/apps/other/release.yaml` to `@artifact/` finds no folder here",
        ),
        (
            [copy("@repo/a/**", more=", strategy: Merge")],
            "`@repo/a/**` to `@artifact/` does not take all of a folder as it is",
        ),
        (
            [copy("@repo/a/**", more=', exclude: ["x/**"]')],
            "`@repo/a/**` to `@artifact/` does not take all of a folder as it is",
        ),
        (
            [copy("@repo/a/**", more=', exclude: ["*.yml"]')],
            "`@repo/a/**` to `@artifact/` does not take all of a folder as it is",
        ),
    ],
)
def test_what_is_no_copy_of_a_whole_folder_is_not_followed(copies: list[str], problem: str) -> None:
    assert told(tree("./dev", *copies)) == not_packed(f"the copy of {problem}")


@pytest.mark.parametrize(
    ("copies", "problem"),
    [
        ([copy("@else/apps/**")], "no one source of its ArtifactGenerator is `else`"),
        (
            [copy("@repo/apps/dev/**", "@artifact/dev"), copy("@repo/apps/base/**", "@artifact/lib")],
            "its folders do not stand to each other as they do here",
        ),
        (
            [copy("@repo/apps/base/**", "@artifact/base"), copy("@repo/apps/other/**", "@artifact/other")],
            "dev is none of the folders that are copied into it, nor below one",
        ),
        ([], "it copies nothing"),
    ],
)
def test_what_is_copied_in_another_way_is_not_followed(copies: list[str], problem: str) -> None:
    assert told(tree("./dev", *copies)) == not_packed(problem)


def test_a_generator_with_a_path_pattern_is_not_followed() -> None:
    files = tree("./dev", copy("@repo/apps/**"), more='pathPattern: "@repo/apps/{app}"')

    assert told(files) == not_packed("its ArtifactGenerator has a `pathPattern`")


def test_an_artifact_that_its_generator_makes_twice_is_not_followed() -> None:
    files = tree("./dev", copy("@repo/apps/**"))
    files["clusters/dev/artifacts.yaml"] = f"{generator(copy('@repo/apps/**'))}  - {{name: apps, copy: []}}\n".replace(
        "  \n  - {name", "    - {name"
    )

    assert told(files) == not_packed("its ArtifactGenerator makes it twice")


def test_an_alias_that_two_sources_have_is_not_followed() -> None:
    two = "kind: GitRepository, name: flux-system}, {alias: repo, kind: GitRepository, name: other"

    assert told(tree("./dev", copy("@repo/apps/**"), source=two)) == not_packed(
        "no one source of its ArtifactGenerator is `repo`"
    )


def test_a_generator_that_is_switched_off_is_not_followed() -> None:
    files = tree("./dev", copy("@repo/apps/**"))
    off = "annotations: {source.extensions.fluxcd.io/reconcile: disabled}"
    files["clusters/dev/artifacts.yaml"] = generator(copy("@repo/apps/**")).replace(
        "{name: made,", f"{{name: made, {off},"
    )

    assert told(files) == not_packed("its ArtifactGenerator is switched off")


def test_two_generators_that_make_one_artifact_of_different_things_are_not_followed() -> None:
    files = tree("./", copy("@repo/apps/base/**"))
    files["clusters/dev/more.yaml"] = generator(copy("@repo/apps/other/**")).replace("name: made", "name: second")

    assert told(files) == not_packed("several ArtifactGenerators make it")


def test_an_artifact_of_another_namespace_is_another() -> None:
    files = tree("./dev", copy("@repo/apps/**"), namespace="tenants")

    assert told(files) == (
        "not-in-tree: the Kustomization applies dev of ExternalArtifact flux-system/apps, which this tree does not hold"
    )


def test_an_artifact_is_found_in_the_namespace_that_is_named() -> None:
    files = tree(
        "./dev",
        copy("@repo/apps/**"),
        namespace="tenants",
        source="kind: GitRepository, name: flux-system, namespace: flux-system",
    )
    files[_DEV] = of_artifact("./dev").replace("name: apps}\n  \n", "name: apps, namespace: tenants}\n")

    assert told(files) == "apps/dev: HelmRelease dev-app"


@pytest.mark.parametrize("kind", ["OCIRepository", "Bucket", "ExternalArtifact"])
def test_an_artifact_of_another_source_is_not_of_this_tree(kind: str) -> None:
    files = tree("./dev", copy("@repo/apps/**"), source=f"kind: {kind}, name: apps")

    assert told(files).startswith(f"not-in-tree: the Kustomization applies apps of {kind} flux-system/apps")


def test_an_artifact_of_another_repository_is_not_of_this_tree() -> None:
    files = tree("./", copy("@repo/**"), source="kind: GitRepository, name: charts")

    assert told(files).startswith("not-in-tree: the Kustomization applies . of GitRepository flux-system/charts")


def test_variables_of_what_applies_the_generator_are_known() -> None:
    files = tree(
        "./${TIER}", copy("@repo/apps/${TIER}/**", "@artifact/${TIER}/"), copy("@repo/apps/base/**", "@artifact/base/")
    )
    files["clusters/dev/sync.yaml"] = applier(
        "./clusters/dev", name="flux-system", spec="postBuild: {substitute: {TIER: dev}}"
    )

    assert told(files) == "apps/dev: HelmRelease shop/dev-app"


def test_a_variable_that_nobody_knows_is_said() -> None:
    found = apps(tree("./dev", copy("@repo/apps/${TIER}/**", "@artifact/dev/"))).trouble

    assert found
    assert found.id == "variable-unknown"


def test_the_generator_of_the_own_cluster_counts() -> None:
    files = tree("./", copy("@repo/apps/base/**"))
    files["clusters/test/sync.yaml"] = applier("./clusters/test", name="flux-system")
    files["clusters/test/artifacts.yaml"] = generator(copy("@repo/apps/other/**"))
    files["clusters/test/apps.yaml"] = of_artifact("./")

    folders = {each.cluster: each.folder for each in read(files).roots if each.source.startswith("External")}
    assert folders == {"clusters/dev": "apps/base", "clusters/test": "apps/other"}


def of_two_clusters(**more: str) -> _Files:
    """What applies the cluster of production stands outside of Git; dev has a generator that copies `apps/other`."""
    return {
        "apps/base/release.yaml": release(),
        "apps/other/release.yaml": release("other"),
        "clusters/dev/artifacts.yaml": generator(copy("@repo/apps/other/**")),
        "clusters/dev/other.yaml": applier("./apps/base", name="base"),
        "clusters/live/apps.yaml": of_artifact("./"),
        **{path.replace("__", "/") + ".yaml": text for path, text in more.items()},
    }


_OWN = generator(copy("@repo/apps/base/**"))
_NOBODY = "not-in-tree: the Kustomization applies . of ExternalArtifact flux-system/apps, which this tree does not hold"


@pytest.mark.parametrize(
    "more",
    [
        pytest.param({}, id="nobody else's is in Git"),
        pytest.param({"infra__artifacts": _OWN}, id="one is in a folder that nothing applies"),
        pytest.param({"clusters__dev__sync": applier("./clusters/dev", name="flux-system")}, id="dev applies its own"),
        pytest.param(
            {
                "clusters__artifacts": _OWN,
                "clusters__kustomization": "resources: [artifacts.yaml]\n",
                "clusters__dev__up": applier("./clusters", name="up"),
            },
            id="dev applies the one above",
        ),
        pytest.param({"top": applier("./nowhere", name="top"), "artifacts": _OWN}, id="the one above is in a cluster"),
    ],
)
def test_the_generator_of_another_cluster_does_not_stand_for_an_own_one(more: dict[str, str]) -> None:
    assert told_of(of_two_clusters(**more), "clusters/live/apps.yaml") == _NOBODY


@pytest.mark.parametrize("at", ["clusters__live__artifacts", "clusters__live__infra__artifacts", "clusters__artifacts"])
def test_a_generator_counts_as_a_file_in_or_above_the_folder_of_its_cluster_writes_it(at: str) -> None:
    found = told_of(of_two_clusters(**{at: _OWN}), "clusters/live/apps.yaml")
    assert found == "apps/base: HelmRelease app"


def test_a_generator_counts_as_its_overlay_makes_it() -> None:
    files = tree("./", copy("@repo/apps/other/**"))
    files["clusters/dev/kustomization.yaml"] = """\
resources: [sync.yaml, artifacts.yaml, apps.yaml]
patches:
  - target: {kind: ArtifactGenerator}
    patch: |
      - {op: replace, path: /spec/artifacts/0/copy/0/from, value: "@repo/apps/base/**"}
"""

    assert told(files) == "apps/base: HelmRelease shop/app"


def test_a_generator_that_an_artifact_brings_itself_ends() -> None:
    """Each of two artifacts is made by a generator that lies in the other."""
    files: _Files = {
        "a/apps.yaml": of_artifact("./", name="b"),
        "a/artifacts.yaml": generator(copy("@repo/b/**"), name="b").replace("name: made", "name: first"),
        "b/apps.yaml": of_artifact("./", name="a"),
        "b/artifacts.yaml": generator(copy("@repo/a/**"), name="a").replace("name: made", "name: second"),
    }

    assert sorted({each.folder for each in read(files).roots}) == ["a", "b"]


def test_what_a_build_takes_from_outside_of_the_artifact_fails() -> None:
    """The base is not copied, so Flux finds none."""
    assert told(tree("./dev", copy("@repo/apps/dev/**", "@artifact/dev/"))) == (
        "build-fails: apps/dev cannot be built: apps/base/release.yaml is not in ExternalArtifact flux-system/apps"
    )


def test_a_folder_that_is_none_is_said() -> None:
    assert told(tree("./gone", copy("@repo/apps/**"))) == (
        "not-in-tree: the Kustomization applies apps/gone of ExternalArtifact flux-system/apps, "
        "which this tree does not hold"
    )


def test_the_name_of_an_artifact_is_not_taken_for_that_of_the_tree() -> None:
    """Many Kustomizations of an artifact would else make every other GitRepository another tree."""
    files = tree("./dev", copy("@repo/apps/**"))
    files |= {
        f"clusters/dev/{each}.yaml": of_artifact("apps").replace("name: apps,", f"name: {each},") for each in "abc"
    }

    assert root(files, "clusters/dev").trouble is None
