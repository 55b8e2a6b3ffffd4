"""The ledger's files to a ledger. Whoever may push can write them, so they are parsed as hostile.

What is broken is an error with its mend, and never silently empty: a ledger that forgets would let every version pass
its `wait` anew, or hold back what was free long ago.
"""

import json
import re
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from bot.errors import LedgerBroken
from bot.ledger.encoding import BRANCHES, CHARTS, DIGESTS, ROLLED_BACK, WORDS, path_of, read_time, time_text
from bot.ledger.model import ChartSights, Ledger, Matter, Return, Returns, TagDigests, Word
from bot.model.branch_names import branch_problem

MOST_FILES = 20_000
LARGEST_FILE = 4 * 1024 * 1024
_MOST_ENTRIES = 50_000
_LONGEST_TEXT = 500
_TAG = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,127}")
_VERSION = re.compile(r"[0-9A-Za-z][0-9A-Za-z.+-]{0,255}")
_TIER = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
_SHA = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
_FINGERPRINT = re.compile(r"[0-9a-f]{16}")
_ADDRESS = re.compile(r"[a-z0-9\[][a-z0-9.:\[\]_-]*(?:/[a-z0-9][a-z0-9._-]*)+")


def is_ours(path: str) -> bool:
    """Whether a file is one that `read` understands; a newer bot may keep others beside them."""
    return path == WORDS or (path.startswith((CHARTS, BRANCHES, ROLLED_BACK, DIGESTS)) and path.endswith(".json"))


def read(files: Iterable[tuple[str, bytes]]) -> Ledger:
    """Read the ledger's own files.

    Raises:
        LedgerBroken: One is not as this bot writes it.
    """
    charts: dict[str, ChartSights] = {}
    branches: dict[str, dict[str, datetime]] = {}
    seen_again: dict[str, dict[str, frozenset[datetime]]] = {}
    words: dict[Matter, Word] = {}
    rolled_back: dict[str, dict[str, Returns]] = {}
    digests: dict[str, TagDigests] = {}
    for count, (path, data) in enumerate(files):
        if count >= MOST_FILES:
            raise LedgerBroken(path, f"there are more than {MOST_FILES} files")
        file = _File(path, data)
        if path == WORDS:
            words = file.words()
        elif path.startswith(CHARTS):
            charts[file.name("chart", CHARTS)] = file.sights()
        elif path.startswith(ROLLED_BACK):
            rolled_back[file.name("tier", ROLLED_BACK)] = file.returns()
        elif path.startswith(DIGESTS):
            digests[file.name("chart", DIGESTS)] = file.digests()
        else:
            branch = file.name("branch", BRANCHES)
            branches[branch] = file.times("seen", _SHA)
            if again := file.seen_again():
                seen_again[branch] = again
    return Ledger(
        charts=charts,
        branches=branches,
        seen_again=seen_again,
        words=words,
        rolled_back=rolled_back,
        digests=digests,
    )


class _File:
    """One file, read key by key; whatever is not as it should be is an error."""

    def __init__(self, path: str, data: bytes) -> None:
        self._path = path
        if len(data) > LARGEST_FILE:
            raise self._broken(f"it has more than {LARGEST_FILE} bytes")
        try:
            self._data = json.loads(data)
        except (ValueError, RecursionError):
            raise self._broken("it is not JSON") from None

    def name(self, key: str, folder: str) -> str:
        """Whose file it is; its own name has to say the same."""
        name: str = self._member(self._data, key, str)
        names = {CHARTS: _ADDRESS, DIGESTS: _ADDRESS, ROLLED_BACK: _TIER}.get(folder)
        good = names.fullmatch(name) if names else branch_problem(name) is None
        if not good or len(name) > _LONGEST_TEXT or path_of(folder, name) != self._path:
            raise self._broken(f"`{key}` and the name of the file do not agree")
        return name

    def sights(self) -> ChartSights:
        created = self._member(self._data, "created", dict)
        return ChartSights(
            since=self._time(self._member(self._data, "since", str)),
            first_seen=self.times("first-seen", _TAG),
            created={self._key(tag, _TAG): None if at is None else self._time(at) for tag, at in created.items()},
        )

    def returns(self) -> dict[str, Returns]:
        charts = self._member(self._data, "charts", dict)
        return {
            self._key(chart, _ADDRESS): {
                self._key(version, _VERSION): {
                    self._key(sha, _SHA): self._return(one) for sha, one in self._entries(commits, "charts").items()
                }
                for version, commits in self._mapping(versions).items()
            }
            for chart, versions in charts.items()
        }

    def digests(self) -> TagDigests:
        tags = self._entries(self._member(self._data, "digests", dict), "digests")
        return {
            self._key(tag, _TAG): {
                self._key(digest, _DIGEST): self._sights(times) for digest, times in self._entries(seen, tag).items()
            }
            for tag, seen in tags.items()
        }

    def _sights(self, value: object) -> frozenset[datetime]:
        times = value if isinstance(value, list) else [value]
        if not 0 < len(times) <= _MOST_ENTRIES:
            raise self._broken("a digest was seen never, or too often")
        return frozenset(map(self._time, times))

    def _return(self, value: object) -> Return:
        """A bare time is what was written before references were told apart."""
        if isinstance(value, str):
            return Return(at=self._time(value))
        who = self._member(value, "who", list)
        if len(who) > _MOST_ENTRIES or not all(isinstance(each, str) for each in who):
            raise self._broken("`who` is of another kind, or too long")
        at = self._time(self._member(value, "at", str))
        return Return(at=at, who=frozenset(self._key(each, _FINGERPRINT) for each in who))

    def seen_again(self) -> dict[str, frozenset[datetime]]:
        """None where no branch was moved back, as in all that was written before that was kept."""
        if "seen-again" not in self._data:
            return {}
        tips = self._entries(self._data["seen-again"], "seen-again")
        return {self._key(sha, _SHA): self._all_times(times) for sha, times in tips.items()}

    def _all_times(self, value: object) -> frozenset[datetime]:
        if not isinstance(value, list) or len(value) > _MOST_ENTRIES:
            raise self._broken("`seen-again` is of another kind, or too long")
        return frozenset(map(self._time, value))

    def times(self, key: str, names: re.Pattern[str]) -> dict[str, datetime]:
        return self._times(self._member(self._data, key, dict), names, key)

    def _mapping(self, value: object) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise self._broken("a part of it is of another kind")
        return value

    def _times(self, value: object, names: re.Pattern[str], key: str) -> dict[str, datetime]:
        return {self._key(name, names): self._time(at) for name, at in self._entries(value, key).items()}

    def _entries(self, value: object, key: str) -> dict[str, Any]:
        found = self._mapping(value)
        if len(found) > _MOST_ENTRIES:
            raise self._broken(f"`{key}` has more than {_MOST_ENTRIES} entries")
        return found

    def words(self) -> dict[Matter, Word]:
        listed = self._member(self._data, "holds", list)
        if len(listed) > _MOST_ENTRIES:
            raise self._broken(f"`holds` has more than {_MOST_ENTRIES} entries")
        return dict(map(self._word, listed))

    def _word(self, item: object) -> tuple[Matter, Word]:
        texts = {key: self._member(item, key, str) for key in ("chart", "version", "tier", "at", "until", "why")}
        if any(len(text) > _LONGEST_TEXT for text in texts.values()):
            raise self._broken("a text of a hold is too long")
        if not all(text.isprintable() for text in texts.values()):
            raise self._broken("a text of a hold is not one line of text")
        matter = Matter(chart=texts["chart"], version=texts["version"], tier=texts["tier"])
        until = self._time(texts["until"]) if texts["until"] else None
        held = self._member(item, "held", bool)
        at = self._time(texts["at"])
        return matter, Word(at=at, held=held, until=until, why=texts["why"], accepts=self._accepts(item, at))

    def _accepts(self, item: Any, at: datetime) -> datetime | None:
        """What was written before it was kept by itself: a release of a version was about its tags as well."""
        text = item.get("accepts", "" if item["held"] or not item["version"] else time_text(at))
        return self._time(text) if text else None

    def _member(self, holder: object, key: str, kind: type[Any]) -> Any:
        value = holder.get(key) if isinstance(holder, dict) else None
        if not isinstance(value, kind):
            raise self._broken(f"`{key}` is missing, or of another kind")
        return value

    def _key(self, name: str, names: re.Pattern[str]) -> str:
        if not names.fullmatch(name):
            raise self._broken("a name in it is none that this bot writes")
        return name

    def _time(self, text: object) -> datetime:
        at = read_time(text) if isinstance(text, str) else None
        if at is None:
            raise self._broken("a time in it is none that this bot writes")
        return at

    def _broken(self, problem: str) -> LedgerBroken:
        return LedgerBroken(self._path, problem)
