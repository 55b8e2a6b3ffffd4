"""The commands: the parts put together, the story told."""

import argparse
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
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
from bot.cli.credential_hosts import credential_hosts
from bot.cli.events import refuse_to_write
from bot.cli.no_configuration import NoConfiguration
from bot.cli.settings import NO_REPOSITORY_MEND, Job
from bot.config.loading import load
from bot.errors import BotError, UsageError
from bot.model.commits import RemoteHeads
from bot.model.references import PassedOver
from bot.model.secret import Secret
from bot.model.tiers import DEFAULT_CONFIGURATION_PATH, Branch, CommitPolicy, Configuration
from bot.ports import Commits, Forge, Progress, Registry, Repository, Tree
from bot.reasons import UNREADABLE_FILE

if TYPE_CHECKING:
    from bot.model.explanations import Explained
    from bot.model.proposals import Identity
    from bot.pipeline import Request
    from bot.report.run_report import RunReport
    from bot.repository.work_tree import WorkTree
    from bot.steps.branches import Past
    from bot.steps.scan import Base

Mask = Callable[[Secret], None]
"""Tells the runner what to hide in its log."""


class _Trees(Struct, frozen=True, kw_only=True):
    """What `scan` reads. `folder` is the one on disk, which tells afterwards what it could not open."""

    configuration: Configuration
    bases: "tuple[Base, ...]"
    helper_hosts: frozenset[str] | None = None
    default: Branch = ""
    past: "Past | None" = None
    folder: "WorkTree | None" = None
    suggestion: str = ""


class _Policy(Struct, frozen=True, kw_only=True):
    """What the default branch decides for a run over branches."""

    heads: RemoteHeads
    configuration: Configuration
    helper_hosts: frozenset[str] | None


class _Writing(Struct, frozen=True, kw_only=True):
    """The parts of a command that writes.

    Attributes:
        memory: What earlier runs left word of, where a person's word changed it.
    """

    job: Job
    repository: Repository
    forge: Forge
    us: "Identity"
    found: _Policy
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
        mask: Mask,
        progress: Progress,
        clock: Callable[[], datetime] | None = None,
    ) -> None:
        """Keep what every command needs. The clock is looked at once a run."""
        self._environment = environment
        self._clock = clock or now
        self._mask = mask
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
            with self._repository(arguments, job) as repository:
                found = self._configured(arguments, repository)
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

        with self._registry(trees.configuration, trees.helper_hosts) as registry:
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
        with self._writing(arguments) as writing:
            return self._updated(writing, arguments)

    def steer(self, arguments: argparse.Namespace) -> "RunReport":
        """Keep a person's word (`hold`, `release`), and have the open pull requests follow."""
        from bot.cli.steering import freeing, said, with_word, word_alone  # noqa: PLC0415 - see `_request`
        from bot.pipeline import run  # noqa: PLC0415 - see `_request`
        from bot.steps.remember import keep_word, with_words  # noqa: PLC0415 - see `_request`

        with self._writing(arguments) as writing:
            found, repository = writing.found, writing.repository
            word = said(arguments, found.configuration, writing.now)
            past = past_of(repository, repository.fetch(state_branches(found.heads)), writing.forge)
            if arguments.dry_run:
                past = with_words(past, {word.matter: word.word})
            else:
                message = f"{word}\n\n{writing.job.run_url}".strip()
                past = keep_word(word.matter, word.word, past, writing.us, message)
            try:
                word, left = freeing(word, found.configuration, repository, writing.us, writes=not arguments.dry_run)
                if arguments.no_update:
                    return word_alone(word, found.configuration, arguments)

                def story(request: "Request") -> "RunReport":
                    return with_word(run(request), word, request.registry, request.progress)

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
        forge = self._forge(arguments, job)
        with self._repository(arguments, job) as repository:
            found = self._configured(arguments, repository)
            made_by = _made_by(forge, repository, found.configuration, job)
            yield _Writing(
                job=job,
                repository=repository,
                forge=forge,
                us=forge.identity(),
                found=found,
                made_by=made_by,
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
        with self._registry(configuration, writing.found.helper_hosts) as registry:
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
        with self._repository(arguments, job) as repository:
            found = self._configured(arguments, repository, foreign=True)
            heads, configuration = found.heads, found.configuration
            sides = sides_of(proposal, repository, configuration, heads)
            tips = repository.fetch({*base_branches(configuration, heads), *state_branches(heads)})
            trees = _Trees(
                configuration=configuration,
                bases=fetched_bases(repository, configuration, heads, tips),
                helper_hosts=found.helper_hosts,
                default=heads.default,
                past=past_of(repository, tips, self._statuses(arguments, job, configuration)),
            )
            with self._request(trees) as request:
                from bot.pipeline import check  # noqa: PLC0415 - see `_request`

                report = check(replace(request, command="check"), sides.before, sides.after)
        return replace(report, passed_over=(*report.passed_over, *sides.remarks))

    def _statuses(self, arguments: argparse.Namespace, job: Job, configuration: Configuration) -> Forge | None:
        """Who knows the statuses of commits, where a tier asks for some; without a token unknown, so never green."""
        asked = any(tier.pace.with_status for tier in configuration.tiers)
        known = arguments.forge == "files" or (job.token and job.repository)
        return self._forge(arguments, job) if asked and known else None

    def _configured(self, arguments: argparse.Namespace, repository: Repository, *, foreign: bool = False) -> "_Policy":
        """What the default branch's tip says: no other branch may say what is written, or who is asked for logins."""
        heads = repository.heads()
        tree = repository.tree(repository.fetch([heads.default])[heads.default])
        configuration = configuration_of(tree, arguments.config, heads.tips)
        hosts = credential_hosts(configuration, heads, tree, self._environment, foreign=foreign)
        return _Policy(heads=heads, configuration=configuration, helper_hosts=hosts)

    @contextmanager
    def _registry(self, configuration: Configuration, helper_hosts: frozenset[str] | None) -> Iterator[Registry]:
        from bot.registry.adapter import OciRegistry  # noqa: PLC0415 - an adapter, loaded by those who use it

        registry = OciRegistry(
            environment=self._environment,
            private_hosts=configuration.private_hosts,
            helper_hosts=helper_hosts,
            mask=self._mask,
        )
        try:
            yield registry
        finally:
            registry.close()

    @contextmanager
    def _repository(self, arguments: argparse.Namespace, job: Job) -> Iterator[Repository]:
        from bot.repository.git_repository import open_repository  # noqa: PLC0415 - as above
        from bot.repository.surroundings import basic  # noqa: PLC0415 - as above

        if job.token:
            self._mask(job.token)
            self._mask(Secret(basic(job.token)))
        if job.signing_key:
            self._mask(job.signing_key)
        remote, key = job.remote(arguments.remote), job.signing_key or None
        with open_repository(remote, token=job.token or None, signing_key=key) as repository:
            yield repository

    def _forge(self, arguments: argparse.Namespace, job: Job) -> Forge:
        if arguments.forge == "files":
            from bot.forge.files import FilesForge  # noqa: PLC0415 - as above

            return FilesForge(Path(arguments.forge_folder))
        from bot.forge.github import GitHubForge  # noqa: PLC0415 - as above
        from bot.forge.github_client import connect  # noqa: PLC0415 - as above

        if not job.repository:
            raise UsageError(
                f"{arguments.command} is not told which repository on GitHub to write to", NO_REPOSITORY_MEND
            )
        if not job.token:
            raise UsageError(
                f"there is no token for {job.repository}",
                "Set FLUX_CHART_BOT_TOKEN to one that may write contents, pull requests and commit statuses; in a "
                "workflow, the input `token`",
            )
        return GitHubForge(connect(job.api_url, job.token), repository=job.repository, server_url=job.server_url)


def _made_by(forge: Forge, repository: Repository, configuration: Configuration, job: Job) -> Commits:
    """Who makes the commits: our own repository, or GitHub where the configuration says so.

    Raises:
        UsageError: The configuration wants GitHub to sign, and the call says otherwise.
    """
    from bot.forge.github import GitHubForge  # noqa: PLC0415 - an adapter, loaded by those who use it

    if isinstance(forge, GitHubForge):
        forge.signs = configuration.commit is CommitPolicy.API or bool(job.signing_key)
    if configuration.commit is CommitPolicy.GIT:
        return repository
    from bot.forge.github_commits import GitHubCommits  # noqa: PLC0415 - as above

    if not isinstance(forge, GitHubForge):
        mend = "Remove `commit: api` from the configuration; a `signing-key` signs anywhere"
        raise UsageError("GitHub is to make the commits, and this run has another forge", mend)
    if job.signing_key:
        mend = "Remove one of the two: the key signs what Git commits here, and `commit: api` lets GitHub sign"
        raise UsageError("there is a signing key, and the configuration says `commit: api`", mend)
    return GitHubCommits(forge, repository)
