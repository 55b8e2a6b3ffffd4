"""What a kustomization takes and makes of it: bases, components, names, Lists, generators, and what stops it."""

import pytest
from kustomize.small_trees import (
    VERSION,
    app,
    applier,
    config_map,
    kustomization,
    merge,
    names,
    only,
    read,
    release,
    root,
    told,
    trouble,
    version,
)

_COMPONENT = "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\n"


@pytest.mark.parametrize("name", ["kustomization.yaml", "kustomization.yml", "Kustomization"])
def test_a_kustomization_file_has_one_of_three_names(name: str) -> None:
    assert version({"app/release.yaml": release(), f"app/{name}": kustomization()}) == "1.2.3 at app/release.yaml:8"


def test_two_kustomization_files_in_a_folder_are_a_fault() -> None:
    assert "several kustomization files" in trouble({**app(), "app/Kustomization": kustomization()})


def test_a_byte_order_mark_and_windows_line_ends_are_read() -> None:
    files = app("namePrefix: x-")
    files["app/kustomization.yaml"] = (
        b"\xef\xbb\xbf" + str(files["app/kustomization.yaml"]).replace("\n", "\r\n").encode()
    )

    assert names(files) == ["HelmRelease x-app"]


def test_a_base_is_no_root_of_its_own() -> None:
    files = {**app(), "prod/kustomization.yaml": "resources: [../app]\n"}

    assert [each.folder for each in read(files).roots] == ["prod"]


def test_an_old_base_list_is_taken_too() -> None:
    assert version({**app(), "prod/kustomization.yaml": "bases: [../app]\n"}, "prod") == "1.2.3 at app/release.yaml:8"


def test_namespace_prefix_and_suffix_are_set_outward() -> None:
    files = app("namespace: inner", "namePrefix: a-")
    files["prod/kustomization.yaml"] = "resources: [../app]\nnamespace: outer\nnamePrefix: b-\nnameSuffix: -c\n"

    assert names(files, "prod") == ["HelmRelease outer/b-a-app-c"]


def test_a_patch_finds_an_object_by_any_name_that_it_had() -> None:
    files = app("namePrefix: a-")
    files["prod/kustomization.yaml"] = "resources: [../app]\nnamePrefix: b-\npatches: [{path: patch.yaml}]\n"

    for name in ("app", "a-app"):
        assert version({**files, "prod/patch.yaml": merge(name)}, "prod") == "2.0.0 at prod/patch.yaml:4"
    assert trouble({**files, "prod/patch.yaml": merge("b-a-app")}, "prod").startswith("build-fails")


def test_a_component_changes_what_its_user_has() -> None:
    files = app("components: [../part]")
    files["part/kustomization.yaml"] = f"{_COMPONENT}namePrefix: x-\npatches: [{{path: patch.yaml}}]\n"
    files["part/patch.yaml"] = merge()

    assert names(files) == ["HelmRelease x-app"]
    assert version(files) == "2.0.0 at part/patch.yaml:4"


def test_a_component_comes_before_the_patches_beside_it() -> None:
    files = app("components: [../part]", "patches: [{path: patch.yaml}]", patch_yaml=merge(version="3.0.0"))
    files["part/kustomization.yaml"] = f"{_COMPONENT}patches: [{{path: patch.yaml}}]\n"
    files["part/patch.yaml"] = merge()

    assert version(files) == "3.0.0 at app/patch.yaml:4"


def test_a_component_among_resources_is_a_fault() -> None:
    files = {**app(), "part/kustomization.yaml": f"{_COMPONENT}namePrefix: x-\n"}
    files["app/kustomization.yaml"] = "resources: [../part]\n"

    assert "a Component stands among the resources" in trouble(files)


def test_the_items_of_a_list_are_objects() -> None:
    item = release().replace("\n", "\n    ").rstrip()
    files = {**app(), "app/release.yaml": f"apiVersion: v1\nkind: List\nitems:\n  - {item}\n"}

    assert version(files) == "1.2.3 at app/release.yaml:11"


def test_an_object_for_kustomize_only_is_not_built() -> None:
    local = release(more="annotations: {config.kubernetes.io/local-config: 'true'}")

    assert names({**app(), "app/release.yaml": local}) == []


def test_two_objects_of_one_name_are_a_fault() -> None:
    files = {**app(), "app/kustomization.yaml": "resources: [release.yaml, again.yaml]\n", "app/again.yaml": release()}

    assert "is there twice" in trouble(files)


def test_one_namespace_for_two_objects_of_one_name_is_a_fault() -> None:
    files = {
        **app("namespace: one"),
        "app/release.yaml": f"{release(more='namespace: a')}---\n{release(more='namespace: b')}",
    }

    assert "get one name in one namespace" in trouble(files)


def test_labels_of_a_kustomization_choose_targets_further_out() -> None:
    files = app("commonLabels: {tier: web}")
    files["prod/kustomization.yaml"] = (
        "resources: [../app]\npatches: [{path: patch.yaml, target: {labelSelector: tier=web}}]\n"
    )
    files["prod/patch.yaml"] = merge()

    assert version(files, "prod") == "2.0.0 at prod/patch.yaml:4"


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("resourcess: [a]", "a field resourcess"),
        ("kind: Kustomisation", "neither Kustomization nor Component"),
        ("apiVersion: v1", "apiVersion is not the one"),
        ("namespace: [a]", "`namespace` in its kustomization file is no text"),
        ("components: ../part", "`components` in its kustomization file is no list"),
        ("commonLabels: [a]", "`commonLabels` in its kustomization file is no mapping"),
        ("components: [{a: b}]", "no list of texts"),
        ("patches: [{path: patch.yaml, targets: {}}]", "a field targets"),
        ("patches: [{path: absent.yaml}]", "the patch absent.yaml does not exist"),
        ("namePrefix: 1", "`namePrefix` in its kustomization file is no text"),
        ("commonLabels: {a: 1}", "no mapping of texts"),
        ("components: [null]", "no list of texts"),
        ("bases: [kustomization.yaml]", "is no object"),
        ("configMapGenerator: [{literals: [a=b]}]", "has no name"),
        ("configMapGenerator: [{name: a, literals: [b]}]", "a literal that is none"),
        ("patches: [{}]", "neither `patch` nor `path`"),
        ("components: [../absent]", "the component ../absent does not exist"),
    ],
)
def test_what_kustomize_refuses_is_said(line: str, problem: str) -> None:
    assert problem in trouble(app(line))
    assert trouble(app(line)).startswith("build-fails")


def test_an_empty_kustomization_is_refused_unless_flux_writes_it_anew() -> None:
    files: dict[str, str | bytes] = {"app/kustomization.yaml": "kind: Kustomization\nnamePrefix: ''\n"}

    assert "is empty" in trouble(files)
    assert trouble({**files, "clusters/apps.yaml": applier("./app")}) == ""


def test_a_field_in_another_case_is_held_and_no_fault() -> None:
    assert trouble(app("NamePrefix: x-")).startswith("not-followed")


@pytest.mark.parametrize("path", ["../../etc", "/etc/passwd", "../../../app"])
def test_a_path_out_of_the_tree_is_not_followed(path: str) -> None:
    files = {**app(), "app/kustomization.yaml": f"resources: [release.yaml, {path}]\n"}

    assert "lies outside of the repository" in trouble(files)


def test_a_link_is_not_followed_and_is_said_to_be_one() -> None:
    files = {path: str(text).encode() for path, text in app().items()}
    files["app/kustomization.yaml"] = b"resources: [release.yaml, linked/other.yaml]\n"
    [found] = read(files, links=("app/linked",)).roots

    assert found.trouble is not None
    assert found.trouble.id == "not-followed"
    assert "linked/other.yaml is a link or stands behind one" in str(found.trouble)


def test_a_base_elsewhere_is_a_remark_and_what_is_here_is_told() -> None:
    files = app()
    files["app/kustomization.yaml"] = "resources: [release.yaml, 'https://github.com/a/b//base?ref=v1']\n"
    found = root(files)

    assert [each.id for each in found.remarks] == ["not-followed"]
    assert told(found.objects[0].field(*VERSION)) == "1.2.3 at app/release.yaml:8"


def test_a_component_elsewhere_may_change_anything() -> None:
    assert version(app("components: ['https://github.com/a/b//part?ref=v1']")) == "(not-followed)"


@pytest.mark.parametrize("field", ["generators: [a.yaml]", "helmCharts: [{name: a}]"])
def test_generators_are_remarked(field: str) -> None:
    found = root(app(field))

    assert [each.id for each in found.remarks] == ["not-followed"]
    assert version(app(field)).startswith("1.2.3 at")


def test_transformers_may_change_anything() -> None:
    assert version(app("transformers: [a.yaml]")) == "(not-followed)"


def _replaced(
    *, source: str = "fieldPath: metadata.name", target: str = "", path: str = "spec.chart.spec.version"
) -> str:
    source = f"source: {{kind: HelmRelease, {source}}}"
    return f"replacements: [{{{source}, targets: [{{select: {{kind: Helm.*}}, fieldPaths: ['{path}'], {target}}}]}}]"


def test_a_text_that_a_replacement_copies_is_known_and_nobody_edits_it_there() -> None:
    built = only(app(_replaced()))

    assert told(built.field(*VERSION)) == "app, not-editable"
    assert told(built.field("spec", "chart", "spec", "chart")) == "app at app/release.yaml:8"


@pytest.mark.parametrize(
    "replacement",
    [
        _replaced(source="fieldPath: metadata.name, options: {delimiter: p}"),
        _replaced(source="fieldPath: 'metadata.[a=b].name'"),
        _replaced(source="fieldPath: spec.chart"),
        _replaced(source="fieldPath: spec.absent"),
        _replaced(target="options: {delimiter: '.', index: 1}"),
        _replaced(target="reject: [{name: other}]"),
    ],
)
def test_a_replacement_of_more_than_a_whole_text_is_doubted_where_it_reaches_and_only_there(replacement: str) -> None:
    built = only(app(replacement))

    assert told(built.field(*VERSION)) == "(not-followed)"
    assert told(built.field("spec", "chart", "spec", "chart")) == "app at app/release.yaml:8"


@pytest.mark.parametrize(
    ("path", "doubt"),
    [("spec.chart.spec", "(not-followed)"), ("spec.chart.spec.version.inner", "(not-editable)")],
)
def test_a_replacement_of_what_is_no_text_is_doubted(path: str, doubt: str) -> None:
    files = app(_replaced(path=path, target="options: {create: true}"))

    assert told(only(files).field(*VERSION)) == doubt


def test_a_number_that_a_replacement_copies_is_not_taken_for_a_text() -> None:
    files = app(_replaced(source="fieldPath: spec.number"))
    files["app/release.yaml"] = f"{release()}  number: 1.10\n"

    assert told(only(files).field(*VERSION)) == "(not-followed)"


def test_the_name_of_a_namespace_reaches_kustomizations_of_flux_by_a_replacement() -> None:
    kustomization_of_all = """\
resources: [namespace.yaml, apps.yaml]
namespace: media
namePrefix: x-
replacements:
  - source: {kind: Namespace, fieldPath: metadata.name}
    targets: [{select: {kind: Kustomization}, fieldPaths: [spec.targetNamespace], options: {create: true}}]
"""
    files: dict[str, str | bytes] = {
        "all/kustomization.yaml": kustomization_of_all,
        "all/namespace.yaml": "apiVersion: v1\nkind: Namespace\nmetadata: {name: not-used}\n",
        "all/apps.yaml": applier("./app"),
        "app/release.yaml": release(),
    }

    assert names(files) == ["HelmRelease media/app"]


def test_a_replacement_from_a_namespace_that_was_not_read_is_doubted() -> None:
    source = "source: {kind: Namespace, fieldPath: metadata.name}"
    targets = "targets: [{select: {kind: HelmRelease}, fieldPaths: [spec.chart.spec.version]}]"
    files = app(f"replacements: [{{{source}, {targets}}}]", namespace_yaml="{apiVersion: v1, kind: 'Namespace'}\n")

    assert version(files) == "(not-followed)"


def test_a_replacement_without_a_source_stops_the_build() -> None:
    source = "source: {kind: ConfigMap, name: absent}"
    targets = "targets: [{select: {kind: HelmRelease}, fieldPaths: [metadata.name]}]"

    assert "a replacement has no source" in trouble(app(f"replacements: [{{{source}, {targets}}}]"))


def test_a_folder_that_includes_itself_is_a_root_and_a_fault() -> None:
    files = {**app(), "app/kustomization.yaml": "resources: [release.yaml, ../app]\n"}

    assert "app includes itself" in trouble(files)


def test_folders_that_include_each_other_are_a_fault() -> None:
    files = {"a/kustomization.yaml": "resources: [../b]\n", "b/kustomization.yaml": "resources: [../a]\n"}

    assert [(each.folder, "includes itself" in str(each.trouble)) for each in read(files).roots] == [("a", True)]


def test_a_base_under_a_broken_overlay_is_no_root() -> None:
    files = {**app(), "prod/kustomization.yaml": "resources: [../app]\nresourcess: []\n"}

    assert [each.folder for each in read(files).roots] == ["prod"]


def test_bases_that_double_at_every_step_come_to_an_end() -> None:
    files: dict[str, str | bytes] = {"s0/kustomization.yaml": kustomization(), "s0/release.yaml": release()}
    for step in range(1, 40):
        for side in "ab":
            files[f"s{step}{side}/kustomization.yaml"] = f"resources: [../s{step - 1}]\nnamePrefix: {side}-\n"
        files[f"s{step}/kustomization.yaml"] = f"resources: [../s{step}a, ../s{step}b]\n"

    [found] = read(files).roots
    assert found.trouble is not None
    assert found.trouble.id == "too-large"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (
            "a: &a [x]\n"
            + "".join(f"{chr(98 + n)}: &{chr(98 + n)} [*{chr(97 + n)}, *{chr(97 + n)}]\n" for n in range(24)),
            "too-large",
        ),
        ("[" * 100_000, "too-large"),
        ("a: " * 3_000, "unreadable-yaml"),
        ("a: 1\na: 2\n", "not-editable"),
        ("<<: {a: b}\n", "not-editable"),
        ("? *x\n: b\n", "not-editable"),
        ("- a\n", ""),
        ("a\n", ""),
        ("", "build-fails"),
        ("%TAG ! x\n---\na: b\n", ""),
        ("a: !!binary x\n", ""),
        ("\x00", "unreadable-yaml"),
        ("resources: &r [*r]\n", "too-large"),
        ("patches: &p [*p]\n", "too-large"),
        ("resources: [release.yaml, *x]\n", ""),
        ("patches: [{patch: {a: b}}]\n", ""),
        ("patches: [{patch: [[[]]]}]\n", "build-fails"),
        ("patches: [[], null, 1, {path: null}]\n", "build-fails"),
        ("configMapGenerator: [null, {literals: [a, b=, '=']}, [a]]\n", "build-fails"),
        ("replacements: [null, {targets: [null, {fieldPaths: [null, '..']}]}]\n", ""),
        ("namePrefix: {a: b}\nresources: [release.yaml]\n", "build-fails"),
        ("resources: [release.yaml]\ncommonLabels: {a: [b]}\n", "build-fails"),
    ],
)
def test_no_kustomization_makes_it_raise(text: str, found: str) -> None:
    files = {**app(), "app/kustomization.yaml": text, "clusters/apps.yaml": applier("./app")}

    assert trouble(files).partition(":")[0] == found
    assert {told(built.field(*VERSION)) for built in root(files).objects} <= {"1.2.3 at app/release.yaml:8"}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("patch: |\n    - &a [*a]\n", "too-large"),
        ("patch: |\n    " + "[" * 2_000 + "\n", "too-large"),
        ("patch: |\n    kind: [\n", "build-fails"),
        ("patch: ''\n", "build-fails"),
        ("patch: |\n    - {op: [a], path: {}, value: }\n", "not-followed"),
        ("patch: |\n    - null\n", "not-followed"),
        ("patch: |\n    $patch: [a]\n", "build-fails"),
        ("patch: |\n    metadata: 1\n    spec: {chart: [1]}\n", "build-fails"),
        ("patch: |\n    <<: {kind: HelmRelease}\n", "build-fails"),
    ],
)
def test_no_patch_makes_it_raise(text: str, found: str) -> None:
    files = app(f"patches:\n- target: {{kind: HelmRelease}}\n  {text}")

    assert [told(built.field(*VERSION)) for built in root(files).objects] == [f"({found})"]


@pytest.mark.parametrize(
    "bomb",
    [
        "x0: &x0 {a: 1, b: 2}\n" + "".join(f"x{n}: &x{n} {{a: *x{n - 1}, b: *x{n - 1}}}\n" for n in range(1, 40)),
        "more: &more {a: *more}\n",
        "more: &more [*more]\n",
    ],
)
def test_a_patch_that_grows_without_end_is_not_followed(bomb: str) -> None:
    lines = "patches: [{path: patch.yaml}]"

    assert trouble(app(lines, patch_yaml=merge() + bomb)).startswith("too-large")
    assert trouble({**app(lines, patch_yaml=merge()), "app/release.yaml": release() + bomb}).startswith("too-large")


def test_a_manifest_that_cannot_be_read_holds_all_beside_it() -> None:
    files = {
        **app(),
        "app/kustomization.yaml": "resources: [release.yaml, broken.yaml]\n",
        "app/broken.yaml": "kind: ConfigMap\na: [",
    }

    assert trouble(files).startswith("unreadable-yaml")
    assert all(told(each.field(*VERSION)) == "(unreadable-yaml)" for each in root(files).objects)


def test_what_is_built_is_named_by_file_document_and_route() -> None:
    files = {**app(), "app/release.yaml": f"{config_map('a: b')}---\n{release()}"}

    assert read(files).built == {("app/release.yaml", 1, ())}
