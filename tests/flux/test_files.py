"""One file at a time: what is read, what is passed over and why."""

import pytest
from doubles.flux_manifests import (
    helm_repository,
    only_passed_over,
    only_reference,
    release,
    repository,
    resolved,
    together,
    user,
)

from bot.flux.files import may_concern_flux, read_file
from bot.flux.objects import HelmRelease
from bot.reasons import (
    ENCRYPTED,
    HELM_TEMPLATE,
    NO_NAME,
    NOT_EDITABLE,
    OTHER_TOOL,
    PATCH_UNUSED,
    SUSPEND_UNKNOWN,
    TOO_LARGE,
    UNREADABLE_YAML,
    VARIABLE,
)

_PATCH = "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: app}\n"


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"kind: ConfigMap\nmetadata: {name: x}\n", False),
        (b"kind: HelmRelease\n", True),
        (b"kind: OCIRepository\n", True),
        (b"kind: HelmRepository\n", True),
        (b"kind: HelmChart\n", True),
        (b"apiVersion: kustomize.toolkit.fluxcd.io/v1\n", True),
        (b"kind: Kustomization\nresources: [a.yaml]\n", False),
        ("\ufeffkind: HelmRelease\n".encode("utf-16-le"), True),
        ("\ufeffkind: HelmRelease\n".encode("utf-32-be"), True),
    ],
)
def test_a_file_in_which_no_kind_of_flux_occurs_is_never_parsed(data: bytes, expected: bool) -> None:  # noqa: FBT001 - a column of the table
    assert may_concern_flux("a.yaml", data) is expected


@pytest.mark.parametrize("version", ["v2", "v2beta1", "v2beta2"])
def test_a_release_is_read_in_every_version_that_still_lies_about(version: str) -> None:
    manifest = release().replace("/v2", f"/{version}")

    assert only_reference({"a.yaml": together(manifest, helm_repository())}).pin is not None


@pytest.mark.parametrize(
    "manifest",
    [
        release().replace("helm.toolkit.fluxcd.io/v2", "helm.fluxcd.io/v1"),
        release().replace("helm.toolkit.fluxcd.io/v2", "source.toolkit.fluxcd.io/v2"),
        release().replace("apiVersion: helm.toolkit.fluxcd.io/v2\n", ""),
        release().replace("helm.toolkit.fluxcd.io/v2", "[]"),
        "kind: HelmRelease\n",
        "HelmRelease\n",
        "- HelmRelease\n",
        "# HelmRelease\n",
        "",
    ],
)
def test_kinds_of_other_groups_are_no_concern_of_ours(manifest: str) -> None:
    assert resolved({"a.yaml": manifest}).passed_over == ()


def test_an_unknown_version_of_a_known_group_is_said() -> None:
    passed_over = only_passed_over({"a.yaml": release(more="suspend: true").replace("/v2", "/v9")})

    assert passed_over.reason.id == NO_NAME.id
    assert passed_over.suspended


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("kind: HelmRelease\n{{- if .Values.x }}\na: b\n{{- end }}\n", HELM_TEMPLATE),
        ("kind: HelmRelease\nmetadata:\n  name: {{ .Release.Name }}-x\n", HELM_TEMPLATE),
        (release(name="{{ .Release.Name }}"), HELM_TEMPLATE),
        (release(name='"{{ .Release.Name }}"'), HELM_TEMPLATE),
        (release(more="labels: {{ .Values.labels }}"), HELM_TEMPLATE),
        ("kind: HelmRelease\na: 'it''s {{ not }} a template\nb: [\n", UNREADABLE_YAML),
        ("kind: HelmRelease\na: [1\nb: 2\n", UNREADABLE_YAML),
        ("kind: HelmRelease\n\tname: x\n", UNREADABLE_YAML),
        ("kind: HelmRelease\na: " + "[" * 100_000, TOO_LARGE),
        ("kind: HelmRelease\na: " + "x" * 5_000_000, TOO_LARGE),
        ("kind: HelmRelease\na: [" + "1," * 300_000 + "]", TOO_LARGE),
        ("kind: HelmRelease\na: [" + ", ".join(f"&a{i} 1" for i in range(600)) + "]", TOO_LARGE),
        ("%TAG ! x\n" * 200 + "---\nkind: HelmRelease\n", TOO_LARGE),
        (release() + "sops:\n  mac: ENC[AES256_GCM,data:x]\n  version: 3.9.0\n", ENCRYPTED),
        (together(release(), "a: 1\nsops: {mac: x}\n"), ENCRYPTED),
    ],
)
def test_a_file_that_is_no_manifest_is_passed_over_with_its_reason(text: str, kind: object) -> None:
    assert only_passed_over({"a.yaml": text}).reason.id == getattr(kind, "id", None)


@pytest.mark.parametrize(
    "data", [b"\xff\xfekind: HelmRelease", b"kind: HelmRelease\n\xff", b"kind: HelmRelease\n\x00", b"HelmRelease: *x"]
)
def test_bytes_that_are_no_text_are_a_reason_of_their_file_only(data: bytes) -> None:
    resolution = resolved({"bad.yaml": data, "good.yaml": together(release(), helm_repository())})

    assert len(resolution.references) == 1


def test_the_line_of_a_syntax_error_is_told() -> None:
    assert only_passed_over({"a.yaml": "kind: HelmRelease\na: 1\n b: 2\n"}).line == 3


def test_braces_in_values_make_no_template() -> None:
    more = 'values: {alert: "{{ $labels.x }}"}'

    assert only_reference({"a.yaml": together(release(more=more), helm_repository())}).object.name == "app"


def test_items_of_a_list_are_objects_like_others_with_their_own_places() -> None:
    items = "".join(
        "  - " + text.rstrip().replace("\n", "\n    ") + "\n" for text in (release("one"), release("two"), "[]\n")
    )
    text = f"apiVersion: v1\nkind: List\nitems:\n{items}---\n{helm_repository()}"
    resolution = resolved({"a.yaml": text})

    places = [reference.pin.version for reference in resolution.references if hasattr(reference.pin, "version")]
    assert [place.route[:2] for place in places] == [("items", 0), ("items", 1)]
    assert [text.encode()[place.start : place.end] for place in places] == [b"1.2.3", b"1.2.3"]


@pytest.mark.parametrize("text", ["spec: {values: {version: 1.2.3}}", "spec: {suspend: true}", "spec: {interval: 1h}"])
def test_a_patch_of_values_is_silent(text: str) -> None:
    assert resolved({"a.yaml": _PATCH + text}).passed_over == ()


@pytest.mark.parametrize(
    "text",
    [
        'spec: {chart: {spec: {version: ">=1.0.0"}}}',
        "spec: {chart: {spec: {version: 1.2.3, chart: podinfo}}}",
        "spec: {suspend: true, chart: {spec: {version: 1.2.3, sourceRef: {kind: HelmRepository, name: x}}}}",
    ],
)
def test_a_patch_that_nothing_applies_is_said_where_it_sets_a_version(text: str) -> None:
    passed_over = only_passed_over({"a.yaml": _PATCH + text})

    assert passed_over.reason.id == PATCH_UNUSED.id
    assert passed_over.line == 4
    assert passed_over.suspended is ("suspend" in text)


def test_a_patch_of_a_repository_that_nothing_applies_is_said_where_it_sets_a_version() -> None:
    assert only_passed_over({"a.yaml": repository().replace("url: ", "x: ")}).reason.id == PATCH_UNUSED.id
    assert resolved({"a.yaml": repository(ref="x: y").replace("url: ", "x: ")}).passed_over == ()


@pytest.mark.parametrize(
    ("manifest", "kind"),
    [
        (release(name="").replace("name: \n", "x: y\n"), NO_NAME),
        (release(name="Not_A_Name"), NO_NAME),
        (release(name="${CLUSTER}-app"), VARIABLE),
        (release(more="chartRef: {kind: OCIRepository, name: x}"), NO_NAME),
        (release(more="suspend: [true]"), NO_NAME),
        (release(more="<<: *x").replace("spec:\n", "spec: &x\n", 1), NOT_EDITABLE),
        (release(source="'${SOURCE}'"), VARIABLE),
        (release(source="../x"), NO_NAME),
        (user(kind="ConfigMap"), NO_NAME),
        (release().replace("HelmRepository", "OCIRepository"), NO_NAME),
    ],
)
def test_an_object_that_cannot_be_understood_has_a_reason(manifest: str, kind: object) -> None:
    assert only_passed_over({"a.yaml": manifest}).reason.id == getattr(kind, "id", None)


def test_a_namespace_that_a_variable_gives_is_as_good_as_none() -> None:
    text = together(
        release().replace("name: app", "name: app\n  namespace: ${NS}"),
        helm_repository(namespace="charts"),
    )
    assert only_reference({"a.yaml": text}).object.namespace == ""


def test_fields_that_are_only_read_may_be_aliases() -> None:
    manifest = release().replace("sourceRef: {kind: HelmRepository, name: charts}", "sourceRef: *source")
    text = f"x: &source {{kind: HelmRepository, name: charts}}\n{manifest}---\n{helm_repository()}"

    assert only_reference({"a.yaml": text}).source.address.name == "a/podinfo"


def test_a_file_is_read_the_same_way_every_time() -> None:
    data = together(release(), repository(), "kind: HelmRelease\n").encode()

    assert read_file("a.yaml", data) == read_file("a.yaml", data)
    assert isinstance(read_file("a.yaml", data).objects[0], HelmRelease)


@pytest.mark.parametrize(
    ("path", "text", "line", "said"),
    [
        (
            "apps/kustomization.yaml",
            "helmCharts:\n- name: podinfo\n  repo: oci://ghcr.io/x\n  version: 6.5.3\n",
            4,
            "podinfo 6.5.3",
        ),
        ("helmfile.yaml", "releases:\n- {name: a, chart: x/podinfo, version: ~6}\n", 2, "x/podinfo ~6"),
        ("deploy/helmfile.d/10-a.yaml", "releases:\n- chart: x/podinfo\n  version: '6'\n", 3, "x/podinfo 6"),
    ],
)
def test_a_chart_that_another_tool_installs_is_said(path: str, text: str, line: int, said: str) -> None:
    found = only_passed_over({path: text})

    assert (found.line, found.reason.id) == (line, OTHER_TOOL.id)
    assert said in found.reason.sentence


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("a.yaml", "helmCharts:\n- {name: podinfo, version: 6.5.3}\n"),
        ("kustomization.yaml", "helmCharts:\n- {name: podinfo}\n- {name: [x], version: 1.2.3}\n"),
        ("helmfile.yaml", "releases: {chart: x, version: 1.2.3}\n"),
    ],
)
def test_what_pins_no_chart_is_silent(path: str, text: str) -> None:
    assert resolved({path: text}).passed_over == ()


@pytest.mark.parametrize(
    ("text", "line", "key"),
    [
        ("apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nkind: HelmRelease\n", 3, "kind"),
        ("apiVersion: helm.toolkit.fluxcd.io/v2\nkind: ConfigMap\nkind: HelmRelease\n", 3, "kind"),
        ("kind: OCIRepository\napiVersion: source.toolkit.fluxcd.io/v1\napiVersion: v1\n", 3, "apiVersion"),
    ],
)
def test_a_heading_that_is_written_twice_is_what_flux_cannot_read(text: str, line: int, key: str) -> None:
    reading = read_file("a.yaml", f"{text}metadata: {{name: a}}\nspec: {{chart: x, url: y}}\n".encode())

    [(_, passed_over)] = reading.unread
    assert (reading.objects, passed_over.line, passed_over.reason.id) == ((), line, "unreadable-yaml")
    assert f"the key `{key}` is written twice in one object" in passed_over.reason.sentence


def test_what_is_not_of_flux_may_be_headed_as_it_likes() -> None:
    text = "kind: ConfigMap\nkind: Secret\napiVersion: v1\ndata: {a: HelmRelease}\n"
    assert read_file("a.yaml", text.encode()).unread == ()


def test_a_release_of_which_nobody_knows_whether_it_is_suspended_is_judged_as_running_and_it_is_said() -> None:
    found = resolved({"a.yaml": together(release(more="suspend: ${SUSPEND:=false}"), helm_repository())})

    assert [each.suspended for each in found.references] == [False]
    assert [each.reason.id for each in found.passed_over] == [SUSPEND_UNKNOWN.id]


_NOT_APPLIED = ("{kustomize.toolkit.fluxcd.io/reconcile: disabled}", "{kustomize.toolkit.fluxcd.io/ssa: Ignore}")


@pytest.mark.parametrize("said", _NOT_APPLIED)
def test_what_kustomize_controller_is_told_not_to_apply_counts_as_suspended(said: str) -> None:
    def left_out(text: str) -> str:
        return text.replace("metadata:\n", f"metadata:\n  annotations: {said}\n", 1)

    own = resolved({"a.yaml": together(left_out(release()), helm_repository())})
    elsewhere = resolved({"a.yaml": together(left_out(user()), repository())})

    assert [each.suspended for each in own.references] == [True]
    assert [each.suspended for each in elsewhere.references] == [False]  # its repository moves, and it with it


def test_of_what_is_perhaps_not_applied_it_is_said() -> None:
    text = release().replace("metadata:\n", "metadata:\n  labels: {kustomize.toolkit.fluxcd.io/ssa: '${SSA}'}\n", 1)
    found = resolved({"a.yaml": together(text, helm_repository())})

    assert [(each.suspended, each.unsure) for each in found.references] == [(False, True)]
    assert [each.reason.id for each in found.passed_over] == [SUSPEND_UNKNOWN.id]
