"""ResourceSets: what they make joins like any object, and a version is found where it is written."""

from collections.abc import Mapping
from textwrap import indent

import pytest
from doubles.flux_manifests import helm_repository, only_passed_over, release, repository, resolved, together, user
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.flux.references import Resolution
from bot.model.references import ExactPin, Reference
from bot.reason import ReasonKind
from bot.reasons import (
    EMBEDDED,
    INPUT_SHARED,
    INPUT_UNKNOWN,
    LEFT_TO_FLUX,
    NOT_A_STRING,
    NOT_EDITABLE,
    SOURCE_NOT_FOUND,
    TEMPLATE,
    TOO_LARGE,
    VARIABLE,
)

VERSION = "<< inputs.version | quote >>"


def resource_set(*resources: str, inputs: str = "", more: str = "", name: str = "apps") -> str:
    """A ResourceSet; `inputs` and `more` are lines of `spec`, resources whole objects."""
    items = "".join("  - " + indent(each, "    ").lstrip() for each in resources)
    return (
        "apiVersion: fluxcd.controlplane.io/v1\nkind: ResourceSet\n"
        f"metadata: {{name: {name}, namespace: apps}}\nspec:\n{indent(inputs, '  ')}\n{indent(more, '  ')}\n"
        f"  resources:\n{items}"
    )


def provider(values: str, *, name: str = "versions", kind: str = "Static", labels: str = "{}", ns: str = "apps") -> str:
    return (
        "apiVersion: fluxcd.controlplane.io/v1\nkind: ResourceSetInputProvider\n"
        f"metadata: {{name: {name}, namespace: {ns}, labels: {labels}}}\n"
        f"spec:\n  type: {kind}\n  defaultValues:\n{indent(values, '    ')}\n"
    )


def app(ref: str = f"tag: {VERSION}", name: str = "app", url: str = "oci://ghcr.io/a/app") -> tuple[str, str]:
    """An OCIRepository and the HelmRelease that uses it."""
    return repository(name, ref=ref, url=url), user(name, source=name)


def versions(resolution: Resolution) -> list[tuple[str, str, int]]:
    return [(str(each.object), _pin(each).version.text, _pin(each).version.line) for each in resolution.references]


def _pin(reference: Reference) -> ExactPin:
    assert isinstance(reference.pin, ExactPin)
    return reference.pin


def reasons(files: Mapping[str, str]) -> set[str]:
    return {each.reason.id for each in resolved(files).passed_over}


def line_of(text: str, part: str) -> int:
    return text[: text.index(part)].count("\n") + 1


def test_a_literal_version_is_one_like_any_other() -> None:
    text = resource_set(*app("tag: 1.2.3"), release(name="other"), helm_repository())
    resolution = resolved({"a.yaml": text})

    assert [(each.object.name, each.source.address.name, each.line) for each in resolution.references] == [
        ("app", "a/app", line_of(text, "tag: 1.2.3")),
        ("other", "a/podinfo", line_of(text, "version: 1.2.3")),
    ]
    assert resolution.passed_over == ()


def test_what_is_embedded_joins_with_what_is_not() -> None:
    text = together(resource_set(release()), helm_repository())

    assert len(resolved({"a.yaml": text}).references) == 1


@pytest.mark.parametrize(
    ("template", "inputs"),
    [
        ("<< inputs.version | quote >>", "inputs:\n- version: 1.2.3"),
        ("<< inputs.version >>", "inputs:\n- version: 1.2.3"),
        ("<<inputs.version|quote>>", "inputs:\n- {name: x, version: '1.2.3'}"),
        ("<< inputs.app.version | quote >>", "inputs:\n- app: {version: 1.2.3}"),
        ("'<< inputs.deep.er.version >>'", 'inputs:\n- deep:\n    er:\n      version: "1.2.3" # flux-chart-bot: 1.x'),
    ],
)
def test_a_version_is_edited_where_its_input_is_written(template: str, inputs: str) -> None:
    text = resource_set(*app(f"tag: {template}"), inputs=inputs)
    (reference,) = resolved({"a.yaml": text}).references

    place = _pin(reference).version
    assert text.encode()[place.start : place.end].strip(b"'\"") == b"1.2.3"
    assert place.line == reference.line == line_of(text, "1.2.3")
    assert place.route[:3] == ("spec", "inputs", 0)


def test_a_comment_narrows_at_the_input_or_at_the_template() -> None:
    for inputs, ref in (
        ("inputs:\n- version: 1.2.3 # flux-chart-bot: 1.x", f"tag: {VERSION}"),
        ("inputs:\n- version: 1.2.3", f"tag: {VERSION} # flux-chart-bot: 1.x"),
    ):
        (reference,) = resolved({"a.yaml": resource_set(*app(ref), inputs=inputs)}).references
        assert reference.narrowed_by == "1.x"


def test_every_set_of_inputs_gives_a_place_of_its_own() -> None:
    names = "<< inputs.tenant >>"
    made = app(name=names, url="oci://ghcr.io/<< inputs.tenant >>/app")
    text = resource_set(*made, inputs="inputs:\n- {tenant: one, version: 1.2.3}\n- {tenant: two, version: 1.3.0}\n")
    resolution = resolved({"a.yaml": text})

    assert [(each.source.address.name, _pin(each).version.text) for each in resolution.references] == [
        ("one/app", "1.2.3"),
        ("two/app", "1.3.0"),
    ]
    assert [each.consumers[0].name for each in resolution.references] == ["one", "two"]
    assert resolution.passed_over == ()


def test_of_two_objects_with_one_name_the_first_is_made() -> None:
    text = resource_set(*app(), inputs="inputs:\n- version: 1.2.3\n- version: 1.3.0\n")

    assert [version for _, version, _ in versions(resolved({"a.yaml": text}))] == ["1.2.3"]


def test_one_input_of_several_charts_is_one_place_of_all() -> None:
    text = resource_set(*app(), *app(name="other", url="oci://ghcr.io/a/other"), inputs="inputs:\n- version: 1.2.3")
    one, two = resolved({"a.yaml": text}).references

    assert _pin(one).version == _pin(two).version


@pytest.mark.parametrize(
    "other",
    [
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\ndata: {version: << inputs.version >>}\n",
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\ndata: {all: << inputs | toYaml | nindent 4 >>}\n",
        'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\ndata: {v: << get inputs "version" >>}\n',
        user(name="y", source="app", more=f"values: {{tag: {VERSION}}}"),
    ],
)
def test_an_input_with_another_use_stays(other: str) -> None:
    files = {"a.yaml": resource_set(*app(), other, inputs="inputs:\n- version: 1.2.3")}

    assert resolved(files).references == ()
    assert reasons(files) == {INPUT_SHARED.id}


def test_an_input_of_a_chart_that_is_not_to_be_found_stays() -> None:
    lost = release(name="z", version=f"version: {VERSION}", source="nowhere")
    files = {"a.yaml": resource_set(*app(), lost, inputs="inputs:\n- version: 1.2.3")}

    assert resolved(files).references == ()
    assert reasons(files) == {INPUT_SHARED.id, SOURCE_NOT_FOUND.id}


def test_a_use_in_a_text_of_several_resources_counts() -> None:
    more = "resourcesTemplate: |\n  kind: OCIRepository\n  tag: << inputs.version >>\n"
    files = {"a.yaml": resource_set(*app(), inputs="inputs:\n- version: 1.2.3", more=more)}

    assert resolved(files).references == ()
    assert reasons(files) == {EMBEDDED.id, INPUT_SHARED.id}


def test_the_places_of_other_uses_are_named() -> None:
    other = "kind: ConfigMap\nversion: << inputs.version >>\n"
    text = resource_set(*app(), other, inputs="inputs:\n- version: 1.2.3")
    (shared,) = resolved({"a.yaml": text}).passed_over

    assert f"a.yaml:{line_of(text, 'version: <<')}" in shared.reason.sentence


@pytest.mark.parametrize(
    "other",
    [
        "kind: ConfigMap\nversion: << inputs.other >>\n",
        'kind: ConfigMap\nversion: << get inputs "other" | default inputs.name >>\n',
        "kind: ConfigMap\nversion: << inputs.nested.version >>\n",
    ],
)
def test_uses_of_other_inputs_do_not_count(other: str) -> None:
    text = resource_set(*app(), other, inputs="inputs:\n- {version: 1.2.3, other: x, name: y, nested: {version: z}}")

    assert len(resolved({"a.yaml": text}).references) == 1


@pytest.mark.parametrize(
    ("ref", "inputs", "kind"),
    [
        ("tag: v<< inputs.version >>", "[{version: 1.2.3}]", TEMPLATE),
        ("tag: << inputs.version | trimPrefix `v` >>", "[{version: 1.2.3}]", TEMPLATE),
        ("tag: << default `1.2.3` inputs.version >>", "[{version: 1.2.3}]", TEMPLATE),
        ("tag: << inputs.version", "[{version: 1.2.3}]", TEMPLATE),
        ("tag: <<- inputs.version >>", "[{version: 1.2.3}]", TEMPLATE),
        (f"tag: {VERSION}", "[{other: 1.2.3}]", INPUT_UNKNOWN),
        (f"tag: {VERSION}", "[{version: }]", INPUT_UNKNOWN),
        (f"tag: {VERSION}", "[]", INPUT_UNKNOWN),
        (f"tag: {VERSION}", "[{version: 1.10}]", NOT_A_STRING),
        ("tag: << inputs.version >>", "[{version: '1.10'}]", NOT_EDITABLE),
        (f"tag: {VERSION}", "[{version: '${VERSION}'}]", VARIABLE),
        (f"tag: {VERSION}", "[{version: *x}]", NOT_EDITABLE),
        (f"tag: {VERSION}", "['<< x >>']", INPUT_UNKNOWN),
        (f'tag: {VERSION} # {{"$imagepolicy": "a:b:tag"}}', "[{version: 1.2.3}]", LEFT_TO_FLUX),
    ],
)
def test_a_version_that_is_no_one_value_has_a_reason(ref: str, inputs: str, kind: ReasonKind) -> None:
    found = only_passed_over({"a.yaml": resource_set(*app(ref), inputs=f"inputs: {inputs}")})

    assert found.reason.id == kind.id


def test_a_template_in_the_place_of_a_mapping_hides_what_it_holds() -> None:
    whole = repository().replace("  ref:\n    tag: 1.2.3\n", "  ref: << inputs.ref | toYaml | nindent 4 >>\n")
    found = only_passed_over({"a.yaml": resource_set(whole, user(), inputs="inputs:\n- ref: {tag: 1.2.3}")})

    assert (found.reason.id, "spec.ref holds" in found.reason.sentence) == (TEMPLATE.id, True)


def test_a_condition_around_several_fields_makes_an_object_unknown() -> None:
    chart, release_of_it = app("tag: 1.2.3")
    text = resource_set(
        chart.replace("tag: 1.2.3", "tag: 1.2.3\n    x: << if inputs.a >>\n    y: << end >>"), release_of_it
    )

    assert TEMPLATE.id in reasons({"a.yaml": text})
    assert resolved({"a.yaml": text}).references == ()


def test_a_condition_within_one_field_is_none_of_ours() -> None:
    more = "annotations: {x: '<< if eq inputs.a \"b\" >>c<< end >>'}"
    text = resource_set(*app("tag: 1.2.3"), more=more, inputs="inputs:\n- {a: b}")

    assert len(resolved({"a.yaml": text}).references) == 1


def test_a_version_with_two_comments_has_a_reason() -> None:
    ref, inputs = f"tag: {VERSION} # flux-chart-bot: 1.x", "[{version: 1.2.3}] # flux-chart-bot: 1.2.x"

    assert NOT_EDITABLE.id in reasons({"a.yaml": resource_set(*app(ref), inputs=f"inputs: {inputs}")})


def test_a_literal_version_moves_only_with_all_that_is_made_of_it() -> None:
    names = "<< inputs.tenant >>"
    made = app("tag: 1.2.3", name=names, url="oci://ghcr.io/<< inputs.where >>")
    sets = "inputs:\n- {tenant: one, where: a/app}\n- {tenant: two, where: %s}\n"
    agreed = resolved({"a.yaml": resource_set(*made, inputs=sets % "b/app")})
    torn = resolved({"a.yaml": resource_set(*made, inputs=sets % "'..'")})

    assert len(agreed.references) == 2
    assert torn.references == ()
    assert {each.reason.id for each in torn.passed_over} == {"bad-address", INPUT_SHARED.id}


def test_what_the_operator_calls_disabled_is_suspended_or_not_made() -> None:
    text = resource_set(*app("tag: 1.2.3")).replace(
        "namespace: apps}", "namespace: apps, annotations: {fluxcd.controlplane.io/reconcile: disabled}}"
    )
    left_out = resource_set(*app("tag: 1.2.3"))
    left_out = left_out.replace(
        "{name: app, namespace: }", "{name: app, annotations: {fluxcd.controlplane.io/reconcile: disabled}}"
    )

    assert [each.suspended for each in resolved({"a.yaml": text}).references] == [True]
    assert resolved({"a.yaml": left_out}).references == ()


def test_resources_in_steps_are_read_alike() -> None:
    text = resource_set(*app(), inputs="inputs:\n- version: 1.2.3")
    head, resources = text.split("  resources:\n")
    steps = f"{head}  steps:\n  - name: first\n{indent('  resources:' + chr(10) + resources, '  ')}"

    assert [version for _, version, _ in versions(resolved({"a.yaml": steps}))] == ["1.2.3"]


def test_a_text_of_resources_is_said_where_it_stands() -> None:
    text = resource_set(more="resourcesTemplate: |\n  kind: OCIRepository\n").replace("  resources:\n", "")
    found = only_passed_over({"a.yaml": text})

    assert found.reason == EMBEDDED(kind="ResourceSet", field="spec.resourcesTemplate")
    assert found.line == line_of(text, "|")
    assert resolved({"a.yaml": text.replace("OCIRepository", "ConfigMap")}).passed_over == ()


# --- inputs of providers


def test_a_static_provider_holds_the_place() -> None:
    files = {
        "apps/set.yaml": resource_set(*app(), inputs="inputsFrom:\n- {kind: ResourceSetInputProvider, name: versions}"),
        "apps/versions.yaml": provider("version: 1.2.3 # here"),
    }
    (reference,) = resolved(files).references

    assert (reference.path, reference.line, reference.also_in) == ("apps/versions.yaml", 7, ("apps/set.yaml",))
    assert _pin(reference).version.route == ("spec", "defaultValues", "version")


def test_a_selector_finds_all_providers_with_its_labels() -> None:
    made = app(name="<< inputs.name >>", url="oci://ghcr.io/a/<< inputs.name >>")
    files = {
        "apps/set.yaml": resource_set(*made, inputs="inputsFrom:\n- selector: {matchLabels: {of: apps}}"),
        "apps/b.yaml": provider("name: b\nversion: 1.3.0", name="b", labels="{of: apps, x: y}"),
        "apps/a.yaml": provider("name: a\nversion: 1.2.3", name="a", labels="{of: apps}"),
        "apps/c.yaml": provider("name: c\nversion: 1.2.3", name="c", labels="{of: others}"),
    }

    assert [each.path for each in resolved(files).references] == ["apps/a.yaml", "apps/b.yaml"]


def test_what_the_operator_tells_of_a_provider_is_known() -> None:
    files = {
        "set.yaml": resource_set(
            *app(name="<< inputs.provider.name >>-<< inputs.provider.namespace >>"),
            inputs="inputsFrom:\n- {name: versions}",
        ),
        "versions.yaml": provider("version: 1.2.3"),
    }

    assert [each.object.name for each in resolved(files).references] == ["versions-apps"]


def test_the_nearest_provider_of_a_name_is_meant() -> None:
    files = {}
    for cluster, version in (("dev", "1.3.0"), ("staging", "1.2.3")):
        files[f"{cluster}/set.yaml"] = resource_set(*app(), inputs="inputsFrom:\n- name: versions")
        files[f"{cluster}/versions.yaml"] = provider(f"version: {version}")

    assert [(each.path, _pin(each).version.text) for each in resolved(files).references] == [
        ("dev/versions.yaml", "1.3.0"),
        ("staging/versions.yaml", "1.2.3"),
    ]


@pytest.mark.parametrize(
    ("source", "there"),
    [
        ("- name: versions", {}),
        ("- name: versions", {"x.yaml": provider("version: 1.2.3", ns="other")}),
        ("- name: versions", {"x/1.yaml": provider("version: 1.2.3"), "x/2.yaml": provider("version: 1.3.0")}),
        ("- name: versions", {"x.yaml": provider("version: 1.2.3", kind="OCIArtifactTag")}),
        ("- name: versions", {"x.yaml": provider("other: 1.2.3")}),
        ("- selector: {matchLabels: {of: apps}}", {"x.yaml": provider("version: 1.2.3")}),
        ("- selector: {matchExpressions: [{key: of, operator: Exists}]}", {}),
        (
            "- selector: {matchLabels: {of: apps}}",
            {
                "apps/x.yaml": provider("version: 1.2.3", labels="{of: apps}"),
                "other/x.yaml": provider("version: 1.2.3", name="y", labels="{of: apps}"),
            },
        ),
        ("- {}", {}),
        ("- text", {}),
    ],
)
def test_inputs_that_are_not_in_the_tree_have_a_reason(source: str, there: dict[str, str]) -> None:
    found = only_passed_over({"apps/set.yaml": resource_set(*app(), inputs=f"inputsFrom:\n{source}"), **there})

    assert found.reason.id == INPUT_UNKNOWN.id


def test_a_literal_beside_inputs_that_are_not_known_is_judged() -> None:
    text = resource_set(*app("tag: 1.2.3"), inputs="inputsFrom:\n- name: pull-requests")

    assert len(resolved({"a.yaml": text}).references) == 1


def test_permuted_inputs_are_not_followed() -> None:
    text = resource_set(*app(), inputs="inputStrategy: {name: Permute}\ninputs:\n- version: 1.2.3")

    assert "strategy" in only_passed_over({"a.yaml": text}).reason.sentence


def test_a_provider_of_two_sets_is_used_by_both() -> None:
    by_name = "inputsFrom:\n- name: versions"
    other = "kind: ConfigMap\nversion: << inputs.version >>\n"
    files = {
        "a.yaml": resource_set(*app(), inputs=by_name),
        "b.yaml": resource_set(other, inputs=by_name, name="b"),
        "versions.yaml": provider("version: 1.2.3"),
    }

    assert resolved(files).references == ()
    assert reasons(files) == {INPUT_SHARED.id}


@pytest.mark.parametrize(
    "more",
    [
        "inputsFrom:\n- selector: {matchLabels: {of: apps}}",
        "inputsFrom:\n- selector: {matchExpressions: [{key: of, operator: Exists}]}",
        "inputsFrom:\n- name: ${PROVIDER}",
        "inputsFrom:\n- {}",
        "inputsFrom: *x",
        "inputStrategy: {name: Permute}\ninputsFrom:\n- name: versions",
    ],
)
def test_a_provider_that_another_set_may_use_holds_its_values(more: str) -> None:
    labels = "{of: apps}"
    files = {
        "apps/set.yaml": resource_set(*app(), inputs="inputsFrom:\n- name: versions"),
        "apps/versions.yaml": provider("version: 1.2.3", labels=labels),
        "other/versions.yaml": provider("version: 1.2.3", name="y", labels=labels),
    }
    unclear = resource_set("kind: ConfigMap\n", inputs=more, name="unclear")

    assert len(resolved(files).references) == 1
    assert resolved({**files, "apps/unclear.yaml": unclear}).references == ()
    assert INPUT_SHARED.id in reasons({**files, "apps/unclear.yaml": unclear})


def test_a_digest_beside_a_version_is_in_the_same_file_or_neither_moves() -> None:
    digest = "sha256:" + "ab" * 32
    text = resource_set(
        *app(f"tag: {VERSION}\n    digest: << inputs.digest >>"), inputs="inputsFrom:\n- name: versions"
    )
    literal = text.replace("<< inputs.digest >>", digest)
    there = {"versions.yaml": provider(f"version: 1.2.3\ndigest: {digest}")}

    assert _pin(resolved({"a.yaml": text, **there}).references[0]).digest
    assert only_passed_over({"a.yaml": literal, **there}).reason.id == NOT_EDITABLE.id


def test_a_set_that_makes_too_much_is_not_followed_and_holds_its_inputs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.flux.expansion.MOST_MADE", 2)
    files = {
        "a.yaml": resource_set(*app(), inputs="inputsFrom:\n- name: versions"),
        "versions.yaml": provider("version: 1.2.3"),
    }
    large = resource_set(*app(), *app(name="other"), inputs="inputsFrom:\n- name: versions", name="large")

    assert len(resolved(files).references) == 1
    assert reasons({**files, "b.yaml": large}) == {TOO_LARGE.id, INPUT_SHARED.id}
    assert resolved({**files, "b.yaml": large}).references == ()


@settings(max_examples=200)
@given(st.text(alphabet='<> inputs.|quote-v1"{}', max_size=40))
def test_no_template_makes_the_reader_raise(text: str) -> None:
    quoted = "'" + text.replace("'", "''") + "'"
    found = resolved({"a.yaml": resource_set(*app(f"tag: {quoted}"), inputs="inputs:\n- version: 1.2.3")})

    assert len(found.references) + len(found.passed_over) == 1


@pytest.mark.parametrize(
    "hostile", ["<<" * 200_000, "<< " * 130_000, "<< get " + " " * 400_000 + ">>", "<<inputs" * 50_000]
)
def test_a_long_text_of_openings_is_read_in_one_pass(hostile: str) -> None:
    # Looked for from each opening, the end would take minutes; the suite's timeout would tell.
    text = resource_set(*app("tag: 1.2.3"), f"kind: ConfigMap\ndata: '{hostile}'\n", inputs="inputs:\n- version: x")

    assert len(resolved({"a.yaml": text}).references) == 1
