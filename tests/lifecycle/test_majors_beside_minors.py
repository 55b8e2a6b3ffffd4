"""A chart with a major and minors, from the first pull requests to the last: real Git, a real server."""

from __future__ import annotations

from builders import configuration, tier
from doubles.github.people import person
from doubles.github.server import GitHubDouble
from doubles.hosted_story import HostedStory
from doubles.story import release

from bot.planning.grouping import branch_of

ANN = person("ann")
DEV = tier("dev", "any")
ALL = branch_of(DEV)
FILE = "apps/dev/web.yaml"


def fleet(github: GitHubDouble) -> HostedStory:
    story = HostedStory.create(github, "acme/fleet", configuration(DEV))
    github.token(ANN)
    return story.push("web", "1.0.0", "1.2.0", "2.0.0").write({"web": "1.0.0"})


def opened(story: HostedStory) -> dict[str, tuple[int, bool]]:
    """The version of each open pull request: its number, and whether it is built on the tip of its base."""
    pulls = (pull for pull in story.hosted.pulls() if pull.state == "open")
    base = story.hosted.tip("main")
    return {
        _version(story, pull.head_branch): (pull.number, story.hosted.log(pull.head_branch)[0].parents == (base,))
        for pull in pulls
    }


def _version(story: HostedStory, branch: str) -> str:
    text = bytes(story.hosted.files(branch)[FILE]).decode()
    return next(one for one in ("1.0.1", "1.2.0", "1.2.1", "2.0.0", "2.1.0") if release(one, chart="web") == text)


def settled(story: HostedStory) -> dict[str, tuple[int, bool]]:
    story.run()
    assert story.run() == [], "nothing is left for another run"
    return opened(story)


def test_what_is_refused_stays_away_alone_and_what_is_merged_moves_the_other(github_double: GitHubDouble) -> None:
    story = fleet(github_double)
    assert settled(story) == {"1.2.0": (1, True), "2.0.0": (2, True)}

    story.hosted.close(2, by=ANN)
    assert settled(story) == {"1.2.0": (1, True)}
    assert settled(story.push("web", "1.2.1")) == {"1.2.1": (1, True)}
    assert settled(story.push("web", "2.1.0")) == {"1.2.1": (1, True), "2.1.0": (3, True)}

    story.hosted.merge(1, by=ANN)
    assert settled(story) == {"2.1.0": (3, True)}
    story.hosted.merge(3, by=ANN)
    assert settled(story) == {}
    assert {name for name in story.hosted.branches() if name.startswith("flux-chart-bot/dev/")} == set()


def test_a_minor_that_is_refused_leaves_its_patches(github_double: GitHubDouble) -> None:
    story = fleet(github_double)
    settled(story)
    story.hosted.close(1, by=ANN)
    assert settled(story) == {"2.0.0": (2, True)}
    assert settled(story.push("web", "1.0.1")) == {"2.0.0": (2, True), "1.0.1": (3, True)}


def test_when_the_major_is_merged_the_minor_is_closed_as_done(github_double: GitHubDouble) -> None:
    story = fleet(github_double)
    settled(story)
    story.hosted.merge(2, by=ANN)
    assert settled(story) == {}
    assert story.hosted.tip(ALL) is None
    assert story.hosted.comments(1)[0].body.startswith("Nothing is left to update here")
