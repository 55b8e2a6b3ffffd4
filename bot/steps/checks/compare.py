"""compare: the versions that a pull request's people changed, tier by tier."""

from collections.abc import Iterable, Iterator, Mapping
from enum import IntEnum

from msgspec import Struct
from msgspec.structs import replace

from bot.flux.references import Resolution
from bot.model.charts import ChartAddress
from bot.model.references import RangePin, Reference
from bot.model.tiers import Configuration, SuspendedPolicy, Tier
from bot.planning.mirrors import canonical
from bot.planning.rules import without_rollbacks
from bot.planning.tiers import roots_in
from bot.steps.checks.lost import Lost, lost
from bot.steps.checks.unfollowed import Unfollowed, unfollowed
from bot.steps.resolve import Resolved, TierView, by_tier, references_of, resolution_of
from bot.steps.scan import Base, Scanned
from bot.steps.side import texts_of, wish_alike
from bot.steps.unseen import Unseen, unseen


class Edited(Struct, frozen=True, kw_only=True):
    """One reference of a tier that says another version than before, or runs the one that did not, or may not have.

    Attributes:
        old: The same object before, with the same chart, else that in whose place it comes; None for none, or several.
        new: As the pull request has it.
        known: The object was there before, with whatever chart, or its chart was, under whatever name.
    """

    tier: Tier
    old: Reference | None
    new: Reference
    known: bool

    @property
    def ran(self) -> Reference | None:
        """What ran before in its place: what is suspended, or applied by nobody, counts only where it stays so."""
        return self.old if self.old and not _begins(self.old, self.new) else None


class Compared(Struct, frozen=True, kw_only=True):
    """What two trees differ in, as far as versions go."""

    edited: tuple[Edited, ...] = ()
    lost: tuple[Lost, ...] = ()
    unfollowed: tuple[Unfollowed, ...] = ()
    unseen: tuple[Unseen, ...] = ()


def compare(before: Scanned, after: Scanned, configuration: Configuration) -> Compared:
    """Every reference of `after` that does not wish what its object wished before, and what cannot be judged now."""
    was, is_now = resolution_of(before, configuration), resolution_of(after, configuration)
    past, present = by_tier(before, was), by_tier(after, is_now)
    tiers = after.base.tiers
    gone = tuple(
        one for tier in tiers for one in lost(tier, tiers, _with_files(before, was), _with_files(after, is_now))
    )
    said = {(one.tier.name, one.reason) for one in gone}
    known = {(one.path, one.reason) for one in gone}
    hidden = (one for tier in tiers for one in unseen(tier, was, is_now))
    builds = (one for tier in tiers for one in unfollowed(tier, before, after))
    return Compared(
        edited=tuple(
            edited
            for tier in tiers
            for edited in _edited(tier, _in_tier(tier, past, before), _in_tier(tier, present, after), configuration)
        ),
        lost=gone,
        unfollowed=tuple(one for one in builds if (one.tier.name, one.reason) not in said),
        unseen=tuple(one for one in hidden if (one.at.path, one.at.reason) not in known),
    )


def _in_tier(tier: Tier, found: Mapping[str, Iterable[Reference]], scanned: Scanned) -> Iterator[Reference]:
    """A tier's references as they are there: what only others run for now is suspended."""
    roots = scanned.graph.roots if scanned.graph else ()
    idle = frozenset(root.by for root in roots if root.suspended)
    unsure = idle | frozenset(root.by for root in roots if root.unsure)
    for each in found[tier.name]:
        mine = roots_in(each, tier)
        suspended = bool(mine) and (idle | each.stopped).issuperset(mine)
        doubted = bool(mine) and (unsure | each.doubted).issuperset(mine)
        yield replace(each, suspended=each.suspended or suspended, unsure=each.unsure or doubted)


def _with_files(one: Scanned, resolution: Resolution) -> Resolution:
    return replace(resolution, passed_over=(*one.passed_over, *resolution.passed_over))


def views_of(edited: Iterable[Edited], after: Scanned) -> Resolved:
    """The edits as the story's steps take references."""
    by_tier: dict[str, list[Reference]] = {}
    for one in edited:
        by_tier.setdefault(one.tier.name, []).append(one.new)
    views = (_view(after, tier, by_tier.get(tier.name, ())) for tier in after.base.tiers)
    return Resolved(views=tuple(views), outside=())


def tips_of(scanned: Iterable[Scanned], configuration: Configuration) -> Resolved:
    """What the base branches run; faults of the configuration's paths are for those who can mend them."""
    views = (
        _view(one, tier, references)
        for one in scanned
        for tier in one.base.tiers
        for references in (references_of(one, configuration)[tier.name],)
    )
    return Resolved(views=tuple(views), outside=())


def judging_people(configuration: Configuration) -> Configuration:
    """The configuration for edits of people: suspended objects are judged too, and nothing is proposed instead."""
    return replace(without_rollbacks(configuration), suspended=SuspendedPolicy.UPDATE)


def with_tiers_of(base: Base, configuration: Configuration) -> Base:
    """The same base, its tiers as this configuration has them."""
    names = {tier.name for tier in base.tiers}
    return replace(base, tiers=tuple(tier for tier in configuration.tiers if tier.name in names))


def _edited(
    tier: Tier, before: Iterable[Reference], after: Iterable[Reference], configuration: Configuration
) -> Iterator[Edited]:
    present = tuple(after)
    past = _Past(before, present, configuration)
    for new in present:
        known = past.of_object(new)
        if any(_is_same(each, new) and not _begins(each, new) for each in known):
            continue
        elsewhere = past.instead(new, past.of_chart(new))
        if known:
            own = past.one_of_chart(new, known)
            is_run = elsewhere is not None and texts_of(elsewhere) == texts_of(new)
            old = elsewhere if own and is_run and _runs(own) < _Runs.SURELY else own
            yield Edited(tier=tier, old=old, new=new, known=True)
        else:
            yield Edited(tier=tier, old=elsewhere, new=new, known=past.has_chart(new))


class _Past:
    """A tier's references as they were."""

    def __init__(self, before: Iterable[Reference], after: Iterable[Reference], configuration: Configuration) -> None:
        self._mirrors = configuration.mirrors
        self._present = {(each.object, each.path) for each in after}
        self._by_object: dict[object, list[Reference]] = {}
        self._by_chart: dict[object, list[Reference]] = {}
        for each in before:
            self._by_object.setdefault(each.object, []).append(each)
            self._by_chart.setdefault(self._chart(each), []).append(each)

    def of_object(self, new: Reference) -> list[Reference]:
        """Those of its name: in its file, else those that left theirs, else those of other clusters, which stay."""
        known = self._by_object.get(new.object, [])
        return [each for each in known if each.path == new.path] or self._gone(known) or known

    def of_chart(self, new: Reference) -> list[Reference]:
        """Those of its chart, whatever their names: those that are gone, else those beside which it comes."""
        used = self._by_chart.get(self._chart(new), ())
        known = [each for each in used if _runs(each) and not _begins(each, new)]
        return self._gone(known) or known

    def has_chart(self, new: Reference) -> bool:
        """Whether its chart was there, running or not."""
        return self._chart(new) in self._by_chart

    def one_of_chart(self, new: Reference, known: list[Reference]) -> Reference | None:
        """The only one of these that has its chart."""
        alike = [each for each in known if self._chart(each) == self._chart(new)]
        return alike[0] if len(alike) == 1 else None

    def instead(self, new: Reference, used: list[Reference]) -> Reference | None:
        """In whose place a release of another name comes: one of the same version, else the only one that is gone."""
        same = next((each for each in used if texts_of(each) == texts_of(new)), None)
        return same or (used[0] if len(used) == 1 and self._gone(used) else None)

    def _gone(self, known: Iterable[Reference]) -> list[Reference]:
        return [each for each in known if (each.object, each.path) not in self._present]

    def _chart(self, reference: Reference) -> ChartAddress:
        return canonical(reference.source.address, self._mirrors)


def _is_same(one: Reference, other: Reference) -> bool:
    """Whether two references want the same versions; a filter beside a range is written apart from it."""
    return wish_alike(one, other) and _filter(one) == _filter(other)


class _Runs(IntEnum):
    """Whether a reference's version runs."""

    NOT = 0
    MAYBE = 1
    SURELY = 2


def _runs(reference: Reference) -> _Runs:
    if reference.suspended or reference.unlisted:
        return _Runs.NOT
    return _Runs.MAYBE if reference.unsure else _Runs.SURELY


def _begins(old: Reference, new: Reference) -> bool:
    """Whether what did not run does now, or may, or what may have run surely does."""
    return _runs(old) < _runs(new)


def _filter(reference: Reference) -> str | None:
    return reference.pin.tag_filter if isinstance(reference.pin, RangePin) else None


def _view(one: Scanned, tier: Tier, references: Iterable[Reference]) -> TierView:
    return TierView(base=one.base, tier=tier, references=tuple(references), passed_over=(), built=one.built)
