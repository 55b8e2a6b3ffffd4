"""The parsers behind the reader: libyaml where there is a wheel of it, else ruamel.yaml's own in pure Python.

Events only: ``compose`` and ``load`` fail on anchors that real files define twice. libyaml's events come 25 times
faster and read as Flux does, whose parser is a port of libyaml. Where both accept a file they agree but for the place
of empty values; the pure one refuses tabs inside plain text and accepts more in flow style.
"""

import re
from collections.abc import Callable
from importlib import import_module
from typing import Any, TypeAlias

from ruamel.yaml.docinfo import DocInfo  # noqa: TID251  (this package is the home of ruamel)
from ruamel.yaml.events import ScalarEvent  # noqa: TID251  (as above)
from ruamel.yaml.parser import Parser  # noqa: TID251  (as above)
from ruamel.yaml.reader import Reader  # noqa: TID251  (as above)
from ruamel.yaml.scanner import Scanner, ScannerError  # noqa: TID251  (as above)

CParser: Any
try:
    CParser = import_module("ruamel.yaml.cyaml").CParser  # a compiled module without types
except ImportError:  # no wheel of libyaml for this platform
    CParser = None

_SURROGATE = re.compile("[\ud800-\udfff]")

NextEvent: TypeAlias = Callable[[], Any]
"""Gives the next event at each call, and ``None`` behind the last; typed ``Any`` because ruamel's attributes are."""

Opener: TypeAlias = Callable[[str], NextEvent]
"""Starts a parser on a text."""


class _PureParser(Reader, Scanner, Parser):
    """ruamel.yaml's parser without its constructors: what its parts look for in each other, and no more."""

    processing_version = (1, 2)
    forward = Reader.forward_1_1  # libyaml and Flux end lines at NEL, LS and PS as YAML 1.1 does

    def __init__(self, text: str) -> None:
        self.comment_handling = None
        self.tags: dict[str, str] | None = None
        self.doc_infos = [DocInfo()]
        self._resolver = self
        Reader.__init__(self, text, loader=self)
        Scanner.__init__(self, loader=self)
        Parser.__init__(self, loader=self)

    def scan_to_next_token(self) -> None:
        """Skip blanks; of tabs the same as libyaml: those in flow style, and those before which no key can start."""
        super().scan_to_next_token()
        while self.peek() == "\t" and (self.flow_level or not self.allow_simple_key):
            self.forward()
            super().scan_to_next_token()


def open_pure(text: str) -> NextEvent:
    """Parse with ruamel.yaml's own parser, which differs from libyaml in that it lets escaped surrogates through."""
    parser = _PureParser(text)

    def next_event() -> Any:
        event = parser.get_event()
        if isinstance(event, ScalarEvent) and _SURROGATE.search(event.value):
            problem = "found invalid Unicode character escape code"
            raise ScannerError(problem=problem, problem_mark=event.start_mark)
        return event

    return next_event


def open_libyaml(text: str) -> NextEvent:
    """Parse with libyaml."""
    next_event: NextEvent = CParser(text).get_event
    return next_event


FASTEST: Opener = open_pure if CParser is None else open_libyaml
