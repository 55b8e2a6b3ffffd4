"""Every option, from the command line and from the environment; and what `--help` says of it."""

import re
from pathlib import Path

import pytest
from docs.tables import README, action
from doubles.command_line import Bot

from bot.cli.arguments import parse
from bot.cli.explanations import COMMANDS, EPILOG
from bot.cli.options import OPTIONS, Option
from bot.errors import ExitCode, UsageError
from bot.model.tiers import DEFAULT_CONFIGURATION_PATH
from bot.report.exit_code import DEFAULT_FAIL_ON, NEVER, FailOn

PAIRS = [(command, option) for command, options in OPTIONS.items() for option in options]
EVERY = [pytest.param(command, option, id=f"{command} {option.name}") for command, option in PAIRS]
SWITCHES = [pytest.param(command, option, id=f"{command} {option.name}") for command, option in PAIRS if option.switch]


def another(option: Option) -> str | bool:
    """A value that is not the default."""
    if option.switch:
        return True
    return next((choice for choice in option.choices if choice != option.default), "else")


@pytest.mark.parametrize(("command", "option"), EVERY)
def test_an_option_can_be_given_by_its_variable(command: str, option: Option) -> None:
    value = another(option)
    given = parse([command], {option.variable: str(value).lower() if option.switch else str(value)})
    assert getattr(given, option.key) == value


@pytest.mark.parametrize(("command", "option"), EVERY)
def test_an_empty_variable_counts_for_nothing(command: str, option: Option) -> None:
    expected = False if option.switch else option.default
    for environment in ({}, {option.variable: ""}, {option.variable: "  "}):
        assert getattr(parse([command], environment), option.key) == expected


@pytest.mark.parametrize(("command", "option"), EVERY)
def test_the_command_line_beats_the_variable(command: str, option: Option) -> None:
    value = another(option)
    call = [str(value)] if option.positional else [f"--{option.name}", *([] if option.switch else [str(value)])]
    # A value that would be refused is not even looked at.
    assert getattr(parse([command, *call], {option.variable: "nonsense"}), option.key) == value


@pytest.mark.parametrize(("command", "option"), SWITCHES)
def test_a_switch_takes_true_and_false_in_any_case_and_nothing_else(command: str, option: Option) -> None:
    for text, value in {"true": True, "True": True, "TRUE": True, "false": False, "False": False}.items():
        assert getattr(parse([command], {option.variable: text}), option.key) is value
    for text in ("yes", "1", "0", "on", "tru e"):
        with pytest.raises(UsageError) as refused:
            parse([command], {option.variable: text})
        assert str(refused.value) == f"{option.variable}, which stands for --{option.name}, is {text!r}"
        assert refused.value.mend == "Write true or false; empty means the default"


def test_a_variable_with_a_value_that_is_none_ends_with_2_and_names_the_option(bot: Bot) -> None:
    told = bot("update", FLUX_CHART_BOT_FORGE="gitlab")
    assert (told.code, told.out) == (ExitCode.WRONG, "")
    assert told.err.splitlines() == [
        "FLUX_CHART_BOT_FORGE, which stands for --forge, is 'gitlab'",
        "Write github or files; empty means the default",
    ]


def test_a_variable_of_another_command_is_not_looked_at() -> None:
    given = parse(["scan"], {"FLUX_CHART_BOT_FORGE": "gitlab", "FLUX_CHART_BOT_DRY_RUN": "perhaps"})

    assert given == parse(["scan"], {})


@pytest.mark.parametrize(
    ("call", "said"),
    [
        ((), "the following arguments are required: COMMAND"),
        (
            ("scam",),
            f"argument COMMAND: invalid choice: 'scam' (choose from {', '.join(map(repr, COMMANDS))})",
        ),
        (("scan", "--dif"), "unrecognized arguments: --dif"),
        (("scan", "one", "two"), "unrecognized arguments: two"),
        (("update", "--forge", "x"), "argument --forge: invalid choice: 'x' (choose from 'github', 'files')"),
        (("update", "--json"), "argument --json: expected one argument"),
    ],
)
def test_a_wrong_call_ends_with_2_and_names_the_help(bot: Bot, call: tuple[str, ...], said: str) -> None:
    told = bot(*call)
    # From Python 3.12 on, argparse lists choices without quotes.
    first, wanted = (line.replace("'", "") for line in (told.err.splitlines()[0], said))
    assert (told.code, told.out, first) == (ExitCode.WRONG, "", wanted)
    assert "--help` shows" in told.err.splitlines()[1]


def test_a_wrong_call_is_annotated_on_a_runner_and_cannot_command_it(bot: Bot) -> None:
    told = bot("scan", "x", "y\n::error::boom", GITHUB_ACTIONS="true")
    assert told.lines[0].startswith("::error title=flux-chart-bot::")
    assert "\n::error::boom" not in told.out + told.err


def test_fail_on_names_what_it_knows(bot: Bot, tmp_path: Path) -> None:
    told = bot("scan", tmp_path, FLUX_CHART_BOT_FAIL_ON="alarms")
    assert told.code == ExitCode.WRONG
    assert told.err.splitlines() == [
        "--fail-on names 'alarms'",
        "Name some of alarm, nothing-looked-up, finding, several-tiers, nothing-done, unreachable; or never, alone",
    ]


# --- help


@pytest.fixture
def helps(capsys: pytest.CaptureFixture[str]) -> dict[str, str]:
    """What `--help` says: of the whole under the empty name, and of each command; blanks run together."""
    told: dict[str, str] = {}
    for command in ("", *COMMANDS):
        with pytest.raises(SystemExit) as done:
            parse([*filter(None, [command]), "--help"], {})
        assert done.value.code == 0
        told[command] = " ".join(capsys.readouterr().out.split())
    return told


def test_the_help_lists_every_command_and_every_option(helps: dict[str, str]) -> None:
    assert COMMANDS.keys() == OPTIONS.keys()
    for command, options in OPTIONS.items():
        assert f" {command} " in helps[""]
        for option in options:
            assert (option.metavar if option.positional else f"--{option.name}") in helps[command]


def test_the_help_says_every_exit_code_and_every_name_for_fail_on(helps: dict[str, str]) -> None:
    for command in OPTIONS.keys() - {"demo"}:
        listed = helps[command].partition("exit codes:")[2]
        assert all(f" {code.value} " in listed for code in ExitCode)
        names = helps[command].partition("names for --fail-on:")[2].partition("exit codes:")[0]
        for name in FailOn:
            others = "".join(f" {other} |" for other in FailOn)
            said = re.search(rf"\b{name.value}\b .*?(?={others} never |$)", names)
            assert said, name
            assert ("(default)" in said[0]) == (name in DEFAULT_FAIL_ON)
        assert NEVER in names


def test_the_help_says_where_the_token_and_the_logins_come_from(helps: dict[str, str]) -> None:
    for command in OPTIONS.keys() - {"demo"}:
        for variable in ("FLUX_CHART_BOT_TOKEN", "GITHUB_TOKEN", "GH_TOKEN", "DOCKER_CONFIG", "HTTPS_PROXY"):
            assert variable in helps[command]
        assert "no option for it" in helps[command]


def test_the_help_says_that_a_folder_is_every_tiers_branch(helps: dict[str, str]) -> None:
    assert "The folder stands for the branch of every tier" in helps["scan"]


def test_the_help_tells_the_defaults_as_they_are(helps: dict[str, str]) -> None:
    assert f"(default: {DEFAULT_CONFIGURATION_PATH})" in helps["update"].replace("flux-chart- bot", "flux-chart-bot")
    for command, options in OPTIONS.items():
        for option in options:
            assert not option.choices or f"(default: {option.default})" in helps[command]


def test_the_examples_of_the_help_can_be_called() -> None:
    calls = re.findall(r"^  flux-chart-bot (.*?)(?:  |$| \|)", "\n".join(EPILOG.values()), re.MULTILINE)
    assert len(calls) == 14
    for call in calls:
        assert parse(call.split(), {}).command in COMMANDS


def test_the_actions_defaults_are_those_of_the_command_line() -> None:
    inputs = action()["inputs"]
    for options in OPTIONS.values():
        for option in options:
            if (default := inputs.get(option.name, {}).get("default")) and option.name != "config":
                assert default == (option.default or "false")
    assert inputs["config"]["default"] == DEFAULT_CONFIGURATION_PATH


def test_the_readme_tells_every_command_and_no_option_that_is_none() -> None:
    told = README.read_text(encoding="utf-8").partition("## Command line")[2].partition("\n## ")[0]
    assert all(f"| `{command}" in told for command in COMMANDS)
    options = {f"--{option.name}" for _, option in PAIRS} | {"--help"}
    assert set(re.findall(r"--[a-z][a-z-]*", re.sub(r"<!--.*?-->", "", told))) <= options
