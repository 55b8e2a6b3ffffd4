"""What a manifest pins, and where it is written."""

import pytest
from doubles.flux_manifests import (
    CHART_LAYER,
    helm_chart,
    helm_repository,
    only_passed_over,
    only_reference,
    release,
    repository,
    together,
    user,
)

from bot.model.references import DigestPin, ExactPin, RangePin, Reference
from bot.reason import ReasonKind
from bot.reasons import (
    DIGEST_WITH_RANGE,
    FLOATING_TAG,
    LEFT_TO_FLUX,
    NO_NAME,
    NOT_A_STRING,
    NOT_EDITABLE,
    VARIABLE,
)
from bot.versions.tags import TagRule

_DIGEST = "sha256:" + "ab" * 32


def _of_release(version: str) -> dict[str, str]:
    return {"a.yaml": together(release(version=version), helm_repository())}


def _of_repository(ref: str, more: str = "") -> dict[str, str]:
    return {"a.yaml": together(repository(ref=ref.replace("\n", "\n    "), more=more), user())}


@pytest.mark.parametrize(
    "text",
    ["1.2.3", "v1.2.3", "01.2.3", "1.2.3-rc.1", "1.2.3+build", "1.2-rc.1"],
)
def test_three_parts_in_a_release_are_one_version(text: str) -> None:
    pin = only_reference(_of_release(f"version: {text}")).pin

    assert isinstance(pin, ExactPin)
    assert pin.version.text == text


@pytest.mark.parametrize("text", ["1.x", "1.2", "1", "^1.2.3", ">=1.0.0 <2.0.0", "*", "=1.2.3", "latest", "x"])
def test_anything_else_in_a_release_is_a_range(text: str) -> None:
    pin = only_reference(_of_release(f"version: '{text}'")).pin

    assert isinstance(pin, RangePin)
    assert (pin.constraint, pin.place and pin.place.text, pin.tag_filter) == (text, text, "")


@pytest.mark.parametrize(
    "line", ["reconcileStrategy: ChartVersion", "version:", "version: ~", "version: null", 'version: ""']
)
def test_a_release_without_a_version_follows_every_version(line: str) -> None:
    assert only_reference(_of_release(line)).pin == RangePin(constraint="*", place=None)


@pytest.mark.parametrize(
    ("ref", "version", "digest"),
    [
        ("tag: 1.2.3", "1.2.3", None),
        ("tag: v1.2.3", "v1.2.3", None),
        ("tag: 1.2.3_b", "1.2.3_b", None),
        ("tag: latest", "latest", None),
        ("tag: '1.2'", "1.2", None),
        ("semver: 1.2.3", "1.2.3", None),
        ("semver: 1.2.3\ntag: 1.x", "1.2.3", None),
        ("semver: ''\ntag: 1.2.3", "1.2.3", None),
        (f"tag: 1.2.3\ndigest: {_DIGEST}", "1.2.3", _DIGEST),
        (f"semver: 1.2.3\ndigest: {_DIGEST}", "1.2.3", _DIGEST),
        ("semver: 1.2.3\ntag: ${IGNORED}", "1.2.3", None),
    ],
)
def test_a_repository_pins_one_version(ref: str, version: str, digest: str | None) -> None:
    pin = only_reference(_of_repository(ref)).pin

    assert isinstance(pin, ExactPin)
    assert (pin.version.text, pin.digest and pin.digest.text) == (version, digest)


def test_a_range_of_a_repository_has_its_filter() -> None:
    reference = only_reference(_of_repository("semver: '>=1.0.0-0'\nsemverFilter: '.*-rc.*'\ntag: ignored"))

    assert isinstance(reference.pin, RangePin)
    assert (reference.pin.constraint, reference.pin.tag_filter) == (">=1.0.0-0", ".*-rc.*")


def test_an_exact_version_behind_a_filter_stays_a_range() -> None:
    pin = only_reference(_of_repository("semver: 1.2.3\nsemverFilter: rc")).pin

    assert isinstance(pin, RangePin)


def test_a_digest_alone_is_a_pin_of_its_own() -> None:
    reference = only_reference(_of_repository(f"digest: {_DIGEST}"))

    assert isinstance(reference.pin, DigestPin)
    assert (reference.pin.digest.text, reference.line) == (_DIGEST, reference.pin.digest.line)


@pytest.mark.parametrize(
    ("ref", "kind", "line"),
    [
        (f"semver: 1.x\ndigest: {_DIGEST}", DIGEST_WITH_RANGE, 8),
        ("digest: sha256:abc", NO_NAME, 7),
        ("digest: sha512:" + "0" * 128, NO_NAME, 7),
        ("digest: ../../token", NO_NAME, 7),
        ("provider: x", FLOATING_TAG, 1),
        ("tag: ''", FLOATING_TAG, 1),
        ("tag: ${VERSION}", VARIABLE, 7),
        ("tag: v${VERSION:=1.2.3}", VARIABLE, 7),
        ("semver: ${VERSION}\ntag: 1.2.3", VARIABLE, 7),
        (f"tag: 1.2.3\ndigest: ${{DIGEST:={_DIGEST}}}", VARIABLE, 8),
        ("semver: 1.x\nsemverFilter: ${FILTER}", VARIABLE, 8),
        ("tag: 1.10", NOT_A_STRING, 7),
        ("tag: 20240101", NOT_A_STRING, 7),
        ("tag: true", NOT_A_STRING, 7),
        ("tag: 2024-01-01", NOT_A_STRING, 7),
        ("tag: {x: y}", NO_NAME, 7),
        ("tag: 1.2.3\ntag: 1.2.4", NOT_EDITABLE, 7),
        ("<<: *x\ntag: 1.2.3", NOT_EDITABLE, 7),
        ("tag: *x", NOT_EDITABLE, 7),
        (f'tag: 1.2.3 # {{"$imagepolicy": "flux-system:app:tag"}}\ndigest: {_DIGEST}', LEFT_TO_FLUX, 7),
        (f'tag: 1.2.3\ndigest: {_DIGEST} # {{"$imagepolicy": "flux-system:app:digest"}}', LEFT_TO_FLUX, 7),
    ],
)
def test_what_no_repository_can_pin_has_a_reason_on_its_line(ref: str, kind: ReasonKind, line: int) -> None:
    passed_over = only_passed_over(_of_repository(ref, more="# &x"))

    assert passed_over.reason.id == kind.id
    assert passed_over.line == line


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("version: 1.10", NOT_A_STRING),
        ("version: 1", NOT_A_STRING),
        ("version: 1e3", NOT_A_STRING),
        ("version: ${VERSION}", VARIABLE),
        ("version: *v", NOT_EDITABLE),
        ('version: 1.2.3 # {"$imagepolicy": "flux-system:app:tag"}', LEFT_TO_FLUX),
    ],
)
def test_what_no_release_can_pin_has_a_reason_on_its_line(line: str, kind: ReasonKind) -> None:
    passed_over = only_passed_over(_of_release(line))

    assert (passed_over.reason.id, passed_over.line) == (kind.id, 9)


def test_a_merged_version_is_named() -> None:
    text = "x: &x {version: 1.2.3}\n" + release().replace("version: 1.2.3", "").replace(
        "chart: p", "<<: *x\n      chart: p"
    )

    reason = only_passed_over({"a.yaml": together(text, helm_repository())}).reason
    assert reason.id == NOT_EDITABLE.id
    assert "spec.chart.spec.version" in reason.sentence


def test_a_number_is_quoted_in_its_reason() -> None:
    assert "`1.10`" in only_passed_over(_of_release("version: 1.10")).reason.sentence


@pytest.mark.parametrize(
    "comment",
    [
        '{"$imagepolicy": "flux-system:app"}',
        '{"$imagepolicy": "flux-system:app:tag"}',
        '{"$imagepolicy":"flux-system:app:name"}',
        '## {"other": "x", "$imagepolicy": "flux-system:app:digest"}',
    ],
)
def test_a_marker_of_image_automation_leaves_the_value_to_flux(comment: str) -> None:
    assert only_passed_over(_of_release(f"version: 1.2.3 # {comment}")).reason.id == LEFT_TO_FLUX.id


@pytest.mark.parametrize(
    "comment",
    [
        '{"$imagepolicy": "flux-system:app:tag"} trailing',
        '{"$imagepolicy": "flux-system:app:other"}',
        '{"$imagepolicy": "app"}',
        '{"$imagepolicy": 1}',
        '{"$imagepolicy": "a:b", "x": 1}',
        '["$imagepolicy"]',
        '{"x": "$imagepolicy"}',
        "$imagepolicy",
        "[" * 4000 + "$imagepolicy",
    ],
)
def test_what_flux_takes_for_no_marker_is_none(comment: str) -> None:
    assert isinstance(only_reference(_of_release(f"version: 1.2.3 # {comment}")).pin, ExactPin)


@pytest.mark.parametrize(
    ("comment", "expected"),
    [
        ("flux-chart-bot: 1.2.x", "1.2.x"),
        ("flux-chart-bot:>=1 <2", ">=1 <2"),
        ("see the docs; flux-chart-bot: ~1.2", "~1.2"),
        ("flux-chart-bot:", "flux-chart-bot:"),
        ("other-flux-chart-bot: 1.x", ""),
        ("flux-chart-bot 1.x", "flux-chart-bot 1.x"),
    ],
)
def test_a_comment_on_the_line_of_the_version_narrows_it(comment: str, expected: str) -> None:
    assert only_reference(_of_release(f"version: 1.2.3 # {comment}")).narrowed_by == expected


@pytest.mark.parametrize(
    ("files", "rule"),
    [
        (_of_release("version: 1.2.3"), TagRule.HELM_REPOSITORY),
        (_of_repository("tag: 1.2.3"), TagRule.OCI_REPOSITORY),
        (
            _of_repository("tag: 1.2.3", f"layerSelector: {{mediaType: {CHART_LAYER}, operation: copy}}"),
            TagRule.OCI_REPOSITORY_CHART_LAYER,
        ),
        (_of_repository("tag: 1.2.3", "layerSelector: {mediaType: application/x}"), TagRule.OCI_REPOSITORY),
        ({"a.yaml": together(helm_chart(), helm_repository())}, TagRule.HELM_REPOSITORY),
    ],
)
def test_the_kind_of_source_decides_which_tags_flux_sees(files: dict[str, str], rule: TagRule) -> None:
    assert only_reference(files).tag_rule is rule


@pytest.mark.parametrize(
    "text",
    [
        together(release(version="version: 1.2.3   # x"), helm_repository()),
        together(release(version='version: "1.2.3"'), helm_repository()).replace("\n", "\r\n"),
        "\ufeff# ä ö ü\n" + together(release(version="version: '1.2.3'"), helm_repository()).rstrip(),
        together(helm_repository(), release(version="version: &v !!str 1.2.3")),
        together("# ünïcode: 日本\n", release(), helm_repository()),
    ],
)
def test_a_place_is_the_very_bytes_of_the_value(text: str) -> None:
    reference = only_reference({"a.yaml": text})

    assert _bytes_at_version(reference, text.encode()).strip(b"'\"") == b"1.2.3"


def _bytes_at_version(reference: Reference, data: bytes) -> bytes:
    assert isinstance(reference.pin, ExactPin)
    place = reference.pin.version
    assert data.decode().splitlines()[place.line - 1].lstrip("\ufeff")[place.column - 1 :].strip("'\"").startswith("1")
    return data[place.start : place.end]
