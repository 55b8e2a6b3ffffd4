"""What is remembered, written and read again, merged, and refused where it is not ours."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from bot.errors import ExitCode, LedgerBroken
from bot.ledger import writing
from bot.ledger.encoding import BRANCHES, CHARTS, path_of
from bot.ledger.merging import MOST_TIPS, merge, without_old_tips
from bot.ledger.model import ChartSights, Ledger, Matter, Return, Word
from bot.ledger.reading import LARGEST_FILE, is_ours, read
from bot.ledger.writing import changed_files, files

NOW = datetime(2026, 1, 1, tzinfo=UTC)
TIMES = st.integers(min_value=0, max_value=5).map(lambda days: NOW + timedelta(days=days))
TAGS = st.sampled_from(["1.0.0", "v1.0.0", "1.0.0_b", "1.1.0"])
SIGHTS = st.builds(
    ChartSights,
    since=TIMES,
    first_seen=st.dictionaries(TAGS, TIMES),
    created=st.dictionaries(TAGS, st.none() | TIMES),
)
RETURNS = st.builds(Return, at=TIMES, who=st.frozensets(st.sampled_from(["a" * 16, "b" * 16])))
WORDS = st.builds(
    Word,
    at=TIMES,
    held=st.booleans(),
    until=st.none() | TIMES,
    why=st.text(max_size=5).filter(str.isprintable),
    accepts=st.none() | TIMES,
)
TIPS = st.sampled_from(["a" * 40, "b" * 64])
BRANCHES_AGAIN = st.dictionaries(
    st.sampled_from(["main", "release/Prod"]), st.dictionaries(TIPS, st.frozensets(TIMES), min_size=1)
)


def every_branch_known(ledger: Ledger) -> Ledger:
    """As what is merged: nothing is seen again before it was seen."""
    return replace(ledger, branches={branch: {} for branch in ledger.seen_again} | dict(ledger.branches))


LEDGERS = st.builds(
    Ledger,
    charts=st.dictionaries(st.sampled_from(["ghcr.io/x/y", "ghcr.io/x-y", "localhost:5000/x"]), SIGHTS),
    branches=st.dictionaries(
        st.sampled_from(["main", "release/Prod", "release/prod"]),
        st.dictionaries(TIPS, TIMES),
    ),
    seen_again=BRANCHES_AGAIN,
    rolled_back=st.dictionaries(
        st.sampled_from(["dev", "staging"]),
        st.dictionaries(
            st.just("ghcr.io/x/y"),
            st.dictionaries(
                st.sampled_from(["1.0.0", "1.0.0-rc.1+b"]),
                st.dictionaries(st.sampled_from(["a" * 40, "b" * 40]), RETURNS),
            ),
        ),
    ),
    digests=st.dictionaries(
        st.sampled_from(["ghcr.io/x/y", "localhost:5000/x"]),
        st.dictionaries(
            TAGS,
            st.dictionaries(
                st.sampled_from([f"sha256:{sign * 64}" for sign in "abc"]), st.frozensets(TIMES, min_size=1, max_size=3)
            ),
        ),
    ),
    words=st.dictionaries(st.builds(Matter, chart=st.sampled_from(["", "ghcr.io/x/*"]), version=TAGS), WORDS),
).map(every_branch_known)


@settings(deadline=None)
@given(LEDGERS)
def test_what_is_written_is_read_again(ledger: Ledger) -> None:
    assert read(files(ledger).items()) == ledger


@settings(deadline=None)
@given(LEDGERS, LEDGERS, LEDGERS)
def test_ledgers_merge_in_any_order_and_any_number_of_times(one: Ledger, two: Ledger, three: Ledger) -> None:
    assert merge(one, two) == merge(two, one)
    assert merge(one, merge(two, three)) == merge(merge(one, two), three)
    assert merge(one, one) == one
    assert merge(merge(one, two), two) == merge(one, two)


@settings(deadline=None)
@given(LEDGERS, LEDGERS)
def test_nothing_is_lost_and_no_sight_becomes_later(one: Ledger, two: Ledger) -> None:
    both = merge(one, two)
    for ledger in (one, two):
        assert set(ledger.charts) <= set(both.charts)
        for chart, sights in ledger.charts.items():
            assert all(both.charts[chart].first_seen[tag] <= at for tag, at in sights.first_seen.items())
        for chart, tags in ledger.digests.items():
            for tag, digests in tags.items():
                assert all(both.digests[chart][tag][digest] >= times for digest, times in digests.items())
        for branch, seen in ledger.branches.items():
            assert all(both.branches[branch][sha] <= at for sha, at in seen.items())
        for branch, again in ledger.seen_again.items():
            assert all(both.seen_again[branch][sha] >= times for sha, times in again.items())


def test_a_branch_that_is_set_to_and_fro_for_ever_is_kept_at_so_many_sights() -> None:
    days = [NOW + timedelta(days=number) for number in range(MOST_TIPS + 10)]
    ledger = Ledger(seen_again={"main": {"a" * 40: frozenset(days[:9]), "b" * 40: frozenset(days[9:])}})

    assert without_old_tips(ledger).seen_again == {"main": {"b" * 40: frozenset(days[10:])}}


def test_a_branch_of_before_it_was_kept_what_is_seen_again_is_read_and_written_as_it_was() -> None:
    text = b'{\n "branch": "main",\n "seen": {\n  "%s": "2026-01-01T00:00:00Z"\n }\n}\n' % (b"a" * 40)
    ledger = read([("branches/main.json", text)])

    assert ledger == Ledger(branches={"main": {"a" * 40: NOW}})
    assert files(ledger) == {"branches/main.json": text}


def test_only_files_that_change_are_written() -> None:
    before = Ledger(branches={"main": {"a" * 40: NOW}, "develop": {"b" * 40: NOW}})
    learnt = Ledger(branches={"main": {"c" * 40: NOW}})

    assert list(changed_files(before, merge(before, learnt))) == ["branches/main.json"]
    assert changed_files(before, merge(before, before)) == {}


@settings(deadline=None)
@given(LEDGERS, LEDGERS)
def test_what_changed_is_what_differs_of_all_files(before: Ledger, after: Ledger) -> None:
    old = files(before)

    assert changed_files(before, after) == {path: data for path, data in files(after).items() if old.get(path) != data}


def test_nothing_is_written_out_of_what_a_run_learnt_nothing_of(monkeypatch: pytest.MonkeyPatch) -> None:
    charts = {f"ghcr.io/x/{sign}": ChartSights(since=NOW) for sign in "abc"}
    before = Ledger(charts=charts, branches={"main": {"a" * 40: NOW}})
    written, text = list[str](), writing._text

    def write(value: Mapping[str, Any]) -> bytes:
        written.append(value["chart"])
        return text(value)

    monkeypatch.setattr(writing, "_text", write)
    new = ChartSights(since=NOW, first_seen={"1.0.0": NOW})
    changed = changed_files(before, merge(before, Ledger(charts={"ghcr.io/x/b": new})))

    assert len(changed) == 1
    assert written == ["ghcr.io/x/b", "ghcr.io/x/b"], "as it was and as it is"


@settings(deadline=None)
@given(st.text(max_size=12), st.text(max_size=12))
def test_two_names_never_share_a_file(one: str, other: str) -> None:
    assert (path_of(CHARTS, one).lower() == path_of(CHARTS, other).lower()) is (one == other)


@settings(deadline=None)
@given(st.text(max_size=30))
def test_no_name_leads_out_of_its_folder(name: str) -> None:
    path = path_of(BRANCHES, name)
    assert path.isascii()
    assert path.count("/") == 1
    assert is_ours(path)


CHART = "charts/ghcr.io%2fx%2fy.json"
HOLD = {"chart": "ghcr.io/x/y", "version": "", "tier": "", "at": "2026-01-01T00:00:00Z", "until": "", "held": True}
GOOD: dict[str, Any] = {"chart": "ghcr.io/x/y", "since": "2026-01-01T00:00:00Z", "first-seen": {}, "created": {}}


def test_the_example_below_is_good_but_for_what_is_said() -> None:
    assert "ghcr.io/x/y" in read([(CHART, json.dumps(GOOD).encode())]).charts


@pytest.mark.parametrize(
    ("path", "content"),
    [
        pytest.param(CHART, b"", id="empty"),
        pytest.param(CHART, b"\xff", id="no text"),
        pytest.param(CHART, b"[" * 100_000, id="deep"),
        pytest.param(CHART, b"1" * 10_000, id="a long number"),
        pytest.param(CHART, b" " * (LARGEST_FILE + 1), id="large"),
        pytest.param(CHART, b"[]", id="a list"),
        pytest.param(CHART, {**GOOD, "chart": "ghcr.io/x/z"}, id="another chart's name"),
        pytest.param("charts/..%2f.json", {**GOOD, "chart": "../"}, id="no address"),
        pytest.param(CHART, {**GOOD, "since": "yesterday"}, id="no time"),
        pytest.param(CHART, {**GOOD, "since": 5}, id="a number for a time"),
        pytest.param(CHART, {**GOOD, "since": "2026-99-01T00:00:00Z"}, id="no such month"),
        pytest.param(CHART, {**GOOD, "first-seen": []}, id="a list for a mapping"),
        pytest.param(CHART, {**GOOD, "first-seen": {"../x": "2026-01-01T00:00:00Z"}}, id="no tag"),
        pytest.param(CHART, {**GOOD, "created": {"1.0.0": False}}, id="neither time nor nothing"),
        pytest.param(
            "branches/main.json", {"branch": "main", "seen": {"main": "2026-01-01T00:00:00Z"}}, id="no commit"
        ),
        pytest.param("branches/-x.json", {"branch": "-x", "seen": {}}, id="no branch"),
        *(
            pytest.param("branches/main.json", {"branch": "main", "seen": {}, "seen-again": again}, id=name)
            for name, again in (
                ("no tips", []),
                ("no tip", {"main": []}),
                ("no times", {"a" * 40: "2026-01-01T00:00:00Z"}),
                ("no time of a tip", {"a" * 40: ["once"]}),
                ("endless times", {"a" * 40: ["2026-01-01T00:00:00Z"] * 50_001}),
            )
        ),
        *(
            pytest.param("digests/ghcr.io%2fx%2fy.json", {"chart": "ghcr.io/x/y", "digests": digests}, id=name)
            for name, digests in (
                ("no tags", []),
                ("digests of no tag", {"../x": {}}),
                ("no digests", {"1.0.0": f"sha256:{'a' * 64}"}),
                ("no digest", {"1.0.0": {"sha256:a": "2026-01-01T00:00:00Z"}}),
                ("no time of a digest", {"1.0.0": {f"sha256:{'a' * 64}": "once"}}),
                ("a digest that was never seen", {"1.0.0": {f"sha256:{'a' * 64}": []}}),
                ("a time in its times that is none", {"1.0.0": {f"sha256:{'a' * 64}": ["once"]}}),
            )
        ),
        pytest.param("digests/ghcr.io%2fx%2fz.json", {"chart": "ghcr.io/x/y", "digests": {}}, id="digests of another"),
        pytest.param("holds.json", {"holds": [{"chart": ""}]}, id="half a hold"),
        pytest.param("rolled-back/dev.json", {"tier": "dev", "charts": {"ghcr.io/x/y": []}}, id="no versions"),
        pytest.param("rolled-back/dev.json", {"tier": "dev", "charts": {"ghcr.io/x/y": {"1.0.0": 1}}}, id="no commits"),
        pytest.param("rolled-back/dev.json", {"tier": "Dev", "charts": {}}, id="no tier"),
        pytest.param(
            "holds.json",
            {"holds": [dict.fromkeys(("chart", "version", "tier", "at", "until", "why"), "x" * 501) | {"held": True}]},
            id="an endless hold",
        ),
        *(
            pytest.param("holds.json", {"holds": [{**HOLD, "why": f"fine{sign}::error::not"}]}, id=f"{ord(sign):x}")
            for sign in "\n\r\x1b\u2028\u202e"
        ),
    ],
)
def test_what_is_broken_is_an_error_that_names_the_file_and_a_mend(path: str, content: bytes | dict[str, Any]) -> None:
    data = content if isinstance(content, bytes) else json.dumps(content).encode()
    with pytest.raises(LedgerBroken) as caught:
        read([(path, data)])

    assert path in caught.value.message
    assert caught.value.mend
    assert caught.value.exit_code is ExitCode.FAILED


def test_an_endless_ledger_is_refused() -> None:
    many = (
        (f"branches/{number}.json", json.dumps({"branch": str(number), "seen": {}}).encode())
        for number in range(20_001)
    )
    with pytest.raises(LedgerBroken, match="20000 files"):
        read(many)


def test_the_later_word_of_a_person_wins() -> None:
    matter = Matter(chart="ghcr.io/x/y", tier="staging")
    hold = Ledger(words={matter: Word(at=NOW, held=True)})
    release = Ledger(words={matter: Word(at=NOW + timedelta(hours=1), held=False)})

    assert merge(release, hold).words[matter].held is False
    assert merge(hold, release).words[matter].held is False


def test_a_rollback_that_was_written_down_without_who_did_it_is_read() -> None:
    told = {"tier": "dev", "charts": {"ghcr.io/x/y": {"1.0.0": {"a" * 40: "2026-01-01T00:00:00Z"}}}}
    ledger = read([("rolled-back/dev.json", json.dumps(told).encode())])

    assert ledger.rolled_back == {"dev": {"ghcr.io/x/y": {"1.0.0": {"a" * 40: Return(at=NOW)}}}}


def test_a_word_of_before_it_said_what_it_accepts_is_read_as_it_was_meant() -> None:
    said = {**HOLD, "version": "1.0.0", "why": ""}
    others = [{**said, "version": "2.0.0", "held": False}, {**said, "version": "", "held": False}]
    words = read([("holds.json", json.dumps({"holds": [said, *others]}).encode())]).words
    assert {matter.version: word.accepts for matter, word in words.items()} == {"1.0.0": None, "2.0.0": NOW, "": None}


def test_a_ledger_of_before_digests_were_kept_is_read_and_gets_a_file_of_its_own_for_them() -> None:
    old = read([(CHART, json.dumps(GOOD).encode())])
    learnt = Ledger(digests={"ghcr.io/x/y": {"1.0.0": {f"sha256:{'a' * 64}": frozenset({NOW})}}})

    assert old.digests == {}
    assert list(changed_files(old, merge(old, learnt))) == ["digests/ghcr.io%2fx%2fy.json"]
