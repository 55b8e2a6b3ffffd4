"""Patches: whom they reach, what they make, and where the value then stands."""

import pytest
from kustomize.small_trees import app, merge, names, only, told, trouble, version

_JSON = '[{"op": "replace", "path": "/spec/chart/spec/version", "value": "2.0.0"}]'
_INLINE = """\
patches:
- target: {kind: HelmRelease}
  patch: |
    - op: replace
      path: /spec/chart/spec/version
      value: 2.0.0
"""


def test_without_a_patch_the_manifest_decides() -> None:
    assert version(app()) == "1.2.3 at app/release.yaml:8"


def test_a_strategic_merge_in_a_file_decides() -> None:
    assert version(app("patches: [{path: patch.yaml}]", patch_yaml=merge())) == "2.0.0 at app/patch.yaml:4"


def test_a_strategic_merge_of_the_old_list_decides() -> None:
    assert version(app("patchesStrategicMerge: [patch.yaml]", patch_yaml=merge())) == "2.0.0 at app/patch.yaml:4"


def test_operations_in_a_file_decide() -> None:
    lines = "patches: [{path: patch.yaml, target: {kind: HelmRelease}}]"
    patch = "- op: replace\n  path: /spec/chart/spec/version\n  value: 2.0.0\n"

    assert version(app(lines, patch_yaml=patch)) == "2.0.0 at app/patch.yaml:3"


def test_operations_in_a_literal_block_decide_at_their_own_line() -> None:
    assert version(app(_INLINE)) == "2.0.0 at app/kustomization.yaml:7"


@pytest.mark.parametrize("header", ["|-", "|+", "|4", "|4-", "|-4", "| # why"])
def test_every_header_of_a_literal_block_is_read(header: str) -> None:
    assert (
        version(
            app(
                _INLINE.replace("patch: |", f"patch: {header}")
                .replace("    - op", "      - op")
                .replace("      path", "        path")
                .replace("      value", "        value")
            )
        )
        == "2.0.0 at app/kustomization.yaml:7"
    )


def test_blanks_before_the_first_line_are_cut_by_kustomize_and_so_not_followed() -> None:
    shifted = _INLINE.replace("patch: |", "patch: |4")
    lines = shifted.replace("    - op", "        - op").replace("      path", "          path")

    assert trouble(app(lines.replace("      value", "          value"))).startswith("not-followed: ")


def test_a_list_in_brackets_must_be_json() -> None:
    lines = _INLINE.partition("    - op")[0]
    flow = "[{op: replace, path: /spec/chart/spec/version, value: 2.0.0}]"

    assert trouble(app(f"{lines}    {flow}\n")).startswith("build-fails: ")
    assert version(app(f"{lines}    {_JSON}\n")) == "2.0.0 at app/kustomization.yaml:5"


def test_a_block_with_windows_line_ends_is_read() -> None:
    files = app(_INLINE)
    files["app/kustomization.yaml"] = str(files["app/kustomization.yaml"]).replace("\n", "\r\n")

    assert version(files) == "2.0.0 at app/kustomization.yaml:7"


@pytest.mark.parametrize("written", [f"'{_JSON}'", f">\n    {_JSON}"])
def test_a_value_in_a_folded_or_quoted_text_is_told_and_not_edited(written: str) -> None:
    lines = f"patches:\n- target: {{kind: HelmRelease}}\n  patch: {written}"

    assert version(app(lines)) == "2.0.0, not-editable"


def test_operations_as_json_in_a_literal_block_decide() -> None:
    lines = f"patches:\n- target: {{kind: HelmRelease}}\n  patch: |\n    {_JSON}"

    assert version(app(lines)) == "2.0.0 at app/kustomization.yaml:5"


def test_the_last_patch_wins() -> None:
    lines = "patches: [{path: one.yaml}, {path: two.yaml}]"

    assert version(app(lines, one_yaml=merge(), two_yaml=merge(version="3.0.0"))) == "3.0.0 at app/two.yaml:4"


def test_old_json_patches_come_after_all_others() -> None:
    target = "target: {group: helm.toolkit.fluxcd.io, version: v2, kind: HelmRelease, name: app}"
    lines = f"patchesJson6902: [{{path: one.yaml, {target}}}]\npatches: [{{path: two.yaml}}]"
    operations = '[{"op": "replace", "path": "/spec/chart/spec/version", "value": "4.0.0"}]'

    assert version(app(lines, one_yaml=operations, two_yaml=merge())) == "4.0.0 at app/one.yaml:1"


def test_a_replacement_of_the_whole_spec_decides() -> None:
    patch = "- op: replace\n  path: /spec\n  value:\n    chart:\n      spec:\n        version: 2.0.0\n"
    built = only(app("patches: [{path: patch.yaml, target: {kind: HelmRelease}}]", patch_yaml=patch))

    assert told(built.field("spec", "chart", "spec", "version")) == "2.0.0 at app/patch.yaml:6"
    assert built.field("spec", "chart", "spec", "chart") is None


def test_replacing_what_is_not_there_adds_it_as_kustomize_does() -> None:
    patch = "- op: replace\n  path: /spec/version\n  value: 2.0.0\n"
    built = only(app("patches: [{path: patch.yaml, target: {kind: HelmRelease}}]", patch_yaml=patch))

    assert told(built.field("spec", "version")) == "2.0.0 at app/patch.yaml:3"


@pytest.mark.parametrize(
    ("operation", "problem"),
    [
        ("{op: add, path: /spec/absent/version, value: 1}", "goes through `version`"),
        ("{op: remove, path: /spec/absent}", "would remove `absent`"),
        ("{op: test, path: /kind, value: Other}", "`test` of a JSON patch fails"),
        ("{op: move, from: /spec/absent, path: /spec/x}", "takes a value from /spec/absent"),
        ("{op: spin, path: /spec}", "no `op` that is one"),
    ],
)
def test_an_operation_that_cannot_be_done_stops_the_build(operation: str, problem: str) -> None:
    lines = f"patches:\n- target: {{kind: HelmRelease}}\n  patch: |\n    - {operation}"

    assert trouble(app(lines)).startswith("build-fails: app cannot be built: ")
    assert problem in trouble(app(lines))


def test_an_operation_that_nobody_is_meant_by_stops_nothing() -> None:
    lines = "patches:\n- target: {kind: HelmRelease, name: other}\n  patch: |\n    - {op: spin, path: /spec}"

    assert version(app(lines)) == "1.2.3 at app/release.yaml:8"


@pytest.mark.parametrize("index", ["--1", "1_0", "99999999999999999999", "", "-", "-9"])
def test_an_index_that_is_none_is_a_fault_and_no_crash(index: str) -> None:
    operation = f"{{op: replace, path: /spec/list/{index}/a, value: 1}}"
    lines = f"patches:\n- target: {{kind: HelmRelease}}\n  patch: |\n    - {operation}"
    merged = merge().replace("spec: {", "spec: {list: [{a: b}], ")

    assert trouble(app("patchesStrategicMerge: [m.yaml]\n" + lines, m_yaml=merged)).startswith("build-fails")


def test_a_null_takes_a_value_away() -> None:
    built = only(app("patches: [{path: patch.yaml}]", patch_yaml=merge(version="null")))

    assert built.field("spec", "chart", "spec", "version") is None


def test_a_delete_takes_the_object_away() -> None:
    patch = merge() + "$patch: delete\n"

    assert names(app("patches: [{path: patch.yaml}]", patch_yaml=patch)) == []


def test_a_merge_that_fits_nobody_stops_the_build() -> None:
    assert "no object is the HelmRelease other" in trouble(
        app("patches: [{path: patch.yaml}]", patch_yaml=merge("other"))
    )


def test_the_name_in_a_patch_with_a_target_does_not_matter() -> None:
    lines = "patches: [{path: patch.yaml, target: {kind: HelmRelease}}]"

    assert version(app(lines, patch_yaml=merge("anything"))) == "2.0.0 at app/patch.yaml:4"


@pytest.mark.parametrize(
    "target",
    [
        "name: a.*",
        "name: app|other",
        "name: a.p",
        "kind: Helm.*",
        "version: 'v[0-9]'",
        "group: .*fluxcd.io",
        "namespace: default",
    ],
)
def test_a_target_is_a_pattern(target: str) -> None:
    lines = f"patches: [{{path: patch.yaml, target: {{{target}}}}}]"

    assert version(app(lines, patch_yaml=merge())) == "2.0.0 at app/patch.yaml:4"


@pytest.mark.parametrize("target", ["name: ap", "name: pp", "kind: Helm", "version: v1", "namespace: other"])
def test_a_pattern_fits_all_of_a_name_or_none(target: str) -> None:
    lines = f"patches: [{{path: patch.yaml, target: {{{target}}}}}]"

    assert version(app(lines, patch_yaml=merge())) == "1.2.3 at app/release.yaml:8"


def test_a_pattern_that_takes_ages_elsewhere_is_answered_at_once() -> None:
    lines = "patches: [{path: patch.yaml, target: {name: '(([0-9A-Za-z])+.?)+\\.final'}}]"
    files = app(lines, patch_yaml=merge())
    files["app/release.yaml"] = str(files["app/release.yaml"]).replace("name: app", f"name: {'a' * 60}", 1)

    assert version(files) == "1.2.3 at app/release.yaml:8"


def test_a_pattern_that_is_none_stops_the_build() -> None:
    assert "no pattern" in trouble(app("patches: [{path: patch.yaml, target: {name: '('}}]", patch_yaml=merge()))


@pytest.mark.parametrize(
    ("selector", "chosen"),
    [
        ("app=web", True),
        ("app==web,tier", True),
        ("app in (web, data)", True),
        ("!other", True),
        ("app!=data", True),
        ("app notin (data)", True),
        ("app=data", False),
        ("!app", False),
        ("app in (data)", False),
        ("other", False),
    ],
)
def test_a_target_chooses_by_labels(selector: str, *, chosen: bool) -> None:
    files = app(f"patches: [{{path: patch.yaml, target: {{labelSelector: '{selector}'}}}}]", patch_yaml=merge())
    files["app/release.yaml"] = str(files["app/release.yaml"]).replace(
        "  name: app\n", "  name: app\n  labels: {app: web, tier: a}\n"
    )

    assert version(files).startswith("2.0.0") == chosen


def test_labels_that_we_cannot_read_are_no_fault_of_theirs() -> None:
    files = app("patches: [{path: patch.yaml, target: {labelSelector: 'app > 5'}}]", patch_yaml=merge())

    assert trouble(files).startswith("not-followed")


def test_a_value_behind_an_alias_of_a_patch_is_held() -> None:
    patch = merge(version="*v").replace("metadata: {name: app}", "metadata: {name: app, labels: {v: &v 2.0.0}}")

    assert version(app("patches: [{path: patch.yaml}]", patch_yaml=patch)).endswith("not-editable")


def test_a_merge_key_in_a_patch_holds_what_it_may_write() -> None:
    patch = merge().replace("{version: 2.0.0}", "{<<: {a: b}, version: 2.0.0}")

    assert version(app("patches: [{path: patch.yaml}]", patch_yaml=patch)) == "(not-editable)"


def test_a_patch_as_a_list_of_several_merges_has_no_target() -> None:
    lines = "patches: [{path: patch.yaml, target: {kind: HelmRelease}}]"

    assert "several strategic merges" in trouble(app(lines, patch_yaml=f"{merge()}---\n{merge()}"))


def test_a_new_name_by_a_patch_must_be_allowed() -> None:
    patch = '[{"op": "replace", "path": "/metadata/name", "value": "new"}]'
    lines = "patches: [{path: patch.yaml, target: {kind: HelmRelease}, options: {allowNameChange: true}}]"

    assert names(app(lines, patch_yaml=merge("new"))) == ["HelmRelease new"]
    assert names(app(lines.replace(", options: {allowNameChange: true}", ""), patch_yaml=merge("new"))) == [
        "HelmRelease app"
    ]
    assert names(app("patches: [{path: patch.yaml, target: {kind: HelmRelease}}]", patch_yaml=patch)) == [
        "HelmRelease new"
    ]


@pytest.mark.parametrize("text", ["", "# nothing\n", "[]", "---\n"])
def test_a_patch_that_says_nothing_changes_nothing(text: str) -> None:
    lines = "patches: [{path: patch.yaml, target: {kind: HelmRelease}}]"

    assert version(app(lines, patch_yaml=text)) == "1.2.3 at app/release.yaml:8"


@pytest.mark.parametrize("line", ["kind: HelmRelease\n", "metadata: {name: app}\n"])
def test_a_merge_needs_its_own_kind_and_name_even_with_a_target(line: str) -> None:
    patch = merge().replace(line, "")

    assert "names no object" in trouble(app("patches: [{path: p.yaml, target: {kind: HelmRelease}}]", p_yaml=patch))
