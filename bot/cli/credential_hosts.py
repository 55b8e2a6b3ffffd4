"""For which registries the machine's credential helpers are asked: nobody who can only push a branch chooses them."""

from collections.abc import Mapping

from bot.cli.bases import base_branches
from bot.model.commits import RemoteHeads
from bot.model.tiers import Configuration
from bot.ports import Tree


def credential_hosts(
    configuration: Configuration,
    heads: RemoteHeads,
    default: Tree,
    environment: Mapping[str, str],
    *,
    foreign: bool = False,
) -> frozenset[str] | None:
    """Hosts of the configuration, and of the charts that the default branch uses.

    A helper hands out the login of whatever host it is asked for: some clouds' have one for every customer's host.

    Args:
        configuration: That of the default branch.
        heads: The remote's branches.
        default: The tree of the default branch.
        environment: Where helpers would be named.
        foreign: Whether trees are read that anybody may propose.

    Returns:
        None for every host: where all tiers live on the default branch nobody else names any.
    """
    from bot.registry.docker_config import names_helpers  # noqa: PLC0415 - loaded by runs that read branches

    if not foreign and set(base_branches(configuration, heads)) == {heads.default}:
        return None
    listed = configuration.helper_hosts | configuration.private_hosts
    if not names_helpers(environment):  # so that few have to read one more tree
        return listed
    from bot.steps.hosts_in_use import hosts_in_use  # noqa: PLC0415 - a wrong configuration is said without it

    return listed | hosts_in_use(default)
