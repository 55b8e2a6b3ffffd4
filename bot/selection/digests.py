"""Digests: one that stands alone is a version in disguise; one beside a tag moves with it.

A digest that is written is always the hash of bytes that were fetched.
"""

from msgspec.structs import replace

from bot.model.charts import ManifestFacts, TagList, Unreachable
from bot.model.references import DigestPin, ExactPin, Reference
from bot.model.verdicts import Current, Decision, Edit, Held, Update
from bot.reasons import DIGEST_CHANGED, DIGEST_UNKNOWN, SAME_PRECEDENCE
from bot.selection.limits import Limits
from bot.selection.pins import decide_pin
from bot.versions.tags import read_pin


def decide_digest(
    reference: Reference, pin: DigestPin, tags: TagList, limits: Limits, facts: ManifestFacts, tag_digest: str
) -> Decision:
    """Judge a digest that stands alone, once its manifest has said which version it is.

    Args:
        reference: The reference.
        pin: Its digest.
        tags: All tags of the chart.
        limits: What bounds the reference.
        facts: What the manifest under the digest says of itself.
        tag_digest: What the tag of that version resolves to now. Only where the two agree is the digest that version:
            an annotation is the publisher's word, a tag the registry's.
    """
    digest = pin.digest.text
    tag = tag_named_by(facts, tags)
    if tag is None or tag_digest != digest or read_pin(tag, reference.tag_rule) is None:
        return Held(version=digest, reason=DIGEST_UNKNOWN(digest=digest))
    stand_in = ExactPin(version=replace(pin.digest, text=tag))
    decision = decide_pin(reference, stand_in, tags, limits)
    return replace(decision, edits=()) if isinstance(decision, Update) else decision


def tag_named_by(facts: ManifestFacts, tags: TagList) -> str | None:
    """The tag that belongs to a manifest's version annotation (`+` is `_` in a tag), where the chart has it."""
    spelled = facts.version.replace("+", "_")
    return next((tag for tag in (spelled, f"v{spelled}") if spelled and tag in tags.tags), None)


def digest_place_pinned(reference: Reference) -> bool:
    """Whether the reference holds a digest, which an update has to move too."""
    match reference.pin:
        case DigestPin():
            return True
        case ExactPin(digest=digest):
            return digest is not None
        case _:
            return False


def with_digest(reference: Reference, update: Update, facts: ManifestFacts | Unreachable) -> Decision:
    """Complete an update with the digest of its new tag; without one nothing is edited."""
    if isinstance(facts, Unreachable):
        return Held(version=update.old, reason=facts.reason)
    pin = reference.pin
    place = pin.digest if isinstance(pin, ExactPin | DigestPin) else None
    if place is None or place.text == facts.digest:
        # Two tags of one manifest: only what names the version moves, and for a lone digest nothing does.
        same = Current(version=update.old, refused=update.refused)
        return replace(update, digest=facts.digest) if update.edits else same
    if reference.policy and update.old == update.new:
        reason = DIGEST_CHANGED(tag=update.tag, policy=reference.policy.name)
        return Held(version=update.old, reason=reason)
    return replace(update, digest=facts.digest, edits=(*update.edits, Edit(place=place, text=facts.digest)))


def without_tie(update: Update, digests: tuple[str | Unreachable, ...]) -> Decision:
    """Hold an update whose version is several tags with different charts; `digests` are those of all of them."""
    for answer in digests:
        if isinstance(answer, Unreachable):
            return Held(version=update.old, reason=answer.reason)
    if len(set(digests)) > 1:
        return Held(version=update.old, reason=SAME_PRECEDENCE(tags=", ".join((update.tag, *update.tied))))
    return update
