"""What is left of a pull request that was merged is its branch, and that is what is said."""

from builders import PODINFO, configuration, tier
from doubles.story import Story, release
from msgspec.structs import replace

from bot.report.run_report import RunReport
from bot.report.summary import summary
from bot.report.terminal import plain_lines

ALL, A = "flux-chart-bot/dev/all", "apps/dev/a.yaml"


def terminal(report: RunReport) -> str:
    return "\n".join(plain_lines(report))


def merged(files: dict[str, str | bytes]) -> Story:
    """Its versions are on the base, and its branch is still there."""
    told = Story(configuration(tier("dev", "any"))).push(PODINFO, "1.2.3", "1.2.4").write({A: release("1.2.3")})
    told.run()
    told.forge.merge(1)
    told.write(files)
    return told


def test_a_branch_that_was_merged_is_told_by_its_pull_request_and_nothing_else_is_said_to_be_deleted() -> None:
    report = merged({A: release("1.2.4")}).run()
    assert report.outcomes[0].head is None
    words = terminal(report)
    assert f"branch {ALL} for dev deleted, since #1 was merged" in words
    assert "main branch deleted" not in words
    assert f"branch <code>{ALL}</code>: deleted, since " in summary(report)


def test_one_that_somebody_pushed_to_since_is_not_said_to_be_what_was_merged() -> None:
    told = merged({A: release("1.2.4")})
    ours = told.remote.commits[told.remote.branches[ALL]]
    told.remote.branches[ALL] = told.remote.store(replace(ours, files={**ours.files, "x": ours.files[A]}))
    assert "since it has no open pull request" in terminal(told.run())


def test_one_that_a_person_closed_is_told_as_before() -> None:
    told = Story(configuration(tier("dev", "any"))).push(PODINFO, "1.2.3", "1.2.4").write({A: release("1.2.3")})
    told.run()
    told.forge.close(1)
    assert f"branch {ALL} for dev deleted, since it has no open pull request" in terminal(told.run())


def test_once_it_is_gone_the_forge_is_not_asked_about_it_again() -> None:
    told = merged({A: release("1.2.4")})
    told.run()
    asked = len(told.forge.asked_who_closed)
    told.run()
    assert len(told.forge.asked_who_closed) == asked
