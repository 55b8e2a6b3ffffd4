"""`shared`: where drafts may move several tiers at once."""

import pytest

from bot.config.loading import load
from bot.config.tree_checks import check_paths
from bot.errors import ConfigurationError

TWO = """\
tiers:
  dev: {paths: ["apps/dev/**"]}
  live: {paths: ["apps/live/**"], production: true}
"""


def faults(text: str) -> list[str]:
    with pytest.raises(ConfigurationError) as caught:
        load(text.encode(), "c.yaml")
    return [str(fault) for fault in caught.value.faults]


def test_it_names_paths() -> None:
    loaded = load((TWO + "shared: {paths: [base/**, versions.yaml], propose: draft}\n").encode(), "c.yaml")
    assert (loaded.shared.paths, loaded.shared.line) == (("base/**", "versions.yaml"), 4)


def test_without_it_nothing_is_shared() -> None:
    assert load(TWO.encode(), "c.yaml").shared.paths == ()


@pytest.mark.parametrize(
    ("shared", "said"),
    [
        ("{paths: [base/**]}", "propose"),
        ("{propose: draft}", "paths"),
        ("{paths: [], propose: draft}", "shared.paths"),
        ("{paths: [base/**], propose: merge}", "draft"),
        ("{paths: [base/**], propose: draft, merge: true}", "merge"),
        ("{paths: [/base/**], propose: draft}", "the pattern `/base/**`"),
    ],
)
def test_what_is_wrong_with_it_is_said_where_it_stands(shared: str, said: str) -> None:
    [fault] = faults(f"{TWO}shared: {shared}\n")
    assert fault.startswith("c.yaml:4:")
    assert said in fault


def test_one_tier_shares_nothing() -> None:
    [fault] = faults("tiers: {dev: {paths: [a/**]}}\nshared: {paths: [base/**], propose: draft}\n")
    assert fault == (
        "c.yaml:2:1: `shared` is about values of several tiers, and there is one tier. "
        "Remove it, or write the other tiers"
    )


def test_a_pattern_that_matches_no_file_of_any_branch_is_a_fault() -> None:
    settings = load((TWO + "shared: {paths: [base/**, other/**], propose: draft}\n").encode(), "c.yaml")
    trees = {"main": ["apps/dev/a.yaml", "apps/live/a.yaml", "base/a.yaml"]}
    [fault] = check_paths(settings, trees, "main")
    assert str(fault) == "c.yaml:4:1: the pattern `other/**` of `shared` matches no file. Mend or remove it"


def test_a_pattern_of_one_tiers_files_is_right() -> None:
    settings = load((TWO + "shared: {paths: [apps/dev/**], propose: draft}\n").encode(), "c.yaml")
    assert check_paths(settings, {"main": ["apps/dev/a.yaml", "apps/live/a.yaml"]}, "main") == ()
