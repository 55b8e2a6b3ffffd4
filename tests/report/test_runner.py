import io
import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from doubles.told import a_configuration, a_tier, a_verdict, an_update, held

from bot.errors import Fault
from bot.model.proposals import Action, Outcome, Plan, Published, PullRequestPlan
from bot.model.references import PassedOver
from bot.model.secret import Secret
from bot.proposal_reasons import TOUCHED
from bot.reasons import NO_TIER, NOT_AS_PLANNED, TAG_MISSING
from bot.report.annotations import LONGEST, Annotation, Level, annotations_of, annotations_of_faults
from bot.report.document import LONGEST_OUTPUT, document, output_text
from bot.report.run_report import RunReport
from bot.report.runner import Output, Runner, outputs_of

PLAN = PullRequestPlan(tier=a_tier(), action=Action.CREATE, branch="b", base="main", base_sha="1" * 40)
MISSING = TAG_MISSING(version="1.2", chart="x")


def a_report(count: int = 1) -> RunReport:
    outcome = Outcome(plan=PLAN, url="https://github.com/a/b/pull/1", wrote=True)
    return RunReport(
        command="update",
        configuration=a_configuration(),
        verdicts=tuple(a_verdict(an_update(), chart=f"x/{index}") for index in range(count)),
        plan=Plan(pull_requests=(PLAN,)),
        published=Published(outcomes=(outcome,)),
    )


def held_report(count: int) -> RunReport:
    verdicts = (a_verdict(held(TAG_MISSING(version=f"1.{index}", chart="x"))) for index in range(count))
    return RunReport(command="scan", configuration=a_configuration(), verdicts=tuple(verdicts))


@pytest.fixture
def on_runner(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    for name in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY"):
        (tmp_path / name).touch()
        monkeypatch.setenv(name, str(tmp_path / name))
    return tmp_path


@pytest.fixture
def off_runner(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("GITHUB_ACTIONS", "GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY"):
        monkeypatch.delenv(name, raising=False)


def test_outputs_are_written_to_the_runners_file(on_runner: Path) -> None:
    raw = io.StringIO()
    Runner(raw).outputs(a_report())
    lines = (on_runner / "GITHUB_OUTPUT").read_text().splitlines()
    assert [line.partition("<<")[0] for line in lines[::3]] == [output.value for output in Output]
    assert lines[1] == "1"
    assert json.loads(lines[4]) == [{"tier": "dev", "action": "create", "url": "https://github.com/a/b/pull/1"}]
    assert json.loads(lines[7]) == document(a_report())
    assert raw.getvalue() == ""


def test_outside_of_a_runner_nothing_is_printed_not_even_a_mask(off_runner: None) -> None:
    raw = io.StringIO()
    runner = Runner(raw)
    runner.outputs(a_report())
    runner.summary("text")
    runner.mask(Secret("canary"))
    runner.annotate(annotations_of(held_report(1)))
    with runner.group("x"):
        pass
    assert raw.getvalue() == ""


def test_a_runner_without_an_output_file_gets_no_retired_command(
    on_runner: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("GITHUB_OUTPUT")
    raw = io.StringIO()
    Runner(raw).outputs(a_report())
    assert raw.getvalue() == ""


def test_the_summary_is_added_to_what_the_step_wrote_before(on_runner: Path) -> None:
    runner = Runner(io.StringIO())
    runner.summary("one → two\n")
    runner.summary("three\n")
    assert (on_runner / "GITHUB_STEP_SUMMARY").read_text(encoding="utf-8") == "one → two\nthree\n"


def test_secrets_are_masked_and_groups_are_closed_whatever_happens(on_runner: Path) -> None:
    raw = io.StringIO()
    runner = Runner(raw)
    runner.mask(Secret("can%ary"), Secret(""))
    with pytest.raises(ZeroDivisionError), runner.group("look up"):
        raise ZeroDivisionError
    assert raw.getvalue().splitlines() == ["::add-mask::can%25ary", "::group::look up", "::endgroup::"]


def test_masks_of_many_threads_each_have_their_line_and_leave_stdout_as_it_was(
    on_runner: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, raw = io.StringIO(), io.StringIO()
    monkeypatch.setattr(sys, "stdout", before)
    runner, usual = Runner(raw), sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        with ThreadPoolExecutor(16) as threads:
            list(threads.map(lambda number: runner.mask(Secret(f"canary-{number}")), range(500)))
    finally:
        sys.setswitchinterval(usual)
    assert sorted(raw.getvalue().splitlines()) == sorted(f"::add-mask::canary-{number}" for number in range(500))
    assert sys.stdout is before
    assert before.getvalue() == ""


@pytest.mark.parametrize(
    ("place", "said"),
    [
        ({"path": "a,b.yaml", "line": 3, "column": 4}, ",file=a%2Cb.yaml,line=3,col=4"),
        ({"path": "a.yaml", "line": 3}, ",file=a.yaml,line=3"),
        ({"path": "a.yaml"}, ",file=a.yaml"),
        ({}, ""),
    ],
)
def test_an_annotation_stands_on_its_file_and_line_and_says_nothing_empty(
    place: dict[str, Any], said: str, on_runner: Path
) -> None:
    raw = io.StringIO()
    Runner(raw).annotate([Annotation(level=Level.ERROR, message="m%", **place)])
    assert raw.getvalue() == f"::error title=flux-chart-bot{said}::m%25\n"


def test_warnings_are_annotated_at_their_first_place_and_quiet_reasons_are_not() -> None:
    verdicts = (
        a_verdict(held(MISSING), path="b.yaml", line=7),
        a_verdict(held(MISSING), path="a.yaml", line=9),
        a_verdict(held(NO_TIER()), path="c.yaml"),
    )
    (one,) = annotations_of(RunReport(command="scan", configuration=a_configuration(), verdicts=verdicts))
    assert (one.level, one.path, one.line) == (Level.WARNING, "a.yaml", 9)
    assert one.message.endswith("(1 more place, see the summary)")


def test_alarms_and_what_could_not_be_written_are_errors_and_come_first() -> None:
    problem = NOT_AS_PLANNED(branch="b", problem="p")
    left = PullRequestPlan(
        tier=a_tier(), action=Action.LEAVE, branch="b", base="m", base_sha="1" * 40, reason=TOUCHED(branch="b")
    )
    report = RunReport(
        command="update",
        configuration=a_configuration(),
        passed_over=(PassedOver(path="x.yaml", reason=MISSING),),
        published=Published(outcomes=(Outcome(plan=left), Outcome(plan=PLAN, problem=problem))),
    )
    assert [one.level for one in annotations_of(report)] == [Level.ERROR, Level.WARNING, Level.WARNING]


def test_more_than_a_runner_keeps_end_with_a_word_on_the_rest() -> None:
    found = annotations_of(held_report(25))
    assert len(found) == 10
    assert found[-1].message == "16 more of these are in the job's summary and log"
    assert len(annotations_of(held_report(10))) == 10
    assert "more of these" not in annotations_of(held_report(10))[-1].message


def test_every_fault_of_the_configuration_is_an_error_at_its_place() -> None:
    (one,) = annotations_of_faults([Fault(path="c.yaml", line=3, column=4, message="m" * 5000)])
    assert (one.level, one.path, one.line, one.column, len(one.message)) == (Level.ERROR, "c.yaml", 3, 4, LONGEST)


def test_the_plan_of_a_large_fleet_fits_into_a_variable_and_says_that_it_is_cut() -> None:
    assert json.loads(output_text(a_report(10)))["complete"]
    told = json.loads(output_text(a_report(2000)))
    assert not told["complete"]
    assert told["pull_requests"]
    assert all(len(value) <= LONGEST_OUTPUT for value in outputs_of(a_report(2000)).values())


def test_updates_are_kept_where_they_fit() -> None:
    report = a_report(10)
    quiet = tuple(a_verdict(held(NO_TIER()), chart=f"y/{index}") for index in range(1000))
    told = json.loads(
        output_text(RunReport(command="scan", configuration=a_configuration(), verdicts=(*report.verdicts, *quiet)))
    )
    assert (told["complete"], len(told["verdicts"])) == (False, 10)


@pytest.mark.parametrize(
    ("module", "heavy"),
    [
        ("bot.report.wording", "jinja2"),
        ("bot.report.terminal", "rich"),
        ("bot.report.runner", "actions_toolkit"),
        ("bot.report.document", "jsonschema"),
        ("bot.report.runner, bot.report.annotations, bot.config.loading", "bot.report.run_report"),
        ("bot.config.loading", "jsonschema"),
        ("bot.config.loading", "semver"),
    ],
)
def test_heavy_libraries_are_imported_when_they_are_needed(module: str, heavy: str) -> None:
    program = f"import sys, {module}; sys.exit({heavy!r} in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
