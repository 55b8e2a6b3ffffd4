"""A mirrored chart is told as one, and each reference takes only what its own registry has."""

from builders import PODINFO, configuration, rule, tier
from doubles.memory_registry import quiet
from doubles.story import Story, oci

from bot.model.tiers import Configuration
from bot.model.verdicts import Update
from bot.pipeline import Request, run
from bot.report.document import document
from bot.report.matrix import matrix
from bot.report.run_report import RunReport

DEV, TEST = tier("dev", "any"), tier("test", "any")
MIRROR = "harbor.corp/ghcr/x/podinfo"
SAME_AS = {"harbor.corp/ghcr/*": "ghcr.io/*"}


def told(settings: Configuration) -> RunReport:
    story = Story(settings).push(PODINFO, "1.2.3", "1.2.4", "1.2.5").push(MIRROR, "1.2.3", "1.2.4")
    story.write(
        {
            "apps/dev/a.yaml": oci("{tag: 1.2.3}", url=f"oci://{PODINFO}"),
            "apps/test/a.yaml": oci("{tag: 1.2.3}", url=f"oci://{MIRROR}"),
        }
    )
    request = Request(
        command="scan",
        configuration=settings,
        bases=story.bases(),
        default="main",
        registry=story.registry,
        progress=quiet,
        now=story.now,
    )
    return run(request)


def rows(report: RunReport) -> list[tuple[str, list[str]]]:
    return [(row.chart, [" ".join(map(str, cells)) for cells in row.cells]) for row in matrix(report)]


def test_one_chart_under_two_addresses_is_one_row() -> None:
    assert rows(told(configuration(DEV, TEST, same_as=SAME_AS))) == [
        (PODINFO, ["1.2.3 -> 1.2.5", "1.2.3 -> 1.2.4"]),
    ]


def test_without_a_word_they_are_two() -> None:
    assert [chart for chart, _ in rows(told(configuration(DEV, TEST)))] == [PODINFO, MIRROR]


def test_the_plan_names_both_addresses() -> None:
    verdicts = document(told(configuration(DEV, TEST, same_as=SAME_AS)))["verdicts"]

    assert [(verdict["chart"], verdict["same_as"]) for verdict in verdicts] == [(PODINFO, None), (MIRROR, PODINFO)]


def test_a_rule_on_the_chart_holds_for_its_mirror_too() -> None:
    skips = configuration(DEV, TEST, rules=[rule(charts=["ghcr.io/x/*"], skip=["1.2.4"])], same_as=SAME_AS)
    new = [each.decision.new for each in told(skips).verdicts if isinstance(each.decision, Update)]

    assert new == ["1.2.5"]


def test_a_rule_on_the_mirror_does_not_hold_for_the_chart() -> None:
    skips = configuration(DEV, TEST, rules=[rule(charts=["harbor.corp/**"], skip=[">1.2.3"])], same_as=SAME_AS)
    new = [each.decision.new for each in told(skips).verdicts if isinstance(each.decision, Update)]

    assert new == ["1.2.5"]
