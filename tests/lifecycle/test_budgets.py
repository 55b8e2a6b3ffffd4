"""How many calls of GitHub's API a run makes."""

import pytest
from builders import configuration, tier
from doubles.github.people import app, person
from doubles.github.server import GitHubDouble
from doubles.hosted_story import HostedStory
from msgspec.structs import replace

from bot.model.proposing import Extras, Grouping, Proposing

CHARTS = {f"chart{number}": "1.0.0" for number in range(5)}
EXTRAS = Extras(labels=("charts",), reviewers=("ann",), assignees=("ann",))


def five(github: GitHubDouble, extras: Extras) -> HostedStory:
    """Five charts of one base, each with a newer version and a pull request of its own."""
    settings = replace(tier("dev", "any"), proposing=Proposing(group=Grouping.CHART, extras=extras))
    story = HostedStory.create(github, "acme/fleet", configuration(settings))
    github.token(person("ann"))
    for name in CHARTS:
        story.push(name, "1.0.0", "1.1.0")
    return story.write(CHARTS)


@pytest.mark.parametrize(("extras", "most"), [(Extras(), 25), (EXTRAS, 40)], ids=["bare", "with extras"])
def test_five_new_pull_requests_with_their_statuses(github_double: GitHubDouble, extras: Extras, most: int) -> None:
    story = five(github_double, extras)
    story.run()
    assert len(story.hosted.pulls()) == 5
    assert len({status.sha for status in story.hosted.memory.statuses}) == 6
    assert story.api_calls <= most


def test_a_run_with_nothing_to_do(github_double: GitHubDouble) -> None:
    story = five(github_double, EXTRAS)
    story.run()
    assert story.run() == []
    assert not any(entry.write for entry in story.requests)
    assert story.api_calls <= 3 + 1 + 5


def test_a_refusal_costs_a_call_and_one_for_who_it_was_when_it_is_new_and_none_later(
    github_double: GitHubDouble,
) -> None:
    story = five(github_double, Extras())
    story.run()
    story.hosted.close(1, by=person("alice"))
    story.run()
    reads = [entry for entry in story.requests if not entry.is_git and not entry.write]
    assert len(reads) <= 3 + 1 + 4 + 2
    assert story.run() == []
    assert story.api_calls <= 3 + 1 + 4


def test_an_app_is_asked_who_it_is_and_no_more(github_double: GitHubDouble) -> None:
    story = five(github_double, Extras())
    story.us = app("charts")
    story.run()
    assert story.api_calls <= 25
