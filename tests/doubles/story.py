"""A fleet, a registry and a forge in memory, and the story told on them up to any step."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from textwrap import dedent

from builders import configuration, digest, source, tier
from doubles.github.seeding import Content
from doubles.memory_forge import MemoryForge
from doubles.memory_registry import MemoryRegistry, quiet
from doubles.memory_repository import MemoryRemote, MemoryRepository

from bot.model.proposals import Plan, Published
from bot.model.tiers import Configuration
from bot.model.verdicts import Decision
from bot.planning.pull_requests import branch_of
from bot.planning.tiers import branch_of_tier, tiers_on
from bot.steps.carry import carry
from bot.steps.edit import TierEdits, edit
from bot.steps.find import Remote
from bot.steps.look_up import confirm, look_up
from bot.steps.plan import plan
from bot.steps.prove import prove
from bot.steps.publish import publish
from bot.steps.resolve import Resolved, TierVerdicts, resolve
from bot.steps.scan import Base, scan
from bot.steps.select_versions import select


def release(version: str, *, chart: str = "podinfo", name: str = "", extra: str = "", repository: str = "x") -> str:
    """A HelmRelease of a chart below the HelmRepository `repositories` makes."""
    return dedent(f"""\
        apiVersion: helm.toolkit.fluxcd.io/v2
        kind: HelmRelease
        metadata:
          name: {name or chart}
          namespace: x
        spec:
          chart:
            spec:
              chart: {chart}
              version: {version}
              sourceRef:
                kind: HelmRepository
                name: {repository}
        """).replace("spec:\n", f"spec:\n{extra}", 1)


def repository(name: str = "x", url: str = "oci://ghcr.io/x") -> str:
    return dedent(f"""\
        apiVersion: source.toolkit.fluxcd.io/v1
        kind: HelmRepository
        metadata:
          name: {name}
          namespace: x
        spec:
          type: oci
          url: {url}
        """)


def oci(ref: str, *, name: str = "podinfo", url: str = "") -> str:
    """An OCIRepository that holds a chart; `ref` is the flow mapping of `spec.ref`."""
    return dedent(f"""\
        apiVersion: source.toolkit.fluxcd.io/v1
        kind: OCIRepository
        metadata:
          name: {name}
          namespace: x
        spec:
          url: {url or f"oci://ghcr.io/x/{name}"}
          layerSelector:
            mediaType: application/vnd.cncf.helm.chart.content.v1.tar+gzip
          ref: {ref}
        """)


@dataclass
class Story:
    """What a run meets. `files` of `main` begin with the HelmRepository that `release` names."""

    configuration: Configuration = field(default_factory=lambda: configuration(tier(follow="any")))
    remote: MemoryRemote = field(default_factory=MemoryRemote)
    registry: MemoryRegistry = field(default_factory=MemoryRegistry)
    forge: MemoryForge = field(default_factory=MemoryForge)

    def __post_init__(self) -> None:
        self.forge.branches = self.remote.branches
        self.repository = MemoryRepository(self.remote)

    def write(self, files: Mapping[str, Content], branch: str = "main") -> "Story":
        first = {} if self.remote.branches else {"sources/x.yaml": repository()}
        self.remote.commit(branch, {**first, **files})
        return self

    def push(self, chart: str, *tags: str, digests: str = "") -> "Story":
        """Put a chart's versions into the registry, `digests` one sign each."""
        for index, tag in enumerate(tags):
            self.registry.push(source(chart), tag, digest(digests[index]) if digests else "")
        return self

    def bases(self) -> tuple[Base, ...]:
        heads, settings = self.repository.heads(), self.configuration
        branches = dict.fromkeys(branch_of_tier(each, heads.default) for each in settings.tiers)
        return tuple(
            Base(
                branch=branch,
                sha=heads.tips[branch],
                tree=self.repository.tree(heads.tips[branch]),
                tiers=tiers_on(settings, branch, heads.default),
            )
            for branch in branches
        )

    def our_side(self) -> Remote:
        """The remote as a run finds it."""
        heads = self.repository.heads()
        return Remote(
            repository=self.repository,
            forge=self.forge,
            us=self.forge.identity(),
            default=heads.default,
            tips=heads.tips,
            pull_requests=self.forge.open_pull_requests(),
        )

    def resolved(self) -> Resolved:
        return resolve(scan(self.bases()), self.configuration, self.remote.default)

    def judged(self) -> tuple[TierVerdicts, ...]:
        resolved = self.resolved()
        answers = look_up(resolved, self.configuration, self.registry, quiet)
        return confirm(select(resolved, answers, self.configuration), self.registry, quiet)

    def edited(self) -> tuple[TierEdits, ...]:
        return prove(edit(carry(self.judged(), self.our_side(), self.configuration)))

    def planned(self) -> Plan:
        return plan(self.edited(), self.our_side())

    def published(self) -> Published:
        remote = self.our_side()
        return publish(plan(self.edited(), remote), remote, self.configuration)

    def proposed(self, name: str = "dev") -> dict[str, str]:
        """The files of a tier's branch as they differ from `main`."""
        tip, base = (self.remote.files(branch) for branch in (branch_of(tier(name)), self.remote.default))
        return {path: data.decode() for path, data in tip.items() if data != base.get(path)}

    def decisions(self) -> dict[str, Decision]:
        """The decision for each object's name, as judged and carried."""
        return {
            verdict.reference.object.name: verdict.decision for edits in self.edited() for verdict in edits.verdicts
        }
