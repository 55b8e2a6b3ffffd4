"""unfollowed: what a pull request has a tier's builds take from where nobody can look, whatever else they hold."""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator
from typing import TYPE_CHECKING

from msgspec import Struct

from bot.kustomize.kustomize_reasons import NOT_IN_TREE, SOURCE_MOVED
from bot.model.references import PassedOver
from bot.model.tiers import Tier
from bot.planning.tiers import tiers_of_root
from bot.reason import Reason
from bot.reasons import NO_TIER
from bot.steps.broken_roots import spot_of
from bot.steps.scan import Scanned

if TYPE_CHECKING:
    from bot.kustomize.graph import Root


class Unfollowed(Struct, frozen=True, kw_only=True):
    """One build of a tier that takes what cannot be judged, and did not before.

    Attributes:
        what: The Kustomization of Flux, else the folder.
        at: Where to say it.
    """

    tier: Tier
    what: str
    at: PassedOver

    @property
    def reason(self) -> Reason:
        """Why it cannot be judged."""
        return self.at.reason


def unfollowed(tier: Tier, before: Scanned, after: Scanned) -> Iterator[Unfollowed]:
    """Every reason of a tier's builds that was none of theirs before, each once.

    A build that could not be followed before is nobody's edit, unless it comes from another source now.

    Args:
        tier: The tier.
        before: Where the pull request began.
        after: Its head.
    """
    past, known = _Past(tier, _roots(before)), set[Reason]()
    for root in _roots(after):
        mine = bool(tiers_of_root(root.by, [tier]))
        spot = spot_of(root, after)
        said = [(reason, *spot) for reason in (past.new_in(root) if mine else past.lost_by(root))]
        for reason, path, line in (*said, *(past.moved(root) if mine else ())):
            if reason not in known:
                known.add(reason)
                at = PassedOver(path=path, line=line, object=root.applier, reason=reason, built=(root.by,))
                yield Unfollowed(tier=tier, what=str(root.applier or root.by), at=at)


class _Past:
    """The roots as they were."""

    def __init__(self, tier: Tier, roots: Iterable["Root"]) -> None:
        self._tier = tier
        self._alike: dict[Hashable, list[Root]] = defaultdict(list)
        self._sources: set[str] = set()
        self._roots = tuple(roots)
        for root in self._roots:
            for key in _keys(root):
                self._alike[key].append(root)
            if root.trouble is None or root.trouble.id != NOT_IN_TREE.id:
                self._sources |= {root.source} if root.source else set()

    def new_in(self, root: "Root") -> Iterator[Reason]:
        """What cannot be followed in a root of the tier, and could before or was not there."""
        own = self._alike.get(_applier(root), ()) if root.applier else ()
        alike = own or [each for key in _keys(root) for each in self._alike.get(key, ())]
        was = {reason for each in alike for reason in _reasons(each)}
        broken = any(each.trouble for each in alike)
        found = [] if broken else [each for each in _reasons(root) if each not in was]
        yield from found
        if root.source and not found and self._is_elsewhere(root, own):
            yield NOT_IN_TREE(folder=root.folder or ".", source=root.source)

    def lost_by(self, root: "Root") -> Iterator[Reason]:
        """A Kustomization that applied something of the tier, and something of no path of it now."""
        own = self._alike.get(_applier(root), ()) if root.applier else ()
        if any(tiers_of_root(each.by, [self._tier]) for each in own):
            yield NO_TIER()

    def moved(self, root: "Root") -> Iterator[tuple[Reason, str, int]]:
        """What its source is now and was not, for the same source of before, with the place where that is written."""
        own = self._alike.get(_applier(root), ()) if root.applier else ()
        alike = [each for each in own or self._roots if each.source == root.source and each.pulled]
        known = [each for one in alike for each in one.pulled]
        was = {(each.name, each.text) for each in known}
        new = [each for each in root.pulled if (each.name, each.text) not in was]
        if was and new and root.trouble is None:
            old = next((each for each in known if each.name == new[0].name), known[0])
            source = root.source if len(root.pulled) == 1 else new[0].name
            yield SOURCE_MOVED(source=source, new=new[0].shown, old=old.shown), new[0].at.path, new[0].at.line

    def _is_elsewhere(self, root: "Root", own: Iterable["Root"]) -> bool:
        """Whether its source is another one than before; for a new one, than those that the tree was known by."""
        was = {each.source for each in own} or self._sources
        return bool(was) and root.source not in was


def _roots(one: Scanned) -> tuple["Root", ...]:
    return one.graph.roots if one.graph else ()


def _reasons(root: "Root") -> tuple[Reason, ...]:
    return (*((root.trouble,) if root.trouble else ()), *root.remarks)


def _keys(root: "Root") -> Iterator[Hashable]:
    if root.applier:
        yield _applier(root)
    if root.folder or root.trouble is None:
        yield root.folder


def _applier(root: "Root") -> Hashable:
    return root.applier, root.home and root.home.path
