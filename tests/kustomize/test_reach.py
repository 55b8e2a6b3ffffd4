"""Which places a value that is held hangs on: none of them is edited for another's sake."""

import pytest
from kustomize.small_trees import VERSION, applier, config_map, only, release

_APPLIER = "clusters/prod/apps.yaml"


def _places(version: str, *, values: str = "V: 1.2.3, W: 3.2.1", more: str = "") -> list[str]:
    """File and text of each place behind the version of a release."""
    files: dict[str, str | bytes] = {
        "app/release.yaml": release(version=version),
        "app/kustomization.yaml": f"resources: [release.yaml]\n{more}",
        _APPLIER: applier("./app", spec=f"postBuild: {{substitute: {{{values}}}}}"),
    }
    found = only(files).spots_behind(*VERSION)
    return sorted(f"{path}: {str(files[path])[start:].splitlines()[0].split(',')[0]}" for path, start in found)


@pytest.mark.parametrize("version", ["${V}", "${V/1/2}", "${V^^}", "${#V}", "v${V:=2}-x"])
def test_an_expression_hangs_on_its_variable(version: str) -> None:
    assert f"{_APPLIER}: 1.2.3" in [each.removesuffix("}}").rstrip() for each in _places(version)]


def test_several_variables_are_several_places() -> None:
    assert len(_places("${V}-${W}")) == 3


def test_an_escaped_variable_is_none() -> None:
    assert _places("1.2.3-$${V}") == ['app/release.yaml: "1.2.3-$${V}"']


def test_a_replacement_leaves_the_place_that_it_may_replace() -> None:
    more = """\
replacements:
- source: {kind: HelmRelease, name: app, fieldPath: metadata.name}
  targets:
  - select: {kind: HelmRelease}
    fieldPaths: [spec.chart.spec.version]
    options: {delimiter: .}
"""

    assert _places("1.2.3", more=more) == ['app/release.yaml: "1.2.3"']


def test_a_variable_of_a_config_map_is_in_the_config_map() -> None:
    files: dict[str, str | bytes] = {
        "app/release.yaml": release(version="${V}-${V}"),
        _APPLIER: applier("./app", spec="postBuild: {substituteFrom: [{kind: ConfigMap, name: settings}]}"),
        "clusters/prod/settings.yaml": config_map("V: 1.2.3"),
    }

    assert {path for path, _ in only(files).spots_behind(*VERSION)} == {
        "app/release.yaml",
        "clusters/prod/settings.yaml",
    }
