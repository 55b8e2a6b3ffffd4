"""From the file's `shared` to where drafts may move several tiers at once."""

from typing import Any

from bot.config.located import Located
from bot.config.tiers import pattern_faults
from bot.errors import Fault
from bot.model.tiers import Shared

KEY = "shared"
_FEWEST = 2


def read_shared(located: Located, keys: dict[str, Any] | None, tiers: int) -> tuple[Shared, tuple[Fault, ...]]:
    """What is shared, whose shape is right, and what its values are wrong about.

    Args:
        located: The file.
        keys: Those of `shared`; None where there are none that can be used.
        tiers: How many tiers the file has.
    """
    if keys is None:
        return Shared(), ()
    faults = [*pattern_faults(located, {(KEY, "paths", index): text for index, text in enumerate(keys["paths"])})]
    if tiers < _FEWEST:
        message = "`shared` is about values of several tiers, and there is one tier"
        faults.append(located.key_fault((KEY,), message, "Remove it, or write the other tiers"))
    shared = Shared(paths=tuple(keys["paths"]), line=located.line((KEY,)), column=located.column((KEY,)))
    return shared, tuple(faults)
