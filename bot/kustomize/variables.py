"""`${VARIABLES}` in a text, as Flux substitutes them after a build.

Source: https://github.com/fluxcd/pkg/blob/main/envsubst/parse/parse.go and `kustomize/kustomize_varsub.go` beside it
"""

import re
from collections.abc import Iterator

from msgspec import Struct

_EXPRESSION = re.compile(r"(?P<name>\w+)(?:(?P<sign>:=|:-|=)(?P<default>[^${}]*))?", re.ASCII)
_ESCAPED, _START = "$$", "${"


class Variable(Struct, frozen=True, kw_only=True):
    """One variable in a text.

    Attributes:
        written: All of it, as it stands.
        name: Empty for an expression that is not followed.
        default: What it is where it is undefined or empty; None without one.
        start: Where it starts in the text.
        end: Behind it.
    """

    written: str
    name: str
    default: str | None
    start: int
    end: int

    @property
    def opening(self) -> str:
        """What stands before the default."""
        return self.written[: len(self.written) - len(self.default or "") - 1]


def pieces(text: str) -> Iterator[str | Variable]:
    """A text as what stays and what is substituted, in order; `$$` stays as one `$`."""
    at = 0
    while at < len(text):
        start = text.find("$", at)
        if start < 0 or start + 1 == len(text):
            yield text[at:]
            return
        if text.startswith(_ESCAPED, start):
            yield text[at : start + 1]
            at = start + 2
        elif text.startswith(_START, start):
            if start > at:
                yield text[at:start]
            variable = _variable(text, start)
            yield variable
            at = variable.end
        else:
            yield text[at : start + 1]
            at = start + 1


def _variable(text: str, start: int) -> Variable:
    end = text.find("}", start)
    end = len(text) if end < 0 else end + 1
    written = text[start:end]
    found = _EXPRESSION.fullmatch(written, 2, len(written) - 1)
    if found is None:
        return Variable(written=written, name="", default=None, start=start, end=end)
    return Variable(written=written, name=found["name"], default=found["default"], start=start, end=end)
