"""What a manifest pins: an exact version, a range, a digest, or nothing that can be judged."""

import re

from bot.flux.fields import Fields, Written
from bot.flux.objects import Marked, Wish
from bot.flux.remarks import narrowing
from bot.imagepolicies.markers import marker_of
from bot.model.references import DigestPin, ExactPin, Pin, RangePin
from bot.reason import Reason
from bot.reasons import DIGEST_WITH_RANGE, FLOATING_TAG, NO_NAME
from bot.versions.version import try_flux, try_full

_REF = ("spec", "ref")
_DEFAULT_TAG = "latest"
# The only algorithm of Flux's API; https://github.com/opencontainers/image-spec/blob/v1.1.1/descriptor.md#digests
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
_NO_DIGEST = "spec.ref.digest is not `sha256:` with 64 hexadecimal digits"


def wish_of_chart(manifest: Fields, *version: str) -> Wish:
    """What `version` of a HelmRelease's template or a HelmChart asks for.

    Flux takes a full version (three parts, loosely read) as the tag itself and anything else as a constraint; absent or
    empty is `*`.

    Args:
        manifest: The object.
        version: The way to its version.

    Source: https://github.com/fluxcd/source-controller/blob/v1.9.1/internal/helm/repository/oci_chart_repository.go
    """
    written = manifest.written(*version)
    if written is None:
        return Wish(pin=RangePin(constraint="*"))
    if isinstance(written, Reason):
        return Wish(pin=written, line=manifest.line_of(*version))
    if try_flux(written.place.text):
        return _wish(ExactPin(version=written.place), written)
    return _wish(RangePin(constraint=written.place.text, place=written.place), written)


def wish_of_repository(manifest: Fields) -> Wish:
    """What `spec.ref` of an OCIRepository asks for.

    `digest` beats `semver`, `semver` beats `tag`, and without any of them it is `latest`. An exact version
    in `semver` is a pin like any other: it moves by being rewritten. With a `semverFilter` beside it, it stays what
    Flux makes of it, a range.

    Source: https://github.com/fluxcd/source-controller/blob/v1.9.1/internal/controller/ocirepository_controller.go
    """
    digest, semver = manifest.written(*_REF, "digest"), manifest.written(*_REF, "semver")
    version = semver or manifest.written(*_REF, "tag")
    tag_filter = manifest.text(*_REF, "semverFilter")
    if isinstance(digest, Reason):
        return Wish(pin=digest, line=manifest.line_of(*_REF, "digest"))
    if isinstance(version, Reason):
        return Wish(pin=version, line=manifest.line_of(*_REF, "semver" if semver else "tag"))
    if isinstance(tag_filter, Reason):
        return Wish(pin=tag_filter, line=manifest.line_of(*_REF, "semverFilter"))
    return _pinned(digest, version, is_constraint=bool(semver), tag_filter=tag_filter)


def _pinned(digest: Written | None, version: Written | None, *, is_constraint: bool, tag_filter: str) -> Wish:
    if digest and not _DIGEST.fullmatch(digest.place.text):
        return Wish(
            pin=NO_NAME(kind="OCIRepository", problem=_NO_DIGEST), line=digest.place.line, path=digest.place.path
        )
    if version is None:
        if digest is None:
            return Wish(pin=FLOATING_TAG(tag=_DEFAULT_TAG, example="1.2.3"))
        return _wish(DigestPin(digest=digest.place), digest)
    text = version.place.text
    if is_constraint and (tag_filter or not try_full(text)):
        if digest is not None:
            return Wish(pin=DIGEST_WITH_RANGE(), line=digest.place.line, path=digest.place.path)
        return _wish(RangePin(constraint=text, place=version.place, tag_filter=tag_filter), version)
    pin = ExactPin(version=version.place, digest=digest.place if digest else None, as_constraint=is_constraint)
    return _wish(pin, version, digest)


def _wish(pin: Pin, version: Written, digest: Written | None = None) -> Wish:
    """A pin, with the markers that say that Flux's image automation writes it."""
    place = version.place
    return Wish(
        pin=pin,
        line=place.line,
        path=place.path,
        narrowed_by=narrowing(version.comment),
        marked=_marked(pin, version, digest),
    )


def _marked(pin: Pin, version: Written, digest: Written | None) -> Marked | None:
    first, second = marker_of(version.comment), marker_of(digest.comment) if digest else None
    if isinstance(pin, DigestPin):
        first, second = None, first
    if not first and not second:
        return None
    return Marked(
        version=first,
        digest=second,
        both=digest is not None,
        filtered=isinstance(pin, RangePin) and bool(pin.tag_filter),
        bare=version.bare,
    )
