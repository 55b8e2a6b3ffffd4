"""The line of commits that a branch took, told from the tips that were seen of it."""

from itertools import pairwise

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
