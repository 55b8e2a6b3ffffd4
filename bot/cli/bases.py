"""Which trees a run judges, and the configuration it judges them by."""

from collections.abc import Iterable, Mapping
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from bot.cli.no_configuration import NoConfiguration
from bot.config.loading import load
from bot.config.located import LIMITS
from bot.config.wording import shown
from bot.errors import ConfigurationError, Fault, RepositoryFailed, UsageError
from bot.ledger.model import LEDGER_BRANCH
from bot.model.commits import RemoteHeads, Sha
from bot.model.tiers import DEFAULT_CONFIGURATION_PATH, Branch, Configuration
from bot.planning.tiers import branch_of_tier, tiers_on
from bot.ports import Forge, Repository, Tree

if TYPE_CHECKING:
    from bot.model.proposals import PullRequest
    from bot.steps.past.branches import Past
    from bot.steps.scan import Base


def configuration_of(tree: Tree, path: str, branches: Iterable[Branch] = ()) -> Configuration:
    """Load the configuration of a tree.

    Raises:
        NoConfiguration: There is none.
        ConfigurationError: It is wrong.
        UsageError: The path leads out of the tree, or to something that is no plain file.
    """
    path = _within(path or DEFAULT_CONFIGURATION_PATH)
    entries = tree.entries()
    found = next((entry for entry in entries if entry.path == path), None)
    if found and found.size > LIMITS.size:  # the reader would refuse it as well, but only once all of it is in memory
        message = f"the file has {found.size} bytes, more than {LIMITS.size}"
        mend = "Write at most that; rules can name many charts at once"
        raise ConfigurationError((Fault(path=path, line=0, column=0, message=message, mend=mend),))
    for _, data in tree.read([found] if found and found.kind.regular else []):
        return load(data, path)
    if found:
        raise UsageError(f"{path} is not a file that can be read", "Make it a plain file; links are not followed")
    from bot.config.suggestion import suggest  # noqa: PLC0415 - only where there is nothing to load

    raise NoConfiguration(f"there is no configuration {path}", suggest((entry.path for entry in entries), branches))


def _within(text: str) -> str:
    path = PurePosixPath(text)
    if path.is_absolute() or ".." in path.parts:
        mend = f"Give the path from the top of the repository, as in {DEFAULT_CONFIGURATION_PATH}"
        raise UsageError(f"--config is {text!r}, which is not a path within the repository", mend)
    return str(path)


def work_tree_base(tree: Tree, configuration: Configuration) -> "Base":
    """A folder on disk, taken as the branch of every tier."""
    from bot.steps.scan import Base  # noqa: PLC0415 - a wrong configuration is said without loading the whole story

    return Base(branch="", sha=None, tree=tree, tiers=configuration.tiers, packed=configuration.sources)


def base_branches(configuration: Configuration, heads: RemoteHeads) -> tuple[Branch, ...]:
    """The base branch of every tier, each once.

    Raises:
        ConfigurationError: The remote lacks one.
    """
    wanted = dict.fromkeys(branch_of_tier(tier, heads.default) for tier in configuration.tiers)
    faults = tuple(
        Fault(
            path=configuration.path,
            line=tier.line,
            column=tier.column,
            message=f"the branch {shown(tier.branch or heads.default)} of the tier {shown(tier.name)} does not exist",
            mend="Push the branch, or mend its name",
        )
        for tier in configuration.tiers
        if branch_of_tier(tier, heads.default) not in heads.tips
    )
    if faults:
        raise ConfigurationError(faults)
    return tuple(wanted)


def our_branches(heads: RemoteHeads) -> tuple[Branch, ...]:
    """Those branches of ours that exist and that a run reads."""
    from bot.steps.find import is_of_ours  # noqa: PLC0415 - as above

    return tuple(filter(is_of_ours, heads.tips))


def state_branches(heads: RemoteHeads) -> tuple[Branch, ...]:
    """The branch of the ledger, if there is one."""
    return (LEDGER_BRANCH,) if LEDGER_BRANCH in heads.tips else ()


def read_remote(
    repository: Repository, forge: Forge, configuration: Configuration, heads: RemoteHeads, *, ledger: bool
) -> "tuple[RemoteHeads, tuple[PullRequest, ...], Mapping[Branch, Sha]]":
    """The branches, our open pull requests, and the fetched tips of all that a run reads; `ledger` with its branch.

    Where another run deleted one of ours since the branches were listed, all of it is read anew.
    """
    pulls = forge.open_pull_requests()
    ours = (*our_branches(heads), *(state_branches(heads) if ledger else ()))
    # A tier may have gone to another base than its pull requests; what such a one brings is told from that.
    elsewhere = {pull.base for pull in pulls if pull.head in ours and pull.base in heads.tips}
    try:
        return heads, pulls, repository.fetch({*base_branches(configuration, heads), *ours, *elsewhere})
    except RepositoryFailed:
        now = repository.heads()
        if now.tips.keys() >= {*ours, *elsewhere}:
            raise
    return read_remote(repository, forge, configuration, now, ledger=ledger)


def past_of(repository: Repository, tips: Mapping[Branch, Sha], forge: Forge | None = None) -> "Past":
    """What is known beside the fetched tips; of statuses only with a forge.

    Raises:
        LedgerBroken: The ledger is not as this bot writes it.
    """
    from bot.steps.past.remember import read_past  # noqa: PLC0415 - as above

    return read_past(repository, tips.get(LEDGER_BRANCH), forge.all_statuses if forge else None)


def fetched_bases(
    repository: Repository, configuration: Configuration, heads: RemoteHeads, tips: Mapping[Branch, Sha]
) -> "tuple[Base, ...]":
    """The tips of the base branches, as trees to judge."""
    from bot.steps.scan import Base  # noqa: PLC0415 - as above

    return tuple(
        Base(
            branch=branch,
            sha=tips[branch],
            tree=repository.tree(tips[branch]),
            tiers=tiers_on(configuration, branch, heads.default),
            packed=configuration.sources,
        )
        for branch in base_branches(configuration, heads)
    )
