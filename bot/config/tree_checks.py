"""What only a tree can tell about a configuration: patterns that match nothing, files that two tiers claim."""

from bisect import bisect_left
from collections.abc import Collection, Iterable, Iterator, Mapping

from bot.config.production import unsaid
from bot.config.sources import KINDS
from bot.config.wording import nearest, shown
from bot.errors import Fault
from bot.model.tiers import Branch, Configuration, PackedSource, Shared, Tier
from bot.planning.path_patterns import Glob

_LAST_SIGN = "\U0010ffff"
_MOST_SHOWN = 200


def check_paths(
    configuration: Configuration, paths_by_branch: Mapping[Branch, Iterable[str]], default: Branch
) -> tuple[Fault, ...]:
    """Hold the tiers' patterns against the trees they are meant for.

    Args:
        configuration: A loaded configuration.
        paths_by_branch: Every path of each branch; a tier whose branch is not among them is not checked.
        default: The branch of tiers that name none.

    Returns:
        Faults in the order of the file: patterns without a file, files of one branch that two tiers claim, tiers that
        hold a file which looks like production without saying what they are, and `sources` without a folder.
    """
    faults: list[Fault] = []
    for branch, paths in paths_by_branch.items():
        tiers = [tier for tier in configuration.tiers if (tier.branch or default) == branch]
        faults += _check_tree(configuration, branch, sorted(paths), tiers)
    faults += _shared_faults(configuration, {path for paths in paths_by_branch.values() for path in paths})
    faults += _source_faults(configuration, paths_by_branch.values())
    return tuple(sorted(faults, key=lambda fault: fault.line))


def _check_tree(configuration: Configuration, branch: Branch, paths: list[str], tiers: list[Tier]) -> Iterator[Fault]:
    claims: dict[str, Tier] = {}
    for tier in tiers:
        claimed: set[str] = set()
        for pattern in tier.paths:
            found = _matching(pattern, paths)
            if not found:
                yield _matches_nothing(configuration, tier, pattern, branch)
            claimed.update(found)
        yield from _claimed_twice(configuration, tier, claimed, claims, branch)
        yield from _unsaid_production(configuration, tier, claimed)
        claims |= dict.fromkeys(claimed, tier)


def _shared_faults(configuration: Configuration, paths: set[str]) -> Iterator[Fault]:
    """Patterns of `shared` that match nothing on any branch: what they were meant for would be moved by nobody."""
    ordered = sorted(paths) if configuration.shared.paths else []
    for pattern in configuration.shared.paths:
        if not _matching(pattern, ordered):
            message = f"the pattern {shown(pattern)} of `shared` matches no file"
            yield _fault(configuration, configuration.shared, message, "Mend or remove it")


def _source_faults(configuration: Configuration, trees: Iterable[Iterable[str]]) -> Iterator[Fault]:
    """Folders of `sources` that no branch has: nothing that is packed into them would be found."""
    for source in configuration.sources:
        if source.folder and not any(path.startswith(f"{source.folder}/") for paths in trees for path in paths):
            name = f"{source.kind} {source.namespace}/{source.name}"
            message = f"{shown(source.folder)}, which `sources` names for {name}, is no folder here"
            yield _fault(configuration, source, message, "Mend or remove it")


def check_sources(configuration: Configuration, applied: Collection[str]) -> tuple[Fault, ...]:
    """Names in `sources` that nothing applies: one wrong letter, and what is packed is not followed.

    Args:
        configuration: A loaded configuration.
        applied: What Kustomizations of any branch apply folders of, `Kind namespace/name`; a namespace that is not
            known is left out, a name is `?`, and a kind is no word of these.
    """
    known = [name for name in sorted(applied) if name.split(" ", maxsplit=1)[0] in KINDS]
    if len(known) < len(applied):
        return ()
    return tuple(_unused(configuration, each, known) for each in configuration.sources if not _names(each) & {*known})


def _names(source: PackedSource) -> set[str]:
    """All that a source may be called where less of it is known."""
    kind, namespace = source.kind, source.namespace
    return {f"{kind} {before}{name}" for before in ("", f"{namespace}/") for name in (source.name, "?")}


def _unused(configuration: Configuration, source: PackedSource, known: list[str]) -> Fault:
    name = f"{source.kind} {source.namespace}/{source.name}"
    message = f"{shown(name)}, which `sources` names, is no source of a Kustomization here"
    mend = nearest(name, known[:_MOST_SHOWN]) or "Mend or remove it"
    column = 1 if source.line else 0
    return Fault(path=configuration.path, line=source.line, column=column, message=message, mend=mend)


def _matching(pattern: str, paths: list[str]) -> list[str]:
    """Every path that fits, out of those that begin as the pattern does; `paths` are sorted."""
    glob = Glob.parse(pattern)
    start, end = bisect_left(paths, glob.prefix), bisect_left(paths, glob.prefix + _LAST_SIGN)
    return [path for path in paths[start:end] if glob.matches(path)]


def _fault(configuration: Configuration, about: Tier | Shared | PackedSource, message: str, mend: str) -> Fault:
    return Fault(path=configuration.path, line=about.line, column=about.column, message=message, mend=mend)


def _matches_nothing(configuration: Configuration, tier: Tier, pattern: str, branch: Branch) -> Fault:
    where = f"branch {shown(branch)}" if branch else "this tree"
    message = f"the pattern {shown(pattern)} of the tier {shown(tier.name)} matches no file of {where}"
    mend = "Mend or remove it"
    if Glob.parse(pattern).prefix == pattern and "." not in pattern:
        mend += f"; for everything below a folder write {shown(pattern + '/**')}"
    return _fault(configuration, tier, message, mend)


def _claimed_twice(
    configuration: Configuration, tier: Tier, claimed: set[str], claims: dict[str, Tier], branch: Branch
) -> Iterator[Fault]:
    """One fault a pair of tiers, naming its first file."""
    twice: dict[str, list[str]] = {}
    for path in sorted(claimed & claims.keys()):
        twice.setdefault(claims[path].name, []).append(path)
    for other, paths in twice.items():
        more = f" and {len(paths) - 1} more" if len(paths) > 1 else ""
        where = f" of branch {shown(branch)}" if branch else ""
        message = (
            f"{shown(paths[0])}{more}{where} belongs to the tier {shown(tier.name)} (line {tier.line}) "
            f"and to {shown(other)} (line {claims[paths[0]].line})"
        )
        yield _fault(configuration, tier, message, "Narrow the paths of one of them")


def _unsaid_production(configuration: Configuration, tier: Tier, claimed: set[str]) -> Iterator[Fault]:
    """A pattern such as `apps/**` does not look like production and may hold it all the same."""
    looks_so = next((path for path in sorted(claimed) if unsaid(tier, path)), None)
    if looks_so:
        message = f"the tier {shown(tier.name)} holds {shown(looks_so)}, which looks like production"
        mend = "Narrow its paths; or add `production: true` or `production: false` to say what it is"
        yield _fault(configuration, tier, message, mend)
