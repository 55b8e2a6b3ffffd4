"""What the same contents say is the same for ever: a simulated quarter finds out once what its 2,900 runs ask anew.

Only what a pure function makes of files, commits and tags is kept; what registries, forge, clock and branches say is
asked in every run.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar
from unittest import mock

from msgspec.structs import replace

from bot import pipeline
from bot.cli import bases
from bot.config.loading import load
from bot.flux.version_edits import FileState, older_pins
from bot.ledger.model import Ledger
from bot.ledger.reading import read
from bot.maturity.timeline import Moment
from bot.model.charts import ChartAddress, TagList
from bot.model.commits import PathDifference
from bot.model.references import ExactPin, Reference
from bot.model.tiers import Branch, Configuration, Mirror, Tier
from bot.model.verdicts import Decision, Edit
from bot.reason import Reason
from bot.selection.limits import Limits, limits_of
from bot.selection.pins import decide_pin
from bot.steps import edit_file, ripen, select_versions
from bot.steps.past import histories, recall, remember, soaks
from bot.steps.past.histories import History
from bot.steps.past.states import Key, State, state_of
from bot.steps.pull_requests import carry
from bot.steps.resolve import Resolved, resolve
from bot.steps.scan import Readings, Scanned
from bot.steps.side import Side, Sides
from bot.yamltext.nodes import YamlText
from bot.yamltext.proof import Difference

_SIDES = 64
"""Whole commits that are kept; each is as large as the fleet."""
_Found = TypeVar("_Found")
_References = Mapping[str, tuple[Reference, ...]]

_state_at, _rewound, _moments = History._state_at, History._rewound, History.moments
_side_of = Sides.of
_difference = edit_file._difference


@dataclass(kw_only=True)
class Remembered:
    """How files read, what commits say, what lies between two states of a file, and what follows from all of it.

    Attributes:
        found: By what was asked: the answer.
        last: By what is asked again and again: the last grounds, and the answer that they led to.
    """

    readings: Readings = field(default_factory=Readings)
    found: dict[object, Any] = field(default_factory=dict)
    last: dict[object, tuple[Any, Any]] = field(default_factory=dict)
    sides: dict[str, Side] = field(default_factory=dict)

    @contextmanager
    def used(self) -> Iterator[None]:
        """Runs that are started meanwhile know it."""
        kept: tuple[tuple[object, str, Callable[..., object]], ...] = (
            (bases, "load", self._loaded),
            (remember, "read", self._ledger),
            (pipeline, "resolve", self._resolved),
            (histories, "state_of", self._state),
            (histories, "older_pins", self._pins),
            (History, "_state_at", _method(self._state_at)),
            (History, "_rewound", _method(self._state_before)),
            (History, "moments", _method(self._moments)),
            (Sides, "of", _method(self._side)),
            (edit_file, "_difference", self._difference),
            (select_versions, "decide_pin", self._decision),
            *((where, "limits_of", self._limits) for where in (carry, recall, ripen, select_versions, soaks)),
        )
        with ExitStack() as patches:
            patches.enter_context(mock.patch.object(pipeline, "Readings", return_value=self.readings))
            for where, name, remembers in kept:
                patches.enter_context(mock.patch.object(where, name, remembers))
            yield

    def _once(self, asked: object, finds: Callable[[], _Found]) -> _Found:
        if asked not in self.found:
            self.found[asked] = finds()
        answer: _Found = self.found[asked]
        return answer

    def _again(self, about: object, grounds: object, finds: Callable[[], _Found]) -> _Found:
        """Where all answers would be too many: the last one, as long as it has the same grounds."""
        if about not in self.last or self.last[about][0] != grounds:
            self.last[about] = grounds, finds()
        answer: _Found = self.last[about][1]
        return answer

    def _loaded(self, data: bytes, path: str) -> Configuration:
        return self._once(("load", data, path), lambda: load(data, path))

    def _ledger(self, files: Iterable[tuple[str, bytes]]) -> Ledger:
        known = tuple(files)
        return self._again("ledger", known, lambda: read(known))

    def _resolved(self, scanned: Iterable[Scanned], configuration: Configuration, default: Branch) -> Resolved:
        manifests = tuple(scanned)
        tips = tuple(one.base.sha for one in manifests), default
        found = self._again("resolve", tips, lambda: resolve(manifests, configuration, default))
        # The same commits, through the repository of this run.
        now = {one.base.branch: one.base for one in manifests}
        return replace(found, views=tuple(replace(view, base=now[view.base.branch]) for view in found.views))

    def _state(self, references: _References, mirrors: Iterable[Mirror]) -> State:
        return self._again("state", tuple(references.items()), lambda: state_of(references, mirrors))

    def _state_at(self, history: History, commit: str) -> State:
        return self._once(("state at", commit), lambda: _state_at(history, commit))

    def _state_before(
        self, history: History, known: State, newer: str, older: str, changed: list[PathDifference]
    ) -> State | None:
        about = ("state before", newer, older)
        return self._again(about, known, lambda: _rewound(history, known, newer, older, changed))

    def _moments(self, history: History, key: Key, chart: ChartAddress) -> tuple[Moment, ...]:
        line = tuple(commit.sha for commit in history.commits)
        return self._again(("moments", key, chart, len(line)), line, lambda: _moments(history, key, chart))

    def _pins(self, newer: FileState, older: FileState) -> object:
        key = ("pins", newer.reading.path, newer.data, older.data)
        return self._once(key, lambda: older_pins(newer, older))

    def _side(self, sides: Sides, commit: str) -> Side:
        self.sides[commit] = found = self.sides.pop(commit, None) or _side_of(sides, commit)
        while len(self.sides) > _SIDES:
            del self.sides[next(iter(self.sides))]
        return found

    def _difference(self, before: YamlText, after: bytes, changes: Iterable[Edit]) -> Difference | None:
        known = tuple(changes)
        return self._once(("proof", before.data, after, known), lambda: _difference(before, after, known))

    def _limits(self, reference: Reference, tier: Tier, configuration: Configuration) -> Limits | Reason:
        about = ("limits", tier.name, reference.path, reference.object)
        return self._again(about, (reference, tier, configuration), lambda: limits_of(reference, tier, configuration))

    def _decision(self, reference: Reference, pin: ExactPin, tags: TagList, limits: Limits) -> Decision:
        about = ("decision", reference.path, reference.object)
        return self._again(about, (reference, tags, limits), lambda: decide_pin(reference, pin, tags, limits))


def _method(remembers: Callable[..., object]) -> Callable[..., object]:
    """As a method of another class: whose it is comes first."""

    def method(*asked: object) -> object:
        return remembers(*asked)

    return method
