"""Where the sources of Kustomizations come from, as far as the tree declares them."""

from collections.abc import Iterable, Iterator

from msgspec import Struct

from bot.kustomize.decisions import Scope, text_of
from bot.kustomize.own_tree import UNKNOWN, SourceName, plain_address
from bot.kustomize.resources import BUCKET, Origin, Resource
from bot.kustomize.tree import get, items, known_text, table

_LONGEST_SHOWN = 100


class Pulled(Struct, frozen=True, kw_only=True):
    """What one declaration of a source says.

    Attributes:
        name: Kind and name.
        at: Where it is written.
        text: Repository and revision, equal for equal ones however the repository is reached.
        ignore: What it leaves out by `spec.ignore`, empty for what cannot be told.
    """

    name: str
    at: Origin
    text: str
    ignore: str = ""

    @property
    def shown(self) -> str:
        """The same for people, without what may be a token before the host."""
        return f"`{self.text.rpartition('@')[2][:_LONGEST_SHOWN]}`"


def pulled(declared: Iterable[tuple[Resource, Scope | None]]) -> tuple[Pulled, ...]:
    """What declarations of one source say."""
    return tuple(
        Pulled(
            name=f"{each.kind} {each.name}",
            at=each.origin,
            text=" ".join(_told(each, scope)),
            ignore=known_text(get(each.tree, "spec", "ignore")),
        )
        for each, scope in declared
    )


def included(source: Resource, scope: Scope | None) -> Iterator[SourceName]:
    """What a GitRepository holds besides: https://fluxcd.io/flux/components/source/gitrepositories/#include."""
    for index in range(len(items(get(source.tree, "spec", "include")) or ())):
        name = text_of(source, scope, "spec", "include", index, "repository", "name")
        yield SourceName(source.kind, source.namespace, name if isinstance(name, str) else UNKNOWN)


def _told(source: Resource, scope: Scope | None) -> Iterator[str]:
    if source.kind == BUCKET[1]:
        yield f"{_shown(source, scope, 'spec', 'endpoint')}/{_shown(source, scope, 'spec', 'bucketName')}"
        yield from (f"prefix {prefix}" for prefix in [_shown(source, scope, "spec", "prefix")] if prefix)
    else:
        yield from _said(source, scope)


def _said(source: Resource, scope: Scope | None) -> Iterator[str]:
    url, ref = text_of(source, scope, "spec", "url"), get(source.tree, "spec", "ref")
    yield plain_address(url) if isinstance(url, str) else "?"
    keys = table(ref)
    if keys is None:
        yield _shown(source, scope, "spec", "ref")
    for key in sorted(keys.entries) if keys else ():
        yield f"{key} {_shown(source, scope, 'spec', 'ref', key)}"
    for index, name in enumerate(included(source, scope)):
        ends = (_shown(source, scope, "spec", "include", index, key) or "." for key in ("fromPath", "toPath"))
        yield f"including {name.name} {' as '.join(ends)}"


def _shown(source: Resource, scope: Scope | None, *route: str | int) -> str:
    found = text_of(source, scope, *route)
    return found if isinstance(found, str) else "?"
