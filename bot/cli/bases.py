"""Which trees a run judges, and the configuration it judges them by."""

from collections.abc import Iterable, Mapping
from pathlib import PurePosixPath

from bot.config.loading import load
from bot.config.suggestion import suggest
from bot.errors import ConfigurationError, Fault, UsageError
from bot.model.commits import RemoteHeads, Sha
from bot.model.tiers import DEFAULT_CONFIGURATION_PATH, Branch, Configuration
from bot.planning.pull_requests import branch_of
from bot.planning.tiers import branch_of_tier, tiers_on
from bot.ports import Repository, Tree
from bot.steps.scan import Base


class NoConfiguration(UsageError):
    """There is no configuration file; `suggestion` is one that fits the tree."""

    def __init__(self, path: str, suggestion: str) -> None:
        super().__init__(f"there is no {path}", f"Write one; for this repository it could begin so:\n\n{suggestion}")
        self.suggestion = suggestion


def configuration_of(tree: Tree, path: str, branches: Iterable[Branch] = ()) -> Configuration:
    """Load the configuration of a tree.

    Raises:
        NoConfiguration: There is none.
        ConfigurationError: It is wrong.
    """
    path = str(PurePosixPath(path or DEFAULT_CONFIGURATION_PATH))
    entries = tree.entries()
    for _, data in tree.read(entry for entry in entries if entry.path == path and entry.kind.regular):
        return load(data, path)
    raise NoConfiguration(path, suggest((entry.path for entry in entries), branches))


def work_tree_base(tree: Tree, configuration: Configuration) -> Base:
    """A folder on disk, taken as the branch of every tier."""
    return Base(branch="", sha=None, tree=tree, tiers=configuration.tiers)


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
            column=1,
            message=f"the branch {tier.branch!r} of tier {tier.name} does not exist",
            mend="Push the branch, or mend its name",
        )
        for tier in configuration.tiers
        if branch_of_tier(tier, heads.default) not in heads.tips
    )
    if faults:
        raise ConfigurationError(faults)
    return tuple(wanted)


def our_branches(configuration: Configuration, heads: RemoteHeads) -> tuple[Branch, ...]:
    """Those branches of ours that exist."""
    return tuple(name for tier in configuration.tiers if (name := branch_of(tier)) in heads.tips)


def fetched_bases(
    repository: Repository, configuration: Configuration, heads: RemoteHeads, tips: Mapping[Branch, Sha]
) -> tuple[Base, ...]:
    """The tips of the base branches, as trees to judge."""
    return tuple(
        Base(
            branch=branch,
            sha=tips[branch],
            tree=repository.tree(tips[branch]),
            tiers=tiers_on(configuration, branch, heads.default),
        )
        for branch in base_branches(configuration, heads)
    )
