import pytest
from builders import configuration, reference, tier
from msgspec.structs import replace

from bot.model.references import BuiltBy, PassedOver
from bot.planning.tiers import branch_of_tier, claimants, neighbours, production_paths, tiers_on, tiers_reached
from bot.reasons import NO_TIER

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


@pytest.mark.parametrize(
    ("root", "names"),
    [
        (BuiltBy(cluster="apps/dev", folder="apps/dev"), ["dev"]),
        (BuiltBy(cluster="x", folder="base", applier="apps/live/apps.yaml"), ["live"]),
        (BuiltBy(cluster="x", folder="apps/dev", applier="apps/live/apps.yaml"), ["dev", "live"]),
        (BuiltBy(cluster="apps/live", folder="base", applier="base/apps.yaml"), ["live"]),
        (BuiltBy(cluster="apps/live", folder="apps/dev"), ["dev"]),
        (BuiltBy(cluster="x", folder=""), []),
    ],
)
def test_what_a_root_builds_belongs_to_its_folder_and_to_what_applies_it(root: BuiltBy, names: list[str]) -> None:
    item = PassedOver(path="base/a.yaml", reason=NO_TIER(), built=(root,))

    assert [each.name for each in tiers_reached(item, [tier("dev"), tier("live", production=True)])] == names


def test_every_file_that_has_a_part_in_a_version_counts() -> None:
    dev, live = tier("dev"), tier("live", production=True)
    shared = replace(reference(), path="apps/dev/a.yaml", consumer_paths=("apps/live/a.yaml",))

    assert tiers_reached(shared, [dev, live]) == (dev, live)
    assert tiers_reached(replace(shared, consumer_paths=("elsewhere/a.yaml",)), [dev, live]) == (dev,)


def test_tiers_of_other_branches_are_no_neighbours() -> None:
    dev, live, twin = tier("dev"), tier("live", production=True), replace(tier("dev"), name="twin", branch="other")

    assert neighbours(dev, [dev, live, twin]) == (dev, live)
