"""The layouts of real fleets that need no build: where each of them keeps its versions. `golden` has them all."""

from collections import Counter
from pathlib import Path

from doubles.flux_manifests import resolved_folder

from bot.flux.references import Resolution
from bot.model.references import ExactPin, RangePin, Reference

_GOLDEN = Path(__file__).parents[1] / "golden"


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
