"""From the file's `tiers` to tiers that can be trusted."""

from collections.abc import Iterator, Mapping
from typing import Any

from bot.config.located import Located
from bot.config.pace import read_pace
from bot.config.production import looks_like_production
from bot.config.proposing import proposing_faults, read_proposing
from bot.config.schema_check import NAME_MEND
from bot.config.wording import dotted, shown
from bot.errors import Fault
from bot.model.branch_names import branch_problem
from bot.model.commits import BOT_BRANCHES
from bot.model.proposing import Beyond, Rollback
from bot.model.tiers import Tier
from bot.planning.path_patterns import pattern_problem
from bot.versions.constraint import InvalidConstraint
from bot.versions.follow import Follow, Reach, parse_follow
from bot.yamltext.nodes import Route

_FOLLOW_MEND = "Write any, minor, patch, exact, or a constraint such as `6.x` or `>=1.2.0 <2.0.0`"


def read_tier(located: Located, name: str, keys: dict[str, Any]) -> tuple[Tier, tuple[Fault, ...]]:
    """One tier, whose shape is right, and what its values are wrong about."""
    route: Route = ("tiers", name)
    follow, follow_faults = read_follow(located, (*route, "follow"), keys.get("follow", Reach.EXACT.value))
    pace, pace_faults = read_pace(located, route, keys)
    tier = Tier(
        name=name,
        paths=tuple(keys["paths"]),
        branch=keys.get("branch"),
        follow=follow,
        production=keys.get("production", False),
        production_said="production" in keys,
        line=located.line(route),
        column=located.column(route),
        pace=pace,
        proposing=read_proposing(keys),
        standing_draft=keys.get("promote") == "standing-draft",
    )
    faults = (
        *_name_faults(located, route, tier),
        *pattern_faults(located, {(*route, "paths", index): text for index, text in enumerate(tier.paths)}),
        *_branch_faults(located, route, tier),
        *follow_faults,
        *pace_faults,
        *proposing_faults(located, route, keys),
        *_production_faults(located, route, tier),
        *_promotion_faults(located, route, tier),
    )
    return tier, faults


def read_follow(located: Located, route: Route, text: str) -> tuple[Follow, tuple[Fault, ...]]:
    """How far to follow; nowhere, with a fault, where the text says nothing that can be followed."""
    try:
        return parse_follow(text), ()
    except InvalidConstraint as problem:
        return Reach.EXACT, (constraint_fault(located, route, problem, _FOLLOW_MEND),)


def pattern_faults(located: Located, patterns: Mapping[Route, str]) -> Iterator[Fault]:
    """What is wrong with patterns of paths."""
    for route, pattern in patterns.items():
        if problem := pattern_problem(pattern):
            yield located.fault(route, f"the pattern {shown(pattern)} {problem}")


def constraint_fault(located: Located, route: Route, problem: InvalidConstraint, mend: str) -> Fault:
    """A text that is no constraint, at the character where reading it stopped."""
    message = f"{dotted(route)} is {shown(problem.text)}, not a constraint: {problem.fault.value}"
    return located.fault(route, message, mend, offset=problem.offset)


def _name_faults(located: Located, route: Route, tier: Tier) -> Iterator[Fault]:
    # The schema's `$` is the one of editors; Python's also matches before a last line break.
    if tier.name.endswith("\n"):
        yield located.key_fault(route, f"{shown(tier.name)} cannot be the name of a tier", NAME_MEND)


def _branch_faults(located: Located, route: Route, tier: Tier) -> Iterator[Fault]:
    if tier.branch is None:
        return
    here = (*route, "branch")
    if problem := branch_problem(tier.branch):
        yield located.fault(here, f"{shown(tier.branch)}: {problem}", "Name the branch as `git branch` lists it")
    elif tier.branch.startswith(BOT_BRANCHES):
        message = f"{shown(tier.branch)} is one of the bot's own branches"
        yield located.fault(here, message, "Name the branch that the pull requests shall go to")


def _production_faults(located: Located, route: Route, tier: Tier) -> Iterator[Fault]:
    if tier.production and tier.follow is not Reach.EXACT:
        message = f"the production tier {shown(tier.name)} follows something; production is never edited by itself"
        yield located.fault((*route, "follow"), message, "Remove `follow`")
    if tier.production and tier.proposing.beyond is Beyond.DRAFT:
        message = f"the production tier {shown(tier.name)} wants drafts; production is never edited by itself"
        yield located.fault((*route, "beyond"), message, "Remove `beyond`")
    if tier.production and tier.proposing.rollback is Rollback.PROPOSE:
        message = f"the production tier {shown(tier.name)} wants rollbacks; production is never edited by itself"
        yield located.fault((*route, "rollback"), message, "Remove `rollback`")
    if tier.production_said:
        return
    if found := looks_like_production((tier.name, *tier.paths)):
        message = f"the tier {shown(tier.name)} does not say whether it is production, and {shown(found[0])} looks so"
        mend = "Add `production: true`, and it is never edited by itself; or `production: false`"
        yield located.key_fault(route, message, mend)


def _promotion_faults(located: Located, route: Route, tier: Tier) -> Iterator[Fault]:
    """A draft of what is promoted, where nothing is."""
    here = (*route, "promote")
    if not tier.standing_draft:
        return
    if not tier.production:
        message = f"the tier {shown(tier.name)} is not production, so there is nothing to promote to it"
        yield located.key_fault(here, message, "Remove `promote`; `follow` and `from` move it")
    elif tier.pace.by_merge:
        message = f"the tier {shown(tier.name)} moves by merges, which promote to it"
        yield located.key_fault(here, message, "Remove `promote`")
    elif not tier.pace.comes_from:
        message = "`promote` without `from`: no tier is named whose versions are promoted"
        yield located.key_fault(here, message, "Name the tier before this one in `from`")
