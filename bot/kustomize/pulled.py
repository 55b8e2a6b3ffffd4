"""Where the sources of Kustomizations come from, as far as the tree declares them."""

from collections.abc import Iterable, Iterator

from msgspec import Struct

from bot.kustomize.decisions import Scope, text_of
from bot.kustomize.own_tree import plain_address
from bot.kustomize.resources import Origin, Resource
from bot.kustomize.tree import get, table

_LONGEST_SHOWN = 100


class Pulled(Struct, frozen=True, kw_only=True):
    """What one declaration of a source says.

    Attributes:
        at: Where it is written.
        text: Repository and revision, equal for equal ones however the repository is reached.
    """

    at: Origin
    text: str

    @property
    def shown(self) -> str:
        """The same for people, without what may be a token before the host."""
        return f"`{self.text.rpartition('@')[2][:_LONGEST_SHOWN]}`"


def pulled(declared: Iterable[tuple[Resource, Scope | None]]) -> tuple[Pulled, ...]:
    """What declarations of one source say."""
    return tuple(Pulled(at=each.origin, text=" ".join(_said(each, scope))) for each, scope in declared)


def _said(source: Resource, scope: Scope | None) -> Iterator[str]:
    url, ref = text_of(source, scope, "spec", "url"), get(source.tree, "spec", "ref")
    yield plain_address(url) if isinstance(url, str) else "?"
    keys = table(ref)
    if keys is None:
        yield _shown(source, scope, "spec", "ref")
    for key in sorted(keys.entries) if keys else ():
        yield f"{key} {_shown(source, scope, 'spec', 'ref', key)}"


def _shown(source: Resource, scope: Scope | None, *route: str) -> str:
    found = text_of(source, scope, *route)
    return found if isinstance(found, str) else "?"
