"""A ledger to files: sorted, one entry a line, so that what a run learns is as many lines of a commit."""

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, TypeVar

from bot.ledger.encoding import BRANCHES, CHARTS, DIGESTS, ROLLED_BACK, WORDS, path_of, time_text
from bot.ledger.model import ChartSights, Ledger, Matter, Return, Returns, Word
from bot.model.tiers import Branch

_Value = TypeVar("_Value")


def files(ledger: Ledger) -> dict[str, bytes]:
    """Every file of a ledger, by its path."""
    return dict(_files(ledger))


def changed_files(before: Ledger, after: Ledger) -> dict[str, bytes]:
    """Those files of `after` that are not as `before` has them; no file is lost, though old tips in it may be.

    Only what differs is written out: a ledger knows every chart, and most runs learn of none.
    """
    old = files(_but_for(after, before))
    return {path: data for path, data in files(_but_for(before, after)).items() if old.get(path) != data}


def _but_for(known: Ledger, ledger: Ledger) -> Ledger:
    """A ledger without the files that say what those of a known one say."""
    branches = {
        name
        for name in {**ledger.branches, **ledger.seen_again}
        if (known.branches.get(name), known.seen_again.get(name))
        != (ledger.branches.get(name), ledger.seen_again.get(name))
    }
    return Ledger(
        charts=_new(known.charts, ledger.charts),
        branches={name: tips for name, tips in ledger.branches.items() if name in branches},
        seen_again={name: tips for name, tips in ledger.seen_again.items() if name in branches},
        words={} if ledger.words == known.words else ledger.words,
        rolled_back=_new(known.rolled_back, ledger.rolled_back),
        digests=_new(known.digests, ledger.digests),
    )


def _new(known: Mapping[str, _Value], found: Mapping[str, _Value]) -> dict[str, _Value]:
    return {name: value for name, value in found.items() if known.get(name) != value}


def _files(ledger: Ledger) -> Iterator[tuple[str, bytes]]:
    for chart, sights in ledger.charts.items():
        yield path_of(CHARTS, chart), _text(_chart(chart, sights))
    for branch in {**ledger.branches, **ledger.seen_again}:
        yield path_of(BRANCHES, branch), _text(_branch(branch, ledger))
    for tier, charts in ledger.rolled_back.items():
        yield path_of(ROLLED_BACK, tier), _text({"tier": tier, "charts": _returns(charts)})
    for chart, tags in ledger.digests.items():
        yield path_of(DIGESTS, chart), _text({"chart": chart, "digests": {tag: _sights(tags[tag]) for tag in tags}})
    if ledger.words:
        yield WORDS, _text({"holds": [_word(matter, ledger.words[matter]) for matter in sorted(ledger.words)]})


def _branch(branch: Branch, ledger: Ledger) -> dict[str, Any]:
    again = {sha: sorted(map(time_text, times)) for sha, times in ledger.seen_again.get(branch, {}).items()}
    written = {"branch": branch, "seen": _times(ledger.branches.get(branch, {}))}
    return {**written, "seen-again": again} if again else written


def _chart(chart: str, sights: ChartSights) -> dict[str, Any]:
    return {
        "chart": chart,
        "since": time_text(sights.since),
        "first-seen": _times(sights.first_seen),
        "created": _times(sights.created),
    }


def _returns(charts: Mapping[str, Returns]) -> dict[str, Any]:
    return {
        chart: {version: {sha: _return(one) for sha, one in found.items()} for version, found in versions.items()}
        for chart, versions in charts.items()
    }


def _return(one: Return) -> dict[str, Any]:
    return {"at": time_text(one.at), "who": sorted(one.who)}


def _word(matter: Matter, word: Word) -> dict[str, Any]:
    return {
        "chart": matter.chart,
        "version": matter.version,
        "tier": matter.tier,
        "held": word.held,
        "at": time_text(word.at),
        "until": time_text(word.until) if word.until else "",
        "why": word.why,
        "accepts": time_text(word.accepts) if word.accepts else "",
    }


def _sights(digests: Mapping[str, frozenset[datetime]]) -> dict[str, str | list[str]]:
    """Nearly every tag is seen to become a digest once, and then has a bare time."""
    told = {digest: sorted(map(time_text, times)) for digest, times in digests.items()}
    return {digest: times[0] if len(times) == 1 else times for digest, times in told.items()}


def _times(times: Mapping[str, datetime] | Mapping[str, datetime | None]) -> dict[str, str | None]:
    return {name: time_text(at) if at else None for name, at in times.items()}


def _text(value: Mapping[str, Any]) -> bytes:
    return f"{json.dumps(value, indent=1, sort_keys=True)}\n".encode("ascii")
