"""Which pull request an update belongs to: its key, the last part of the branch's name."""

import hashlib
import re
from typing import assert_never

from msgspec import Struct
from msgspec.structs import replace

from bot.model.commits import BOT_BRANCHES
from bot.model.proposing import Extras, Grouping, Majors, NamedGroup, Promotion, Proposing, ProposingRule
from bot.model.references import Reference
from bot.model.tiers import Branch, Configuration, Tier
from bot.model.verdicts import Update, Verdict
from bot.planning.rules import matching

KEY_TRAILER = "Flux-Chart-Bot-Key"
"""Every commit of ours carries the key of its branch: others' kinds of branches are not for grouping to close."""
PROMOTION_TRAILER = "Flux-Chart-Bot-Promotion"
"""In its place where production is what changes: no grouping knows it, so no update touches such a branch."""
STATE = "state"
"""In the place of a tier's name: the branches of what is kept from run to run."""
_PROMOTION = "promotion"
_MAJORS = "majors"
_SHARED = "shared"
_MAJOR_JUMP = "major"
_LONGEST_SLUG = 40
_NOT_SLUG = re.compile(r"[^a-z0-9]+")
_TIER = re.compile(r"[a-z0-9][a-z0-9-]*")
_KEY = re.compile(r"all|promotion|[a-z0-9-]{1,40}-[0-9a-f]{8}")


class Key(Struct, frozen=True, kw_only=True, order=True):
    """What updates share with whom they share a pull request.

    Attributes:
        text: `all`, `promotion`, or a slug and a short hash of what it stands for.
        about: The same for people; empty where it is all of a tier.
        promotes: It is a promotion, which alone may change production.
        shared: It is a draft that moves several tiers at once.
    """

    text: str
    about: str = ""
    promotes: bool = False
    shared: bool = False

    @property
    def trailer(self) -> str:
        """The name of the trailer by which its commits are told from those of other kinds of branches."""
        return PROMOTION_TRAILER if self.promotes else KEY_TRAILER


ALL = Key(text="all")
BEYOND = NamedGroup(name="beyond follow")
"""The group of what lies past how far a tier follows. No group of a configuration can be called so."""
ROLLBACKS = NamedGroup(name="go back")
"""The group of what goes back, where a tier's pull requests merge themselves. No group can be called so either."""


def branch_of(tier: Tier, key: str = ALL.text) -> Branch:
    """The branch of a pull request: deterministic, so that every run finds it again."""
    return f"{BOT_BRANCHES}{tier.name}/{key}"


def key_in(branch: Branch, tier: Tier) -> str | None:
    """The key in a branch's name; None where it is no name that `branch_of` gives for this tier."""
    prefix = branch_of(tier, "")
    key = branch.removeprefix(prefix)
    return key if branch.startswith(prefix) and _KEY.fullmatch(key) else None


def tier_in(branch: Branch) -> tuple[str, str] | None:
    """The tier's name and the key in a branch's name, whatever tiers there are; None where it is no such name."""
    name, _, key = branch.removeprefix(BOT_BRANCHES).partition("/")
    ours = branch.startswith(BOT_BRANCHES) and name != STATE and _TIER.fullmatch(name) and _KEY.fullmatch(key)
    return (name, key) if ours else None


def proposing_of(reference: Reference, tier: Tier, configuration: Configuration, jump: str) -> Proposing:
    """The tier's settings as the rules change them for one update; the last rule that matches wins, value by value."""
    settings = tier.proposing
    for rule in matching(reference, tier, configuration, jump):
        said = rule.proposing
        settings = replace(
            settings,
            group=said.group or settings.group,
            mode=said.mode or settings.mode,
            windows=settings.windows if said.windows is None else said.windows,
            extras=_extras(settings.extras, said),
        )
    return settings


def _extras(extras: Extras, said: ProposingRule) -> Extras:
    return replace(
        extras,
        labels=extras.labels if said.labels is None else said.labels,
        reviewers=extras.reviewers if said.reviewers is None else said.reviewers,
    )


def key_of(verdict: Verdict, update: Update, settings: Proposing) -> Key:
    """The key of one update."""
    if update.goes_back and settings.extras.auto_merge:
        # Nothing goes back without a person: it is in no pull request that merges itself.
        settings = replace(settings, group=ROLLBACKS)
    key = _key_of(verdict, update, settings)
    return _shared(key, update) if update.shared else key


def _key_of(verdict: Verdict, update: Update, settings: Proposing) -> Key:
    apart = settings.majors is Majors.APART and update.jump == _MAJOR_JUMP
    match settings.group:
        case Grouping.TIER:
            return _named("tier", _MAJORS, _MAJORS) if apart else ALL
        case Grouping.CHART:
            shared = str(verdict.reference.source.address)
            kind, about = "chart", shared.rpartition("/")[2]
        case Grouping.OWNER:
            owners = verdict.reference.owners
            shared = " ".join(owners)
            kind, about = "owner", ", ".join(one.removeprefix("@") for one in owners) or "nobody"
        case NamedGroup(name=name):
            shared, kind, about = name, "group", name
        case Promotion(chart=chart):
            return promotion_key(chart)
        case _:
            assert_never(settings.group)
    return _grouped(kind, shared, about, apart=apart)


def beyond_key() -> Key:
    """The key of the one draft of what lies past how far a tier follows."""
    return _grouped("group", BEYOND.name, BEYOND.name, apart=False)


def _grouped(kind: str, shared: str, about: str, *, apart: bool) -> Key:
    return _named(f"{kind} {_MAJORS if apart else ''} {shared}", about, f"{about}, {_MAJORS}" if apart else about)


def promotion_key(chart: str = "") -> Key:
    """The key of a promotion: of everything, or of one chart by its address."""
    if not chart:
        return Key(text=_PROMOTION, about=_PROMOTION, promotes=True)
    named = _named(f"{_PROMOTION} {chart}", f"{_PROMOTION}-{chart.rpartition('/')[2]}", _PROMOTION)
    return replace(named, promotes=True)


def is_of_promotion(key: str) -> bool:
    """Whether a key is, by its name, one that `promotion_key` gives; all that is known where the branch is gone."""
    return key == _PROMOTION or key.startswith(f"{_PROMOTION}-")


def _shared(key: Key, update: Update) -> Key:
    """What several tiers share is grouped as ever, and apart from what is one tier's, and from other tiers'."""
    tiers = " ".join(one.tier.name for one in update.shared)
    return replace(_named(f"{_SHARED} {tiers} {key.text}", _SHARED, key.about), shared=True)


def _named(identity: str, slug: str, about: str) -> Key:
    """A slug for people, and a hash that keeps apart what slugs alike."""
    slug = _NOT_SLUG.sub("-", slug.lower()).strip("-")[:_LONGEST_SLUG].strip("-") or "x"
    digest = hashlib.sha256(identity.encode(errors="backslashreplace")).hexdigest()[:8]
    return Key(text=f"{slug}-{digest}", about=about)
