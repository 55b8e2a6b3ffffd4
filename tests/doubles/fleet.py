"""A fleet on the double of GitHub, its charts in a registry, and the bot that is let loose on them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from doubles import fleet_files
from doubles.bot_runs import Ended, run_here
from doubles.docker_registry import Pusher
from doubles.github.hosted import HostedRepository
from doubles.github.journal import Entry
from doubles.github.people import Identity, actions
from doubles.github.server import GitHubDouble
from doubles.github.state import PullRequest

from bot.demo.charts import SampleChart

NAME = "acme/fleet"
DEV, STAGING = "flux-chart-bot/dev/all", "flux-chart-bot/staging/all"


@dataclass(kw_only=True)
class Fleet:
    """See the module. `digests` are those of the charts that were pushed, by chart and version."""

    github: GitHubDouble
    hosted: HostedRepository
    pusher: Pusher
    registry: str
    group: str
    environment: dict[str, str]
    digests: dict[tuple[str, str], str] = field(default_factory=dict)
    seen: int = 0

    @classmethod
    def create(
        cls, github: GitHubDouble, pusher: Pusher, home: Mapping[str, str], *, registry: str, group: str
    ) -> Fleet:
        """An empty repository, and an environment as a job's."""
        made = cls(
            github=github,
            hosted=github.repository(NAME),
            pusher=pusher,
            registry=registry,
            group=group,
            environment={
                **home,
                "GITHUB_API_URL": github.api_url,
                "GITHUB_SERVER_URL": github.server_url,
                "GITHUB_REPOSITORY": NAME,
                "GITHUB_EVENT_NAME": "schedule",
                "GITHUB_RUN_ID": "4711",
            },
        )
        made.act_as(actions(repositories=frozenset({NAME})))
        return made

    def act_as(self, who: Identity) -> None:
        """Let the bot run with somebody's token from now on."""
        self.environment["FLUX_CHART_BOT_TOKEN"] = self.github.token(who)

    def push(self, chart: str, *versions: str) -> None:
        """Publish versions of a chart."""
        for version in versions:
            made = self.pusher.push(f"{self.group}/{chart}", SampleChart(name=chart, version=version))
            self.digests[chart, version] = made

    def files(self, folder: str, podinfo: str = "6.5.3", redis: str = "20.1.0") -> dict[str, bytes]:
        """The manifests of one tier in a folder, at these versions."""
        source = {"sources/charts.yaml": fleet_files.source(self.registry, self.group)}
        return {**source, **self.manifests(folder, podinfo, redis)}

    def manifests(self, folder: str, podinfo: str, redis: str) -> dict[str, bytes]:
        """The same without what all tiers share."""
        return {f"{folder}/podinfo.yaml": fleet_files.podinfo(podinfo), f"{folder}/redis.yaml": self.redis(redis)}

    def redis(self, version: str) -> bytes:
        return fleet_files.redis(self.registry, self.group, version, self.digests["redis", version])

    def update(self, *arguments: str, **environment: str) -> Ended:
        """Run `update`; `requests` then gives what was asked since."""
        return self.run("update", *arguments, **environment)

    def run(self, *arguments: str, **environment: str) -> Ended:
        """Run any command."""
        self.seen = len(self.github.journal.entries)
        return run_here(arguments, {**self.environment, **environment})

    @property
    def requests(self) -> tuple[Entry, ...]:
        """What the last run asked of GitHub, in order."""
        return tuple(self.github.journal.entries[self.seen :])

    @property
    def writes(self) -> list[str]:
        """What the last run wrote, or tried to."""
        return [
            " ".join((str(entry.operation), *(push.ref for push in entry.pushes)))
            for entry in self.requests
            if entry.write
        ]

    @property
    def api_calls(self) -> int:
        return sum(not entry.is_git for entry in self.requests)

    @property
    def open(self) -> dict[str, PullRequest]:
        """Open pull requests by their branch."""
        return {pull.head_branch: pull for pull in self.hosted.pulls() if pull.state == "open"}

    def words(self, revision: str) -> dict[str, tuple[str, str]]:
        """Context to state and description, of a branch's tip or a commit: the newest of each."""
        found = {status.context: status for status in reversed(self.hosted.statuses(revision))}
        return {context: (status.state, status.description or "") for context, status in found.items()}

    def changed(self, branch: str, base: str) -> dict[str, bytes]:
        """Files of a branch that are not as on its base, deletions as nothing; modes must be the same."""
        old, new = self.hosted.files(base), self.hosted.files(branch)
        old_modes = {path: entry.mode for path, entry in self.hosted.tree(base).items()}
        new_modes = {path: entry.mode for path, entry in self.hosted.tree(branch).items()}
        assert old_modes == new_modes
        return {path: new[path] for path in new if new[path] != old.get(path)}
