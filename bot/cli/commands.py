"""The commands: the parts put together, the story told."""

import argparse
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from bot.cli.bases import (
    base_branches,
    configuration_of,
    fetched_bases,
    past_of,
    read_remote,
    state_branches,
    work_tree_base,
)
from bot.cli.events import refuse_to_write
from bot.cli.no_configuration import NoConfiguration
from bot.cli.parts import Parts, Policy, commits_of
from bot.cli.settings import Job
from bot.config.loading import load
from bot.errors import BotError, UsageError
from bot.model.references import PassedOver
from bot.model.tiers import DEFAULT_CONFIGURATION_PATH, Branch, Configuration
from bot.ports import Commits, Forge, Progress, Repository, Tree
from bot.reasons import UNREADABLE_FILE

if TYPE_CHECKING:
    from bot.model.explanations import Explained
    from bot.model.proposals import Identity
    from bot.pipeline import Request
    from bot.report.run_report import RunReport
    from bot.repository.work_tree import WorkTree
    from bot.steps.past.branches import Past
    from bot.steps.scan import Base


class _Trees(Struct, frozen=True, kw_only=True):
    """What `scan` reads. `folder` is the one on disk, which tells afterwards what it could not open."""

    configuration: Configuration
    bases: "tuple[Base, ...]"
    helper_hosts: frozenset[str] | None = None
    default: Branch = ""
    past: "Past | None" = None
    folder: "WorkTree | None" = None
    suggestion: str = ""


class _Writing(Struct, frozen=True, kw_only=True):
    """The parts of a command that writes.

    Attributes:
        memory: What earlier runs left word of, where a person's word changed it.
    """

    job: Job
    repository: Repository
    forge: Forge
    us: "Identity"
    found: Policy
    made_by: Commits
    now: datetime
    memory: bytes | None = None


def now() -> datetime:
    """The time of a run, looked at once, in whole seconds as the ledger keeps it."""
    return datetime.now(UTC).replace(microsecond=0)


class Commands:
    """The commands on real parts."""

    def __init__(
        self,
        environment: Mapping[str, str],
        *,
        parts: Parts,
        progress: Progress,
        clock: Callable[[], datetime] | None = None,
    ) -> None:
        """Keep what every command needs. The clock is looked at once a run."""
        self._environment = environment
        self._clock = clock or now
        self._parts = parts
        self._progress = progress
        self.named = {
            "scan": self.scan,
            "update": self.update,
            "hold": self.steer,
            "release": self.steer,
            "promote": self.promote,
            "check": self.check,
        }

    def scan(self, arguments: argparse.Namespace) -> "RunReport":
        """Judge a folder, or the tips of the base branches; no write, no forge, no Git for a folder."""
        with self._trees(arguments) as trees, self._request(trees) as request:
            from bot.pipeline import run  # noqa: PLC0415 - see `_request`

            report = run(request)
        closed = trees.folder.unreadable if trees.folder else ()
        unread = (PassedOver(path=each.path, reason=UNREADABLE_FILE(problem=each.problem)) for each in closed)
        return replace(report, suggestion=trees.suggestion, passed_over=(*report.passed_over, *unread))

    def explain(self, arguments: argparse.Namespace) -> "Explained":
        """Tell how one place of the same trees was judged; no write either."""
        from bot.cli.spot import parse_spot  # noqa: PLC0415 - nothing else needs it

        spot = parse_spot(arguments.explain)
        if arguments.json or arguments.diff:
            raise UsageError("--explain tells of one place in words", "Leave out --json and --diff")
        with self._trees(arguments) as trees, self._request(trees) as request:
            from bot.pipeline import explain  # noqa: PLC0415 - see `_request`

            return explain(request, spot)

    @contextmanager
    def _trees(self, arguments: argparse.Namespace) -> Iterator["_Trees"]:
        if arguments.base:
            job = Job.from_environment(self._environment, arguments.repository)
            with self._parts.repository(arguments, job) as repository:
                found = self._parts.configured(arguments, repository)
                heads, configuration = found.heads, found.configuration
                tips = repository.fetch((*base_branches(configuration, heads), *state_branches(heads)))
                yield _Trees(
                    configuration=configuration,
                    bases=fetched_bases(repository, configuration, heads, tips),
                    helper_hosts=found.helper_hosts,
                    default=heads.default,
                    past=past_of(repository, tips),
                )
            return
        from bot.repository.work_tree import WorkTree  # noqa: PLC0415 - an adapter, loaded by those who use it

        tree = WorkTree(Path(arguments.path))
        configuration, suggestion = self._of_folder(tree, arguments)
        bases = (work_tree_base(tree, configuration),)
        yield _Trees(configuration=configuration, bases=bases, folder=tree, suggestion=suggestion)

    @contextmanager
    def _request(self, trees: "_Trees") -> Iterator["Request"]:
        # Only now, here and below: a wrong configuration is said without loading the whole story.
        from bot.pipeline import Request  # noqa: PLC0415 - see above

        with self._parts.registry(trees.configuration, trees.helper_hosts) as registry:
            yield Request(
                command="scan",
                configuration=trees.configuration,
                bases=trees.bases,
                default=trees.default,
                registry=registry,
                progress=self._progress,
                now=self._clock(),
                past=trees.past,
            )

    def _of_folder(self, tree: Tree, arguments: argparse.Namespace) -> tuple[Configuration, str]:
        """The folder's configuration; where it has none and none was asked for, a suggested one, and its text."""
        try:
            return configuration_of(tree, arguments.config), ""
        except NoConfiguration as missing:
            if arguments.config not in {"", DEFAULT_CONFIGURATION_PATH}:
                raise
            if not tree.entries():
                mend = "Name the top of a checkout; in a workflow, run actions/checkout before this step"
                raise UsageError(f"there are no files in {arguments.path!r}", mend) from None
            return load(missing.suggestion.encode(), "the suggested configuration"), missing.suggestion

    def update(self, arguments: argparse.Namespace) -> "RunReport":
        """Judge the tips of the base branches, and bring branches, pull requests and statuses about."""
        from bot.cli.idle_words import run_telling_idle_words  # noqa: PLC0415 - see `_request`
        from bot.pipeline import run  # noqa: PLC0415 - see `_request`

        with self._writing(arguments) as writing:
            return self._updated(writing, arguments, story=partial(run_telling_idle_words, run))

    def steer(self, arguments: argparse.Namespace) -> "RunReport":
        """Keep a person's word (`hold`, `release`), and have the open pull requests follow."""
        from bot.cli.idle_words import run_with_word  # noqa: PLC0415 - see `_request`
        from bot.cli.steering import freeing, said, word_alone  # noqa: PLC0415 - see `_request`
        from bot.pipeline import run  # noqa: PLC0415 - see `_request`
        from bot.steps.past.remember import keep_word, with_words  # noqa: PLC0415 - see `_request`

        with self._writing(arguments) as writing:
            found, repository = writing.found, writing.repository
            word = said(arguments, found.configuration, writing.now)
            past = past_of(repository, repository.fetch(state_branches(found.heads)), writing.forge)
            before = past.ledger
            if arguments.dry_run:
                past = with_words(past, {word.matter: word.word})
            else:
                message = f"{word}\n\n{writing.job.run_url}".strip()
                past = keep_word(word.matter, word.word, past, writing.us, message)
            try:
                word, left = freeing(
                    word,
                    before,
                    past.ledger,
                    found.configuration,
                    repository,
                    writing.us,
                    writes=not arguments.dry_run,
                )
                if arguments.no_update:
                    return word_alone(word, found.configuration, arguments)

                asks = word.word.held or word.idle
                story = partial(run_with_word, run, matter=word.matter, told=str(word), asks=asks)
                return self._updated(replace(writing, memory=left), arguments, past, story)
            except BotError as error:
                error.message += "" if arguments.dry_run else f"\nAll the same this is kept: {word}"
                raise

    def promote(self, arguments: argparse.Namespace) -> "RunReport":
        """Propose for production what the tiers before it run."""
        from bot.cli.promoting import asked_for, require_found  # noqa: PLC0415 - see `_request`
        from bot.pipeline import promote  # noqa: PLC0415 - see `_request`

        with self._writing(arguments) as writing:
            asked, configuration = asked_for(arguments, writing.found.configuration)
            found = replace(writing, found=replace(writing.found, configuration=configuration))
            report = self._updated(found, arguments, story=lambda request: promote(request, asked))
        return require_found(report, asked)

    @contextmanager
    def _writing(self, arguments: argparse.Namespace) -> Iterator["_Writing"]:
        job = Job.from_environment(self._environment, arguments.repository)
        refuse_to_write(job.event, job.payload, job.repository, arguments.command)
        forge = self._parts.forge(arguments, job)
        with self._parts.repository(arguments, job) as repository:
            forge = self._parts.seeing_merges(forge, arguments, repository)
            found = self._parts.configured(arguments, repository)
            commits = commits_of(forge, repository, found.configuration, job)
            yield _Writing(
                job=job,
                repository=repository,
                forge=forge,
                us=forge.identity(),
                found=found,
                made_by=commits,
                now=self._clock(),
            )

    def _updated(
        self,
        writing: "_Writing",
        arguments: argparse.Namespace,
        past: "Past | None" = None,
        story: "Callable[[Request], RunReport] | None" = None,
    ) -> "RunReport":
        repository, configuration = writing.repository, writing.found.configuration
        heads, pulls, tips = read_remote(
            repository, writing.forge, configuration, writing.found.heads, ledger=past is None
        )
        from bot.pipeline import Request, run  # noqa: PLC0415 - see `_request`
        from bot.steps.find import Remote  # noqa: PLC0415 - see `_request`

        remote = Remote(
            repository=repository,
            forge=writing.forge,
            us=writing.us,
            default=heads.default,
            tips=tips,
            pull_requests=pulls,
            run_url=writing.job.run_url,
            made_by=writing.made_by,
            memory=writing.memory if arguments.dry_run else None,
        )
        with self._parts.registry(configuration, writing.found.helper_hosts) as registry:
            return (story or run)(
                Request(
                    command=arguments.command,
                    configuration=configuration,
                    bases=fetched_bases(repository, configuration, heads, tips),
                    default=heads.default,
                    registry=registry,
                    progress=self._progress,
                    now=writing.now,
                    past=past or past_of(repository, tips, writing.forge),
                    remote=remote,
                    writes=not arguments.dry_run,
                )
            )

    def check(self, arguments: argparse.Namespace) -> "RunReport":
        """Judge the versions that a pull request's people changed; needs nothing but to read."""
        from bot.cli.proposal import proposal_of, sides_of  # noqa: PLC0415 - loaded by those who use it

        job = Job.from_environment(self._environment, arguments.repository)
        proposal = proposal_of(arguments, job)
        with self._parts.repository(arguments, job) as repository:
            found = self._parts.configured(arguments, repository, foreign=True)
            heads, configuration = found.heads, found.configuration
            sides = sides_of(proposal, repository, configuration, heads)
            tips = repository.fetch({*base_branches(configuration, heads), *state_branches(heads)})
            trees = _Trees(
                configuration=configuration,
                bases=fetched_bases(repository, configuration, heads, tips),
                helper_hosts=found.helper_hosts,
                default=heads.default,
                past=past_of(repository, tips, self._parts.statuses(arguments, job, configuration)),
            )
            with self._request(trees) as request:
                from bot.pipeline import check  # noqa: PLC0415 - see `_request`

                report = check(replace(request, command="check"), sides.before, sides.after)
        return replace(report, passed_over=(*report.passed_over, *sides.remarks))
