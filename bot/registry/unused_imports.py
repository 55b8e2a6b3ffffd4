"""oras imports jsonschema for manifests that it writes, and requests, which guesses encodings; we only read JSON."""

import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any

_LATER = "jsonschema"
_WITHOUT = "charset_normalizer"


@contextmanager
def without_unused_imports() -> Iterator[None]:
    """Import oras within this: it finds jsonschema without loading it, and requests finds nothing to guess with.

    `importlib.util.LazyLoader` would be the way to load later, but up to Python 3.11 the `import` itself takes
    something from it. requests can do without charset_normalizer, and warns. What is imported already stays what it is.
    """
    standing_in = {name: found for name, found in _stand_ins().items() if name not in sys.modules}
    sys.modules.update(standing_in)
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", "Unable to find acceptable character detection dependency")
            yield
    finally:
        for name in standing_in:
            sys.modules.pop(name, None)


def _stand_ins() -> dict[str, Any]:
    """`None` is how Python notes that a module cannot be imported."""
    return {_LATER: _StandIn(_LATER), _WITHOUT: None}


class _StandIn(ModuleType):
    def __getattr__(self, attribute: str) -> Any:
        if sys.modules.get(_LATER) is self:
            del sys.modules[_LATER]
        import jsonschema  # noqa: PLC0415 - to do it as late as can be is what this is for

        return getattr(jsonschema, attribute)
