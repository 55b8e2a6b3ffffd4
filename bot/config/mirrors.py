"""What is wrong with `same-as`, which says what mirrors keep."""

from collections.abc import Iterator, Mapping

from bot.config.located import Located
from bot.config.wording import shown
from bot.errors import Fault
from bot.flux.address import parse_chart_url
from bot.planning.mirrors import EVERYTHING, overlap
from bot.reason import Reason
from bot.yamltext.nodes import Route

_SCHEME = "oci://"
_MEND = "Write an address such as `ghcr.io/org/charts/app`, or all that it begins with and `/*`"


def mirror_faults(located: Located, same_as: Mapping[str, str]) -> Iterator[Fault]:
    """Sides that are no addresses, sides that do not go together, and addresses that would have no one name."""
    for copy, original in same_as.items():
        route: Route = ("same-as", copy)
        wrong = tuple(problem for side in (copy, original) if (problem := _problem(side)))
        for message, mend in wrong:
            yield located.key_fault(route, message, mend)
        if not wrong and copy.endswith(EVERYTHING) != original.endswith(EVERYTHING):
            message = f"only one of {shown(copy)} and {shown(original)} ends in `/*`"
            yield located.key_fault(route, message, "End both in it, or none")
        yield from _chains(located, route, original, same_as)


def _chains(located: Located, route: Route, original: str, same_as: Mapping[str, str]) -> Iterator[Fault]:
    """A right side that is a left one as well: the second would hide the first, and a circle never end."""
    for other in same_as:
        if overlap(original, other):
            message = f"{shown(original)} is the own address here, and that of a mirror in {shown(other)}"
            yield located.fault(route, message, "Write the address that no mirror has on the right side of both")
            return


def _problem(side: str) -> tuple[str, str] | None:
    """What keeps a side from being one or many addresses as they are compared, and the mend."""
    if side.startswith(_SCHEME):
        return f"the address {shown(side)} has a scheme", f"Write {shown(side.removeprefix(_SCHEME))}"
    example = f"{side.removesuffix('*')}x/x" if side.endswith(EVERYTHING) else side
    if "*" in example:
        return f"{shown(side)} holds * elsewhere than in a last `/*`", _MEND
    address = parse_chart_url(_SCHEME + example)
    if isinstance(address, Reason):
        return f"{shown(side)} is not an address of charts", _MEND
    if str(address) != example:
        known = str(address).removesuffix("x/x") + "*" if side.endswith(EVERYTHING) else str(address)
        return f"{shown(side)} is not how this address is compared", f"Write {shown(known)}"
    return None
