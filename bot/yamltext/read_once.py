"""Small files are read once, however often they are asked for.

A file in which something moves is asked for twice, to find what to move and to move it, and tiers hold the same text
under many paths. Both have little in them, so what is kept is bounded by files and by what is in each.
"""

from functools import lru_cache
from typing import Final

from bot.yamltext.nodes import YamlText
from bot.yamltext.reading import read
from bot.yamltext.unreadable import Limits, UnreadableYaml

_SMALL: Final = Limits(size=4096, events=256)
_KEPT: Final = 4096
"""A million nodes at most: some 140 MB for a hostile tree, 53 MB for a usual one of 6,000 references.

Fewer than a fleet has files would be none at all: it is walked once from its first file to its last.
"""


def read_once(data: bytes) -> YamlText | UnreadableYaml:
    """What `read` gives."""
    kept = _read_small(data) if len(data) <= _SMALL.size else None
    return kept if isinstance(kept, YamlText) else read(data)


@lru_cache(maxsize=_KEPT)
def _read_small(data: bytes) -> YamlText | None:
    file = read(data, _SMALL)
    return file if isinstance(file, YamlText) else None
