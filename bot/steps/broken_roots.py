"""Roots of which nothing is built and no object is known: somebody has to be told, and no object answers for them."""

from collections.abc import Iterator
from posixpath import dirname
from typing import TYPE_CHECKING

from bot.kustomize.needles import is_kustomization
from bot.model.references import BuiltBy, PassedOver
from bot.steps.scan import Scanned

if TYPE_CHECKING:
    from bot.kustomize.graph import Root

_Spot = tuple[str, int]


def broken_roots(one: Scanned) -> Iterator[PassedOver]:
    """Each once for the file that is to be mended: the kustomization, else the Flux Kustomization that names it."""
    roots = [root for root in one.graph.roots if root.trouble and not root.objects] if one.graph else []
    if not roots:
        return
    files = _files(one)
    told: dict[_Spot, tuple[Root, tuple[BuiltBy, ...]]] = {}
    for root in roots:
        spot = _spot(root, files)
        first, by = told.get(spot, (root, ()))
        told[spot] = first, (*by, root.by)
    for (path, line), (root, by) in told.items():
        if root.trouble is not None:
            applier = root.applier if root.home and root.home.path == path else None
            yield PassedOver(path=path, line=line, object=applier, reason=root.trouble, built=by)


def spot_of(root: "Root", one: Scanned) -> _Spot:
    """Where to say something of a root: at the kustomization of its folder, else at what applies it."""
    return _spot(root, _files(one))


def _files(one: Scanned) -> dict[str, str]:
    return {dirname(path): path for path in one.paths if is_kustomization(path)}


def _spot(root: "Root", files: dict[str, str]) -> _Spot:
    if root.folder in files:
        return files[root.folder], 1
    return (root.home.path, root.home.line) if root.home else (root.folder or ".", 0)
