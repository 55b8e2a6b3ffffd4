"""The tier layouts of real fleets: where each of them keeps its versions."""

from collections import Counter
from pathlib import Path

from doubles.flux_manifests import resolved_folder

from bot.flux.references import Resolution
from bot.model.references import ExactPin, RangePin, Reference

_GOLDEN = Path(__file__).parents[1] / "golden"
_LAYOUTS = Path(__file__).parent / "layouts"


def _charts(resolution: Resolution) -> dict[str, str]:
    return {each.path: f"{each.source.address} {_written(each)}" for each in resolution.references}


def _written(reference: Reference) -> str:
    pin = reference.pin
    place = pin.version if isinstance(pin, ExactPin) else pin.place if isinstance(pin, RangePin) else pin.digest
    return place.text if place else "*"


def _reasons(resolution: Resolution) -> Counter[str]:
    return Counter(each.reason.id for each in resolution.passed_over)


def test_layout_3_a_full_copy_a_cluster_with_the_same_names_at_other_addresses() -> None:
    resolution = resolved_folder(_GOLDEN / "3-copy-per-cluster/before")

    assert _charts(resolution) == {
        "apps/dev/cert-manager/release.yaml": "quay.io/jetstack/charts/cert-manager v1.15.1",
        "apps/dev/ingress/release.yaml": "ghcr.io/stefanprodan/charts/ingress-nginx 4.11.x",
        "apps/dev/podinfo/release.yaml": "ghcr.io/stefanprodan/charts/podinfo 6.5.3",
        "apps/production/cert-manager/release.yaml": "quay.io/jetstack/charts/cert-manager v1.14.4",
        "apps/production/ingress/release.yaml": "mirror.corp.example/charts/ingress-nginx 4.10.1",
        "apps/production/podinfo/release.yaml": "mirror.corp.example/charts/podinfo 6.5.0",
        "apps/staging/cert-manager/release.yaml": "quay.io/jetstack/charts/cert-manager v1.15.1",
        "apps/staging/ingress/release.yaml": "ghcr.io/stefanprodan/charts/ingress-nginx 4.11.2",
        "apps/staging/podinfo/release.yaml": "ghcr.io/stefanprodan/charts/podinfo 6.5.2",
    }
    assert [each.path for each in resolution.references if each.suspended] == ["apps/staging/ingress/release.yaml"]
    assert {each.narrowed_by for each in resolution.references} == {"", "~1"}
    assert _reasons(resolution) == {"source-not-oci": 3}


def test_layout_4_one_file_an_environment() -> None:
    resolution = resolved_folder(_GOLDEN / "4-file-per-environment/before")

    assert _charts(resolution) == {
        "apps/podinfo/podinfo/dev.yaml": "ghcr.io/stefanprodan/charts/podinfo 6.5.4",
        "apps/podinfo/podinfo/prod.yaml": "ghcr.io/stefanprodan/charts/podinfo 6.4.1",
        "apps/podinfo/podinfo/stg.yaml": "ghcr.io/stefanprodan/charts/podinfo 6.5.3",
        "apps/scaling/keda/dev.yaml": "ghcr.io/kedacore/charts/keda 2.14.0",
        "apps/scaling/keda/prod.yaml": "harbor.corp.example/proxy/kedacore/charts/keda 2.12.0",
        "apps/scaling/keda/stg.yaml": "ghcr.io/kedacore/charts/keda 2.13.1",
    }
    assert [each.path for each in resolution.references if each.suspended] == ["apps/podinfo/podinfo/stg.yaml"]
    assert all(len(each.consumers) == 1 for each in resolution.references)
    assert _reasons(resolution) == {}


def test_layout_6_a_branch_an_environment() -> None:
    for branch, version, constraint in (
        ("develop", "6.5.4", ">=6.0.0 <7.0.0"),
        ("staging", "6.5.3", "6.4.x"),
        ("main", "6.5.0", "6.4.x"),
    ):
        resolution = resolved_folder(_GOLDEN / "6-branch-per-environment/before" / branch)

        assert _charts(resolution) == {
            "apps/frontend.yaml": f"docker.io/bitnamicharts/nginx {constraint}",
            "sources/podinfo.yaml": f"ghcr.io/stefanprodan/charts/podinfo {version}",
        }
        assert _reasons(resolution) == {"not-a-chart": 1}


def test_layout_1_a_version_in_an_overlay_is_found_in_its_patch() -> None:
    resolution = resolved_folder(_LAYOUTS / "1")

    assert [(str(each.object), each.path, _written(each)) for each in resolution.references] == [
        ("HelmRelease podinfo/production-podinfo", "apps/production/kustomization.yaml", "6.5.0"),
        ("HelmRelease podinfo/staging-podinfo", "apps/staging/kustomization.yaml", "6.5.0"),
    ]
    assert {each.also_in for each in resolution.references} == {("apps/base/podinfo/release.yaml",)}


def test_layout_2_a_variable_is_followed_to_each_cluster() -> None:
    resolution = resolved_folder(_LAYOUTS / "2")

    assert [(each.path, each.source.address.name, _written(each)) for each in resolution.references] == [
        ("clusters/eu/monitoring.yaml", "grafana/helm-charts/grafana", "8.5.1"),
        ("clusters/eu/monitoring.yaml", "grafana/helm-charts/loki", "6.1.0"),
        ("clusters/us/monitoring.yaml", "grafana/helm-charts/grafana", "8.5.1"),
        ("clusters/us/monitoring.yaml", "grafana/helm-charts/loki", "6.1.0"),
        ("components/monitoring/loki.yaml", "grafana/helm-charts/tempo", "1.10.1"),
    ]


def test_layout_5_a_base_is_told_once_with_all_clusters_that_run_it() -> None:
    resolution = resolved_folder(_LAYOUTS / "5")

    assert {
        each.path: [root.applier for root in each.built] for each in resolution.references if not each.together
    } == {"base/podinfo/release.yaml": ["clusters/a/base.yaml", "clusters/b/base.yaml"]}
    assert [str(each.source.address) for each in resolution.references if each.together] == [
        "a.registry.example/charts/cilium",
        "b.registry.example/charts/cilium",
    ]


def test_layout_7_a_version_that_is_a_folder_too_is_left_alone() -> None:
    resolution = resolved_folder(_LAYOUTS / "7")

    assert resolution.references == ()
    assert _reasons(resolution) == {"version-in-folder": 1, "variable": 1, "helm-template": 2}
