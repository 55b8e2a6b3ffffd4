"""Whatever others wrote, a whole run shows it, and none of it acts on a runner or a terminal."""

import json
from pathlib import Path

import pytest
from doubles.command_line import Bot, Said, runner_commands, write
from doubles.hostile import CORPUS
from doubles.hostile_fleet import a_name, hostile_fleet, in_yaml
from doubles.registry import RegistryDouble, reply

from bot.demo.charts import SampleChart
from bot.model.tiers import DEFAULT_CONFIGURATION_PATH
from bot.report.escape import visible
from bot.repository.seeding import seed

OURS = {"error", "warning"}


def assert_harmless(told: Said) -> None:
    lines = told.out.split("\n") + told.err.split("\n")
    shown = [line.replace("\t", "") for line in lines]
    assert [line for line in shown if visible(line) != line] == []
    commands = [line for line in lines if runner_commands(line)]
    ours = tuple(f"::{level} title=flux-chart-bot{end}" for level in OURS for end in (",", "::"))
    assert [line for line in commands if not line.startswith(ours)] == []
    assert set(runner_commands(told.out + told.err)) <= OURS


@pytest.fixture
def hostile(tmp_path: Path, registry: RegistryDouble) -> Path:
    return hostile_fleet(tmp_path / "fleet", registry)


@pytest.mark.parametrize("options", [(), ("--diff",), ("--json", "-"), ("--log-level", "debug")])
def test_a_whole_scan_shows_foreign_names_and_obeys_none(bot: Bot, hostile: Path, options: tuple[str, ...]) -> None:
    told = bot("scan", hostile, *options, GITHUB_ACTIONS="true")
    assert_harmless(told)
    assert told.code == 0
    if options == ("--json", "-"):
        assert told.out.count('"kind":"update"') == len(CORPUS)
    else:
        assert told.lines[0] == f"{len(CORPUS)} updates for dev"


def test_a_guessed_configuration_of_foreign_folders_is_harmless_too(bot: Bot, tmp_path: Path) -> None:
    for text in CORPUS:
        write(tmp_path / "fleet", {f"dev/{a_name(text)}/x.yaml": "", f"{a_name(text)}/dev/x.yaml": ""})
    told = bot("scan", tmp_path / "fleet", GITHUB_ACTIONS="true")
    assert_harmless(told)
    assert (told.code, "tiers:" in told.out) == (0, True)


@pytest.mark.parametrize("text", CORPUS, ids=range(len(CORPUS)))
def test_a_registrys_words_and_the_configurations_are_harmless(
    bot: Bot, checkout: Path, registry: RegistryDouble, text: str
) -> None:
    body = json.dumps({"errors": [{"code": text, "message": text, "detail": text}]}).encode()
    headers = {"Content-Type": "application/json", "X-Text": repr(text)}
    registry.plan("podinfo/tags", reply(400, headers=headers, body=body))
    registry.plan("redis/tags", reply(403, headers=headers, body=body))
    assert_harmless(bot("scan", checkout, "--log-level", "debug", GITHUB_ACTIONS="true"))
    quoted = in_yaml(text)
    tiers = (
        f"{quoted}: {{paths: [{quoted}], follow: {quoted}, {quoted}: 1}}, dev: {{paths: [{quoted}], branch: {quoted}}}"
    )
    (checkout / DEFAULT_CONFIGURATION_PATH).write_text(f"tiers: {{{tiers}}}")
    told = bot("scan", checkout, GITHUB_ACTIONS="true")
    assert_harmless(told)
    assert told.code == 2


@pytest.mark.parametrize("text", [*CORPUS, "-x"], ids=range(len(CORPUS) + 1))
def test_arguments_and_variables_are_harmless(bot: Bot, text: str) -> None:
    plain = text.replace("\0", "").encode("utf-8", "replace").decode()
    for call in (
        (plain,),
        ("scan", plain),
        ("scan", ".", plain),
        ("scan", f"--config={plain}"),
        ("scan", f"--json=no/{plain}"),
    ):
        assert_harmless(bot(*call, GITHUB_ACTIONS="true"))
    for variable in ("FORGE", "FAIL_ON", "REMOTE", "REPOSITORY", "DRY_RUN", "CONFIG"):
        told = bot("update", GITHUB_ACTIONS="true", **{f"FLUX_CHART_BOT_{variable}": plain})
        assert_harmless(told)
        assert told.code == 2


def test_branches_are_harmless(bot: Bot, tmp_path: Path) -> None:
    names = ("main", "dev\u202e", "staging\u200b;id", "prod-$(id)", "test-\u2028", "qa-<!--", "uat`id`")
    remote = seed(tmp_path / "remote", {name: {"x/a.yaml": b""} for name in names})
    told = bot("update", "--forge", "files", "--remote", remote, GITHUB_ACTIONS="true")
    assert_harmless(told)
    assert (told.code, told.err.count("branch:")) == (2, 6)


def test_a_chart_of_the_corpus_is_not_asked_for(bot: Bot, hostile: Path, registry: RegistryDouble) -> None:
    registry.add("charts/evil", SampleChart(name="evil", version="1.0.0"))
    bot("scan", hostile)
    asked = {asked.path for asked in registry.journal}
    assert asked <= {"/v2/", "/v2/charts/podinfo/tags/list", f"/v2/charts/{'a' * 5000}/tags/list"}
