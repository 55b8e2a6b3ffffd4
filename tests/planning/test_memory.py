"""The memory file: written by us, read back whatever people made of it."""

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from bot.planning.memory import MOST_REFUSALS, TierMemory, read_memory, written
from bot.planning.rows import Row

ROW = Row(chart="ghcr.io/x/podinfo", version="6.5.4")
OTHER = Row(chart="ghcr.io/x/redis", version="1.0.0")
FULL = TierMemory(
    considered={"all": 12},
    waiting={"ghcr.io/x/z": datetime(2026, 11, 21, 6, 30, 1, tzinfo=UTC)},
    left={"all": "a" * 40},
    asked=frozenset({"podinfo-1a2b3c4d"}),
).refusing([ROW], 12)


def test_what_is_written_is_read_back() -> None:
    shared = replace(ROW, shared=True)
    memory = {"dev": FULL.refusing([OTHER, shared], 13, unticked=True), "staging": TierMemory(considered={"all": 1})}
    assert read_memory(written(memory)) == memory


def test_tiers_of_which_nothing_is_known_leave_no_trace() -> None:
    assert written({"dev": TierMemory()}) == written({})


def test_the_same_memory_is_the_same_file() -> None:
    one = TierMemory().refusing([ROW], 1).refusing([OTHER], 2)
    other = TierMemory().refusing([OTHER], 2).refusing([ROW], 1)
    assert written({"a": one, "b": FULL}) == written({"b": FULL, "a": other})


def test_an_entry_is_one_that_a_person_can_find_and_delete() -> None:
    assert json.loads(written({"dev": FULL}))["tiers"]["dev"]["refused"] == [
        {"chart": "ghcr.io/x/podinfo", "version": "6.5.4", "number": 12}
    ]


def test_the_oldest_refusals_are_forgotten_first() -> None:
    memory = TierMemory()
    for number in range(MOST_REFUSALS + 5):
        memory = memory.refusing([Row(chart="ghcr.io/x/y", version=f"1.0.{number}")], number)
    kept = read_memory(written({"dev": memory}))["dev"].refusals
    assert len(kept) == MOST_REFUSALS
    assert min(one.number for one in kept.values()) == 5


BROKEN = [
    pytest.param(b"", id="nothing"),
    pytest.param(b"[" * 100_000, id="deep"),
    pytest.param(b"\xff", id="no text"),
    pytest.param(b"[]", id="a list"),
    pytest.param(b'{"tiers": []}', id="tiers as a list"),
    pytest.param(b" " * 5_000_000, id="huge"),
    pytest.param(b'{"tiers": {"dev": {"considered": {"all": ' + b"9" * 5000 + b"}}}}", id="a huge number"),
]


@pytest.mark.parametrize("data", BROKEN)
def test_a_file_that_cannot_be_read_is_no_memory(data: bytes) -> None:
    assert read_memory(data) == {}


@pytest.mark.parametrize(
    "entry",
    [
        {"chart": "x", "version": "1.0.0"},
        {"chart": 1, "version": "1.0.0", "number": 1},
        {"chart": "x", "version": None, "number": 1},
        {"chart": "x", "version": "1.0.0", "number": True},
        {"chart": "x", "version": "1.0.0", "number": "1"},
        "x",
    ],
)
def test_an_entry_that_is_not_ours_is_left_out_and_the_others_stay(entry: object) -> None:
    good = {"chart": ROW.chart, "version": ROW.version, "number": 3}
    data = json.dumps({"tiers": {"dev": {"refused": [entry, good], "waiting": {"x": "soon", "y": 1}}}}).encode()
    assert read_memory(data) == {"dev": TierMemory().refusing([ROW], 3)}


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(["tiers", "dev", "refused", "waiting"]), inner),
    )
)
def test_any_json_is_read_without_an_error_and_written_so_that_it_stays(found: object) -> None:
    memory = read_memory(json.dumps(found).encode())
    assert read_memory(written(memory)) == {name: tier for name, tier in memory.items() if tier != TierMemory()}
