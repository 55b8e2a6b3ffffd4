from dataclasses import replace

import pytest
from builders import configuration, tier

from bot.planning.tiers import also_served, branch_of_tier, claimants, production_paths, tiers_on

DEV, STAGING = tier("dev", branch="develop"), tier("staging")
LIVE = tier("live", "exact", production=True, paths=("apps/live/**", "clusters/live.yaml"))
SETTINGS = configuration(DEV, STAGING, LIVE)


def test_a_tier_without_a_branch_lives_on_the_default_one() -> None:
    assert [branch_of_tier(each, "main") for each in SETTINGS.tiers] == ["develop", "main", "main"]


@pytest.mark.parametrize(("branch", "names"), [("main", ["staging", "live"]), ("develop", ["dev"]), ("x", [])])
def test_the_tiers_of_a_branch_keep_their_order(branch: str, names: list[str]) -> None:
    assert [each.name for each in tiers_on(SETTINGS, branch, "main")] == names


def test_a_path_belongs_to_the_tiers_that_cover_it() -> None:
    assert claimants("apps/live/a.yaml", SETTINGS.tiers) == (LIVE,)
    assert claimants("apps/other/a.yaml", SETTINGS.tiers) == ()


def test_production_is_guarded_on_its_own_branch() -> None:
    guarded = production_paths(SETTINGS, "main", "main")

    assert guarded.matches("clusters/live.yaml")
    assert not guarded.matches("apps/staging/a.yaml")
    assert not production_paths(SETTINGS, "develop", "main").matches("clusters/live.yaml")


def test_a_path_serves_the_other_tiers_of_its_branch_alone() -> None:
    dev, live, twin = tier("dev"), tier("live", production=True), replace(tier("dev"), name="twin", branch="other")

    assert also_served(["apps/live/a.yaml", "apps/dev/a.yaml"], dev, [dev, live, twin]) == (live,)
    assert also_served(["apps/dev/a.yaml", "elsewhere/a.yaml"], dev, [dev, live, twin]) == ()
