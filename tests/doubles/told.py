"""Short ways to make what reports are made from."""

from bot.model.charts import ChartAddress, ChartSource
from bot.model.places import ObjectId, Place
from bot.model.references import ExactPin, Reference
from bot.model.tiers import Configuration, Tier
from bot.model.verdicts import Behind, Current, Decision, Edit, Held, Refused, Update, Verdict
from bot.reason import Reason
from bot.versions.follow import Reach
from bot.versions.tags import TagRule


def a_tier(name: str = "dev", *, production: bool = False, branch: str | None = None) -> Tier:
    return Tier(name=name, paths=(f"apps/{name}/**",), branch=branch, follow=Reach.MINOR, production=production, line=2)


def a_configuration(*tiers: Tier) -> Configuration:
    return Configuration(path="c.yaml", tiers=tiers or (a_tier(),))


def a_place(path: str, text: str, line: int = 12) -> Place:
    route = ("spec", "chart", "spec", "version")
    return Place(path=path, document=0, route=route, start=10, end=15, line=line, column=7, text=text)


def a_verdict(
    decision: Decision,
    *,
    tier: Tier | None = None,
    chart: str = "stefanprodan/charts/podinfo",
    path: str = "",
    line: int = 12,
    suspended: bool = False,
) -> Verdict:
    tier = tier or a_tier()
    path = path or f"apps/{tier.name}/{chart.rpartition('/')[2]}.yaml"
    version = decision.old if isinstance(decision, Update) else decision.version
    reference = Reference(
        object=ObjectId(kind="HelmRelease", namespace="shop", name=chart.rpartition("/")[2]),
        path=path,
        line=line,
        source=ChartSource(address=ChartAddress(host="ghcr.io", name=chart)),
        tag_rule=TagRule.HELM_REPOSITORY,
        pin=ExactPin(version=a_place(path, version, line)),
        suspended=suspended,
    )
    return Verdict(tier=tier, reference=reference, decision=decision)


def an_update(
    old: str = "6.5.3",
    new: str = "6.5.4",
    *,
    jump: str = "patch",
    refused: tuple[Refused, ...] = (),
    digest: str = "",
    carried: Reason | None = None,
    path: str = "apps/dev/podinfo.yaml",
    line: int = 12,
) -> Update:
    edits = (Edit(place=a_place(path, old, line), text=new),)
    return Update(old=old, new=new, tag=new, edits=edits, jump=jump, refused=refused, digest=digest, carried=carried)


def current(version: str = "6.5.4", *, majors_behind: int = 0, runs: str = "", newest: str = "") -> Current:
    return Current(version=version, behind=Behind(majors=majors_behind), runs=runs, newest=newest)


def held(reason: Reason, version: str = "6.5.3") -> Held:
    return Held(version=version, reason=reason)
