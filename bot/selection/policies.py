"""What an image policy decides: the tag that Flux's automation would write, or why it is not written.

The policy is the person's own rule for this one value, so the tier's `follow` does not narrow it. What holds for every
edit holds here too: production is never edited, `skip` is never taken, nothing moves downwards, and nothing is written
that Flux would not take there.
"""

from bot.imagepolicies.policies import Latest, latest
from bot.maturity.gates import NotYet
from bot.model.charts import ManifestFacts, TagList
from bot.model.image_policies import DigestReflection, FollowedPolicy
from bot.model.places import Place
from bot.model.references import DigestPin, ExactPin, RangePin, Reference
from bot.model.verdicts import Current, Decision, Edit, Held, Refused, Update
from bot.reasons import POLICY_TAKES_NONE, POLICY_UNUSABLE
from bot.selection.digests import tag_named_by
from bot.selection.limits import Limits
from bot.selection.pins import jump
from bot.versions.tags import TagRule, read_pin, tag_of
from bot.versions.version import try_full, try_loose, try_written


def decide_policy(
    reference: Reference, policy: FollowedPolicy, tags: TagList, limits: Limits, facts: ManifestFacts | None = None
) -> Decision:
    """Judge a version that an image policy writes. A digest is added once it is known.

    Args:
        reference: The reference.
        policy: Its policy.
        tags: All tags of the chart.
        limits: What bounds the reference.
        facts: What the manifest says of itself whose digest stands there alone.
    """
    place = _place(reference)
    digest = reference.pin.digest.text if isinstance(reference.pin, DigestPin) else ""
    old = place.text if place else (facts and tag_named_by(facts, tags)) or digest
    found = latest(policy, tags.tags)
    if not isinstance(found, Latest):
        chart = reference.source.address
        return Held(version=old, reason=POLICY_TAKES_NONE(policy=policy.name, chart=chart, problem=found))
    if found.tag == old:
        return _unmoved(reference, policy, old)
    if place and not _fits(reference, found.tag):
        problem = f"Flux would not take `{found.tag}` as the version here"
        return Held(version=old, reason=POLICY_UNUSABLE(policy=policy.name, problem=problem))
    if refused := _refused(old, found.tag, limits):
        newest = "" if _is_lower(found.tag, old) else found.tag
        return Current(version=old, newest=newest, refused=(refused,))
    return _moved(old, found, place)


def _place(reference: Reference) -> Place | None:
    """Where the tag is written; nowhere where a digest stands alone."""
    match reference.pin:
        case ExactPin(version=place) | RangePin(place=place):
            return place
        case DigestPin():
            return None


def _unmoved(reference: Reference, policy: FollowedPolicy, tag: str) -> Decision:
    """The tag is in use. Whether its digest is, has to be asked for where the policy always wants the present one."""
    pinned = isinstance(reference.pin, DigestPin) or (isinstance(reference.pin, ExactPin) and reference.pin.digest)
    if pinned and policy.spec.digests is DigestReflection.ALWAYS:
        return Update(old=tag, new=tag, tag=tag, edits=())
    return Current(version=tag)


def _fits(reference: Reference, tag: str) -> bool:
    """Whether the tag, written where the version stands, means the tag to Flux."""
    pin, rule = reference.pin, reference.tag_rule
    if rule is TagRule.HELM_REPOSITORY:
        return read_pin(tag, rule) is not None and tag_of(tag, rule) == tag
    as_constraint = isinstance(pin, RangePin) or (isinstance(pin, ExactPin) and pin.as_constraint)
    return not as_constraint or try_full(tag) is not None


def _refused(old: str, new: str, limits: Limits) -> Refused | None:
    if why := _refusal(old, new, limits):
        return Refused(tag=new, why=why)
    after, before = (try_written(tag) for tag in (new, old))
    not_yet = limits.not_yet(new, after)
    if not_yet is None and limits.others:
        not_yet = limits.objection_elsewhere(new, after, before or after) if after else NotYet("not a version")
    return Refused(tag=new, why=not_yet.why, until=not_yet.until, in_time=True) if not_yet else None


def _refusal(old: str, new: str, limits: Limits) -> str | None:
    if limits.why_it_stays:
        return limits.why_it_stays
    if _is_lower(new, old):
        return f"lower than {old}, and nothing moves downwards by itself"
    after = try_loose(new)
    return limits.refusal(after, limits.reach(after)) if after else None


def _is_lower(tag: str, old: str) -> bool:
    before, after = try_loose(old), try_loose(tag)
    return before is not None and after is not None and after < before


def _moved(old: str, found: Latest, place: Place | None) -> Update:
    before, after = try_loose(old), try_loose(found.tag)
    return Update(
        old=old,
        new=found.tag,
        tag=found.tag,
        tied=found.tied,
        edits=(Edit(place=place, text=found.tag),) if place else (),
        jump=jump(before, after) if before and after else "patch",
    )
