"""Modules that a library imports at its top and needs only for what we never ask of it."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from types import ModuleType
from typing import Any


@contextmanager
def loaded_when_used(name: str) -> Iterator[None]:
    """Within this, `import` of a module gives one that is loaded when something is first taken from it.

    `importlib.util.LazyLoader` would be the way, but up to Python 3.11 the `import` itself takes something from it. A
    module that is imported already stays what it is.
    """
    if name in sys.modules:
        yield
        return
    sys.modules[name] = _StandIn(name)
    try:
        yield
    finally:
        sys.modules.pop(name, None)


class _StandIn(ModuleType):
    def __getattr__(self, attribute: str) -> Any:
        if sys.modules.get(self.__name__) is self:
            del sys.modules[self.__name__]
        return getattr(import_module(self.__name__), attribute)
