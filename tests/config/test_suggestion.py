from hypothesis import given
from hypothesis import strategies as st

from bot.config.loading import load
from bot.config.suggestion import suggest
from bot.config.tree_checks import check_paths
from bot.model.tiers import Configuration


def suggested(paths: list[str], branches: tuple[str, ...] = ()) -> Configuration:
    return load(suggest(paths, branches).encode(), "c.yaml")


def tiers(paths: list[str], branches: tuple[str, ...] = ()) -> dict[str, tuple[str, ...]]:
    return {tier.name: tier.paths for tier in suggested(paths, branches).tiers}


def test_folders_called_like_tiers_become_tiers_in_the_order_versions_travel() -> None:
    found = tiers(["clusters/prod-eu/a.yaml", "clusters/stg/a.yaml", "clusters/dev/x/a.yaml"])
    assert list(found.items()) == [
        ("dev", ("clusters/dev/**",)),
        ("staging", ("clusters/stg/**",)),
        ("production", ("clusters/prod-eu/**",)),
    ]


def test_files_called_like_tiers_become_one_pattern() -> None:
    found = tiers([f"apps/{app}/{tier}.yaml" for app in ("a", "b", "c") for tier in ("dev", "prod")])
    assert found == {"dev": ("apps/*/dev.yaml",), "production": ("apps/*/prod.yaml",)}


def test_production_is_said_and_follows_nothing() -> None:
    by_name = {tier.name: tier for tier in suggested(["a/dev/x.yaml", "a/live/x.yaml"]).tiers}
    assert by_name["production"].production
    assert by_name["dev"].production_said


def test_folders_that_a_star_would_give_to_two_tiers_are_written_out() -> None:
    paths = ["a/dev/x.yaml", "b/dev/x.yaml", "prod/dev/x.yaml"]
    assert tiers(paths) == {"dev": ("a/dev/**", "b/dev/**"), "production": ("prod/**",)}


def test_branches_called_like_tiers_become_tiers_of_the_same_paths() -> None:
    found = suggested(["apps/a.yaml"], ("main", "develop", "production", "feature/dev-x"))
    assert [(tier.name, tier.branch, tier.paths) for tier in found.tiers] == [
        ("dev", "develop", ("apps/**",)),
        ("production", "production", ("apps/**",)),
    ]


def test_a_tree_that_tells_nothing_gets_one_tier() -> None:
    assert tiers(["kubernetes/a.yaml", "x.yaml"]) == {"charts": ("kubernetes/**",)}
    assert tiers([]) == {"charts": ("**",)}


def test_one_folder_called_like_a_tier_makes_no_tiers_unless_it_is_production() -> None:
    assert tiers(["apps/dev/a.yaml", "apps/media/b.yaml"]) == {"charts": ("apps/**",)}
    assert tiers(["apps/production/a.yaml", "apps/base/b.yaml"]) == {"production": ("apps/production/**",)}


def test_a_few_files_called_like_tiers_among_many_others_make_no_tiers() -> None:
    certificates = ["apps/tls/letsencrypt-staging.yaml", "apps/tls/letsencrypt-production.yaml"]
    others = [f"apps/{number}/release.yaml" for number in range(20)]
    assert tiers([*certificates, *others]) == {"charts": ("apps/**",)}


def test_the_bots_own_folder_and_other_files_count_for_nothing() -> None:
    assert tiers(["apps/dev/README.md", ".github/dev/x.yaml"]) == {"charts": ("**",)}


_SEGMENT = st.sampled_from(["dev", "prod-1", "staging", "apps", "a b", "x*y", "ünï", '"', "{a}", "live"]) | st.text(
    st.characters(exclude_characters="/\0"), min_size=1, max_size=6
).filter(lambda text: text not in {".", ".."})
_PATHS = st.lists(st.lists(_SEGMENT, min_size=1, max_size=4).map(lambda parts: "/".join(parts) + ".yaml"), max_size=8)


@given(_PATHS, st.lists(st.sampled_from(["main", "dev", "prod", "staging"]), unique=True))
def test_whatever_is_suggested_loads_and_claims_no_file_twice(paths: list[str], branches: list[str]) -> None:
    configuration = suggested(paths, tuple(branches))
    trees = {tier.branch or "main": paths for tier in configuration.tiers}
    found = [fault.message for fault in check_paths(configuration, trees, "main")]
    assert all("matches no file" in message for message in found)
