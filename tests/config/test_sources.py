"""`sources` of the configuration file."""

import pytest
from builders import configuration

from bot.config.loading import load
from bot.config.tree_checks import check_paths, check_sources
from bot.errors import ConfigurationError
from bot.model.tiers import Configuration, PackedSource

NAME = "Write kind, namespace and name: `OCIRepository flux-system/apps`"
KIND = "Write OCIRepository, Bucket, GitRepository or ExternalArtifact"
FOLDER = "Write it as in `deploy/manifests`, or `.` for all of the repository"


def loaded(keys: str) -> Configuration:
    return load(f"tiers: {{dev: {{paths: [a/**]}}}}\n{keys}\n".encode(), "c.yaml")


def faults(sources: str) -> list[str]:
    with pytest.raises(ConfigurationError) as caught:
        loaded(f"sources: {sources}")
    return [str(fault) for fault in caught.value.faults]


def test_sources_are_read() -> None:
    found = loaded(
        "sources:\n  OCIRepository flux-system/flux-system: .\n  ExternalArtifact apps/x.y: deploy/apps"
    ).sources

    assert found == (
        PackedSource(kind="OCIRepository", namespace="flux-system", name="flux-system", folder="", line=3, column=3),
        PackedSource(kind="ExternalArtifact", namespace="apps", name="x.y", folder="deploy/apps", line=4, column=3),
    )


def test_without_a_word_nothing_is_packed() -> None:
    assert loaded("").sources == ()


@pytest.mark.parametrize(
    ("key", "said"),
    [
        ("flux-system/x", f"`flux-system/x` does not name a source. {NAME}"),
        ("OCIRepository x", f"`OCIRepository x` does not name a source. {NAME}"),
        ("OCIRepository a/b/c", f"`OCIRepository a/b/c` does not name a source. {NAME}"),
        ("OCIRepository  a/b", f"`OCIRepository  a/b` does not name a source. {NAME}"),
        ("OCIRepository A/b", f"`OCIRepository A/b` does not name a source. {NAME}"),
        ("oci://ghcr.io/org/x", f"`oci://ghcr.io/org/x` does not name a source. {NAME}"),
        (
            "HelmRepository a/b",
            f"`HelmRepository` is no kind of source that Kustomizations apply. {KIND}",
        ),
        *(
            (f"{kind} a/b", f"`{kind}` is no kind of source that Kustomizations apply. Did you mean `OCIRepository`?")
            for kind in ("OciRepository", "OCIRepositry", "ocirepositories")
        ),
    ],
)
def test_what_names_no_source_is_told_at_its_key(key: str, said: str) -> None:
    assert faults(f'{{"{key}": .}}') == [f"c.yaml:2:11: {said}"]


@pytest.mark.parametrize("folder", ["/deploy", "../x", "..", "a/../../b", "./a", "a/", "a//b"])
def test_what_is_no_folder_is_told_at_its_value(folder: str) -> None:
    found = faults(f"{{OCIRepository a/b: {folder}}}")

    assert found == [f"c.yaml:2:30: `{folder}` is no folder counted from the root of the repository. {FOLDER}"]


@pytest.mark.parametrize(
    "sources", ["[]", "x", "{OCIRepository a/b: []}", "{OCIRepository a/b: ''}", "{OCIRepository a/b: 1}"]
)
def test_another_shape_is_told(sources: str) -> None:
    [fault] = faults(sources)

    assert fault.startswith("c.yaml:2:")


def test_a_wrong_source_hides_no_other_fault() -> None:
    assert len(faults("{OCIRepository a/b: [], x: .}")) == 2


def test_a_folder_that_no_branch_has_is_a_fault() -> None:
    settings = configuration(
        sources=[PackedSource(kind="Bucket", namespace="a", name="b", folder="gone", line=3, column=3)]
    )
    [fault] = check_paths(settings, {"main": ["apps/dev/a.yaml", "gone.yaml"]}, "main")

    assert (
        str(fault) == "c.yaml:3:3: `gone`, which `sources` names for Bucket a/b, is no folder here. Mend or remove it"
    )


@pytest.mark.parametrize("folder", ["", "deploy", "deploy/dev"])
def test_a_folder_of_one_branch_is_none(folder: str) -> None:
    settings = configuration(
        sources=[PackedSource(kind="Bucket", namespace="a", name="b", folder=folder, line=3, column=3)]
    )

    assert check_paths(settings, {"main": ["apps/dev/a.yaml"], "next": ["deploy/dev/a.yaml"]}, "main") == ()


APPS = PackedSource(kind="OCIRepository", namespace="flux-system", name="apps", folder="", line=3)
APPLIED = ("GitRepository flux-system/flux-system", "OCIRepository flux-system/fleet")


def unused(*applied: str) -> list[str]:
    return [str(fault) for fault in check_sources(configuration(sources=[APPS]), applied)]


def test_a_name_that_no_kustomization_applies_is_a_fault_with_the_nearest() -> None:
    said = "c.yaml:3:1: `OCIRepository flux-system/apps`, which `sources` names, is no source of a Kustomization here."

    assert unused(*APPLIED, "OCIRepository flux-sytem/apps") == [
        f"{said} Did you mean `OCIRepository flux-sytem/apps`?"
    ]
    assert unused("Bucket x/y") == [f"{said} Known here: Bucket x/y"]
    assert unused() == [f"{said} Mend or remove it"]


@pytest.mark.parametrize(
    "applied",
    [
        "OCIRepository flux-system/apps",
        "OCIRepository apps",
        "OCIRepository flux-system/?",
        "OCIRepository ?",
        "a source of unknown kind x",
    ],
)
def test_what_is_applied_or_may_be_is_none(applied: str) -> None:
    assert unused(*APPLIED, applied) == []
