"""A fleet, a registry and a forge in memory, and the story told on them up to any step."""

from argparse import Namespace
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from textwrap import dedent

from builders import configuration, digest, source, tier
from doubles.github.seeding import Content
from doubles.memory_forge import MemoryForge
from doubles.memory_registry import MemoryRegistry, quiet
from doubles.memory_repository import MemoryRemote, MemoryRepository

from bot.cli.promoting import asked_for, require_found
from bot.ledger.model import LEDGER_BRANCH
from bot.model.proposals import Plan, Published
from bot.model.tiers import Configuration
from bot.model.verdicts import Decision
from bot.pipeline import Request, promote, run
from bot.planning.grouping import branch_of
from bot.planning.tiers import branch_of_tier, tiers_on
from bot.report.run_report import RunReport
from bot.steps.edit import TierEdits, edit
from bot.steps.find import Remote
from bot.steps.look_up import Answers, confirm, look_up
from bot.steps.past.remember import read_past
from bot.steps.proposals import Arranged
from bot.steps.prove import prove
from bot.steps.publishing.publish import publish
from bot.steps.pull_requests.arrange import arrange
from bot.steps.pull_requests.carry import Said, carry
from bot.steps.pull_requests.look_beyond import look_beyond
from bot.steps.pull_requests.plan import plan
from bot.steps.pull_requests.smaller_jumps import SmallerJumps
from bot.steps.resolve import Resolved, TierVerdicts, resolve
from bot.steps.scan import Base, scan
from bot.steps.select_versions import select
from bot.steps.side import Sides

NOW = datetime(2026, 1, 1, tzinfo=UTC)
"""The beginning of every story."""


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
    """What a run meets. `files` of `main` begin with the HelmRepository that `release` names.

    Attributes:
        asks_forge: Whether a whole run may ask for statuses.
        opens: How a whole run opens the remote.
    """

    configuration: Configuration = field(default_factory=lambda: configuration(tier(follow="any")))
    remote: MemoryRemote = field(default_factory=MemoryRemote)
    registry: MemoryRegistry = field(default_factory=MemoryRegistry)
    forge: MemoryForge = field(default_factory=MemoryForge)
    asks_forge: bool = True
    opens: Callable[[MemoryRemote], MemoryRepository] = MemoryRepository

    def __post_init__(self) -> None:
        self.forge.branches = self.remote.branches
        self.repository = MemoryRepository(self.remote)

    @property
    def now(self) -> datetime:
        """The time of the commits and of the runs."""
        return self.remote.now

    @now.setter
    def now(self, value: datetime) -> None:
        self.remote.now = value

    def pass_by(self, **time: float) -> "Story":
        """Let time pass: `days`, `hours`, `minutes`."""
        self.remote.now += timedelta(**time)
        return self

    def run(self, command: str = "update") -> RunReport:
        """A whole run, a new process as it were: nothing is known but what the remote holds."""
        return run(self.request(command, writes=command == "update", sees=command == "update"))

    def promote(self, **asked: str) -> RunReport:
        """A whole promotion, as the command line asks for it: `to`, `chart`, `version`, `reason`, `source`."""
        return self.promotion(asked)

    def promotion(self, asked: Mapping[str, str], *, writes: bool = True) -> RunReport:
        """The same, or a dry run of it."""
        given = {"to": "live", "from": asked.get("source", ""), "chart": "", "version": "", "reason": "", **asked}
        settings = self.configuration
        wanted, self.configuration = asked_for(Namespace(**given), settings)
        report = promote(self.request("promote", writes=writes), wanted)
        self.configuration = settings
        return require_found(report, wanted)

    def request(self, command: str, *, writes: bool, sees: bool = True) -> Request:
        """What a new process asks for; `sees` the forge, or not."""
        self.repository = self.opens(self.remote)
        heads = self.repository.heads()
        return Request(
            command=command,
            configuration=self.configuration,
            bases=self.bases(),
            default=heads.default,
            registry=self.registry,
            progress=quiet,
            now=self.now,
            past=read_past(
                self.repository, heads.tips.get(LEDGER_BRANCH), self.forge.all_statuses if self.asks_forge else None
            ),
            remote=self.our_side() if sees else None,
            writes=writes,
        )

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
                packed=settings.sources,
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

    def asked(self) -> tuple[tuple[TierVerdicts, ...], Answers]:
        resolved = self.resolved()
        answers = look_up(resolved, self.configuration, self.registry, quiet)
        return confirm(select(resolved, answers, self.configuration), self.registry, quiet), answers

    def judged(self) -> tuple[TierVerdicts, ...]:
        return self.asked()[0]

    def edited(self) -> tuple[TierEdits, ...]:
        return prove(edit(carry(self.judged(), self.our_side(), self.configuration)))

    def arranged(self, remote: Remote | None = None) -> Arranged:
        remote = remote or self.our_side()
        judged, answers = self.asked()
        beyond = look_beyond(
            judged,
            self.configuration,
            self.registry,
            quiet,
            lambda lifted, by: select(lifted, answers, by),
            lambda found, by: carry(found, remote, by),
        )
        edits = prove(edit(carry(judged, remote, self.configuration)))
        smaller = SmallerJumps(
            configuration=self.configuration,
            remote=remote,
            registry=self.registry,
            progress=quiet,
            judge=lambda narrowed, by, timed: select(narrowed, answers, by, timed),
            said=Said(),
            sides=Sides(remote.repository, self.configuration),
        )
        return arrange(edits, remote, self.configuration, self.now, beyond, smaller=smaller)

    def planned(self) -> Plan:
        remote = self.our_side()
        return plan(self.arranged(remote), remote, self.configuration)

    def published(self) -> Published:
        remote = self.our_side()
        return publish(plan(self.arranged(remote), remote, self.configuration), remote, self.configuration)

    def proposed(self, name: str = "dev") -> dict[str, str]:
        """The files of a tier's branch as they differ from `main`."""
        tip, base = (self.remote.files(branch) for branch in (branch_of(tier(name)), self.remote.default))
        return {path: data.decode() for path, data in tip.items() if data != base.get(path)}

    def decisions(self) -> dict[str, Decision]:
        """The decision for each object's name, as judged and carried."""
        return {
            verdict.reference.object.name: verdict.decision for edits in self.edited() for verdict in edits.verdicts
        }
