"""The real parts of a command: configuration, registry, repository and forge, each made where one needs it."""

import argparse
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from msgspec import Struct

from bot.cli.bases import configuration_of
from bot.cli.credential_hosts import credential_hosts
from bot.cli.settings import NO_REPOSITORY_MEND, Job
from bot.errors import UsageError
from bot.model.commits import RemoteHeads
from bot.model.secret import Secret
from bot.model.tiers import CommitPolicy, Configuration
from bot.ports import Commits, Forge, Registry, Repository

Mask = Callable[[Secret], None]
"""Tells the runner what to hide in its log."""


class Policy(Struct, frozen=True, kw_only=True):
    """What the default branch decides for a run over branches."""

    heads: RemoteHeads
    configuration: Configuration
    helper_hosts: frozenset[str] | None


class Parts:
    """What a call and its environment make of them."""

    def __init__(self, environment: Mapping[str, str], mask: Mask) -> None:
        """Keep what every part may need."""
        self._environment = environment
        self._mask = mask

    def configured(self, arguments: argparse.Namespace, repository: Repository, *, foreign: bool = False) -> Policy:
        """What the default branch's tip says: no other branch may say what is written, or who is asked for logins."""
        heads = repository.heads()
        tree = repository.tree(repository.fetch([heads.default])[heads.default])
        configuration = configuration_of(tree, arguments.config, heads.tips)
        hosts = credential_hosts(configuration, heads, tree, self._environment, foreign=foreign)
        return Policy(heads=heads, configuration=configuration, helper_hosts=hosts)

    @contextmanager
    def registry(self, configuration: Configuration, helper_hosts: frozenset[str] | None) -> Iterator[Registry]:
        """The registries; of a helper's logins only those for these hosts, where they are told."""
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
    def repository(self, arguments: argparse.Namespace, job: Job) -> Iterator[Repository]:
        """The remote's branches in a place of their own, for as long as the command runs."""
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

    def forge(self, arguments: argparse.Namespace, job: Job) -> Forge:
        """Who holds the pull requests.

        Raises:
            UsageError: Nothing tells which repository it is, or there is no token for it.
        """
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

    def seeing_merges(self, forge: Forge, arguments: argparse.Namespace, repository: Repository) -> Forge:
        """The same forge; where it is a folder of files, with Git to tell it what people merged."""
        if arguments.forge != "files":
            return forge
        from bot.forge.files import FilesForge  # noqa: PLC0415 - as above

        if not isinstance(forge, FilesForge):
            return forge
        from bot.cli.merges_by_hand import MergesByHand  # noqa: PLC0415 - as above

        watch = MergesByHand(repository=repository)
        return FilesForge(Path(arguments.forge_folder), watch, keeps=not arguments.dry_run)

    def statuses(self, arguments: argparse.Namespace, job: Job, configuration: Configuration) -> Forge | None:
        """Who knows the statuses of commits, where a tier asks for some; without a token unknown, so never green."""
        asked = any(tier.pace.with_status for tier in configuration.tiers)
        known = arguments.forge == "files" or (job.token and job.repository)
        return self.forge(arguments, job) if asked and known else None


def commits_of(forge: Forge, repository: Repository, configuration: Configuration, job: Job) -> Commits:
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
