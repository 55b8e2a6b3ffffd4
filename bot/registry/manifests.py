"""What a manifest says, and the digest of its bytes."""

import re
from datetime import UTC, datetime
from typing import Any

from bot.model.charts import ManifestFacts
from bot.registry.answers import Answer, bad_answer

TAG = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,127}")
"""https://github.com/opencontainers/distribution-spec/blob/main/spec.md#pulling-manifests"""

DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
# https://github.com/opencontainers/image-spec/blob/main/annotations.md
_VERSION = "org.opencontainers.image.version"
_CREATED = "org.opencontainers.image.created"
_MOST_CHARACTERS = 256


def facts(answer: Answer, reference: str) -> ManifestFacts:
    """Hash a manifest's bytes, hold the hash to what was asked for and to what the registry says, read the version.

    Raises:
        UnansweredError: The hash differs, or the bytes are no manifest.
    """
    import hashlib  # noqa: PLC0415 # many runs look at no manifest

    digest = f"sha256:{hashlib.sha256(answer.body).hexdigest()}"
    if DIGEST.fullmatch(reference) and digest != reference:
        raise bad_answer(answer.origin, "a manifest whose bytes are not those of the digest that was asked for")
    if (told := told_digest(answer)) and told != digest:
        raise bad_answer(answer.origin, "a manifest whose bytes are not those of the digest it is sent with")
    manifest = answer.object()
    return ManifestFacts(
        digest=digest, version=_annotation(manifest, _VERSION), created=_date(_annotation(manifest, _CREATED))
    )


def told_digest(answer: Answer) -> str:
    """The digest in the answer's head, empty where there is none of the kind we take."""
    text = answer.headers.get("Docker-Content-Digest", "")
    return text if DIGEST.fullmatch(text) else ""


def _annotation(manifest: dict[str, Any], name: str) -> str:
    annotations = manifest.get("annotations")
    text = annotations.get(name) if isinstance(annotations, dict) else None
    return text if isinstance(text, str) and len(text) <= _MOST_CHARACTERS else ""


def _date(text: str) -> datetime | None:
    """A date of RFC 3339, which is what the annotation has to be; one without a time zone is none."""
    try:
        read = datetime.fromisoformat(text)
        return read.astimezone(UTC) if read.tzinfo else None
    except (ValueError, OverflowError):
        return None
