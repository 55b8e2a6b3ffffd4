"""`beyond: draft` run by run: time holds for what lies past `follow` as it does for all else."""

import pytest
from builders import PODINFO, configuration, pace, rule, tier
from doubles.story import Story, release
from msgspec.structs import replace

from bot.model.proposing import Beyond, Proposing
from bot.model.tiers import Shared, Tier

DRAFTS = Proposing(beyond=Beyond.DRAFT)
DEV = replace(tier(follow="patch"), proposing=DRAFTS)
A = "apps/dev/a.yaml"


def told(*tiers: Tier) -> Story:
    return Story(configuration(*(tiers or (DEV,)))).push(PODINFO, "1.2.3", "2.0.0").write({A: release("1.2.3")})


def drafted(story: Story, path: str = A) -> str:
    """The version that the draft proposes after a run; empty without one."""
    story.run()
    heads = [name for name in story.remote.branches if "/beyond-follow-" in name]
    text = story.remote.files(heads[0])[path].decode() if heads else ""
    return next((line.partition(": ")[2] for line in text.splitlines() if "version: " in line), "")


@pytest.mark.parametrize("follow", ["patch", "exact"])
def test_a_version_waits_as_long_as_any_other(follow: str) -> None:
    story = told(replace(DEV, follow=tier(follow=follow).follow, pace=pace(wait="2d")))
    assert drafted(story) == ""
    story.pass_by(days=2, hours=1)
    assert drafted(story) == "2.0.0"
    story.push(PODINFO, "3.0.0")
    assert drafted(story) == "2.0.0"
    assert drafted(story.pass_by(days=2, hours=1)) == "3.0.0"


def test_only_what_the_tier_before_ran_is_taken() -> None:
    path = "apps/staging/a.yaml"
    staging = replace(tier("staging", "patch", pace=pace(comes_from=["dev"], soak="1d")), proposing=DRAFTS)
    story = told(tier(follow="exact"), staging).push(PODINFO, "3.0.0")
    story.write({A: release("2.0.0"), path: release("1.2.3")})
    assert drafted(story, path) == ""
    assert drafted(story.pass_by(days=1, hours=1), path) == "2.0.0"


def test_what_people_took_back_is_not_proposed() -> None:
    story = told()
    story.pass_by(hours=1).write({A: release("2.0.0")})
    story.pass_by(hours=1).write({A: release("1.2.3")})
    assert drafted(story.pass_by(hours=1)) == ""
    assert drafted(story.push(PODINFO, "2.0.1")) == "2.0.1"


def test_what_several_tiers_share_is_in_no_tiers_draft() -> None:
    """Neither where a rule bounds both."""
    story = told(replace(DEV, follow=tier(follow="any").follow), tier("staging", "any"))
    settings = replace(story.configuration, shared=Shared(paths=("base/**",)))
    story.configuration = replace(settings, rules=(rule(follow="1.x"),))
    overlay = "resources: [../../base]\n"
    story.write({
        "base/a.yaml": release("1.2.3"),
        "base/kustomization.yaml": "resources: [a.yaml]\n",
        "apps/dev/kustomization.yaml": overlay,
        "apps/staging/kustomization.yaml": overlay,
        A: "",
    })  # fmt: skip
    story.run()
    assert not story.forge.drafts
