"""Small ways to make the nouns of the story, so that a test shows only what it is about."""

from collections.abc import Iterable, Mapping
from datetime import timedelta

from bot.maturity.durations import parse_duration
from bot.model.charts import ChartAddress, ChartSource, TagList
from bot.model.places import ObjectId, Place, Route
from bot.model.references import DigestPin, ExactPin, Pin, RangePin, Reference
from bot.model.tiers import Configuration, Mirror, Pace, PackedSource, RangesPolicy, Rule, SuspendedPolicy, Tier
from bot.versions.constraint import Constraint
from bot.versions.follow import parse_follow
from bot.versions.tags import TagRule

HELM = TagRule.HELM_REPOSITORY
OCI = TagRule.OCI_REPOSITORY
LAYER = TagRule.OCI_REPOSITORY_CHART_LAYER

PODINFO = "ghcr.io/x/podinfo"
REF: Route = ("spec", "ref")
VERSION: Route = ("spec", "chart", "spec", "version")


def digest(sign: str) -> str:
    """A digest of one repeated hexadecimal sign."""
    return f"sha256:{sign * 64}"


def source(chart: str = PODINFO) -> ChartSource:
    host, _, name = chart.partition("/")
    return ChartSource(address=ChartAddress(host=host, name=name))


def place(text: str, route: Route = VERSION, path: str = "apps/dev/podinfo.yaml", start: int = 0) -> Place:
    end = start + len(text)
    return Place(path=path, document=0, route=route, start=start, end=end, line=1, column=1, text=text)


def exact(version: str, rule: TagRule = HELM, beside: str = "") -> ExactPin:
    """A version where this kind of source writes one, with the digest beside it."""
    route = VERSION if rule is HELM else (*REF, "tag")
    return ExactPin(version=place(version, route), digest=place(beside, (*REF, "digest")) if beside else None)


def in_semver(version: str, beside: str = "") -> ExactPin:
    """An exact version in `spec.ref.semver`."""
    where = place(version, (*REF, "semver"))
    return ExactPin(version=where, digest=exact("1.0.0", OCI, beside).digest, as_constraint=True)


def ranged(constraint: str, tag_filter: str = "") -> RangePin:
    return RangePin(constraint=constraint, place=place(constraint, (*REF, "semver")), tag_filter=tag_filter)


def alone(text: str) -> DigestPin:
    return DigestPin(digest=place(text, (*REF, "digest")))


def reference(
    version: str = "6.5.3",
    *,
    chart: str = PODINFO,
    pin: Pin | None = None,
    rule: TagRule = HELM,
    suspended: bool = False,
    comment: str = "",
    path: str = "apps/dev/podinfo.yaml",
) -> Reference:
    return Reference(
        object=ObjectId(kind="HelmRelease", namespace="x", name=chart.rpartition("/")[2]),
        path=path,
        line=1,
        source=source(chart),
        tag_rule=rule,
        pin=pin or exact(version, rule),
        suspended=suspended,
        narrowed_by=comment,
    )


def tier(
    name: str = "dev",
    follow: str = "minor",
    *,
    production: bool = False,
    branch: str | None = None,
    paths: tuple[str, ...] = (),
    pace: Pace | None = None,
) -> Tier:
    return Tier(
        name=name,
        paths=paths or (f"apps/{name}/**",),
        branch=branch,
        follow=parse_follow(follow),
        production=production,
        production_said=True,
        pace=pace or Pace(),
    )


def pace(wait: str = "0h", settle: str = "0h", soak: str = "0h", comes_from: Iterable[str] = ()) -> Pace:
    return Pace(wait=duration(wait), settle=duration(settle), soak=duration(soak), comes_from=tuple(comes_from))


def duration(text: str) -> timedelta:
    found = parse_duration(text)
    assert found is not None
    return found


def rule(
    *,
    charts: Iterable[str] = (),
    tiers: Iterable[str] = (),
    follow: str = "",
    skip: Iterable[str] | None = None,
    wait: str = "",
    soak: str = "",
) -> Rule:
    return Rule(
        charts=tuple(charts),
        tiers=tuple(tiers),
        follow=parse_follow(follow) if follow else None,
        skip=None if skip is None else tuple(map(Constraint.parse, skip)),
        wait=duration(wait) if wait else None,
        soak=duration(soak) if soak else None,
    )


def configuration(
    *tiers: Tier,
    rules: Iterable[Rule] = (),
    suspended: SuspendedPolicy = SuspendedPolicy.REPORT,
    ranges: str = "keep",
    same_as: Mapping[str, str] | None = None,
    sources: Iterable[PackedSource] = (),
) -> Configuration:
    return Configuration(
        path="c.yaml",
        tiers=tiers or (tier(),),
        rules=tuple(rules),
        suspended=suspended,
        ranges=RangesPolicy(ranges),
        mirrors=tuple(Mirror(copy=copy, original=original) for copy, original in (same_as or {}).items()),
        sources=tuple(sources),
    )


def tags(text: str) -> TagList:
    """The tags of a chart, in the registry's order, blanks between them."""
    return TagList(tags=tuple(text.split()))
