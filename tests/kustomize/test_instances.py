"""FluxInstances of the Flux Operator: the Kustomization that each makes is where a cluster begins."""

import pytest
from kustomize.judging import given
from kustomize.small_trees import applier, read, release, told

from bot.kustomize.files import Files
from bot.kustomize.graph import Graph, Root, read_graph
from bot.model.tiers import PackedSource

VERSION = ("spec", "chart", "spec", "version")
_Files = dict[str, str | bytes]
_HOME = "clusters/dev/flux-system/instance.yaml"


def instance(sync: str, *, name: str = "flux", namespace: str = "flux-system", more: str = "") -> str:
    return f"""\
apiVersion: fluxcd.controlplane.io/v1
kind: FluxInstance
metadata: {{name: {name}, namespace: "{namespace}"}}
spec:
  distribution: {{version: 2.x, registry: ghcr.io/fluxcd}}
  sync: {sync}
  {more}
"""


def git(path: str, more: str = "") -> str:
    return f'{{kind: GitRepository, url: https://git.example/org/fleet, ref: refs/heads/main, path: "{path}"{more}}}'


def oci(path: str) -> str:
    return f"{{kind: OCIRepository, url: oci://ghcr.io/org/fleet, ref: latest, path: {path}}}"


def tree(sync: str, more: str = "") -> _Files:
    return {
        _HOME: instance(sync, more=more),
        "clusters/dev/apps.yaml": applier("./apps"),
        "apps/release.yaml": release(version="${V:=1.2.3}"),
    }


def roots(graph: Graph) -> list[tuple[str, str, str, str]]:
    """Cluster, Kustomization and folder of every root, and its trouble."""
    return [_told(each) for each in graph.roots]


def _told(each: Root) -> tuple[str, str, str, str]:
    return each.cluster, each.applier.name if each.applier else "", each.folder, each.trouble.id if each.trouble else ""


def packed(files: _Files, *sources: PackedSource) -> Graph:
    data = {path: text if isinstance(text, bytes) else text.encode() for path, text in files.items()}
    return read_graph(Files(tuple(data), given(data)), sources)


FLEET = PackedSource(kind="OCIRepository", namespace="flux-system", name="flux-system", folder="")


@pytest.mark.parametrize("path", ["clusters/dev", "./clusters/dev", "/clusters/dev/"])
def test_a_cluster_begins_with_what_its_instance_syncs(path: str) -> None:
    assert roots(read(tree(git(path)))) == [
        ("clusters/dev", "flux-system", "clusters/dev", ""),
        ("clusters/dev", "apps", "apps", ""),
    ]


def test_its_kustomization_has_the_name_and_namespace_of_the_instance() -> None:
    first, _ = read(tree(git("clusters/dev", ", name: fleet"))).roots

    assert (str(first.applier), first.home and first.home.path) == ("Kustomization flux-system/fleet", _HOME)


def test_its_patches_make_the_kustomization() -> None:
    """The one way to give variables to what an instance syncs; patches of controllers are for others."""
    patches = """kustomize:
    patches:
      - target: {kind: Deployment, name: "(source|kustomize)-controller"}
        patch: |
          - {op: add, path: /spec/template/spec/containers/0/args/-, value: --concurrent=10}
      - patch: |
          apiVersion: v1
          kind: ServiceAccount
          metadata: {name: kustomize-controller}
      - target: {kind: Kustomization}
        patch: |
          - {op: add, path: /spec/postBuild, value: {substitute: {WHERE: apps, X: y}}}
"""
    files = tree(git("clusters/dev"), patches)
    files["clusters/dev/apps.yaml"] = applier("./${WHERE}")

    assert roots(read(files))[1] == ("clusters/dev", "apps", "apps", "")


def test_a_patch_that_fails_stops_it() -> None:
    patches = "kustomize: {patches: [{target: {kind: Kustomization}, patch: '[{op: remove, path: /spec/none}]'}]}"

    assert ("clusters/dev/flux-system", "flux-system", "", "build-fails") in roots(
        read(tree(git("clusters/dev"), patches))
    )


def test_a_patch_that_removes_the_kustomization_leaves_nothing_that_begins() -> None:
    names = "apiVersion: kustomize.toolkit.fluxcd.io/v1, kind: Kustomization, metadata: {name: flux-system}"
    removed = f"{{$patch: delete, {names}}}"
    patches = f"kustomize: {{patches: [{{target: {{kind: Kustomization}}, patch: '{removed}'}}]}}"

    assert roots(read(tree(git("clusters/dev"), patches))) == [("clusters/dev", "apps", "apps", "")]


@pytest.mark.parametrize("sync", ["null", "[]", "text"])
def test_an_instance_that_syncs_nothing_begins_nothing(sync: str) -> None:
    assert roots(read(tree(sync))) == [("clusters/dev", "apps", "apps", "")]


def test_an_instance_in_what_it_leads_to_begins_its_cluster_once() -> None:
    """As it stands in home fleets: the instance is applied by a Kustomization that it leads to."""
    files: _Files = {
        "flux/apps.yaml": applier("./apps"),
        "apps/instance/ks.yaml": applier("./apps/instance/app", name="instance"),
        "apps/instance/app/kustomization.yaml": "resources: [instance.yaml]\nnamespace: flux-system\n",
        "apps/instance/app/instance.yaml": instance(git("./flux"), namespace=""),
    }

    assert roots(read(files)) == [
        ("flux", "flux-system", "flux", ""),
        ("flux", "apps", "apps", ""),
        ("flux", "instance", "apps/instance/app", ""),
    ]


def test_an_instance_of_a_base_begins_each_cluster_as_its_overlay_makes_it() -> None:
    files: _Files = {
        "boot/base/instance.yaml": instance(git("clusters/none")),
        "boot/base/kustomization.yaml": "resources: [instance.yaml]\n",
    }
    for name in ("dev", "test"):
        patch = f"- {{op: replace, path: /spec/sync/path, value: clusters/{name}}}"
        files[f"boot/{name}/kustomization.yaml"] = (
            f"resources: [../base]\npatches: [{{target: {{kind: FluxInstance}}, patch: '{patch}'}}]\n"
        )
        files[f"clusters/{name}/release.yaml"] = release()

    assert [each for each in roots(read(files)) if each[1]] == [
        ("clusters/dev", "flux-system", "clusters/dev", ""),
        ("clusters/test", "flux-system", "clusters/test", ""),
    ]


def test_what_lies_in_the_folder_of_an_instance_and_is_not_applied_belongs_to_its_cluster() -> None:
    files = tree(git("clusters/dev"))
    files["clusters/dev/kustomization.yaml"] = "resources: []\n"
    files["clusters/dev/by-hand/apps.yaml"] = files.pop("clusters/dev/apps.yaml")

    assert ("clusters/dev", "apps", "apps", "") in roots(read(files))


def test_two_instances_of_one_folder_are_two_clusters() -> None:
    """Else the tier of one of them would get what it runs unseen."""
    files = tree(git("clusters/dev"))
    files["boot/live/instance.yaml"] = instance(git("clusters/dev"))

    assert sorted({each[0] for each in roots(read(files))}) == ["boot/live", "clusters/dev"]


def test_an_instance_in_the_folder_of_another_keeps_its_own_cluster() -> None:
    files = tree(git("clusters"))
    files["clusters/test/instance.yaml"] = instance(git("clusters/test"))
    files["clusters/test/release.yaml"] = release("other")
    files["clusters/kustomization.yaml"] = "resources: [dev/apps.yaml]\n"

    assert ("clusters/test", "flux-system", "clusters/test", "") in roots(read(files))


def test_a_bootstrapped_cluster_that_has_an_instance_too_is_built_once() -> None:
    files = tree(git("clusters/dev"))
    files["clusters/dev/flux-system/sync.yaml"] = applier("./clusters/dev", name="flux-system")

    assert roots(read(files)) == [
        ("clusters/dev", "flux-system", "clusters/dev", ""),
        ("clusters/dev", "apps", "apps", ""),
    ]


def test_variables_of_what_applies_an_instance_are_known() -> None:
    files: _Files = {
        "hub/sync.yaml": applier("./boot", spec="postBuild: {substitute: {CLUSTER: dev}}"),
        "boot/instance.yaml": instance(git("clusters/${CLUSTER}")),
        "clusters/dev/release.yaml": release(),
    }

    assert ("hub", "flux-system", "clusters/dev", "") in roots(read(files))


def test_a_variable_that_nobody_knows_is_said() -> None:
    assert ("clusters/dev/flux-system", "flux-system", "", "variable-unknown") in roots(
        read(tree(git("clusters/${X}")))
    )


def test_an_instance_of_a_folder_that_is_none_is_said() -> None:
    assert ("clusters/dev/flux-system", "flux-system", "gone", "not-in-tree") in roots(read(tree(git("gone"))))


def test_an_instance_of_packed_manifests_is_said_with_the_mend() -> None:
    [*_, found] = read(tree(oci("clusters/dev"))).roots

    assert str(found.trouble) == (
        "the Kustomization applies clusters/dev of OCIRepository flux-system/flux-system, which this tree does not "
        "hold. Where that is packed from this repository, say under `sources` of the configuration of which folder"
    )


def test_packed_manifests_are_followed_where_the_configuration_says_what_they_are() -> None:
    assert roots(packed(tree(oci("clusters/dev")), FLEET)) == [
        ("clusters/dev", "flux-system", "clusters/dev", ""),
        ("clusters/dev", "apps", "apps", ""),
    ]


def test_a_kustomization_of_packed_manifests_is_followed_below_what_is_packed() -> None:
    files = {path.replace("apps/", "deploy/apps/"): text for path, text in tree(git("clusters/dev")).items()}
    files["clusters/dev/apps.yaml"] = (
        applier("./apps", spec="postBuild: {substitute: {V: 1.0.0}}")
        .replace("GitRepository", "OCIRepository")
        .replace("sourceRef: {kind: OCIRepository, name: flux-system", "sourceRef: {kind: OCIRepository, name: deploy")
    )
    deploy = PackedSource(kind="OCIRepository", namespace="flux-system", name="deploy", folder="deploy")
    [_, found] = packed(files, deploy).roots

    assert found.folder == "deploy/apps"
    assert told(found.objects[0].field(*VERSION)) == "1.0.0 at clusters/dev/apps.yaml:7"


def test_a_source_of_another_namespace_is_another() -> None:
    tenant = PackedSource(kind="OCIRepository", namespace="tenants", name="flux-system", folder="")

    assert ("clusters/dev/flux-system", "flux-system", "", "not-in-tree") in roots(
        packed(tree(oci("clusters/dev")), tenant)
    )


def test_a_source_whose_namespace_nobody_writes_may_be_the_one_of_the_configuration() -> None:
    files: _Files = {
        "apps.yaml": applier("./apps").replace("GitRepository", "Bucket").replace(", namespace: flux-system", "")
    }
    bucket = PackedSource(kind="Bucket", namespace="flux-system", name="flux-system", folder="")

    assert roots(packed(files | {"apps/a.yaml": release()}, bucket)) == [("", "apps", "apps", "")]


def test_what_packed_manifests_take_from_outside_of_their_folder_fails() -> None:
    files = tree(git("clusters/dev"))
    files["deploy/kustomization.yaml"] = "resources: [../apps/release.yaml]\n"
    files["clusters/dev/apps.yaml"] = applier("./").replace("GitRepository", "Bucket")
    bucket = PackedSource(kind="Bucket", namespace="flux-system", name="flux-system", folder="deploy")
    [_, found] = packed(files, bucket).roots

    assert found.trouble
    assert found.trouble.id == "build-fails"


def test_the_configuration_says_of_a_repository_too_that_it_is_this_one() -> None:
    files = tree(git("clusters/dev"))
    files["clusters/dev/more.yaml"] = applier("./apps", name="more").replace("name: flux-system}", "name: fork}")
    urls = "apiVersion: source.toolkit.fluxcd.io/v1\nkind: GitRepository\n"
    files["clusters/dev/fork.yaml"] = (
        f"{urls}metadata: {{name: fork, namespace: flux-system}}\nspec: {{url: 'https://git.example/org/fork'}}\n"
    )
    fork = PackedSource(kind="GitRepository", namespace="flux-system", name="fork", folder="")

    assert ("clusters/dev", "more", "", "not-in-tree") in roots(read(files))
    assert ("clusters/dev", "more", "apps", "") in roots(packed(files, fork))


def test_an_artifact_of_packed_manifests_is_followed() -> None:
    files = tree(git("clusters/dev"))
    files["clusters/dev/artifacts.yaml"] = """\
apiVersion: source.extensions.fluxcd.io/v1beta1
kind: ArtifactGenerator
metadata: {name: made, namespace: flux-system}
spec:
  sources: [{alias: repo, kind: OCIRepository, name: flux-system}]
  artifacts: [{name: shop, copy: [{from: "@repo/shop/**", to: "@artifact/"}]}]
"""
    files["clusters/dev/apps.yaml"] = applier("./").replace(
        "{kind: GitRepository, name: flux-system}", "{kind: ExternalArtifact, name: shop}"
    )
    files["deploy/shop/release.yaml"] = release()
    deploy = PackedSource(kind="OCIRepository", namespace="flux-system", name="flux-system", folder="deploy")

    assert roots(packed(files, deploy))[1] == ("clusters/dev", "apps", "deploy/shop", "")
