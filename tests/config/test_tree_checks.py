from bot.config.loading import load
from bot.config.tree_checks import check_paths
from bot.model.tiers import Configuration


def configuration(text: str) -> Configuration:
    return load(text.encode(), "c.yaml")


TWO = """\
tiers:
  dev: {paths: ["apps/dev/**", "apps/*/dev.yaml"]}
  staging: {paths: ["apps/**"], branch: staging}
"""


def said(text: str, paths_by_branch: dict[str, list[str]]) -> list[str]:
    return [str(fault) for fault in check_paths(configuration(text), paths_by_branch, "main")]


def test_patterns_that_match_and_share_nothing_are_right() -> None:
    assert said(TWO, {"main": ["apps/dev/a.yaml", "apps/x/dev.yaml"], "staging": ["apps/dev/a.yaml"]}) == []


def test_a_pattern_that_matches_nothing_names_its_tier_and_branch() -> None:
    (fault,) = said(TWO, {"main": ["apps/dev/a.yaml"], "staging": ["apps/x"]})
    assert fault == (
        "c.yaml:2:3: the pattern `apps/*/dev.yaml` of the tier `dev` matches no file of branch `main`. "
        "Mend or remove it"
    )


def test_a_folder_without_stars_is_told_how_to_mean_all_below_it() -> None:
    (fault,) = said('tiers: {dev: {paths: ["apps/dev"]}}', {"main": ["apps/dev/a.yaml"]})
    assert fault.endswith("for everything below a folder write `apps/dev/**`")


def test_one_file_of_one_branch_in_two_tiers_names_the_file_and_both_lines() -> None:
    text = 'tiers:\n  dev: {paths: ["a/**"]}\n  test: {paths: ["a/b/**"], branch: main}\n'
    (fault,) = said(text, {"main": ["a/b/x.yaml", "a/b/y.yaml", "a/z"]})
    assert fault == (
        "c.yaml:3:3: `a/b/x.yaml` and 1 more of branch `main` belongs to the tier `test` (line 3) "
        "and to `dev` (line 2). Narrow the paths of one of them"
    )


def test_the_same_file_on_two_branches_may_belong_to_two_tiers() -> None:
    text = 'tiers:\n  dev: {paths: ["a/**"]}\n  test: {paths: ["a/**"], branch: test}\n'
    assert said(text, {"main": ["a/x"], "test": ["a/x"]}) == []


def test_a_branch_that_was_not_read_is_not_judged() -> None:
    assert said('tiers: {dev: {paths: ["a/**"], branch: dev}}', {"main": ["b"]}) == []


def test_a_tier_that_holds_production_unawares_must_say_what_it_is() -> None:
    (fault,) = said('tiers: {all: {paths: ["apps/**"]}}', {"main": ["apps/dev/a.yaml", "apps/production/a.yaml"]})
    assert "`apps/production/a.yaml`, which looks like production" in fault
    assert said('tiers: {all: {paths: ["apps/**"], production: false}}', {"main": ["apps/production/a.yaml"]}) == []


def test_a_file_name_that_merely_contains_the_word_stops_nobody() -> None:
    assert said('tiers: {dev: {paths: ["apps/**"]}}', {"main": ["apps/dev/live-view.yaml"]}) == []
    (fault,) = said('tiers: {dev: {paths: ["apps/**"]}}', {"main": ["apps/shop/prod.yaml"]})
    assert "`apps/shop/prod.yaml`, which looks like production" in fault
