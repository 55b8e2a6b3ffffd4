"""A first configuration from a repository's own layout: folders, file names or branches that are called like tiers."""

import json
import re
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from bot.planning.path_patterns import PathPatterns

# In the order in which versions travel; the first name is the tier's.
_KNOWN = (
    ("dev", "develop", "development"),
    ("test", "testing", "tst"),
    ("integration", "int"),
    ("qa",),
    ("uat",),
    ("staging", "stage", "stg"),
    ("preprod", "preproduction"),
    ("production", "prod", "prd", "live"),
)
_TIERS = {word: names[0] for names in _KNOWN for word in names}
_ORDER = tuple(names[0] for names in _KNOWN)
_PRODUCTION = _ORDER[-1]
_ONLY_TIER = "charts"
_WORD = re.compile(r"[a-z]+")
_MANIFEST = (".yaml", ".yml")
_LEAST_SHARE = 0.1
"""Of all manifests: in public repositories names of tiers that say less are those of a certificate or a namespace."""

_NOT_IN_PATTERNS = frozenset("*?[]{}!\\")


class _Spot(NamedTuple):
    """Where paths name their tier: at this depth, in this segment, of a folder or of the file itself."""

    tier: str
    depth: int
    segment: str
    is_folder: bool


_Heads = set[tuple[str, ...]]
"""The folders before a spot, as patterns spell them."""


def suggest(paths: Iterable[str], branches: Iterable[str] = ()) -> str:
    """Write the configuration that a repository seems to ask for.

    Args:
        paths: Its files; best those that hold charts only.
        branches: Its branches, for repositories that keep a tier on each.

    Returns:
        YAML that `loading.load` accepts: production is said and follows nothing, and where nothing tells tiers apart
        there is one.
    """
    manifests = sorted(path for path in paths if path.endswith(_MANIFEST) and not path.startswith(".github/"))
    if patterns := _by_layout(manifests):
        return "".join((*_opening(), *(_tier(name, patterns[name]) for name in _ORDER if name in patterns)))
    if by_branch := _by_branch(branches):
        everything = _top_folders(manifests)
        tiers = (_tier(name, everything, by_branch[name]) for name in _ORDER if name in by_branch)
        return "".join((*_opening(), *tiers))
    return "".join((*_opening(), _tier(_ONLY_TIER, _top_folders(manifests))))


def _tier_named(text: str) -> str | None:
    """The tier that a name means: `dev` for `dev-eu1`; nothing for `non-prod`, which says what it is not."""
    words = _WORD.findall(text.lower())
    return None if "non" in words else next((_TIERS[word] for word in words if word in _TIERS), None)


def _by_layout(paths: list[str]) -> dict[str, list[str]]:
    """Patterns by tier; with `*` where folders differ, unless two tiers would then claim one file."""
    spots: dict[_Spot, _Heads] = {}
    named = 0
    for path in paths:
        segments = path.split("/")
        if spot := _spot(segments):
            named += 1
            spots.setdefault(spot, set()).add(tuple(map(_literal, segments[: spot.depth])))
    tiers = {spot.tier for spot in spots}
    # One that is not production is a name like any other.
    if named < _LEAST_SHARE * len(paths) or (len(tiers) == 1 and _PRODUCTION not in tiers):
        return {}
    short = _patterns({spot: _generalised(heads) for spot, heads in spots.items()})
    matchers = [PathPatterns(found) for found in short.values()]
    if all(sum(matcher.matches(path) for matcher in matchers) <= 1 for path in paths):
        return short
    return _patterns(spots)


def _spot(segments: list[str]) -> _Spot | None:
    """The first place in a path that names a tier."""
    last = len(segments) - 1
    for depth, segment in enumerate(segments):
        if tier := _tier_named(segment if depth < last else segment.partition(".")[0]):
            return _Spot(tier, depth, segment, depth < last)
    return None


def _generalised(heads: _Heads) -> _Heads:
    return {tuple(names.pop() if len(names) == 1 else "*" for names in map(set, zip(*heads, strict=True)))}


def _patterns(spots: Mapping[_Spot, _Heads]) -> dict[str, list[str]]:
    patterns: dict[str, set[str]] = {}
    for spot, heads in spots.items():
        tail = (_literal(spot.segment), "**") if spot.is_folder else (_literal(spot.segment),)
        patterns.setdefault(spot.tier, set()).update("/".join((*head, *tail)) for head in heads)
    return {tier: sorted(found) for tier, found in patterns.items()}


def _by_branch(branches: Iterable[str]) -> dict[str, str]:
    """The first branch of each tier; `main` and `feature/dev-login` name none."""
    found: dict[str, str] = {}
    for branch in sorted(branches):
        if "/" not in branch and (tier := _tier_named(branch)):
            found.setdefault(tier, branch)
    return found


def _top_folders(paths: list[str]) -> list[str]:
    folders = sorted({_literal(path.partition("/")[0]) for path in paths if "/" in path})
    return [f"{folder}/**" for folder in folders] if folders else ["**"]


def _literal(segment: str) -> str:
    """A segment as a pattern; what a pattern cannot hold is any one sign."""
    return "".join("?" if sign in _NOT_IN_PATTERNS or not sign.isprintable() else sign for sign in segment)


def _opening() -> tuple[str, ...]:
    return ("# Suggested from this repository's layout; read it before you commit it.\n", "tiers:\n")


def _tier(name: str, patterns: list[str], branch: str | None = None) -> str:
    lines = [f"  {name}:", "    paths:", *(f"      - {_text(pattern)}" for pattern in patterns)]
    if branch:
        lines.append(f"    branch: {_text(branch)}")
    if name == _PRODUCTION:
        lines.append("    production: true  # never edited by itself")
    else:
        follow = "minor" if name == _ORDER[0] else "patch"
        doubt = "  # say true if it is, and nothing edits it" if name == _ONLY_TIER else ""
        lines += [f"    follow: {follow}", f"    production: false{doubt}"]
    return "\n".join(lines) + "\n"


def _text(text: str) -> str:
    """A double-quoted scalar: JSON's quotes and escapes are YAML's."""
    return json.dumps(text, ensure_ascii=False)
