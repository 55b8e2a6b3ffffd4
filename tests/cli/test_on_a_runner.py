"""What GitHub's runner gets: annotations, the job's summary, outputs."""

import json
from pathlib import Path
from urllib.parse import quote

import jsonschema
import pytest
from doubles.command_line import CONFIGURATION, Bot, runner_commands
from doubles.registry import Basic, RegistryDouble, TokenService, reply

from bot.model.tiers import DEFAULT_CONFIGURATION_PATH
from bot.report.document import schema


@pytest.fixture
def job(tmp_path: Path) -> dict[str, str]:
    """The variables of a job, and the runner's files."""
    files = {name: str(tmp_path / name) for name in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY")}
    for path in files.values():
        Path(path).touch()
    return {"GITHUB_ACTIONS": "true", "GITHUB_EVENT_NAME": "schedule", "GITHUB_REPOSITORY": "acme/fleet"} | files


def outputs(job: dict[str, str]) -> dict[str, str]:
    """The step's outputs, as the runner reads them: a name and a delimiter, the value, the delimiter."""
    lines = Path(job["GITHUB_OUTPUT"]).read_text().splitlines()
    return {lines[at].partition("<<")[0]: lines[at + 1] for at in range(0, len(lines), 3)}


def test_outputs_and_summary_are_written_and_nothing_is_annotated_when_all_is_well(
    bot: Bot, checkout: Path, job: dict[str, str]
) -> None:
    told = bot("scan", checkout, **job)
    assert (told.code, runner_commands(told.out + told.err)) == (0, [])
    given = outputs(job)
    assert given.keys() == {"updates", "pull-requests", "plan", "findings", "alarms"}
    assert (given["updates"], given["alarms"], given["pull-requests"]) == ("2", "0", "[]")
    jsonschema.validate(json.loads(given["plan"]), schema())
    summary = Path(job["GITHUB_STEP_SUMMARY"]).read_text()
    assert summary.splitlines()[0] == "### flux-chart-bot: 2 updates for dev"
    assert "| Chart | dev | production |" in summary


def test_the_same_for_update(bot: Bot, remote: Path, tmp_path: Path, job: dict[str, str]) -> None:
    told = bot("update", "--forge", "files", "--forge-folder", tmp_path / "forge", "--remote", remote, **job)
    assert told.code == 0
    (opened,) = json.loads(outputs(job)["pull-requests"])
    assert opened == {"tier": "dev", "action": "create", "url": f"{tmp_path}/forge/pull-requests/0001.md"}
    assert "#### Pull requests" in Path(job["GITHUB_STEP_SUMMARY"]).read_text()


def test_what_stops_a_run_stands_in_the_summary_too(bot: Bot, checkout: Path, job: dict[str, str]) -> None:
    (checkout / DEFAULT_CONFIGURATION_PATH).write_text(CONFIGURATION.replace("minor", '"<b>=>"'))
    assert bot("scan", checkout, **job).code == 2
    first, *rest = Path(job["GITHUB_STEP_SUMMARY"]).read_text().splitlines()
    assert first == "### flux-chart-bot: the run was stopped"
    assert any(DEFAULT_CONFIGURATION_PATH in line for line in rest)
    assert not any("<b>" in line for line in rest)


def test_a_fault_of_the_configuration_is_annotated_at_its_line_and_column(
    bot: Bot, checkout: Path, job: dict[str, str]
) -> None:
    (checkout / DEFAULT_CONFIGURATION_PATH).write_text(CONFIGURATION.replace("minor", '"=>"').replace("paths", "path"))
    told = bot("scan", checkout, **job)
    assert told.code == 2
    places = [
        (found["file"], found["line"], found["col"])
        for line in told.lines
        if (found := dict(pair.split("=") for pair in line.partition("::")[2].partition("::")[0].split(",")))
    ]
    assert (DEFAULT_CONFIGURATION_PATH, "3", "5") in places
    assert set(runner_commands(told.out)) == {"error"}
    assert runner_commands(told.err) == []


def test_a_chart_that_cannot_be_looked_up_is_a_warning_at_its_line(
    bot: Bot, checkout: Path, registry: RegistryDouble, job: dict[str, str]
) -> None:
    registry.plan("podinfo/tags", reply(503))
    told = bot("scan", checkout, **job)
    (line,) = [line for line in told.lines if line.startswith("::")]
    assert line.startswith("::warning title=flux-chart-bot,file=apps/dev/podinfo.yaml,line=8::")
    assert line.endswith("could not be asked: it answers 503. The next run asks again")


def test_json_on_standard_output_stays_pure_and_the_runner_is_told_beside_it(
    bot: Bot, checkout: Path, registry: RegistryDouble, job: dict[str, str]
) -> None:
    registry.plan("podinfo/tags", reply(503))
    told = bot("scan", checkout, "--json", "-", **job)
    jsonschema.validate(told.plan, schema())
    assert runner_commands(told.err) == ["warning"]


def test_a_refused_event_is_annotated_for_the_run_as_a_whole(bot: Bot, remote: Path, job: dict[str, str]) -> None:
    told = bot("update", "--forge", "files", "--remote", remote, **job | {"GITHUB_EVENT_NAME": "pull_request"})
    assert (told.code, runner_commands(told.out)) == (2, ["error"])
    assert "Use the command `check` or `scan` on this event" in told.lines[0]
    assert outputs(job) == {}


def test_a_guessed_configuration_stands_in_the_summary_as_code(bot: Bot, checkout: Path, job: dict[str, str]) -> None:
    (checkout / DEFAULT_CONFIGURATION_PATH).unlink()
    bot("scan", checkout, **job)
    summary = Path(job["GITHUB_STEP_SUMMARY"]).read_text()
    assert f"#### {DEFAULT_CONFIGURATION_PATH} does not exist yet; this run judged by\n\n    # Suggested" in summary


def test_a_missing_configuration_is_annotated_without_the_suggestion(
    bot: Bot, remote: Path, job: dict[str, str]
) -> None:
    told = bot("update", "--config", "c.yaml", "--forge", "files", "--remote", remote, **job)
    assert told.lines[0].endswith(
        "::there is no configuration c.yaml. Commit one there, or name yours with --config; "
        "the log shows one to begin with"
    )


def test_a_runner_without_files_is_no_trouble(bot: Bot, checkout: Path) -> None:
    told = bot("scan", checkout, GITHUB_ACTIONS="true")
    assert (told.code, runner_commands(told.out + told.err)) == (0, [])


def test_files_of_a_runner_that_is_none_are_left_alone(bot: Bot, checkout: Path, job: dict[str, str]) -> None:
    bot("scan", checkout, **job | {"GITHUB_ACTIONS": ""})
    assert Path(job["GITHUB_STEP_SUMMARY"]).read_text() == Path(job["GITHUB_OUTPUT"]).read_text() == ""


def test_the_log_at_its_loudest_holds_no_login_and_masks_what_it_sends(
    process: Bot, checkout: Path, registry: RegistryDouble, job: dict[str, str], tmp_path: Path
) -> None:
    """By a process of its own: there every library logs to where we log."""
    login = Basic(username="ann", password="CANARY/pass+word")
    registry.auth = TokenService(login=login)
    registry.plan("podinfo/tags", reply(503))
    stored = {"auths": {registry.netloc: {"auth": login.header.removeprefix("Basic ")}}}
    told = process(
        "scan",
        checkout,
        "--json",
        tmp_path / "plan.json",
        **job | {"DOCKER_AUTH_CONFIG": json.dumps(stored), "FLUX_CHART_BOT_LOG_LEVEL": "debug"},
    )
    assert told.code == 0
    assert "DEBUG bot.registry" in told.err
    masks = [line for line in told.lines if line.startswith("::add-mask::")]
    assert masks
    rest = [line for line in told.lines if line not in masks]
    files = [Path(path).read_text() for path in (tmp_path / "plan.json", *tmp_path.glob("GITHUB_*"))]
    secrets = [login.password, quote(login.password, safe=""), login.header.removeprefix("Basic ")]
    secrets += registry.auth.issued
    assert len(secrets) > 3
    for secret in secrets:
        assert not [text for text in (*rest, told.err, *files) if secret in text], secret
