"""`update`, as a person calls it; what becomes of branches and pull requests is tested with the story."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from doubles.command_line import CONFIGURATION, SOURCES, Bot, fleet, packed
from doubles.registry import RegistryDouble

from bot.repository.seeding import seed

NO_TOKEN = (
    "Set FLUX_CHART_BOT_TOKEN to one that may write contents, pull requests and commit statuses; in a workflow, the "
    "input `token`"
)
FILES = ("--forge", "files")
PULL_REQUEST = 'pull request for dev into main "chore(deps): update 2 charts in dev"'


def state(remote: Path) -> str:
    """Every branch and its commit."""
    call = ["git", "-C", str(remote), "for-each-ref"]
    return subprocess.run(call, capture_output=True, text=True, check=True).stdout


def test_a_dry_run_tells_all_and_writes_nothing(bot: Bot, remote: Path, tmp_path: Path) -> None:
    before = state(remote)
    told = bot("update", "--dry-run", *FILES, "--forge-folder", tmp_path / "forge", "--remote", remote)
    assert (told.code, told.lines[0]) == (0, "2 updates for dev; a dry run, nothing was written")
    assert told.lines[-1] == f"{PULL_REQUEST} would be opened: flux-chart-bot/dev/all"
    assert state(remote) == before
    assert not (tmp_path / "forge").exists()


def test_sources_of_the_configuration_are_followed(bot: Bot, registry: RegistryDouble, tmp_path: Path) -> None:
    files = fleet(registry.netloc, f"{CONFIGURATION}{SOURCES}") | packed()
    remote = seed(tmp_path / "remote", {"main": {path: text.encode() for path, text in files.items()}})
    told = bot("update", "--dry-run", *FILES, "--forge-folder", tmp_path / "forge", "--remote", remote)

    assert told.lines[0] == "2 updates for dev; a dry run, nothing was written"


def test_a_second_run_writes_nothing(bot: Bot, remote: Path, tmp_path: Path) -> None:
    call = ("update", *FILES, "--forge-folder", tmp_path / "forge", "--remote", remote)
    told = bot(*call)
    assert (told.code, told.lines[-1]) == (
        0,
        f"{PULL_REQUEST} opened: {tmp_path}/forge/pull-requests/0001.md",
    )
    before = state(remote), {path: path.read_bytes() for path in (tmp_path / "forge").rglob("*.*")}
    told = bot(*call)
    assert told.code == 0
    assert told.lines[-1].startswith(f"{PULL_REQUEST} unchanged: ")
    assert (state(remote), {path: path.read_bytes() for path in (tmp_path / "forge").rglob("*.*")}) == before


def test_a_branch_that_a_person_merged_with_git_ends_its_pull_request(bot: Bot, remote: Path, tmp_path: Path) -> None:
    call = ("update", *FILES, "--forge-folder", tmp_path / "forge", "--remote", remote)
    bot(*call)
    merge = ["git", "-C", str(remote), "update-ref", "refs/heads/main", "refs/heads/flux-chart-bot/dev/all"]
    subprocess.run(merge, check=True)
    told = bot(*call)
    assert (told.code, told.lines[0]) == (0, "nothing to update")
    record = json.loads((tmp_path / "forge/pull-requests/0001.json").read_text())
    assert record["state"] == "merged"
    assert "flux-chart-bot/dev/all" not in state(remote)


def test_the_variables_of_the_action_do_the_same(bot: Bot, remote: Path, tmp_path: Path) -> None:
    variables = {
        "FLUX_CHART_BOT_DRY_RUN": "true",
        "FLUX_CHART_BOT_FORGE": "files",
        "FLUX_CHART_BOT_FORGE_FOLDER": str(tmp_path / "forge"),
        "FLUX_CHART_BOT_REMOTE": str(remote),
        "FLUX_CHART_BOT_CONFIG": ".github/flux-chart-bot.yaml",
        "FLUX_CHART_BOT_PATH": "",
        "FLUX_CHART_BOT_FAIL_ON": "",
        "FLUX_CHART_BOT_LOG_LEVEL": "warning",
        "FLUX_CHART_BOT_TOKEN": "",
    }
    assert bot("update", **variables).lines[0] == "2 updates for dev; a dry run, nothing was written"


def test_without_a_configuration_update_shows_one_and_asks_no_registry(
    bot: Bot, remote_with: Callable[[str], Path], registry: RegistryDouble, tmp_path: Path
) -> None:
    told = bot("update", *FILES, "--remote", remote_with(CONFIGURATION), "--config", "charts.yaml")
    assert (told.code, told.out) == (2, "")
    assert told.err.splitlines()[:2] == [
        "there is no configuration charts.yaml",
        "Commit one there, or name yours with --config; the log shows one to begin with",
    ]
    assert "  dev:\n    paths:\n" in told.err
    assert registry.journal == []


@pytest.mark.parametrize(
    ("call", "environment", "said"),
    [
        pytest.param(
            (),
            {},
            [
                "update is not told which repository on GitHub to write to",
                "Give --repository OWNER/NAME, or set GITHUB_REPOSITORY",
            ],
            id="no repository",
        ),
        pytest.param(
            ("--repository", "acme/fleet"),
            {},
            [
                "there is no token for acme/fleet",
                NO_TOKEN,
            ],
            id="no token",
        ),
        pytest.param(
            ("--repository", "../fleet"),
            {"GITHUB_TOKEN": "t"},
            ["'../fleet' is not the name of a repository", "Write it as OWNER/NAME"],
            id="a repository that is none",
        ),
        pytest.param(
            (),
            {"GITHUB_REPOSITORY": "acme/..", "GITHUB_TOKEN": "t"},
            ["'acme/..' is not the name of a repository", "Write it as OWNER/NAME"],
            id="a repository that climbs",
        ),
        pytest.param(
            ("--repository", "acme/fleet"),
            {"GITHUB_TOKEN": "t", "GITHUB_API_URL": "http://evil.example"},
            ["GITHUB_API_URL does not begin with https://", "A token is never sent over plain HTTP"],
            id="a forge in plain",
        ),
        pytest.param(
            (*FILES, "--remote", "https://user:secret@git.example/x"),
            {},
            [
                "the address of the Git remote cannot be used: it holds a login",
                "Give the token through the environment, never in an address",
            ],
            id="a login in the address",
        ),
    ],
)
def test_what_update_needs_and_does_not_have_is_told_before_anything_is_asked(
    bot: Bot, call: tuple[str, ...], environment: dict[str, str], said: list[str]
) -> None:
    told = bot("update", *call, **environment)
    assert (told.code, told.out, told.err.splitlines()) == (2, "", said)


def test_a_remote_that_is_not_there_is_the_runs_trouble(bot: Bot, tmp_path: Path) -> None:
    told = bot("update", *FILES, "--remote", tmp_path / "nowhere")
    assert told.code == 1
    assert told.err.startswith("Git could not list the branches: there is no such repository")
    assert told.err.splitlines()[-1] == "Check the address; a private repository needs a token with `contents: read`"


def test_a_forge_folder_that_cannot_be_written_is_said(bot: Bot, remote: Path, tmp_path: Path) -> None:
    (tmp_path / "forge").write_text("a file")
    told = bot("update", *FILES, "--forge-folder", tmp_path / "forge", "--remote", remote)
    assert told.code == 1
    assert f"{tmp_path}/forge" in told.err + told.out
    assert "Traceback" not in told.err
