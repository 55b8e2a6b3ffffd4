"""oras imports jsonschema for the manifests that it writes, and we only read."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any

_NAME = "jsonschema"


@contextmanager
def jsonschema_later() -> Iterator[None]:
    """Within this, `import jsonschema` gives a module that is loaded when something is first taken from it.

    `importlib.util.LazyLoader` would be the way, but up to Python 3.11 the `import` itself takes something from it.
    Where jsonschema is imported already it stays what it is.
    """
    if _NAME in sys.modules:
        yield
        return
    sys.modules[_NAME] = _StandIn(_NAME)
    try:
        yield
    finally:
        sys.modules.pop(_NAME, None)


class _StandIn(ModuleType):
    def __getattr__(self, attribute: str) -> Any:
        if sys.modules.get(_NAME) is self:
            del sys.modules[_NAME]
        import jsonschema  # noqa: PLC0415 - to do it as late as can be is what this is for

        return getattr(jsonschema, attribute)
