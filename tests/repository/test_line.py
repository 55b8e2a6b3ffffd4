"""The line of commits that a branch took, told from the tips that were seen of it."""

from collections.abc import Callable, Iterable, Iterator
from itertools import chain, islice, pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.repository.line import line_of

COMMITS = {
    "merge": ("topic", "reverted"),
    "topic": ("taken",),
    "reverted": ("between",),
    "between": ("taken",),
    "taken": ("first",),
    "first": (),
}
"""The branch took something, reverted it, and then was moved to a merge that has it second."""


def line(*through: str, most: int = 10, commits: dict[str, tuple[str, ...]] = COMMITS) -> list[str]:
    return line_of("merge", most, through, commits.get)


def test_nothing_that_was_seen_leaves_the_first_parents() -> None:
    assert line() == ["merge", "topic", "taken", "first"]


def test_what_was_seen_is_on_the_line_although_a_merge_has_it_second() -> None:
    assert line("reverted") == ["merge", "reverted", "between", "taken", "first"]


def test_so_is_what_was_seen_before_it() -> None:
    assert line("taken", "first") == ["merge", "topic", "taken", "first"]
    assert line("reverted", "taken") == line("reverted")


def test_a_tip_that_no_way_leads_to_is_passed_over() -> None:
    gone = {**COMMITS, "gone": ("taken",)}
    assert line("gone", "reverted", commits=gone) == line("reverted")


def test_of_two_that_exclude_each_other_the_newer_is_followed() -> None:
    assert line("topic", "reverted") == line()
    assert line("reverted", "topic") == line("reverted")


def test_a_tip_whose_commit_is_not_here_is_passed_over() -> None:
    shallow = {sha: parents for sha, parents in COMMITS.items() if sha not in {"between", "first"}}
    assert line("between", "first", commits=shallow) == ["merge", "topic", "taken"]
    assert line("reverted", commits=shallow) == ["merge", "reverted"]


def test_it_is_no_longer_than_is_asked_for() -> None:
    assert line("reverted", "taken", most=3) == ["merge", "reverted", "between"]
    assert line("reverted", most=1) == ["merge"]


MOVES = st.lists(st.tuples(st.integers(0, 50), st.integers(0, 2), st.booleans(), st.booleans()), max_size=12)


@settings(deadline=None)
@given(MOVES)
def test_every_tip_that_was_seen_of_a_branch_that_is_never_forced_is_on_its_line(
    moves: list[tuple[int, int, bool, bool]],
) -> None:
    """A move: what somebody began with, how many commits that has more, which parent comes first, who saw it."""
    commits: dict[str, tuple[str, ...]] = {"0": ()}
    tip, seen = "0", ["0"]
    for start, more, swapped, sees in moves:
        topic = list(commits)[start % len(commits)]
        for _ in range(more):
            commits[str(len(commits))] = (topic,)
            topic = str(len(commits) - 1)
        commits[str(len(commits))] = (topic, tip) if swapped else (tip, topic)
        tip = str(len(commits) - 1)
        seen += [tip] if sees else []

    found = line_of(tip, 100, reversed(seen), commits.get)

    assert set(seen) <= set(found)
    assert all(older in commits[newer] for newer, older in pairwise(found))
    assert (found[0], found[-1]) == (tip, "0")


GRAPHS = st.lists(st.lists(st.integers(1, 6), max_size=3), min_size=1, max_size=25)
"""The parents of each commit, by how many commits they were made before it; what is before the first is not here."""


@settings(deadline=None, max_examples=500)
@given(GRAPHS, st.lists(st.integers(-2, 24), max_size=12), st.integers(0, 30))
def test_it_is_what_a_search_for_each_tip_would_find(graph: list[list[int]], tips: list[int], most: int) -> None:
    commits = {str(made): tuple(str(made - back) for back in parents) for made, parents in enumerate(graph)}
    tip, seen = str(len(graph) - 1), [str(each) for each in tips]

    assert line_of(tip, most, seen, commits.get) == slow_line(tip, most, seen, commits.get)


@pytest.mark.parametrize("lies", ["beside", "second", "second and beside"])
def test_however_many_tips_were_seen_each_commit_is_read_a_few_times(lies: str) -> None:
    """Each merge has a topic first that began at the first commit, and what the branch was second."""
    commits: dict[str, tuple[str, ...]] = {"m0": ()}
    for number in range(1, 1000):
        commits[f"m{number}"] = ("t", f"m{number - 1}") if "second" in lies else (f"m{number - 1}",)
        commits[f"g{number}"] = (f"g{number - 1}",) if number > 1 else ("m0",)
    commits["t"] = ("m0",)
    read = 0

    def parents(sha: str) -> tuple[str, ...] | None:
        nonlocal read
        read += 1
        return commits.get(sha)

    beside, second = ([f"{kind}{number}" for number in reversed(range(1, 1000))] for kind in "gm")
    through = {"beside": beside, "second": second}.get(lies) or [*chain.from_iterable(zip(second, beside, strict=True))]
    line = line_of("m999", 2000, through, parents)

    assert line[:-2] == second[: len(line) - 2]
    assert len(line) in {1000, 1001}
    assert read <= 5 * len(commits)


Parents = Callable[[str], tuple[str, ...] | None]


def slow_line(tip: str, most: int, through: Iterable[str], parents: Parents) -> list[str]:
    """What `line_of` says, told by a search of its own for each tip."""
    line = [tip]
    for seen in through:
        if len(line) >= most:
            break
        if seen not in line and parents(seen) is not None:
            line += slow_way(line[-1], seen, parents)
    line += islice(first_parents(line[-1], parents), max(0, most - len(line)))
    return line[:most]


def slow_way(start: str, end: str, parents: Parents) -> list[str]:
    way = [start]
    while way[-1] != end:
        following = next((sha for sha in parents(way[-1]) or () if end in behind(sha, parents)), None)
        if following is None:
            return []
        way.append(following)
    return way[1:]


def behind(start: str, parents: Parents) -> set[str]:
    """A commit, and all that lies behind it."""
    found: set[str] = set()
    following = [start]
    while following:
        sha = following.pop()
        following += () if sha in found else parents(sha) or ()
        found.add(sha)
    return found


def first_parents(start: str, parents: Parents) -> Iterator[str]:
    before = parents(start)
    while before and (further := parents(before[0])) is not None:
        yield before[0]
        before = further
