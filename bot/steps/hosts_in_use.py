"""The registries that a tree uses: for these alone the machine's credential helpers are asked."""

from bot.flux.references import resolve
from bot.ports import Tree
from bot.steps.scan import Base, scan


def hosts_in_use(tree: Tree) -> frozenset[str]:
    """Hosts of every chart that a tree refers to, in whatever tier or none."""
    (scanned,) = scan([Base(branch="", sha=None, tree=tree, tiers=())])
    found = resolve(scanned.readings, scanned.graph, apply_policies=True)
    return frozenset(reference.source.address.host for reference in found.references)
