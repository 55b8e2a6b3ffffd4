"""Golden repositories, and what a run makes of each.

A golden is a folder: `flux-chart-bot.yaml`, the tree `before`, in `after` the files that change, in `verdicts.txt` all
verdicts, and in `built.txt` what the real programs build of it (see `golden.builds`).
"""

from collections.abc import Iterable
from functools import cache
from pathlib import Path

from doubles.story import Story

from bot.config.loading import load
from bot.model.references import PassedOver
from bot.model.verdicts import Current, Decision, Held, Update, Verdict
from bot.reason import Reason
from bot.steps.edit import TierEdits

HERE = Path(__file__).parent
CHARTS = {
    "registry.example/charts/podinfo": ("1.2.3", "1.2.4", "1.3.0", "2.0.0"),
    "registry.example/charts/redis": ("1.2.3", "1.2.4", "1.3.0", "2.0.0"),
    "registry.example/charts/ingress": ("1.2.3", "1.2.4", "1.3.0", "2.0.0"),
    "registry.example/charts/grafana": ("1.2.3", "1.2.4", "1.3.0", "2.0.0"),
    "registry.example/charts/loki": ("1.2.3", "1.2.4", "1.3.0"),
    "registry.example/charts/tempo": ("1.2.3", "1.2.4", "1.4.0"),
    "registry.example/charts/mimir": ("1.2.3", "1.5.0"),
    "registry.example/charts/cert-manager": ("v1.2.3", "v1.2.4", "v1.3.0"),
    "other.example/charts/podinfo": ("1.2.3", "1.2.4"),
    "other.example/charts/redis": ("1.2.3", "1.3.0"),
    "ghcr.io/stefanprodan/charts/podinfo": ("6.5.2", "6.5.3", "6.5.4", "6.6.0", "7.0.0"),
    "ghcr.io/stefanprodan/charts/ingress-nginx": ("4.11.2", "4.11.3", "4.12.0"),
    "ghcr.io/corp/charts/agent": ("1.2.3", "1.2.4"),
    "ghcr.io/corp/charts/server": ("1.2.3", "1.2.4"),
    "ghcr.io/corp/charts/nightly": ("0.0.0-main.10", "0.0.0-main.9", "0.0.0-main.8", "1.0.0"),
}
"""Each version's digest is one repeated sign of `DIGESTS`."""
DIGESTS = "abd12"


def files_below(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def before(name: str) -> dict[str, bytes]:
    return files_below(HERE / name / "before")


def after(name: str) -> dict[str, bytes]:
    """The whole tree with the golden edits."""
    return before(name) | files_below(HERE / name / "after")


def story(name: str, files: dict[str, bytes]) -> Story:
    told = Story(configuration=load((HERE / name / "flux-chart-bot.yaml").read_bytes()))
    for chart, versions in CHARTS.items():
        told.push(chart, *versions, digests=DIGESTS)
    told.remote.commit("main", dict(files))
    return told


@cache
def edited(name: str) -> tuple[TierEdits, ...]:
    """What a run makes of a golden, told once for all tests."""
    return story(name, before(name)).edited()


def changed(name: str) -> dict[str, bytes]:
    """The files that a run changes."""
    return {change.path: change.after for tier in edited(name) for change in tier.changes}


def verdicts(name: str) -> str:
    """A line a verdict, and one for everything that is passed over in a tier, or outside of all."""
    edits, outside = edited(name), story(name, before(name)).resolved().outside
    judged = [_judged(verdict) for tier in edits for verdict in tier.verdicts]
    passed = [_passed(tier.view.tier.name, item) for tier in edits for item in tier.view.passed_over]
    return "".join(f"{line}\n" for line in sorted([*judged, *passed, *_outside(outside)]))


def _outside(items: Iterable[PassedOver]) -> Iterable[str]:
    return (_passed("(no tier)", item) for item in items)


def _judged(verdict: Verdict) -> str:
    reference = verdict.reference
    return f"{verdict.tier.name} {reference.path}:{reference.line} {reference.object}: {_decided(verdict.decision)}"


def _passed(tier: str, item: PassedOver) -> str:
    named = f" {item.object}" if item.object else ""
    return f"{tier} {item.path}:{item.line}{named}: {_why(item.reason)}"


def _decided(decision: Decision) -> str:
    match decision:
        case Update(old=old, new=new, refused=refused):
            return f"{old} -> {new}" + "".join(f"; {each.tag}: {each.why}" for each in refused[:1])
        case Current(version=version, refused=refused):
            return f"{version} stays" + "".join(f"; {each.tag}: {each.why}" for each in refused[:1])
        case Held(version=version, reason=reason):
            return f"{version} is held: {_why(reason)}"


def _why(reason: Reason) -> str:
    return f"{reason.id} ({reason.sentence})"
