"""Every state that a pull request of ours can be in, times everything that can happen next: real Git, a real server.

What a row says is what the next run writes, in order. Whatever the row: the run after that one writes nothing, no
branch but ours moves, nobody's commit is lost, and no branch has two open pull requests.
"""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from builders import configuration, source, tier
from doubles.github.people import person
from doubles.github.server import GitHubDouble
from doubles.hosted_story import HOST, HostedStory
from doubles.story import release
from msgspec.structs import replace

from bot.model.proposing import Grouping, Proposing
from bot.reasons import UNREACHABLE

ANN = person("ann")
ALL = "flux-chart-bot/dev/all"
DEV = tier("dev", "any")
A, B = "apps/dev/a.yaml", "apps/dev/b.yaml"

Happening = Callable[[HostedStory], object]


def fleet(github: GitHubDouble) -> HostedStory:
    """Two charts, each with a newer version."""
    story = HostedStory.create(github, "acme/fleet", configuration(DEV))
    github.token(ANN)
    return story.push("a", "1.0.0", "1.1.0").push("b", "1.0.0", "1.1.0").write({"a": "1.0.0", "b": "1.0.0"})


def proposed(story: HostedStory) -> int:
    story.run()
    return story.hosted.pulls()[-1].number


def others_commit(story: HostedStory) -> None:
    story.hosted.commit(ALL, {A: "# ann's\n" + release("1.1.0", chart="a")}, author=ANN)


def one_chart(story: HostedStory) -> None:
    story.hosted.commit("main", {B: None})
    proposed(story)


def by_hand(story: HostedStory) -> None:
    proposed(story)
    story.hosted.memory.pulls.clear()
    story.hosted.open_pull(ALL, by=ANN, title="by hand", body="- [ ] mine")


def with_others_commit(story: HostedStory) -> None:
    proposed(story)
    others_commit(story)


def of_one_chart_with_others_commit(story: HostedStory) -> None:
    one_chart(story)
    others_commit(story)


def left_and_closed(story: HostedStory) -> None:
    with_others_commit(story)
    story.hosted.close(1, by=ANN)


def left_and_merged(story: HostedStory) -> None:
    with_others_commit(story)
    story.hosted.merge(1, by=ANN)


def pushed_only(story: HostedStory) -> None:
    proposed(story)
    story.hosted.memory.pulls.clear()


def closed_without_its_branch(story: HostedStory) -> None:
    story.hosted.close(proposed(story), by=ANN)
    story.hosted.delete_branch(ALL, by=ANN)


def to_another_base(story: HostedStory) -> None:
    number = proposed(story)
    story.hosted.commit("release", {"x": "y"}, start="main")
    story.hosted.edit(number, by=ANN, base="release")


def forged_on_others_commit(story: HostedStory) -> None:
    """Ann's commit on the base, and on top of it one that has our address, our trailers and exactly what is wished."""
    proposed(story)
    theirs = story.hosted.commit("side", {"apps/prod/x.yaml": "kind: ConfigMap\n"}, author=ANN)
    with story.remote() as (remote, planned):
        [ours] = planned.pull_requests
        git, message = remote.repository, ours.texts.commit_message if ours.texts else ""
        git.bring(theirs)
        forged = git.commit(parent=theirs, changes=ours.changes, message=message, identity=remote.us)
        git.push(ALL, forged, expected=ours.head_before)
    story.hosted.delete_branch("side", by=ANN)


def squatted(story: HostedStory) -> None:
    story.hosted.commit(ALL, {A: "ann was here\n"}, author=ANN)


def forks_twin(story: HostedStory) -> None:
    fork = story.hosted.fork("mallory")
    fork.commit(ALL, {A: "evil\n"}, start="main")
    story.hosted.open_pull(ALL, source=fork, body="<!-- flux-chart-bot v1 tier=dev -->")


STATES: dict[str, Happening] = {
    "nothing": lambda story: None,
    "open": proposed,
    "open, of one chart": one_chart,
    "open, with others' commit": with_others_commit,
    "open, of one chart, with others' commit": of_one_chart_with_others_commit,
    "open, forged on others' commit": forged_on_others_commit,
    "open by hand": by_hand,
    "open to another base": to_another_base,
    "pushed and not opened": pushed_only,
    "closed by a person": lambda story: story.hosted.close(proposed(story), by=ANN),
    "closed, and its branch deleted": closed_without_its_branch,
    "closed, with others' commit": left_and_closed,
    "merged, its branch left": lambda story: story.hosted.merge(proposed(story), by=ANN),
    "merged with others' commit, its branch left": left_and_merged,
    "squatted": squatted,
    "a fork's twin": forks_twin,
}


def away(story: HostedStory) -> None:
    story.registry.away[source(f"{HOST}/a")] = UNREACHABLE(host="ghcr.io", problem="503")


def by_chart(story: HostedStory) -> None:
    story.configuration = configuration(replace(DEV, proposing=Proposing(group=Grouping.CHART)))


def renamed(story: HostedStory) -> None:
    story.configuration = configuration(replace(DEV, name="test"))


def rebased(story: HostedStory) -> None:
    story.hosted.commit("develop", {"x": "y"}, start="main")
    story.configuration = configuration(replace(DEV, branch="develop"))


def newest_pull(story: HostedStory) -> int:
    return max((pull.number for pull in story.hosted.pulls() if pull.state == "open"), default=0)


def reword(story: HostedStory, find: str, put: str) -> None:
    if number := newest_pull(story):
        story.hosted.edit(number, by=ANN, body=re.sub(find, put, story.hosted.pull(number).body or ""))


def close(story: HostedStory) -> None:
    if number := newest_pull(story):
        story.hosted.close(number, by=ANN)


def delete_branch(story: HostedStory) -> None:
    if story.hosted.tip(ALL):
        story.hosted.delete_branch(ALL, by=ANN)


EVENTS: dict[str, Happening] = {
    "nothing": lambda story: None,
    "a newer version": lambda story: story.push("a", "1.2.0"),
    "the base moves elsewhere": lambda story: story.hosted.commit("main", {"README.md": "x"}),
    "the base moves in its file": lambda story: story.hosted.commit("main", {A: "# x\n" + release("1.0.0", chart="a")}),
    "somebody does it by hand": lambda story: story.write({"a": "1.1.0", "b": "1.1.0"}),
    "its registry is away": away,
    "it is grouped otherwise": by_chart,
    "a chart is unticked": lambda story: reword(story, r"- \[x\](.*/a<)", r"- [ ]\1"),
    "a rebuild is ticked": lambda story: reword(story, r"- \[ \](.*box=rebuild)", r"- [x]\1"),
    "a person closes it": close,
    "a person deletes its branch": delete_branch,
    "its tier is renamed": renamed,
    "its tier goes to another base": rebased,
}

# What the next run writes: by state what it mostly does, and what it does where that differs.
_CLOSES = "comment, edit, delete dev/all"
_APART = "push dev/a, open, push dev/b, open"
_RENAMED = "push test/all, open"
_REBASED = "comment, edit, push dev/all, open"
TABLE: dict[str, tuple[str, dict[str, str]]] = {
    "nothing": (
        "push dev/all, open",
        {
            "somebody does it by hand": "",
            "it is grouped otherwise": _APART,
            "its tier is renamed": _RENAMED,
        },
    ),
    "open": (
        "",
        {
            "a newer version": "push dev/all, edit",
            "the base moves in its file": "push dev/all, edit",
            "somebody does it by hand": _CLOSES,
            "its registry is away": "edit",
            "it is grouped otherwise": f"{_APART}, {_CLOSES}",
            "a chart is unticked": "push memory, push dev/all, edit",
            "a rebuild is ticked": "edit",
            "a person closes it": "push memory, delete dev/all",
            "a person deletes its branch": "push memory",
            "its tier is renamed": f"{_RENAMED}, {_CLOSES}",
            "its tier goes to another base": _REBASED,
        },
    ),
    "open, of one chart": (
        "",
        {
            "a newer version": "push dev/all, edit",
            "the base moves in its file": "push dev/all, edit",
            "somebody does it by hand": _CLOSES,
            "its registry is away": "edit",
            "it is grouped otherwise": f"push dev/a, open, {_CLOSES}",
            "a chart is unticked": f"push memory, {_CLOSES}",
            "a rebuild is ticked": "edit",
            "a person closes it": "push memory, delete dev/all",
            "a person deletes its branch": "push memory",
            "its tier is renamed": f"{_RENAMED}, {_CLOSES}",
            "its tier goes to another base": _REBASED,
        },
    ),
    "open, with others' commit": (
        "",
        {
            "a chart is unticked": "push memory",
            "a rebuild is ticked": "push dev/all, edit",
            "a person closes it": "push memory",
            "a person deletes its branch": "push memory, push dev/all, open",
            "its tier is renamed": _RENAMED,
            "its tier goes to another base": "push memory",
        },
    ),
    "open, of one chart, with others' commit": (
        "",
        {
            "a newer version": "push dev/all, edit",
            "a chart is unticked": "push memory",
            "a rebuild is ticked": "push dev/all, edit",
            "a person closes it": "push memory",
            "a person deletes its branch": "push memory, push dev/all, open",
            "its tier is renamed": _RENAMED,
            "its tier goes to another base": "push memory",
        },
    ),
    "open, forged on others' commit": (
        "",
        {
            "a chart is unticked": "push memory",
            "a rebuild is ticked": "push dev/all, edit",
            "a person closes it": "push memory, delete dev/all",
            "a person deletes its branch": "push memory",
            "its tier is renamed": _RENAMED,
        },
    ),
    "open by hand": (
        "",
        {
            "a newer version": "push dev/all",
            "the base moves in its file": "push dev/all",
            "somebody does it by hand": _CLOSES,
            "it is grouped otherwise": f"{_APART}, {_CLOSES}",
            "a person closes it": "push memory, delete dev/all",
            "a person deletes its branch": "push memory",
            "its tier is renamed": f"{_RENAMED}, {_CLOSES}",
            "its tier goes to another base": _REBASED,
        },
    ),
    "open to another base": (
        "",
        {
            "it is grouped otherwise": _APART,
            "a person closes it": "push memory, open",
            "a person deletes its branch": "push memory, push dev/all, open",
            "its tier is renamed": _RENAMED,
        },
    ),
    "pushed and not opened": (
        "open",
        {
            "a newer version": "push dev/all, open",
            "the base moves elsewhere": "push dev/all, open",
            "the base moves in its file": "push dev/all, open",
            "somebody does it by hand": "delete dev/all",
            # What is in no open pull request is kept for none.
            "its registry is away": "push dev/all, open",
            "it is grouped otherwise": f"{_APART}, delete dev/all",
            "a person deletes its branch": "push dev/all, open",
            "its tier is renamed": f"{_RENAMED}, delete dev/all",
            "its tier goes to another base": "push dev/all, open",
        },
    ),
    "closed by a person": (
        "push memory, delete dev/all",
        {
            "a newer version": "push memory, push dev/all, open",
            "its registry is away": "push memory",
            "a person deletes its branch": "push memory",
            "its tier is renamed": f"{_RENAMED}, delete dev/all",
            "its tier goes to another base": "push memory, push dev/all, open",
        },
    ),
    "closed, and its branch deleted": (
        "push memory",
        {
            "a newer version": "push memory, push dev/all, open",
            # Nothing is wished, so nobody asks; and what is left of it has another name.
            "somebody does it by hand": "",
            "it is grouped otherwise": _APART,
            "its tier is renamed": _RENAMED,
            "its tier goes to another base": "push memory, push dev/all, open",
        },
    ),
    "closed, with others' commit": (
        "push memory",
        {
            "a person deletes its branch": "push memory, push dev/all, open",
            "its tier is renamed": _RENAMED,
        },
    ),
    "merged, its branch left": (
        "delete dev/all",
        {
            "a newer version": "push dev/all, open",
            "the base moves in its file": "push dev/all, open",
            "its registry is away": "",
            "a person deletes its branch": "",
        },
    ),
    "merged with others' commit, its branch left": (
        "delete dev/all",
        {
            "a newer version": "push dev/all, open",
            "the base moves in its file": "push dev/all, open",
            "its registry is away": "",
            "a person deletes its branch": "",
            "its tier is renamed": "",
        },
    ),
    "squatted": (
        "",
        {
            "it is grouped otherwise": _APART,
            "a person deletes its branch": "push dev/all, open",
            "its tier is renamed": _RENAMED,
        },
    ),
    "a fork's twin": (
        "push dev/all, open",
        {
            "somebody does it by hand": "",
            "it is grouped otherwise": _APART,
            "its tier is renamed": _RENAMED,
        },
    ),
}


def told(writes: list[str]) -> str:
    """What a run wrote, keys without their hashes."""
    short = {"POST pulls": "open", "PATCH {pull_number}": "edit", "POST comments": "comment"}
    names = (short.get(write, write) for write in writes)
    return ", ".join(re.sub(r"-[0-9a-f]{8}\b", "", name).replace("state/proposals", "memory") for name in names)


def test_the_table_knows_every_state_and_event() -> None:
    assert TABLE.keys() == STATES.keys()
    assert {event for _, exceptions in TABLE.values() for event in exceptions} <= EVENTS.keys()


def check(github: GitHubDouble, state: str, event: str) -> None:
    story = fleet(github)
    STATES[state](story)
    EVENTS[event](story)
    before, pushed = story.hosted.branches(), story.hosted.tip(ALL)
    by_ann = {sha for sha in before.values() if story.hosted.log(sha)[0].author.email == ANN.noreply}
    usual, exceptions = TABLE[state]

    story.run()
    assert told(story.writes) == exceptions.get(event, usual)
    after = story.hosted.branches()
    theirs = {name: sha for name, sha in after.items() if not name.startswith("flux-chart-bot/")}
    assert theirs == {name: sha for name, sha in before.items() if not name.startswith("flux-chart-bot/")}
    if pushed in by_ann and ALL in after and event != "a rebuild is ticked":
        assert pushed in {commit.sha for commit in story.hosted.log(after[ALL])}, "nobody's commit is lost"
    opened = [pull for pull in story.hosted.pulls() if pull.state == "open"]
    here = [pull for pull in opened if pull.head_repository is story.hosted.memory]
    assert len({(pull.head_branch, pull.base_branch) for pull in here}) == len(here)
    assert {pull.head_branch for pull in here} <= after.keys()

    assert story.run() == []
    assert not any(entry.write for entry in story.requests), "nothing is left for another run"


@pytest.mark.parametrize("state", STATES)
def test_a_state_in_which_nothing_happens(github_double: GitHubDouble, state: str) -> None:
    check(github_double, state, "nothing")


def test_a_commit_forged_as_ours_on_others_gets_no_success(github_double: GitHubDouble) -> None:
    story = fleet(github_double)
    forged_on_others_commit(story)
    story.run()
    assert [one.state for one in story.hosted.statuses(ALL)] == ["failure"]


def test_a_base_that_moved_by_more_than_was_fetched_costs_no_push(github_double: GitHubDouble) -> None:
    story = fleet(github_double)
    proposed(story)
    for number in range(45):
        story.hosted.commit("main", {"README.md": str(number)})
    assert story.run() == []


@pytest.mark.long
@pytest.mark.parametrize("event", [event for event in EVENTS if event != "nothing"])
@pytest.mark.parametrize("state", STATES)
def test_a_state_and_what_happens_next(github_double: GitHubDouble, state: str, event: str) -> None:
    check(github_double, state, event)
