"""explain: one place of all that a scan finds, and how its verdict came about."""

from collections.abc import Iterable, Iterator

from msgspec.structs import replace

from bot.errors import UsageError
from bot.maturity.durations import duration_text
from bot.model.charts import TagList
from bot.model.explanations import Bound, Considered, Explained, Explanation, Spot
from bot.model.references import PassedOver, RangePin, Reference
from bot.model.tiers import Configuration
from bot.model.verdicts import Current, Update, Verdict
from bot.planning.mirrors import same_as
from bot.planning.sharing import named, whole_tiers
from bot.reason import Reason
from bot.selection.considered import offer_for
from bot.selection.limits import Limits, limits_of
from bot.steps.edit import TierEdits
from bot.steps.look_up import Answers
from bot.steps.resolve import Resolved
from bot.steps.scan import Scanned
from bot.steps.select_versions import version_in_use
from bot.versions.constraint import Constraint
from bot.versions.version import Version, try_written

_MOST_NAMED = 20


def focus(resolved: Resolved, scanned: Iterable[Scanned], spot: Spot) -> Resolved:
    """Leave only what lies at one place, so that only its charts are asked for.

    Raises:
        UsageError: Nothing lies there; the mend names what does in that file.
    """
    views = tuple(
        replace(
            view,
            references=tuple(item for item in view.references if _is_there(item, spot)),
            passed_over=tuple(item for item in view.passed_over if _was_there(item, spot)),
        )
        for view in resolved.views
    )
    outside = tuple(item for item in resolved.outside if _was_there(item, spot))
    if not outside and not any(view.references or view.passed_over for view in views):
        raise _nothing_there(resolved, scanned, spot)
    return Resolved(views=views, outside=outside)


def explain(
    edited: Iterable[TierEdits], answers: Answers, configuration: Configuration, focused: Resolved, spot: Spot
) -> Explained:
    """Give every verdict its reasons."""
    passed: dict[PassedOver, list[str]] = {item: [] for item in focused.outside}
    for view in focused.views:
        for item in view.passed_over:
            passed.setdefault(item, []).append(view.tier.name)
    judged = (_explain(verdict, answers, configuration) for tier in edited for verdict in tier.verdicts)
    return Explained(
        spot=spot, judged=tuple(judged), passed_over=tuple((item, tuple(names)) for item, names in passed.items())
    )


def _is_there(reference: Reference, spot: Spot) -> bool:
    lines = {(reference.path, reference.line), *((place.path, place.line) for place in reference.pin.places)}
    return (
        (spot.path, spot.line) in lines
        if spot.line
        else spot.path in {*(path for path, _ in lines), *reference.also_in}
    )


def _was_there(item: PassedOver, spot: Spot) -> bool:
    return item.path == spot.path and (not spot.line or item.line in {0, spot.line})


def _nothing_there(resolved: Resolved, scanned: Iterable[Scanned], spot: Spot) -> UsageError:
    if not any(spot.path in one.paths for one in scanned):
        return UsageError(
            f"--explain is {str(spot)!r}, and there is no such file",
            "Give the path from the top of the repository, as the report shows it",
        )
    held = list(dict.fromkeys(_held(resolved, spot.path)))
    shown = [f"  {line}: {name}" for line, name in sorted(held)[:_MOST_NAMED]]
    if len(held) > _MOST_NAMED:
        shown.append(f"  and {len(held) - _MOST_NAMED} more")
    if not shown:
        return UsageError(
            f"{spot.path} holds no version of a chart",
            "Name a file that holds a HelmRelease, OCIRepository or HelmChart",
        )
    return UsageError(f"nothing is decided at {spot}", "\n".join(("These lines of the file decide something:", *shown)))


def _held(resolved: Resolved, path: str) -> Iterator[tuple[int, str]]:
    for view in resolved.views:
        for reference in view.references:
            for place in reference.pin.places:
                if place.path == path:
                    yield place.line, reference.named
            if reference.path == path:
                yield reference.line, reference.named
    for item in (*resolved.outside, *(item for view in resolved.views for item in view.passed_over)):
        if item.path == path:
            yield item.line, f"{item.object} ({item.reason.id})" if item.object else item.reason.id


def _explain(verdict: Verdict, answers: Answers, configuration: Configuration) -> Explanation:
    reference = verdict.reference
    limits = limits_of(reference, verdict.tier, configuration)
    tags = answers.tags.get(reference.source)
    return Explanation(
        verdict=verdict,
        told_as=str(same_as(reference.source.address, configuration.mirrors) or ""),
        bounds=tuple(_bounds(verdict, None if isinstance(limits, Reason) else limits, configuration)),
        considered=_considered(verdict, tags) if isinstance(tags, TagList) else (),
        tags=len(tags.tags) if isinstance(tags, TagList) else None,
    )


def _bounds(verdict: Verdict, limits: Limits | None, configuration: Configuration) -> Iterator[Bound]:
    pin, tier = verdict.reference.pin, verdict.tier
    if isinstance(pin, RangePin):
        yield Bound(what=pin.constraint, origin="the manifest's own range" if pin.place else "no version is written")
        if pin.tag_filter:
            yield Bound(what=f"tags that match {pin.tag_filter}", origin="`semverFilter`")
    if limits is None:
        return
    of_tier = f"tier {tier.name}, {_at(configuration, tier.line)}"
    if tier.production:
        yield Bound(what="nothing moves by itself, it is production", origin=of_tier)
    elif limits.pace.by_merge:
        yield Bound(what=f"moves by merges of {', '.join(limits.pace.comes_from)}", origin=of_tier)
    elif policy := verdict.reference.policy:
        yield Bound(what="the tag that it takes", origin=f"ImagePolicy {policy.name}")
    else:
        rule = f"a rule, {_at(configuration, limits.follow_rule)}"
        yield Bound(what=_followed(limits, _in_use(verdict)), origin=rule if limits.follow_rule else of_tier)
    if isinstance(verdict.decision, Update) and verdict.decision.shared:
        tiers = named(whole_tiers([verdict.decision]))
        at = _at(configuration, configuration.shared.line)
        yield Bound(what=f"what all of {tiers} take, for a draft", origin=f"`shared`, {at}")
    rule = f"a rule, {_at(configuration, limits.rollback_rule)}"
    yield from _paced(limits, of_tier, rule if limits.rollback_rule else of_tier)
    for skipped in limits.skip:
        yield Bound(what=f"never {skipped}", origin=f"a rule, {_at(configuration, limits.skip_rule)}")
    if limits.narrowed_by:
        yield Bound(what=str(limits.narrowed_by), origin="the comment on its line")


def _paced(limits: Limits, of_tier: str, back_by: str) -> Iterator[Bound]:
    pace = limits.pace
    if limits.stays:
        return
    if limits.goes_back:
        yield Bound(what="back where the version in use is gone, skipped or held", origin=f"`rollback`, {back_by}")
    if pace.wait:
        yield Bound(what=f"not before {duration_text(pace.wait)} after it was first seen", origin=f"`wait`, {of_tier}")
    if pace.settle:
        yield Bound(what=f"at most one move in {duration_text(pace.settle)}", origin=f"`settle`, {of_tier}")
    for name in pace.comes_from:
        yield Bound(what=f"only what {name} ran for {duration_text(pace.soak)}", origin=f"`from`, {of_tier}")
    for one in pace.with_status:
        yield Bound(what=f"only with success of {one.context} by {one.creator}", origin=f"`with-status`, {of_tier}")


def _at(configuration: Configuration, line: int) -> str:
    return f"{configuration.path}:{line}" if line else configuration.path


def _followed(limits: Limits, current: Version | None) -> str:
    if isinstance(limits.follow, Constraint):
        return str(limits.follow)
    within = limits.reach(current).within if current and not limits.stays else None
    return f"{limits.follow.value}, here {within}" if within else limits.follow.value


def _in_use(verdict: Verdict) -> Version | None:
    """The version in use; what Flux runs, for a range."""
    match verdict.decision:
        case Current(runs=text) if text:
            pass
        case Update(jump="pin", new=text):
            pass
        case _:
            text = version_in_use(verdict.reference)
    return try_written(text)


def _considered(verdict: Verdict, tags: TagList) -> tuple[Considered, ...]:
    offer = offer_for(verdict.reference, tags)
    if offer is None:
        return ()
    decision, current = verdict.decision, _in_use(verdict)
    refused = {one.tag: one.why for one in decision.refused} if isinstance(decision, Update | Current) else {}
    taken = decision.tag if isinstance(decision, Update) else ""
    runs = "what Flux runs" if isinstance(verdict.reference.pin, RangePin) else "in use"

    def thought(tag: str, version: Version) -> str:
        words = (refused.get(tag, ""), "taken" if tag == taken else "", runs if version == current else "")
        return ", ".join(filter(None, words))

    return tuple(Considered(tag=seen.tag, thought=thought(seen.tag, seen.version)) for seen in offer.newest_first)
