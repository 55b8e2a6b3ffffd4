"""An exact version: does it exist, and which newer one may stand in its place?"""

from dataclasses import replace

from bot.model.charts import TagList
from bot.model.references import ExactPin, Reference
from bot.model.verdicts import Current, Decision, Edit, Held, Update
from bot.reasons import FLOATING_TAG, TAG_MISSING
from bot.selection.limits import Limits, newest_allowed
from bot.versions.tags import SeenTags, TaggedVersion, TagRule, read_pin, see_pinnable, see_tags, tag_of
from bot.versions.version import Version, try_full


def decide_pin(reference: Reference, pin: ExactPin, tags: TagList, limits: Limits) -> Decision:
    """Judge an exact version. Edits of a digest that stands beside it are added once the digest is known."""
    text = pin.version.text
    current = _read(reference, pin)
    seen = _seen(reference, pin, tags, current) if current else None
    if current is None or seen is None:
        return Held(version=text, reason=FLOATING_TAG(tag=text, example=_example(tags, reference.tag_rule)))
    if not _exists(reference, pin, tags, seen, current):
        return Held(version=text, reason=TAG_MISSING(version=text, chart=reference.source.address))
    if disjoint := limits.disjoint(seen.versions, current):
        return Held(version=text, reason=disjoint)
    otherwise = () if _is_constraint(pin) else _written_otherwise(reference, tags, seen, current)
    newest_first = tuple(sorted((*seen.versions, *otherwise), key=lambda each: each.version.key, reverse=True))
    candidate, refused = newest_allowed(newest_first, current, limits, {each.tag for each in otherwise})
    if candidate is None:
        return Current(version=text, majors_behind=majors_behind(newest_first, current), refused=refused)
    new = _spelled(candidate, text) if _is_constraint(pin) else candidate.text
    return Update(
        old=text,
        new=new,
        tag=candidate.tag,
        tied=tuple(other.tag for other in seen.equals(candidate.version) if other.tag != candidate.tag),
        edits=(Edit(place=pin.version, text=new),),
        jump=jump(current, candidate.version),
        refused=refused,
    )


def jump(old: Version, new: Version) -> str:
    """The largest number that moves: `major`, `minor`, `patch`, or `prerelease` where none does."""
    moved = zip(("major", "minor", "patch"), old.key[:3], new.key[:3], strict=True)
    return next((name for name, before, after in moved if before != after), "prerelease")


def majors_behind(newest_first: tuple[TaggedVersion, ...], current: Version) -> int:
    """How many stable major versions exist beyond the one in use."""
    stable = {seen.version.major for seen in newest_first if not seen.version.prerelease}
    return sum(major > current.major for major in stable)


def _is_constraint(pin: ExactPin) -> bool:
    """An exact version in `spec.ref.semver` is a constraint that one version meets, not the name of a tag."""
    return pin.version.route[-1:] == ("semver",)


def _read(reference: Reference, pin: ExactPin) -> Version | None:
    return try_full(pin.version.text) if _is_constraint(pin) else read_pin(pin.version.text, reference.tag_rule)


def _seen(reference: Reference, pin: ExactPin, tags: TagList, current: Version) -> SeenTags:
    if _is_constraint(pin):
        return see_tags(tags.tags, reference.tag_rule)
    return see_pinnable(tags.tags, reference.tag_rule, current)


def _written_otherwise(
    reference: Reference, tags: TagList, seen: SeenTags, current: Version
) -> tuple[TaggedVersion, ...]:
    """The versions that the chart has in the other spelling only, with a `v` or without: said, never taken."""
    prefixed = current.original.startswith("v")
    others = [tag for tag in tags.tags if tag.startswith("v") != prefixed]
    spelling = replace(current, original=f"{'' if prefixed else 'v'}{current}")
    known = {each.version for each in seen.versions}
    found = see_pinnable(others, reference.tag_rule, spelling).versions if others else ()
    return tuple(each for each in found if each.version not in known)


def _exists(reference: Reference, pin: ExactPin, tags: TagList, seen: SeenTags, current: Version) -> bool:
    if _is_constraint(pin):
        return bool(seen.equals(current))
    return tag_of(pin.version.text, reference.tag_rule) in tags.tags


def _spelled(candidate: TaggedVersion, like: str) -> str:
    return f"{'v' if like.startswith('v') else ''}{candidate.version.without_metadata}"


def _example(tags: TagList, rule: TagRule) -> str:
    """The newest stable version there is, to pin instead of a floating tag."""
    stable = (seen for seen in see_tags(tags.tags, rule).newest_first() if not seen.version.prerelease)
    return next((seen.text for seen in stable), "1.2.3")
