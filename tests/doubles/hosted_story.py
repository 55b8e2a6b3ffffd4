"""A fleet on the double of GitHub with real Git beneath, its charts in memory: the story without the command line."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime

from builders import configuration, source, tier
from doubles.github.hosted import HostedRepository
from doubles.github.journal import Entry
from doubles.github.people import Identity, actions
from doubles.github.server import GitHubDouble
from doubles.memory_registry import MemoryRegistry, quiet
from doubles.story import release, repository
from msgspec import Struct

from bot.cli.bases import base_branches, fetched_bases, our_branches
from bot.errors import BotError
from bot.forge.github import GitHubForge
from bot.forge.github_client import connect
from bot.model.proposals import Plan, Published
from bot.model.secret import Secret
from bot.model.tiers import Configuration
from bot.planning.memory import MEMORY_BRANCH, MEMORY_FILE
from bot.repository.git_repository import open_repository
from bot.steps.edit import edit
from bot.steps.find import Remote
from bot.steps.look_up import confirm, look_up
from bot.steps.publishing.publish import publish
from bot.steps.pull_requests.arrange import arrange
from bot.steps.pull_requests.carry import Said, carry
from bot.steps.pull_requests.plan import plan
from bot.steps.pull_requests.smaller_jumps import SmallerJumps
from bot.steps.resolve import resolve
from bot.steps.scan import scan
from bot.steps.select_versions import select
from bot.steps.side import Sides

HOST = "ghcr.io/x"


class Side(Struct, frozen=True, kw_only=True):
    """A repository on a server, and a token for it."""

    api_url: str
    server_url: str
    clone_url: str
    full_name: str
    token: str


@contextmanager
def planned(
    side: Side, settings: Configuration, registry: MemoryRegistry, now: datetime
) -> Iterator[tuple[Remote, Plan]]:
    """The story up to its plan, in this process or another."""
    secret = Secret(side.token)
    client = connect(side.api_url, secret, seconds_between_writes=0, backoff=0)
    forge = GitHubForge(client, repository=side.full_name, server_url=side.server_url, pause=0)
    try:
        with open_repository(side.clone_url, token=secret) as git:
            heads = git.heads()
            us, pulls = forge.identity(), forge.open_pull_requests()
            elsewhere = {pull.base for pull in pulls if pull.base in heads.tips}
            tips = git.fetch({*base_branches(settings, heads), *our_branches(heads), *elsewhere})
            remote = Remote(repository=git, forge=forge, us=us, default=heads.default, tips=tips, pull_requests=pulls)
            resolved = resolve(scan(fetched_bases(git, settings, heads, tips)), settings, heads.default)
            answers = look_up(resolved, settings, registry, quiet)
            judged = confirm(select(resolved, answers, settings), registry, quiet)
            edits = edit(carry(judged, remote, settings))
            smaller = SmallerJumps(
                configuration=settings,
                remote=remote,
                registry=registry,
                progress=quiet,
                judge=lambda narrowed, by, timed: select(narrowed, answers, by, timed),
                said=Said(),
                sides=Sides(git, settings),
            )
            yield remote, plan(arrange(edits, remote, settings, now, smaller=smaller), remote, settings)
    finally:
        client.close()


@dataclass(kw_only=True)
class HostedStory:
    """See the module."""

    github: GitHubDouble
    hosted: HostedRepository
    configuration: Configuration = field(default_factory=lambda: configuration(tier(follow="any")))
    registry: MemoryRegistry = field(default_factory=MemoryRegistry)
    now: datetime = datetime(2026, 11, 21, 6, tzinfo=UTC)
    us: Identity = field(default_factory=actions)
    seen: int = 0

    @classmethod
    def create(cls, github: GitHubDouble, name: str, settings: Configuration) -> HostedStory:
        hosted = github.repository(name, {"sources/x.yaml": repository()})
        return cls(github=github, hosted=hosted, configuration=settings)

    def write(self, charts: dict[str, str], folder: str = "apps/dev") -> HostedStory:
        """Put releases of charts at these versions on the default branch, a file each."""
        files = {f"{folder}/{name}.yaml": release(version, chart=name) for name, version in charts.items()}
        self.hosted.commit("main", files)
        return self

    def push(self, chart: str, *tags: str) -> HostedStory:
        for tag in tags:
            self.registry.push(source(f"{HOST}/{chart}"), tag, "")
        return self

    @contextmanager
    def remote(self) -> Iterator[tuple[Remote, Plan]]:
        """Everything up to the plan; the remote stays open for who carries it out."""
        self.seen = len(self.github.journal.entries)
        with planned(self.side(), self.configuration, self.registry, self.now) as found:
            yield found

    def side(self) -> Side:
        """What a run has to know of the server."""
        return Side(
            api_url=self.github.api_url,
            server_url=self.github.server_url,
            clone_url=self.hosted.clone_url,
            full_name=self.hosted.full_name,
            token=self.github.token(self.us),
        )

    def published(self) -> Published:
        with self.remote() as (remote, planned):
            return publish(planned, remote, self.configuration)

    def run(self) -> list[str]:
        """A run in which all goes well; what it wrote, statuses left out."""
        published = self.published()
        problems = [outcome.problem for outcome in published.outcomes if outcome.problem]
        assert (problems, published.problems) == ([], ())
        return self.writes

    def trouble(self) -> str:
        """What a run ended with: its error or its problems, empty for a good one."""
        try:
            published = self.published()
        except BotError as error:
            return error.message
        problems = [outcome.problem for outcome in published.outcomes if outcome.problem]
        return "; ".join(problem.sentence for problem in (*problems, *published.problems))

    @property
    def requests(self) -> tuple[Entry, ...]:
        """What the last run asked, in order."""
        return tuple(self.github.journal.entries[self.seen :])

    @property
    def api_calls(self) -> int:
        return sum(not entry.is_git for entry in self.requests)

    @property
    def writes(self) -> list[str]:
        """What the last run wrote, statuses left out: `push <branch>`, `delete <branch>`, or method and last word."""
        found = []
        for entry in self.requests:
            if entry.write and "/statuses/" not in entry.target:
                pushes = [f"{'push' if set(one.new) != {'0'} else 'delete'} {_short(one.ref)}" for one in entry.pushes]
                found += pushes or [f"{entry.method} {str(entry.operation).rpartition('/')[2]}"]
        return found

    def state(self) -> dict[str, object]:
        """All that a run leaves behind, without what a moment decides."""
        git = self.hosted
        ours = {_short(name): name for name in git.branches() if name.startswith("flux-chart-bot/")}
        heads = {name: (git.log(full)[0].parents, git.files(full)) for name, full in ours.items()}
        memory = heads.pop(_short(MEMORY_BRANCH), None)
        pulls = {
            pull.number: (
                _short(pull.head_branch),
                pull.state,
                pull.title,
                pull.body,
                pull.draft,
                sorted(label.name for label in pull.labels),
                sorted(who.login for who in (*pull.reviewers, *pull.assignees)),
                [said.body for said in git.comments(pull.number)],
            )
            for pull in git.pulls()
        }
        words = {
            name: {status.context: (status.state, status.description) for status in reversed(git.statuses(full))}
            for name, full in {**ours, "main": "main"}.items()
        }
        return {"heads": heads, "memory": memory and memory[1][MEMORY_FILE], "pulls": pulls, "words": words}


def _short(ref: str) -> str:
    return ref.removeprefix("refs/heads/").removeprefix("flux-chart-bot/")
