"""Where a pull request began, as each implementation of the port finds it."""

import pytest
from doubles.repository_sides import Side

from bot.errors import UsageError


def test_it_is_the_commit_that_both_have(side: Side) -> None:
    began = side.remote.commit("main", {"a": "1"})
    side.remote.commit("feature", {"b": "1"}, start="main")
    head = side.remote.commit("feature", {"b": "2"})
    tip = side.remote.commit("main", {"a": "2"})
    with side.open() as repository:
        repository.fetch(["main"])
        assert repository.merge_base(tip, head, 10) == began
        assert repository.merge_base(tip, tip, 10) == tip
        assert repository.merge_base(tip, began, 10) == began
        assert repository.tree(head).entries()[-1].path == "b"


def test_it_is_none_as_long_as_it_lies_too_far_back(side: Side) -> None:
    began = side.remote.commit("main", {"a": "1"})
    head = side.remote.commit("feature", {"b": "0"}, start="main")
    tip = [side.remote.commit("main", {"a": f"{number}+"}) for number in range(20)][-1]
    with side.open() as repository:
        repository.fetch(["main"])
        assert repository.merge_base(tip, head, 5) is None
        assert repository.merge_base(tip, head, 50) == began
        assert len(repository.past("main", tip, 10)) == 10


def test_a_commit_that_is_nowhere_is_said(side: Side) -> None:
    tip = side.remote.commit("main", {"a": "1"})
    with side.open() as repository, pytest.raises(UsageError, match="does not have the commit"):
        repository.merge_base(tip, "a" * 40, 10)
