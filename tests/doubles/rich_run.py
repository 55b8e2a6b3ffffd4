"""A run with every kind of write in it, told in this process, or in one of its own that can be killed.

`python -m doubles.rich_run '<Side as JSON>'`
"""

from __future__ import annotations

import json
import re
import sys
from datetime import UTC, datetime

from builders import configuration, source, tier
from doubles.github.people import person
from doubles.github.server import GitHubDouble
from doubles.hosted_story import HOST, HostedStory, Side, planned
from doubles.memory_registry import MemoryRegistry
from msgspec.structs import asdict, replace

from bot.model.proposing import Extras, Grouping, Proposing
from bot.model.tiers import Configuration
from bot.steps.publishing.publish import publish

_EXTRAS = Extras(labels=("charts",), reviewers=("ann",), assignees=("ann",))
VERSIONS = dict.fromkeys("abd", ("1.0.0", "1.1.0")) | {"c": ("1.0.0", "1.0.1", "1.0.2")}
NOW = datetime(2026, 11, 21, 6, tzinfo=UTC)


def settings(group: Grouping) -> Configuration:
    """Dev grouped so; staging as usual."""
    dev = replace(tier("dev", "any"), proposing=Proposing(group=group, extras=_EXTRAS))
    return configuration(dev, tier("staging", "any"))


def registry(*, newest: bool = True) -> MemoryRegistry:
    """All versions, or all but the newest of `c`."""
    made = MemoryRegistry()
    for name, versions in VERSIONS.items():
        for version in versions if newest or name != "c" else versions[:-1]:
            made.push(source(f"{HOST}/{name}"), version, "")
    return made


def about_to_begin(github: GitHubDouble) -> HostedStory:
    """The next run remembers a box, opens two with extras, closes what they replace with a word, and updates one."""
    story = HostedStory.create(github, "acme/fleet", settings(Grouping.TIER))
    github.token(person("ann"))
    story.registry = registry(newest=False)
    story.write({"a": "1.0.0", "b": "1.0.0", "d": "1.0.0"}).write({"c": "1.0.0"}, "apps/staging")
    story.run()
    body = story.hosted.pull(1).body or ""
    story.hosted.edit(1, body=re.sub(r"- \[x\](.*/d<)", r"- [ ]\1", body))
    story.hosted.commit("main", {"README.md": "so that the base has no status yet"})
    story.registry, story.configuration = registry(), settings(Grouping.CHART)
    return story


def argument(side: Side) -> str:
    """How a process of its own is told where to work."""
    return json.dumps(asdict(side))


def left_behind(story: HostedStory) -> str:
    """All that a run leaves behind, commits by what is in them and not by the moment in which they were made."""
    state = story.state()
    heads = state["heads"]
    assert isinstance(heads, dict)
    main = story.hosted.tip("main")
    on_main = {name: (parents == (main,), files) for name, (parents, files) in heads.items()}
    return repr({**state, "heads": on_main}).replace(story.github.server_url, "")


def open_twice(story: HostedStory) -> bool:
    heads = [(pull.head_branch, pull.base_branch) for pull in story.hosted.pulls() if pull.state == "open"]
    return len(heads) != len(set(heads))


if __name__ == "__main__":
    where = Side(**json.loads(sys.argv[1]))
    chosen = settings(Grouping.CHART)
    with planned(where, chosen, registry(), NOW) as (found, to_do):
        publish(to_do, found, chosen)
