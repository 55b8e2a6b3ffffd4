"""The story as a whole: what is written depends on the command alone."""

import pytest
from builders import PODINFO, configuration, tier
from doubles.memory_registry import quiet
from doubles.story import NOW, Story, release

from bot.model.proposals import Action
from bot.pipeline import Request, run
from bot.report.run_report import RunReport


def told(*, writes: bool, remote: bool) -> tuple[Story, RunReport]:
    story = Story(configuration(tier("dev", "any"))).push(PODINFO, "1.2.3", "1.2.4")
    story.write({"apps/dev/a.yaml": release("1.2.3")})
    request = Request(
        command="update" if remote else "scan",
        configuration=story.configuration,
        bases=story.bases(),
        default="main",
        registry=story.registry,
        progress=quiet,
        now=NOW,
        remote=story.our_side() if remote else None,
        writes=writes,
    )
    return story, run(request)


@pytest.mark.parametrize(("writes", "remote"), [(False, False), (False, True), (True, False)])
def test_a_scan_and_a_dry_run_write_nothing(writes: bool, remote: bool) -> None:  # noqa: FBT001 - a table
    story, report = told(writes=writes, remote=remote)

    assert (story.forge.writes, story.repository.pushes) == ([], [])
    assert report.published is None
    assert report.dry_run is (remote and not writes)
    assert [change.path for change in report.changes] == ["apps/dev/a.yaml"]


def test_a_dry_run_plans_what_an_update_does() -> None:
    _, dry = told(writes=False, remote=True)
    story, wet = told(writes=True, remote=True)

    assert dry.plan
    assert wet.plan
    assert [plan.action for plan in dry.plan.pull_requests] == [Action.CREATE]
    assert [one.texts for one in dry.plan.pull_requests] == [one.texts for one in wet.plan.pull_requests]
    assert wet.published
    assert wet.published.outcomes[0].wrote
    assert story.proposed() == {"apps/dev/a.yaml": release("1.2.4")}
