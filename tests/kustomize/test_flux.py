"""What Flux makes of a tree: clusters, what Kustomizations add, and variables with the place of their value."""

import pytest
from kustomize.small_trees import (
    VERSION,
    app,
    applier,
    config_map,
    merge,
    names,
    only,
    read,
    release,
    root,
    told,
    version,
)

from bot.flux.built import built_objects
from bot.flux.objects import HelmRelease
from bot.kustomize.decisions import Decision
from bot.kustomize.nested_places import NestedPlace

_CLUSTER = "clusters/prod/apps.yaml"


def _tree(version: str, *, spec: str = "", **more: str) -> dict[str, str | bytes]:
    """One Kustomization that applies one release; more files of the cluster's folder by name."""
    files: dict[str, str | bytes] = {
        "app/release.yaml": release(version=version),
        _CLUSTER: applier("./app", spec=spec),
    }
    return files | {f"clusters/prod/{name}.yaml": text for name, text in more.items()}


def _inline(values: str) -> str:
    return f"postBuild: {{substitute: {{{values}}}}}"


_FROM = "postBuild: {substituteFrom: [{kind: ConfigMap, name: settings}]}"


def test_a_folder_without_a_kustomization_is_applied_with_all_its_manifests() -> None:
    files = _tree("1.2.3")
    files["app/deep/other.yml"] = release("other")
    files["app/made/kustomization.yaml"] = "resources: [third.yaml]\nnamePrefix: x-\n"
    files["app/made/third.yaml"] = release("third")

    assert [each.object.name for each in root(files).objects] == ["other", "x-third", "app"]


def test_an_inline_value_is_where_the_version_is_decided() -> None:
    assert version(_tree("${V}", spec=_inline("V: 1.0.0"))) == f"1.0.0 at {_CLUSTER}:7"


@pytest.mark.parametrize("sign", [":=", ":-", "="])
def test_a_default_is_decided_where_it_is_written(sign: str) -> None:
    found = only(_tree(f"${{V{sign}1.0.0}}", spec=_inline("W: x"))).field(*VERSION)

    assert told(found) == "1.0.0 at app/release.yaml:8"
    assert isinstance(found, Decision)
    assert isinstance(found.place, NestedPlace)
    assert found.place.scalar_for("1.1.0") == f"${{V{sign}1.1.0}}"


def test_a_value_beats_the_default() -> None:
    assert version(_tree("${V:=9.0.0}", spec=_inline("V: 1.0.0"))) == f"1.0.0 at {_CLUSTER}:7"


def test_an_empty_value_gives_way_to_the_default() -> None:
    assert version(_tree("${V:=9.0.0}", spec=_inline("V: ''"))) == "9.0.0 at app/release.yaml:8"


def test_two_dollars_are_one_and_no_variable() -> None:
    assert version(_tree("a$${V}", spec=_inline("V: 1.0.0"))) == "a${V}, not-followed"


def test_a_text_beside_a_variable_belongs_to_the_value() -> None:
    found = only(_tree("v${V}", spec=_inline("V: 1.0.0"))).field(*VERSION)

    assert told(found) == f"v1.0.0 at {_CLUSTER}:7"
    assert isinstance(found, Decision)
    assert isinstance(found.place, NestedPlace)
    assert (found.place.scalar_for("v1.1.0"), found.place.scalar_for("1.1.0")) == ("1.1.0", None)
    assert [str(each) for each in found.through] == ["app/release.yaml:8"]


def test_a_value_of_several_variables_is_told_with_all_its_places() -> None:
    found = only(_tree("${V}-${W:=rc1}", spec=_inline("V: 1.0.0"))).field(*VERSION)

    assert told(found) == "1.0.0-rc1, not-followed"
    assert isinstance(found, Decision)
    assert [str(each) for each in found.parts] == [f"{_CLUSTER}:7", "app/release.yaml:8"]


def test_without_variables_nothing_is_substituted() -> None:
    assert version(_tree("${V:=1.0.0}")) == "(variable-unknown)"


def test_with_the_strategy_always_defaults_are_taken() -> None:
    assert (
        version(_tree("${V:=1.0.0}", spec="postBuild: {substituteStrategy: Always}")) == "1.0.0 at app/release.yaml:8"
    )


@pytest.mark.parametrize("field", ["labels", "annotations"])
def test_an_object_may_be_left_out_of_substitution(field: str) -> None:
    files = _tree("1.0.0", spec=_inline("V: 1.0.0"))
    files["app/release.yaml"] = release(
        version="${V}", more=f"{field}: {{kustomize.toolkit.fluxcd.io/substitute: disabled}}"
    )

    assert version(files) == "(variable-unknown)"


def test_an_undefined_variable_without_a_default_is_unknown() -> None:
    assert version(_tree("${W}", spec=_inline("V: 1.0.0"))) == "(variable-unknown)"


@pytest.mark.parametrize("expression", ["${V^^}", "${V:+x}", "${V:1:2}", "${V/a/b}", "${V:=${W}}", "${V", "${}"])
def test_other_expressions_are_not_followed(expression: str) -> None:
    assert version(_tree(expression, spec=_inline("V: 1.0.0"))) == "(not-followed)"


@pytest.mark.parametrize("value", ["1.10", "3", ">=1.0.0", "'*'", "'a: b'", "'a #b'"])
def test_a_value_that_is_no_plain_text_where_flux_puts_it_is_held(value: str) -> None:
    assert version(_tree("${V}", spec=_inline(f"V: '{value.strip(chr(39))}'"))) == "(not-a-string)"


@pytest.mark.parametrize(("written", "again"), [("${V}", True), ("1.0.0", False)])
def test_flux_reads_the_value_of_a_variable_once_more(written: str, *, again: bool) -> None:
    found = only(_tree(written, spec=_inline("V: 1.0.0"))).field(*VERSION)

    assert isinstance(found, Decision)
    assert found.read_again is again


def test_a_quoted_number_without_a_variable_stays_a_text_under_substitution() -> None:
    assert version(_tree("1.10", spec=_inline("V: 1.0.0"))) == "1.10 at app/release.yaml:8"


def test_a_config_map_of_the_cluster_decides() -> None:
    files = _tree("${V}", spec=_FROM, maps=config_map("V: 1.0.0"))

    assert version(files) == "1.0.0 at clusters/prod/maps.yaml:4"


def test_a_config_map_that_another_kustomization_builds_decides() -> None:
    files = _tree("${V}", spec=_FROM, infra=applier("./infra", name="infra"))
    files["infra/maps.yaml"] = config_map("V: 1.0.0")

    assert version(files) == "1.0.0 at infra/maps.yaml:4"


def test_a_config_map_of_another_namespace_does_not_count() -> None:
    assert version(_tree("${V}", spec=_FROM, maps=config_map("V: 1.0.0", namespace="other"))) == "(variable-unknown)"


def test_a_config_map_of_another_cluster_does_not_count() -> None:
    files = _tree("${V}", spec=_FROM)
    files["clusters/dev/apps.yaml"] = applier("./other")
    files["clusters/dev/maps.yaml"] = config_map("V: 1.0.0")

    assert version(files) == "(variable-unknown)"


def test_inline_values_beat_those_of_a_config_map() -> None:
    both = "postBuild: {substitute: {V: 2.0.0}, substituteFrom: [{kind: ConfigMap, name: settings}]}"

    assert version(_tree("${V}", spec=both, maps=config_map("V: 1.0.0"))) == f"2.0.0 at {_CLUSTER}:7"


def test_the_later_of_two_sources_wins() -> None:
    spec = "postBuild: {substituteFrom: [{kind: ConfigMap, name: one}, {kind: ConfigMap, name: two}]}"
    files = _tree("${V}", spec=spec, one=config_map("V: 1.0.0", name="one"), two=config_map("V: 2.0.0", name="two"))

    assert version(files) == "2.0.0 at clusters/prod/two.yaml:4"


def test_a_later_source_that_is_not_here_may_define_anything() -> None:
    spec = (
        "postBuild: {substituteFrom: [{kind: ConfigMap, name: settings}, {kind: Secret, name: absent, optional: true}]}"
    )

    assert version(_tree("${V}", spec=spec, maps=config_map("V: 1.0.0"))) == "(variable-unknown)"


def test_an_earlier_source_that_is_not_here_does_not_matter() -> None:
    spec = "postBuild: {substituteFrom: [{kind: ConfigMap, name: absent}, {kind: ConfigMap, name: settings}]}"

    assert version(_tree("${V}", spec=spec, maps=config_map("V: 1.0.0"))) == "1.0.0 at clusters/prod/maps.yaml:4"


def test_a_secret_is_never_read() -> None:
    spec = "postBuild: {substituteFrom: [{kind: Secret, name: settings}]}"
    secret = config_map("V: MS4wLjA=").replace("ConfigMap", "Secret")

    assert version(_tree("${V}", spec=spec, maps=secret)) == "(variable-unknown)"


def test_a_generated_config_map_decides_in_its_literal() -> None:
    files = _tree("${V}", spec=_FROM, infra=applier("./infra", name="infra"))
    files["infra/kustomization.yaml"] = (
        "namespace: flux-system\n"
        "generatorOptions: {disableNameSuffixHash: true}\n"
        "configMapGenerator:\n- name: settings\n  literals:\n  - V=1.0.0\n"
    )
    found = only(files).field(*VERSION)

    assert told(found) == "1.0.0 at infra/kustomization.yaml:6"
    assert isinstance(found, Decision)
    assert isinstance(found.place, NestedPlace)
    assert found.place.scalar_for("1.1.0") == "V=1.1.0"


def test_a_generated_config_map_with_a_hash_in_its_name_is_another() -> None:
    files = _tree("${V}", spec=_FROM, infra=applier("./infra", name="infra"))
    files["infra/kustomization.yaml"] = (
        "namespace: flux-system\nconfigMapGenerator:\n- name: settings\n  literals: [V=1.0.0]\n"
    )

    assert version(files) == "(variable-unknown)"


def test_a_variable_that_leads_to_itself_comes_to_an_end() -> None:
    files = _tree("${V}", spec=_FROM, maps=config_map("V: '${V}'"))
    files["clusters/prod/sync.yaml"] = applier("./clusters/prod", name="flux-system", spec=_FROM)

    assert version(files) == "(not-followed)"


def test_flux_patches_come_after_those_of_the_folder() -> None:
    files = app("patches: [{path: patch.yaml}]", patch_yaml=merge())
    block = merge(version="3.0.0").replace("\n", "\n        ").rstrip()
    files[_CLUSTER] = applier("./app", spec=f"patches:\n    - patch: |\n        {block}\n")

    assert version(files) == f"3.0.0 at {_CLUSTER}:12"


def test_flux_components_are_taken_from_the_folder() -> None:
    component = "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\npatches: [{path: patch.yaml}]\n"
    files = _tree("1.2.3", spec="components: [../part]")
    files |= {"part/kustomization.yaml": component, "part/patch.yaml": merge()}

    assert version(files) == "2.0.0 at part/patch.yaml:4"


def test_a_component_may_be_missing_where_flux_is_told_so() -> None:
    assert version(_tree("1.2.3", spec="components: [../part]\n  ignoreMissingComponents: true")).startswith("1.2.3")
    assert "does not exist" in str(root(_tree("1.2.3", spec="components: [../part]")).trouble)


def test_names_of_flux_replace_those_of_the_folder() -> None:
    files = app("namespace: a", "namePrefix: a-")
    files[_CLUSTER] = applier("./app", spec="targetNamespace: b\n  namePrefix: b-\n  nameSuffix: -c")

    assert str(only(files).object) == "HelmRelease b/b-app-c"


def test_a_target_namespace_that_hangs_on_an_unknown_variable_holds_everything() -> None:
    files = _tree("1.2.3", spec="targetNamespace: '${N}'")
    files["clusters/prod/sync.yaml"] = applier("./clusters/prod", name="flux-system", spec=_inline("V: x"))

    assert version(files) == "(variable-unknown)"


def test_a_path_with_a_variable_leads_where_the_one_above_says() -> None:
    files = {"apps/prod/release.yaml": release(), "clusters/prod/apps.yaml": applier("'./apps/${ENV}'")}
    files["clusters/prod/sync.yaml"] = applier("./clusters/prod", name="flux-system", spec=_inline("ENV: prod"))

    assert version(files, "apps/prod") == "1.2.3 at apps/prod/release.yaml:8"


def test_every_cluster_has_its_own_value_of_one_base() -> None:
    files: dict[str, str | bytes] = {"app/release.yaml": release(version="${V}")}
    for name, value in (("dev", "2.0.0"), ("prod", "1.0.0")):
        files[f"clusters/{name}/apps.yaml"] = applier("./app", spec=_inline(f"V: {value}"))
        files[f"clusters/{name}/sync.yaml"] = applier(f"./clusters/{name}", name="flux-system")
    found = {each.cluster: told(each.objects[0].field(*VERSION)) for each in read(files).roots if each.objects}

    assert found == {
        "clusters/dev": "2.0.0 at clusters/dev/apps.yaml:7",
        "clusters/prod": "1.0.0 at clusters/prod/apps.yaml:7",
    }


def test_what_a_kustomization_waits_for_and_that_it_is_suspended_is_said() -> None:
    found = root(_tree("1.2.3", spec="suspend: true\n  dependsOn: [{name: infra}, {name: other, namespace: x}]"))

    assert (found.suspended, found.needs) == (True, ("infra", "x/other"))


def test_a_folder_of_another_repository_is_not_in_this_tree() -> None:
    found = root(_tree("1.2.3") | {_CLUSTER: applier("./elsewhere")}, "elsewhere")

    assert found.trouble is not None
    assert found.trouble.id == "not-in-tree"


def test_a_source_that_is_no_git_repository_has_another_tree() -> None:
    files = _tree("1.2.3") | {_CLUSTER: applier("./app").replace("GitRepository", "OCIRepository")}
    [found] = [each for each in read(files).roots if each.applier]

    assert found.trouble is not None
    assert found.trouble.id == "not-in-tree"


def test_kustomizations_that_apply_each_other_are_all_known() -> None:
    files = {"a/b.yaml": applier("./b", name="b"), "b/a.yaml": applier("./a", name="a")}

    assert sorted(str(each.applier) for each in read(files).roots) == [
        "Kustomization flux-system/a",
        "Kustomization flux-system/b",
    ]


def test_a_variable_name_that_flux_refuses_holds_everything() -> None:
    assert version(_tree("1.2.3", spec=_inline("my-version: 1.0.0"))) == "(build-fails)"
    assert version(_tree("1.2.3", spec=_FROM, maps=config_map("values.yaml: x"))) == "(build-fails)"


def test_a_file_that_only_patches_a_kustomization_is_none_of_its_own() -> None:
    files = _tree("1.2.3")
    files["clusters/prod/kustomization.yaml"] = "resources: [apps.yaml]\npatches: [{path: more/patch.yaml}]\n"
    files["clusters/prod/more/patch.yaml"] = applier("./app", spec="prune: true")
    files["clusters/dev/kustomization.yaml"] = "resources: [gone.yaml]\npatches: [{path: patch.yaml}]\n"
    files["clusters/dev/patch.yaml"] = applier("./app", name="other")

    assert [each.home.path for each in read(files).roots if each.home] == [_CLUSTER]


def test_a_kustomization_that_applies_its_own_folder_gives_its_variables_to_what_lies_there() -> None:
    own = applier("./clusters/prod", name="flux-system", spec=_inline("ENVIRONMENT: prod"))
    files: dict[str, str | bytes] = {
        "base/flux.yaml": applier("./clusters/${ENVIRONMENT}", name="flux-system"),
        "base/apps.yaml": applier("./apps/${ENVIRONMENT}"),
        "base/kustomization.yaml": "resources: [flux.yaml, apps.yaml]\n",
        "clusters/prod/kustomization.yaml": "resources: [../../base]\npatches: [{path: ../../own/prod.yaml}]\n",
        "own/prod.yaml": own,
        "apps/prod/release.yaml": release(),
    }

    assert names(files, "apps/prod") == ["HelmRelease app"]


def _with_other_repository(path: str, *, url: str = "https://github.com/b/b", ours: str = "") -> dict[str, str | bytes]:
    other = applier(path, name="other").replace("name: flux-system}\n  ", "name: other}\n  ")
    files = _tree("1.2.3", other=other, source=_git("other", url))
    return files | {"clusters/prod/ours.yaml": _git("flux-system", ours)} if ours else files


def _git(name: str, url: str) -> str:
    return f"""\
apiVersion: source.toolkit.fluxcd.io/v1
kind: GitRepository
metadata: {{name: {name}, namespace: flux-system}}
spec: {{url: "{url}"}}
"""


def test_all_of_another_repository_is_not_all_of_this_one() -> None:
    roots = read(_with_other_repository("./")).roots

    assert [(each.folder, each.trouble.id if each.trouble else "") for each in roots] == [
        ("app", ""),
        ("", "not-in-tree"),
    ]


@pytest.mark.parametrize(
    ("ours", "problem"),
    [
        ("", ""),
        ("https://github.com/a/a", "not-in-tree"),
        ("ssh://git@github.com/b/b.git", ""),
        ("git@github.com:B/b.git", ""),
        ("ssh://git@github.com:22/b/b", ""),
        ("${URL}", ""),
    ],
)
def test_a_folder_that_is_here_as_well_is_ours_unless_the_addresses_differ(ours: str, problem: str) -> None:
    _, other = read(_with_other_repository("./app", ours=ours)).roots

    assert (other.trouble.id if other.trouble else "") == problem


@pytest.mark.parametrize(
    ("written", "given", "means"),
    [
        ("${S}", "'true'", "suspended"),
        ("${S}", "'false'", "running"),
        ("'${S}'", "'true'", "suspended"),
        ("'${S}'", "'false'", "running"),
        ("${S:=true}", "''", "suspended"),
        ("${S:=false}", "''", "running"),
        ("${S:=true}", "'false'", "running"),
        ("${S:=false}", "'true'", "suspended"),
        ("${S}", "'null'", "running"),
        ("${T}", "'true'", "running"),
        ("${S^^}", "'true'", "running"),
    ],
)
def test_a_truth_value_is_read_after_its_variables_are_filled_in(written: str, given: str, means: str) -> None:
    """What cannot be told may run, so it counts as running, and the version is judged."""
    files = {
        "clusters/dev/apps.yaml": applier("./apps", spec=f"postBuild: {{substitute: {{S: {given}, X: x}}}}"),
        "apps/release.yaml": release().replace("spec:\n", f"spec:\n  suspend: {written}\n", 1),
        "apps/inner.yaml": applier("./inner", name="inner", spec=f"suspend: {written}"),
        "inner/release.yaml": release("inner"),
    }
    graph = read(files)
    heads = [each.head for each, _ in built_objects(graph) if isinstance(each, HelmRelease)]
    assert {each.object.name: "suspended" if each.suspended else "running" for each in heads} == {
        "app": means,
        "inner": means,
    }
