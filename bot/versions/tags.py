"""From a registry's tags to the versions that Flux sees in them, and which of these Flux takes for a range.

Flux has three rules, by where the range is written; they differ in `_` for `+` (an OCI tag cannot hold `+`, so Helm
pushes 1.2.3+b as 1.2.3_b) and in how strict they are:

| tag | chart layer selected | no layer selected | HelmRepository |
| --- | --- | --- | --- |
| `v1.2.3` | 1.2.3 | 1.2.3 | none |
| `1.2.3_b` | 1.2.3+b | none | 1.2.3+b |
| `01.2.3` | 1.2.3 | 1.2.3 | none |
| `1.2-rc.1` | 1.2.0-rc.1 | 1.2.0-rc.1 | none |

Sources: `getTagBySemver` in https://github.com/fluxcd/source-controller/blob/v1.9.1/internal/controller/ocirepository_controller.go
and `Client.Tags` in https://github.com/helm/helm/blob/v4.2.1/pkg/registry/client.go
"""

import re
from bisect import bisect_left
from collections.abc import Callable, Iterable
from enum import Enum

from msgspec import Struct

from bot.versions.constraint import Constraint
from bot.versions.patterns import Pattern
from bot.versions.version import Version, try_flux, try_plain, try_strict

# https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#pulling-manifests
_TAG = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,127}")


class TagRule(Enum):
    """Where a version is written, which decides what Flux sees in a chart's tags."""

    OCI_REPOSITORY_CHART_LAYER = "OCIRepository whose layerSelector names Helm's chart layer"
    OCI_REPOSITORY = "OCIRepository"
    HELM_REPOSITORY = "HelmRepository of type oci"


class TaggedVersion(Struct, frozen=True):
    """A version that a registry offers.

    Attributes:
        version: Its meaning; `version.original` keeps the tag's spelling, with `+` where the rule reads `_` so.
        tag: The registry's own spelling: what is asked for, and what `spec.ref.tag` holds.
        text: What a manifest under this rule holds to mean exactly this tag: the tag for an OCIRepository's
            `spec.ref.tag`, the version with `+` for a HelmRelease's `spec.chart.spec.version`.
    """

    version: Version
    tag: str
    text: str


class SeenTags(Struct, frozen=True, kw_only=True):
    """What Flux sees in a chart's tags.

    Attributes:
        versions: In the registry's order; tags outside the OCI grammar, which no registry may list, are none.
    """

    versions: tuple[TaggedVersion, ...]

    def newest_first(self) -> tuple[TaggedVersion, ...]:
        """By falling precedence; equal ones stay in the registry's order."""
        return tuple(sorted(self.versions, key=lambda seen: seen.version.key, reverse=True))

    def equals(self, version: Version) -> tuple[TaggedVersion, ...]:
        """Every tag of this precedence, in the registry's order: more than one is a tie."""
        key = version.key
        return tuple(seen for seen in self.versions if seen.version.key == key)


class FluxChoice(Struct, frozen=True, kw_only=True):
    """What Flux takes for a range.

    Attributes:
        chosen: The highest version within the range; of several equal ones, the tag listed first.
        tied: The other tags of equal precedence, in the registry's order. Upstream leaves the choice among them
            undefined: up to 12 matches Go's sort takes the first, beyond that it depends on the list.
    """

    chosen: TaggedVersion
    tied: tuple[TaggedVersion, ...] = ()


def see_tags(tags: Iterable[str], rule: TagRule, only: Pattern | None = None) -> SeenTags:
    """Find the versions that Flux, looking for a range, sees in a chart's tags.

    Args:
        tags: Raw tags in the registry's order; may be hostile.
        rule: Where the range is written.
        only: `spec.ref.semverFilter`, held against the raw tag before anything else.
    """
    return _see(tags, rule, _READERS[rule], only=only)


def see_pinnable(tags: Iterable[str], rule: TagRule, *, prefixed: bool) -> SeenTags:
    """Find the versions that may stand where one exact version stands now.

    An exact version is looked up as it is written and never listed, so here Flux takes every full version under every
    rule. Kept are those that are written with a `v` if and only if the pinned one is.

    Args:
        tags: Raw tags in the registry's order; may be hostile.
        rule: Where the version is written.
        prefixed: Whether the version in use is written with a `v`.
    """
    return _see(tags, rule, _read_prefixed if prefixed else _read_bare, takes_plain=not prefixed)


def read_pin(text: str, rule: TagRule) -> Version | None:
    """Read an exact version from a manifest, with Flux's own test of a full version.

    Args:
        text: `spec.ref.tag` of an OCIRepository, or `spec.chart.spec.version` of a HelmRelease.
        rule: Where it is written.

    Returns:
        The version; None for anything else: a floating tag (`latest`, `1`, `1.2`) of an OCIRepository, a constraint
        of a HelmRelease.
    """
    if rule is TagRule.HELM_REPOSITORY:
        return try_flux(text)
    # helm-controller reads `_` as `+` in the tag of every OCIRepository, whatever layer is selected.
    return _read_plus(text) if _TAG.fullmatch(text) else None


def tag_of(text: str, rule: TagRule) -> str:
    """The registry's tag for an exact version as a manifest writes it."""
    return text.replace("+", "_") if rule is TagRule.HELM_REPOSITORY else text


def choose(versions: Iterable[TaggedVersion], constraint: Constraint) -> FluxChoice | None:
    """Flux's choice for a range, with the tags that tie with it; None where nothing is within the range."""
    best: list[TaggedVersion] = []
    for seen in versions:
        # Precedence is compared before the constraint is asked: it is the cheaper question.
        if best and seen.version.key < best[0].version.key:
            continue
        if constraint.check(seen.version):
            best = [*best, seen] if best and seen.version == best[0].version else [seen]
    return FluxChoice(chosen=best[0], tied=tuple(best[1:])) if best else None


def newer(newest_first: tuple[TaggedVersion, ...], than: Version) -> tuple[TaggedVersion, ...]:
    """Those of higher precedence than a version, of what is sorted by falling precedence."""
    key = than.key
    return newest_first[: bisect_left(newest_first, 1, key=lambda seen: seen.version.key <= key)]


def _see(
    tags: Iterable[str],
    rule: TagRule,
    read: Callable[[str], Version | None],
    *,
    only: Pattern | None = None,
    takes_plain: bool = True,
) -> SeenTags:
    versions: list[TaggedVersion] = []
    for tag in tags:
        # Asked first: nearly every tag is so, and then its letters are within the grammar, too.
        plain = try_plain(tag)
        if plain is None and not _TAG.fullmatch(tag):
            continue
        if (only is None or only.found_in(tag)) and (version := plain if plain and takes_plain else read(tag)):
            text = version.original if rule is TagRule.HELM_REPOSITORY else tag
            versions.append(TaggedVersion(version, tag, text))
    return SeenTags(versions=tuple(versions))


def _read_plus(tag: str) -> Version | None:
    return try_plain(tag) or try_flux(tag.replace("_", "+"))


def _read_prefixed(tag: str) -> Version | None:
    return _read_plus(tag) if tag.startswith("v") else None


def _read_bare(tag: str) -> Version | None:
    return None if tag.startswith("v") else _read_plus(tag)


def _read_strict(tag: str) -> Version | None:
    return try_strict(tag.replace("_", "+"))


# How each rule reads what is not plain.
_READERS: dict[TagRule, Callable[[str], Version | None]] = {
    TagRule.OCI_REPOSITORY_CHART_LAYER: _read_plus,
    TagRule.OCI_REPOSITORY: try_flux,
    TagRule.HELM_REPOSITORY: _read_strict,
}
