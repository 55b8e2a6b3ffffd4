"""Joins: which object a name means, who consumes a version, what is suspended."""

import pytest
from doubles.flux_manifests import (
    CHART_LAYER,
    applied,
    helm_chart,
    helm_repository,
    only_passed_over,
    only_reference,
    release,
    repository,
    resolved,
    together,
    user,
)

from bot.model.charts import ChartAddress, ChartSource
from bot.reason import ReasonKind
from bot.reasons import (
    BAD_ADDRESS,
    NOT_A_CHART,
    SOURCE_AMBIGUOUS,
    SOURCE_NOT_FOUND,
    SOURCE_NOT_OCI,
    VARIABLE,
    VERSION_IN_FOLDER,
)

_LAYER = f"layerSelector: {{mediaType: {CHART_LAYER}}}"


def _hosts(files: dict[str, str]) -> dict[str, str]:
    return {each.path: each.source.address.host for each in resolved(files).references}


# --- where a name leads


def test_a_source_may_stand_in_another_file_and_namespace() -> None:
    files = {
        "apps/app/release.yaml": release().replace("name: charts", "name: charts, namespace: flux-system"),
        "sources/charts.yaml": helm_repository(namespace="flux-system"),
    }
    assert only_reference(files).source == ChartSource(address=ChartAddress(host="ghcr.io", name="a/podinfo"))


@pytest.mark.parametrize(
    "nearer",
    ["apps/dev/app/release.yaml", "apps/dev/app/x.yaml", "apps/dev/app/sub/x.yaml", "apps/dev/x.yaml", "apps/x.yaml"],
)
def test_the_nearest_folder_wins(nearer: str) -> None:
    near = helm_repository(url="oci://near.io/a")
    files = {
        "apps/dev/app/release.yaml": release(),
        "clusters/dev/sources.yaml": helm_repository(url="oci://far.io/a"),
        "charts.yaml": helm_repository(url="oci://root.io/a"),
    }
    files[nearer] = together(files[nearer], near) if nearer in files else near

    assert _hosts(files) == {"apps/dev/app/release.yaml": "near.io"}


@pytest.mark.parametrize(
    ("wanted", "own", "written", "found"),
    [
        ("", "", "", True),
        ("", "apps", "", True),
        ("", "apps", "apps", True),
        ("", "apps", "flux-system", False),
        ("flux-system", "apps", "flux-system", True),
        ("flux-system", "", "", True),
        ("flux-system", "apps", "apps", False),
        ("", "", "apps", True),
    ],
)
def test_written_namespaces_that_differ_never_match(wanted: str, own: str, written: str, found: bool) -> None:  # noqa: FBT001 - a column of the table
    manifest = release().replace("name: app", f"name: app\n  namespace: '{own}'")
    if wanted:
        manifest = manifest.replace("name: charts", f"name: charts, namespace: {wanted}")
    resolution = resolved({"a.yaml": manifest, "b.yaml": helm_repository(namespace=written)})

    assert len(resolution.references) == found
    assert [each.reason.id for each in resolution.passed_over] == ([] if found else [SOURCE_NOT_FOUND.id])


def test_a_namespace_that_a_variable_gives_fits_every_other() -> None:
    manifest = release().replace("name: app", "name: app\n  namespace: apps")
    manifest = manifest.replace("name: charts", "name: charts, namespace: '${NS}'")

    assert only_reference({"a.yaml": together(manifest, helm_repository(namespace="flux-system"))}).line == 10


def test_a_nearer_source_of_another_namespace_is_not_meant() -> None:
    files = {
        "apps/release.yaml": release().replace("name: charts", "name: charts, namespace: flux-system"),
        "apps/charts.yaml": helm_repository(namespace="other", url="oci://other.io/a"),
        "charts.yaml": helm_repository(namespace="flux-system", url="oci://right.io/a"),
    }
    assert _hosts(files) == {"apps/release.yaml": "right.io"}


def test_a_source_that_is_not_in_the_tree_is_named() -> None:
    passed_over = only_passed_over({"a.yaml": release(more="suspend: true")})

    assert passed_over.reason == SOURCE_NOT_FOUND(kind="HelmRepository", name="charts")
    assert passed_over.suspended


def test_several_sources_with_one_address_are_one() -> None:
    files = {"a/release.yaml": release(), "x/1.yaml": helm_repository(), "x/2.yaml": helm_repository()}

    assert only_reference(files).source.address.host == "ghcr.io"


def test_sources_with_different_addresses_are_never_guessed_between() -> None:
    files = {
        "apps/dev/release.yaml": release(),
        "clusters/dev/1.yaml": helm_repository(url="oci://dev.io/a"),
        "clusters/production/1.yaml": helm_repository(url="oci://production.io/a"),
    }
    passed_over = only_passed_over(files)

    assert passed_over.reason.id == SOURCE_AMBIGUOUS.id
    assert "clusters/dev/1.yaml:1, clusters/production/1.yaml:1" in passed_over.reason.sentence


def test_a_thousand_candidates_are_not_listed() -> None:
    files = {f"clusters/{i}.yaml": helm_repository(url=f"oci://r{i}.io/a") for i in range(50)}

    assert "45 more" in only_passed_over(files | {"apps/release.yaml": release()}).reason.sentence


def test_the_kustomization_that_applies_a_folder_decides_between_sources() -> None:
    files = {"apps/base/release.yaml": release()}
    for cluster in ("dev", "production"):
        files |= {
            f"apps/{cluster}/release.yaml": release(),
            f"clusters/{cluster}/apps.yaml": applied(f"apps/{cluster}/"),
            f"clusters/{cluster}/sources/charts.yaml": helm_repository(url=f"oci://{cluster}.io/a"),
        }
    assert _hosts(files) == {"apps/dev/release.yaml": "dev.io", "apps/production/release.yaml": "production.io"}


@pytest.mark.parametrize(
    "kustomizations",
    [
        {"clusters/dev/apps.yaml": applied("apps", kind="ExternalArtifact")},
        {"clusters/apps.yaml": applied("apps")},
        {"clusters/dev/apps.yaml": applied("other")},
        {"clusters/dev/apps.yaml": applied("apps/${ENVIRONMENT}")},
    ],
)
def test_kustomizations_that_leave_it_open_decide_nothing(kustomizations: dict[str, str]) -> None:
    files = {
        "apps/release.yaml": release(),
        "clusters/dev/charts.yaml": helm_repository(url="oci://dev.io/a"),
        "clusters/production/charts.yaml": helm_repository(url="oci://production.io/a"),
    }
    assert only_passed_over(files | kustomizations).reason.id == SOURCE_AMBIGUOUS.id


def test_a_folder_of_two_clusters_takes_from_each_what_lies_beside_its_kustomization() -> None:
    files = {"apps/release.yaml": release()}
    for cluster in ("dev", "production"):
        files |= {
            f"clusters/{cluster}/apps.yaml": applied("apps"),
            f"clusters/{cluster}/charts.yaml": helm_repository(url=f"oci://{cluster}.io/a"),
        }

    found = resolved(files).references

    assert [each.source.address.host for each in found] == ["dev.io", "production.io"]
    assert {tuple(root.applier for root in each.built) for each in found} == {
        ("clusters/dev/apps.yaml", "clusters/production/apps.yaml")
    }
    assert [[str(other.address.host) for other in each.together] for each in found] == [["production.io"], ["dev.io"]]


# --- what a source is


@pytest.mark.parametrize(
    ("source", "kind"),
    [
        (helm_repository(url="https://charts.example.com", kind="default"), SOURCE_NOT_OCI),
        (helm_repository(url="https://charts.example.com", kind=""), SOURCE_NOT_OCI),
        (helm_repository(url="https://charts.example.com", kind="oci"), BAD_ADDRESS),
        (helm_repository(url="oci://ghcr.io/a", kind=""), BAD_ADDRESS),
        (helm_repository(url="oci://user:pw@host"), BAD_ADDRESS),
        (helm_repository(url="oci://${REGISTRY}/a"), VARIABLE),
    ],
)
def test_a_source_that_is_no_registry_is_the_reason_of_its_release(source: str, kind: ReasonKind) -> None:
    passed_over = only_passed_over({"a.yaml": together(release(), source)})

    assert (passed_over.reason.id, passed_over.object and passed_over.object.kind) == (kind.id, "HelmRelease")


@pytest.mark.parametrize("kind", ["GitRepository", "Bucket"])
def test_charts_from_git_and_buckets_are_counted(kind: str) -> None:
    manifest = release().replace("HelmRepository", kind)

    assert only_passed_over({"a.yaml": manifest}).reason.id == SOURCE_NOT_OCI.id


def test_an_external_artifact_is_counted() -> None:
    assert only_passed_over({"a.yaml": user(kind="ExternalArtifact")}).reason.id == SOURCE_NOT_OCI.id


def test_http_repositories_of_one_name_need_no_decision() -> None:
    files = {
        "a/release.yaml": release(),
        "b/1.yaml": helm_repository(url="https://1.io", kind=""),
        "b/2.yaml": helm_repository(url="https://2.io", kind=""),
    }
    assert only_passed_over(files).reason.id == SOURCE_NOT_OCI.id


@pytest.mark.parametrize(
    ("manifest", "plain_http"),
    [
        (together(release(), helm_repository(more="insecure: true")), True),
        (together(release(), helm_repository(url="oci://localhost:5000/a")), False),  # Helm's client has no such rule
        (together(user(), repository(more="insecure: true")), True),
        (together(user(), repository(more="insecure: false")), False),
        (together(user(), repository(url="oci://localhost:5000/a")), True),
        (together(user(), repository(url="oci://10.0.0.1/a")), True),
    ],
)
def test_plain_http_is_used_where_flux_uses_it(manifest: str, plain_http: bool) -> None:  # noqa: FBT001 - a column of the table
    assert only_reference({"a.yaml": manifest}).source.plain_http is plain_http


@pytest.mark.parametrize(("written", "expected"), [("aws", "aws"), ("generic", "generic"), ("x\\ny", "generic")])
def test_the_provider_is_kept_where_it_is_known(written: str, expected: str) -> None:
    manifests = together(user(), repository(more=f"provider: {written}"))

    assert only_reference({"a.yaml": manifests}).source.provider == expected


def test_the_address_of_a_repository_is_checked() -> None:
    files = {"a.yaml": together(user(more="suspend: true"), repository(url="oci://ghcr.io/a/../../token"))}

    passed_over = only_passed_over(files)
    assert (passed_over.reason.id, passed_over.suspended) == (BAD_ADDRESS.id, True)


# --- who holds the version


@pytest.mark.parametrize(
    ("kind", "holder"), [("OCIRepository", repository()), ("HelmChart", together(helm_chart(), helm_repository()))]
)
def test_the_holder_of_the_version_is_the_reference_and_its_users_are_consumers(kind: str, holder: str) -> None:
    users = together(user("one", kind=kind), user("two", kind=kind))
    reference = only_reference({"a.yaml": together(holder, users)})

    assert reference.object.kind == kind
    assert [str(each) for each in reference.consumers] == ["HelmRelease one", "HelmRelease two"]


@pytest.mark.parametrize("kind", ["OCIRepository", "HelmChart"])
def test_a_release_whose_holder_is_elsewhere_is_named(kind: str) -> None:
    assert only_passed_over({"a.yaml": user(kind=kind)}).reason == SOURCE_NOT_FOUND(kind=kind, name="app")


def test_files_of_one_folder_that_hold_one_environment_each_keep_to_themselves() -> None:
    files = {
        f"app/{stem}.yaml": together(repository(), user(more=f"suspend: {stem == 'stg'}")) for stem in ("dev", "stg")
    }
    suspended = {each.path: (each.suspended, len(each.consumers)) for each in resolved(files).references}

    assert suspended == {"app/dev.yaml": (False, 1), "app/stg.yaml": (True, 1)}


def test_holders_of_one_address_are_each_a_reference() -> None:
    files = {"base/release.yaml": user(), "x/dev.yaml": repository(), "x/production.yaml": repository(ref="tag: 1.0.0")}
    references = resolved(files).references

    assert [(each.path, len(each.consumers)) for each in references] == [("x/dev.yaml", 1), ("x/production.yaml", 1)]


def test_holders_of_different_addresses_are_never_guessed_between() -> None:
    files = {
        "base/release.yaml": user(),
        "x/1.yaml": repository(url="oci://1.io/a"),
        "x/2.yaml": repository(url="oci://2.io/a", more=_LAYER),
    }
    resolution = resolved(files)

    assert [each.path for each in resolution.references] == ["x/2.yaml"]
    assert [each.reason.id for each in resolution.passed_over] == [SOURCE_AMBIGUOUS.id, NOT_A_CHART.id]


# --- charts and other content


def test_a_repository_that_nothing_uses_is_a_chart_if_it_selects_the_layer_of_one() -> None:
    assert only_reference({"a.yaml": repository(more=_LAYER)}).consumers == ()
    assert only_passed_over({"a.yaml": repository()}).reason.id == NOT_A_CHART.id


@pytest.mark.parametrize("others", ["", user()])
def test_what_a_kustomization_applies_is_no_chart(others: str) -> None:
    manifests = [repository(), applied("x", kind="OCIRepository", source="app"), *([others] if others else [])]

    assert only_passed_over({"a.yaml": together(*manifests)}).reason.id == NOT_A_CHART.id


def test_a_selected_chart_layer_is_a_chart_whoever_applies_it() -> None:
    manifests = together(repository(more=_LAYER), applied("crds", kind="OCIRepository", source="app"))

    assert only_reference({"a.yaml": manifests}).object.name == "app"


# --- suspended


@pytest.mark.parametrize(
    ("manifest", "expected"),
    [
        (together(release(more="suspend: true"), helm_repository()), True),
        (together(release(more="suspend: True"), helm_repository()), True),
        (together(release(more="suspend: yes"), helm_repository()), True),
        (together(release(more="suspend: false"), helm_repository()), False),
        (together(release(more="suspend:"), helm_repository()), False),
        (together(release(), helm_repository(more="suspend: true")), False),
        (together(user(), repository(more="suspend: true")), True),
        (together(user(more="suspend: true"), repository()), True),
        (together(user("one", more="suspend: true"), user("two"), repository()), False),
        (together(user("one", more="suspend: true"), user("two", more="suspend: true"), repository()), True),
        (together(user(kind="HelmChart", more="suspend: true"), helm_chart(), helm_repository()), True),
        (together(helm_chart(more="suspend: true"), helm_repository()), True),
        (together(helm_chart(), helm_repository()), False),
    ],
)
def test_a_reference_is_suspended_by_itself_or_by_all_that_use_it(manifest: str, expected: bool) -> None:  # noqa: FBT001 - a column of the table
    assert only_reference({"a.yaml": manifest}).suspended is expected


def test_what_is_passed_over_says_that_it_is_suspended() -> None:
    files = {"a.yaml": together(user(more="suspend: true"), repository(ref="tag: ${VERSION}"))}

    assert only_passed_over(files).suspended


# --- where an edit would be wrong


def test_a_version_that_is_written_stays_a_reference_though_patches_set_others() -> None:
    patch = "apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: app}\n"
    files = {
        "base/a.yaml": together(release(), helm_repository()),
        "dev/p.yaml": patch + "spec: {chart: {spec: {version: 1.x}}}",
    }
    assert [each.path for each in resolved(files).references] == ["base/a.yaml"]


@pytest.mark.parametrize(
    ("folder", "reason"),
    [
        ("apps/1.2.3", VERSION_IN_FOLDER(folder="1.2.3")),
        ("apps/v1.2.3/x", VERSION_IN_FOLDER(folder="v1.2.3")),
    ],
)
def test_a_folder_named_after_the_version_is_not_made_to_disagree(folder: str, reason: object) -> None:
    assert only_passed_over({f"{folder}/a.yaml": together(release(), helm_repository())}).reason == reason


def test_a_folder_named_after_a_floating_tag_is_no_version() -> None:
    assert only_reference({"main/a.yaml": together(user(), repository(ref="tag: main"))}).object.name == "app"


def test_everything_comes_in_the_order_of_the_tree() -> None:
    files = {f"{name}.yaml": together(release(name), release(f"z{name}"), helm_repository()) for name in "cab"}
    forward, backward = resolved(files), resolved(dict(reversed(files.items())))

    assert forward == backward
    assert [each.object.name for each in forward.references] == ["a", "za", "b", "zb", "c", "zc"]
