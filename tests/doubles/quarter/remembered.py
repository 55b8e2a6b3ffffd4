"""What the same contents say is the same for ever: a simulated quarter finds out once what its 2,900 runs ask anew.

Only what a pure function makes of files and commits is kept; what registries, forge, clock and branches say is asked
in every run.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from unittest import mock

from msgspec.structs import replace

from bot import pipeline
from bot.flux.version_edits import FileState, older_pins
from bot.model.places import ObjectId
from bot.model.references import Pin
from bot.model.tiers import Branch, Configuration
from bot.steps.histories import History
from bot.steps.resolve import Resolved, resolve
from bot.steps.scan import Readings, Scanned

_read_state = History._state_at
_Pins = Mapping[ObjectId, Pin] | None


@dataclass(kw_only=True)
class Remembered:
    """How files read, what commits say, and what lies between two states of a file."""

    readings: Readings = field(default_factory=Readings)
    states: dict[str, object] = field(default_factory=dict)
    resolved: dict[object, Resolved] = field(default_factory=dict)
    pins: dict[tuple[str, bytes, bytes], _Pins] = field(default_factory=dict)

    @contextmanager
    def used(self) -> Iterator[None]:
        """Runs that are started meanwhile know it."""

        def state_at(history: History, commit: str) -> object:
            return self._state_at(history, commit)

        with (
            mock.patch.object(pipeline, "Readings", return_value=self.readings),
            mock.patch.object(pipeline, "resolve", self._resolve),
            mock.patch.object(History, "_state_at", state_at),
            mock.patch("bot.steps.histories.older_pins", self._older_pins),
        ):
            yield

    def _state_at(self, history: History, commit: str) -> object:
        if commit not in self.states:
            self.states[commit] = _read_state(history, commit)
        return self.states[commit]

    def _resolve(self, scanned: Iterable[Scanned], configuration: Configuration, default: Branch) -> Resolved:
        manifests = tuple(scanned)
        key = (tuple(one.base.sha for one in manifests), default)
        if key not in self.resolved:
            self.resolved = {key: resolve(manifests, configuration, default)}
        # The same commits, through the repository of this run.
        found, bases = self.resolved[key], {one.base.branch: one.base for one in manifests}
        return replace(found, views=tuple(replace(view, base=bases[view.base.branch]) for view in found.views))

    def _older_pins(self, newer: FileState, older: FileState) -> _Pins:
        key = (newer.reading.path, newer.data, older.data)
        if key not in self.pins:
            self.pins[key] = older_pins(newer, older)
        return self.pins[key]
