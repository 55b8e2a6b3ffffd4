"""Owners of files, by whom updates are grouped and rules chosen."""

from builders import configuration, rule, tier
from doubles.story import Story, release
from msgspec.structs import replace

from bot.model.proposing import Grouping
from bot.planning.grouping import branch_of

CODEOWNERS = "* @acme/platform\n/apps/dev/b.yaml @Bea\n"
FILES = {"apps/dev/a.yaml": release("1.2.3"), "apps/dev/b.yaml": release("1.2.3", chart="other")}


def owned(settings: Grouping = Grouping.TIER, owners: tuple[str, ...] = ()) -> Story:
    dev = tier("dev", "any")
    grouped = replace(dev, proposing=replace(dev.proposing, group=settings))
    rules = [replace(rule(skip=["1.2.4"]), owners=owners)] if owners else []
    story = Story(configuration(grouped, rules=rules)).write({**FILES, ".github/CODEOWNERS": CODEOWNERS})
    return story.push("ghcr.io/x/podinfo", "1.2.3", "1.2.4").push("ghcr.io/x/other", "1.2.3", "1.2.4")


def test_each_owner_has_a_pull_request_that_mentions_nobody() -> None:
    story = owned(Grouping.OWNER)
    story.published()
    branches = sorted(name for name in story.remote.branches if name.startswith(branch_of(tier("dev"), "")))

    assert [name.rpartition("-")[0] for name in branches] == [
        branch_of(tier("dev"), "acme-platform"),
        branch_of(tier("dev"), "bea"),
    ]
    assert not any("@" in pull.title for pull in story.forge.pulls.values())


def test_a_rule_matches_an_owner_however_it_is_spelled() -> None:
    story = owned(owners=("@bea",))
    story.published()

    assert story.proposed() == {"apps/dev/a.yaml": release("1.2.4")}


def test_nobody_reads_owners_whom_nobody_asks_for() -> None:
    (view,) = owned().resolved().views

    assert {each.owners for each in view.references} == {()}
