"""Which policy a marker means, and why one is not followed."""

from collections.abc import Mapping

import pytest
from doubles.flux_manifests import helm_repository, readings, release, repository, together, user

from bot.flux.references import Resolution, resolve
from bot.imagepolicies.filters import SIGNATURES
from bot.model.image_policies import (
    AlphabeticalPolicy,
    DigestReflection,
    FollowedPolicy,
    NumericalPolicy,
    Order,
    PolicyChoice,
    SemverPolicy,
    TagFilter,
)
from bot.model.references import ExactPin, RangePin
from bot.reason import ReasonKind
from bot.reasons import LEFT_TO_FLUX, POLICY_SUSPENDED, POLICY_UNKNOWN, POLICY_UNUSABLE

DIGEST = "sha256:" + "ab" * 32
TAG = '# {"$imagepolicy": "flux-system:app:tag"}'
OF_DIGEST = '# {"$imagepolicy": "flux-system:app:digest"}'


def image(name: str = "app", *, at: str = "ghcr.io/a/app", ns: str = "flux-system", more: str = "") -> str:
    return (
        "apiVersion: image.toolkit.fluxcd.io/v1\nkind: ImageRepository\n"
        f"metadata: {{name: {name}, namespace: {ns}}}\nspec:\n  image: {at}\n  {more}\n"
    )


def policy(
    choice: str = "semver: {range: 1.x}",
    *,
    name: str = "app",
    ns: str = "flux-system",
    ref: str = "app",
    more: str = "",
) -> str:
    return (
        "apiVersion: image.toolkit.fluxcd.io/v1\nkind: ImagePolicy\n"
        f"metadata: {{name: {name}, namespace: {ns}}}\n"
        f"spec:\n  imageRepositoryRef: {{name: {ref}}}\n  policy:\n    {choice}\n  {more}\n"
    )


def app(ref: str = f"tag: 1.2.3 {TAG}") -> str:
    return together(repository(ref=ref), user())


def applied(files: Mapping[str, str]) -> Resolution:
    return resolve(readings(files), apply_policies=True)


def followed(*manifests: str, ref: str = f"tag: 1.2.3 {TAG}") -> FollowedPolicy:
    resolution = applied({"a.yaml": together(app(ref), *manifests)})
    assert resolution.passed_over == (), resolution.passed_over
    (reference,) = resolution.references
    assert reference.policy
    return reference.policy


def reason(files: Mapping[str, str]) -> tuple[str, str]:
    resolution = applied(files)
    assert resolution.references == ()
    (passed_over,) = resolution.passed_over
    return passed_over.reason.id, passed_over.reason.sentence


def test_a_marker_leads_to_its_policy_and_on_to_the_repository() -> None:
    files = {"apps/a.yaml": app(), "policies/x.yaml": policy(), "policies/y.yaml": image()}
    (reference,) = applied(files).references

    assert isinstance(reference.pin, ExactPin)
    assert (reference.pin.version.text, reference.narrowed_by) == ("1.2.3", "")
    assert reference.policy
    assert (reference.policy.name, reference.policy.image) == ("flux-system/app", reference.source.address)


def test_without_the_configuration_it_is_left_to_flux() -> None:
    resolution = resolve(readings({"a.yaml": together(app(), policy(), image())}))

    assert resolution.references == ()
    assert [each.reason for each in resolution.passed_over] == [LEFT_TO_FLUX()]


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ('semver: {range: ">=1.0.0 <2"}', SemverPolicy(range=">=1.0.0 <2")),
        ("alphabetical: {}", None),
        ("alphabetical: {order: asc}", AlphabeticalPolicy(order=Order.ASCENDING)),
        ("alphabetical: {order: desc}", AlphabeticalPolicy(order=Order.DESCENDING)),
        ("numerical: {order: DESC}", NumericalPolicy(order=Order.DESCENDING)),
        ("numerical:\n      order:", NumericalPolicy(order=Order.ASCENDING)),
    ],
)
def test_a_policy_is_read(written: str, read: PolicyChoice | None) -> None:
    expected = read or AlphabeticalPolicy(order=Order.ASCENDING)

    assert followed(policy(written), image()).spec.choice == expected


def test_filter_digests_and_exclusions_are_read() -> None:
    more = "filterTags: {pattern: '^v(.*)', extract: $1}\n  digestReflectionPolicy: IfNotPresent"
    found = followed(policy(more=more), image(more="exclusionList: ['^x', y$]"))

    assert found.spec.filter == TagFilter(pattern="^v(.*)", extract="$1")
    assert found.spec.digests is DigestReflection.IF_NOT_PRESENT
    assert found.exclusions == ("^x", "y$")
    assert followed(policy(), image()).exclusions == SIGNATURES


def test_older_versions_of_the_kinds_are_read() -> None:
    found = followed(policy().replace("/v1\n", "/v1beta2\n"), image().replace("/v1\n", "/v1beta1\n"))

    assert found.name == "flux-system/app"


def test_a_release_and_a_range_may_have_markers() -> None:
    text = together(release(version=f"version: 1.x {TAG}"), helm_repository(), policy(), image(at="ghcr.io/a/podinfo"))
    (reference,) = applied({"a.yaml": text}).references

    assert isinstance(reference.pin, RangePin)
    assert reference.policy


def test_version_and_digest_of_one_policy_are_one_reference() -> None:
    ref = f"tag: 1.2.3 {TAG}\n    digest: {DIGEST} {OF_DIGEST}"

    found = followed(policy(more="digestReflectionPolicy: Always"), image(), ref=ref)

    assert found.spec.digests is DigestReflection.ALWAYS


def test_the_nearest_policy_of_a_name_is_meant() -> None:
    files = {}
    for cluster in ("dev", "staging"):
        files[f"{cluster}/app.yaml"] = app()
        files[f"{cluster}/policy.yaml"] = together(policy(f"semver: {{range: {cluster}}}"), image())

    choices = {each.path: each.policy and each.policy.spec.choice for each in applied(files).references}
    assert choices == {
        "dev/app.yaml": SemverPolicy(range="dev"),
        "staging/app.yaml": SemverPolicy(range="staging"),
    }


@pytest.mark.parametrize(
    ("manifests", "kind", "words"),
    [
        ((), POLICY_UNKNOWN, "flux-system/app is not in this tree"),
        ((policy(ns="other"), image()), POLICY_UNKNOWN, "not in this tree"),
        ((policy(),), POLICY_UNKNOWN, "whose ImageRepository app is not in this tree"),
        ((policy(), image(ns="other")), POLICY_UNKNOWN, "whose ImageRepository"),
        ((policy(), policy("numerical: {order: asc}"), image()), POLICY_UNKNOWN, "a.yaml:18, a.yaml:27"),
        ((policy(more="suspend: true"), image()), POLICY_SUSPENDED, "ImagePolicy flux-system/app is suspended"),
        ((policy(), image(more="suspend: true")), POLICY_SUSPENDED, "ImageRepository flux-system/app"),
        ((policy(), image(at="ghcr.io/a/other")), POLICY_UNUSABLE, "about ghcr.io/a/other"),
        ((policy(), image(at="'ghcr.io/a/app:1.2.3'")), POLICY_UNUSABLE, "not an address"),
        ((policy(), image(at="${IMAGE}")), POLICY_UNUSABLE, "variable"),
        ((policy(), image(more="exclusionList: x")), POLICY_UNUSABLE, "exclusionList"),
        ((policy(), image(more=f"exclusionList: [{'a, ' * 26}]")), POLICY_UNUSABLE, "exclusionList"),
        ((policy("newest: {}"), image()), POLICY_UNUSABLE, "none that Flux knows"),
        ((policy("numerical: {order: up}"), image()), POLICY_UNUSABLE, "none that Flux knows"),
        ((policy("semver: {range: '${RANGE}'}"), image()), POLICY_UNUSABLE, "variable"),
        ((policy(more="filterTags: {pattern: [x]}"), image()), POLICY_UNUSABLE, "not a text"),
        ((policy(more="digestReflectionPolicy: Maybe"), image()), POLICY_UNUSABLE, "digestReflectionPolicy"),
        ((policy(ref="''"), image()), POLICY_UNUSABLE, "names no ImageRepository"),
    ],
)
def test_a_policy_that_cannot_be_followed_says_why(manifests: tuple[str, ...], kind: ReasonKind, words: str) -> None:
    found, sentence = reason({"a.yaml": together(app(), *manifests)})

    assert (found, words in sentence) == (kind.id, True), sentence


@pytest.mark.parametrize(
    ("ref", "words"),
    [
        ('tag: 1.2.3 # {"$imagepolicy": "flux-system:app"}', "whole reference"),
        ('tag: 1.2.3 # {"$imagepolicy": "flux-system:app:name"}', "writes the name"),
        (f"tag: 1.2.3 {OF_DIGEST}", "writes the digest"),
        (f"digest: {DIGEST} {TAG}", "where a digest stands"),
        (f"tag: 1.2.3 {TAG}\n    digest: {DIGEST}", "only one has a marker"),
        (f"tag: 1.2.3\n    digest: {DIGEST} {OF_DIGEST}", "only one has a marker"),
        (
            f'tag: 1.2.3 {TAG}\n    digest: {DIGEST} # {{"$imagepolicy": "flux-system:x:digest"}}',
            "two policies",
        ),
        (f"semver: 1.2.3 {TAG}\n    semverFilter: x", "semverFilter"),
        (f"tag: 1.2.3 {TAG}\n    digest: {DIGEST} {OF_DIGEST}", "reflects no digest"),
    ],
)
def test_markers_that_would_write_something_else_are_not_followed(ref: str, words: str) -> None:
    found, sentence = reason({"a.yaml": together(app(ref), policy(), image())})

    assert (found, words in sentence) == (POLICY_UNUSABLE.id, True), sentence
