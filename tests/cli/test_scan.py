"""`scan`, as a person calls it."""

import json
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest
from doubles.command_line import CONFIGURATION, PROGRAM, ROOT, SOURCES, Bot, fleet, packed, repository, write
from doubles.registry import RegistryDouble

from bot.model.tiers import DEFAULT_CONFIGURATION_PATH
from bot.report.document import schema

SUGGESTION = f"{DEFAULT_CONFIGURATION_PATH} does not exist yet. This run judged by:"


def test_a_folder_is_judged_and_nothing_is_written(bot: Bot, checkout: Path) -> None:
    before = {path: path.read_bytes() for path in checkout.rglob("*") if path.is_file()}
    told = bot("scan", checkout)
    assert told.code == 0
    assert told.lines[0] == "2 updates for dev"
    assert told.lines[-1].endswith("charts/nginx 1.2.3, 1.3.0 exists")
    assert {path: path.read_bytes() for path in checkout.rglob("*") if path.is_file()} == before


def test_the_folder_is_the_current_one_where_none_is_named(
    bot: Bot, checkout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(checkout)
    assert bot("scan").lines[0] == "2 updates for dev"


def test_the_folder_stands_for_the_branch_of_every_tier(bot: Bot, checkout: Path) -> None:
    text = CONFIGURATION.replace("    follow: minor", "    follow: minor\n    branch: develop")
    (checkout / DEFAULT_CONFIGURATION_PATH).write_text(text)
    assert bot("scan", checkout).lines[0] == "2 updates for dev"


def test_diff_shows_each_edit_as_git_would(bot: Bot, checkout: Path) -> None:
    told = bot("scan", "--diff", checkout)
    start = told.lines.index("diff --git a/apps/dev/podinfo.yaml b/apps/dev/podinfo.yaml")
    shown = told.lines[start:]
    assert "-      version: 1.2.3" in shown
    assert "+      version: 1.3.0" in shown
    assert sum(line.startswith("diff --git") for line in shown) == 2


def test_the_diff_can_be_applied(bot: Bot, checkout: Path, tmp_path: Path) -> None:
    told = bot("scan", "--diff", checkout)
    patch = "\n".join(
        [*told.lines[told.lines.index("diff --git a/apps/dev/podinfo.yaml b/apps/dev/podinfo.yaml") :], ""]
    )
    subprocess.run(["git", "apply", "-"], cwd=checkout, input=patch.encode(), check=True)
    assert bot("scan", checkout).lines[0] == "nothing to update"


def test_without_changes_there_is_no_diff(bot: Bot, checkout: Path) -> None:
    (checkout / DEFAULT_CONFIGURATION_PATH).write_text(CONFIGURATION.replace("minor", "exact"))
    assert bot("scan", "--diff", checkout).out == bot("scan", checkout).out


# --- JSON


def test_json_on_standard_output_is_the_plan_alone_and_follows_its_schema(process: Bot, checkout: Path) -> None:
    told = process("scan", checkout, "--diff", "--json", "-")
    jsonschema.validate(told.plan, schema())
    assert told.decisions() == {"podinfo": "update", "redis": "update", "nginx": "current"}


def test_json_stays_pure_where_there_is_much_else_to_say(
    process: Bot, checkout: Path, registry: RegistryDouble
) -> None:
    (checkout / DEFAULT_CONFIGURATION_PATH).unlink()
    write(checkout, {"apps/dev/broken.yaml": "kind: HelmRelease\nx: 'open", "docker/config.json": "not JSON"})
    told = process("scan", checkout, "--json", "-", "--log-level", "debug", DOCKER_CONFIG=str(checkout / "docker"))
    jsonschema.validate(told.plan, schema())
    assert SUGGESTION in told.err.splitlines()
    assert "DEBUG" in told.err


def test_json_in_a_file_stands_beside_the_table(bot: Bot, checkout: Path, tmp_path: Path) -> None:
    (tmp_path / "plan.json").write_text("of an earlier run, and longer than this one's first line" * 1000)
    told = bot("scan", checkout, "--json", tmp_path / "plan.json")
    jsonschema.validate(json.loads((tmp_path / "plan.json").read_text()), schema())
    assert told.lines[0] == "2 updates for dev"


@pytest.mark.parametrize(
    ("target", "said"),
    [
        (".", "the plan cannot be written to '.': it is a folder"),
        ("no/plan.json", "the plan cannot be written to 'no/plan.json': there is no folder 'no'"),
        ("n" * 300, f"the plan cannot be written to '{'n' * 300}': File name too long"),
    ],
)
def test_a_file_for_json_that_cannot_be_is_told_before_anything_is_asked(
    bot: Bot, checkout: Path, registry: RegistryDouble, monkeypatch: pytest.MonkeyPatch, target: str, said: str
) -> None:
    monkeypatch.chdir(checkout)
    told = bot("scan", "--json", target)
    assert (told.code, told.out, told.err.splitlines()) == (2, "", [said, "Name another file with --json"])
    assert registry.journal == []


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has a full device")
def test_a_disk_that_is_full_loses_nothing_but_the_file(bot: Bot, checkout: Path) -> None:
    told = bot("scan", checkout, "--json", "/dev/full")
    assert (told.code, told.lines[0]) == (1, "2 updates for dev")
    assert told.err.splitlines()[-2:] == [
        "the plan could not be written to '/dev/full': No space left on device",
        "All else is done as it is told above; name another file and run again",
    ]


# --- configurations


def test_without_a_configuration_one_is_guessed_and_shown(bot: Bot, checkout: Path) -> None:
    (checkout / DEFAULT_CONFIGURATION_PATH).unlink()
    told = bot("scan", checkout)
    assert (told.code, told.lines[0]) == (0, "2 updates for dev")
    shown = told.out.partition(f"\n{SUGGESTION}\n\n")[2]
    (checkout / DEFAULT_CONFIGURATION_PATH).write_text(shown)
    again = bot("scan", checkout)
    assert again.out == told.out.partition(f"\n{SUGGESTION}")[0]


def test_a_configuration_that_was_asked_for_and_is_not_there_is_not_guessed(bot: Bot, checkout: Path) -> None:
    told = bot("scan", checkout, "--config", "charts.yaml")
    assert (told.code, told.out) == (2, "")
    assert told.err.splitlines()[:3] == [
        "there is no configuration charts.yaml",
        "Commit one there, or name yours with --config; the log shows one to begin with",
        "",
    ]
    assert "tiers:" in told.err


def test_another_configuration_can_be_named(bot: Bot, checkout: Path) -> None:
    write(checkout, {"ops/charts.yaml": CONFIGURATION.replace("minor", "patch")})
    for name in ("ops/charts.yaml", "./ops/charts.yaml", "ops//charts.yaml"):
        assert "1.2.3 -> 1.2.4" in bot("scan", checkout, "--config", name).lines[2]


@pytest.mark.parametrize("name", ["/etc/passwd", "../charts.yaml", "ops/../../charts.yaml", "/"])
def test_a_configuration_lies_within_the_repository(bot: Bot, checkout: Path, name: str) -> None:
    told = bot("scan", checkout, "--config", name)
    assert (told.code, told.err.splitlines()) == (
        2,
        [
            f"--config is '{name}', which is not a path within the repository",
            f"Give the path from the top of the repository, as in {DEFAULT_CONFIGURATION_PATH}",
        ],
    )


@pytest.mark.parametrize("options", [(), ("--config", DEFAULT_CONFIGURATION_PATH)])
def test_a_link_is_no_configuration_and_none_is_guessed_in_its_place(
    bot: Bot, checkout: Path, tmp_path: Path, options: tuple[str, ...]
) -> None:
    (checkout / DEFAULT_CONFIGURATION_PATH).rename(tmp_path / "outside.yaml")
    (checkout / DEFAULT_CONFIGURATION_PATH).symlink_to(tmp_path / "outside.yaml")
    told = bot("scan", checkout, *options)
    said = f"{DEFAULT_CONFIGURATION_PATH} is not a file that can be read"
    assert (told.code, told.err.splitlines()) == (2, [said, "Make it a plain file; links are not followed"])


# --- folders


def test_what_is_no_folder_is_said(bot: Bot, checkout: Path) -> None:
    for path in (checkout / "nowhere", checkout / DEFAULT_CONFIGURATION_PATH, checkout / ("n" * 300)):
        told = bot("scan", path)
        assert (told.code, told.err.splitlines()) == (
            2,
            [f"'{path}' is not a folder", "Name the folder of a repository's files"],
        )


def test_an_empty_folder_is_a_checkout_that_was_forgotten(bot: Bot, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    told = bot("scan", tmp_path / "empty")
    assert (told.code, told.err.splitlines()) == (
        2,
        [
            f"there are no files in '{tmp_path}/empty'",
            "Name the top of a checkout; in a workflow, run actions/checkout before this step",
        ],
    )


def test_a_folder_without_charts_is_done_with_nothing_to_update(bot: Bot, tmp_path: Path) -> None:
    write(tmp_path / "plain", {"README.md": "x", "docs/a.yaml": "a: 1"})
    told = bot("scan", tmp_path / "plain")
    assert (told.code, told.lines[0]) == (0, "nothing to update")


# --- branches


def test_base_reads_the_branches_of_any_git_remote(bot: Bot, remote: Path, tmp_path: Path) -> None:
    told = bot("scan", "--base", "--diff", "--remote", remote)
    assert (told.code, told.lines[0]) == (0, "2 updates for dev")
    assert "+      version: 1.3.0" in told.lines


@pytest.mark.parametrize("event", ["pull_request", "workflow_run"])
def test_scan_runs_on_every_event(bot: Bot, checkout: Path, event: str) -> None:
    assert bot("scan", checkout, GITHUB_EVENT_NAME=event).code == 0


def test_base_without_a_repository_names_every_way_to_give_one(bot: Bot) -> None:
    told = bot("scan", "--base")
    assert (told.code, told.err.splitlines()) == (
        2,
        [
            "there is no repository to read",
            "Give --repository OWNER/NAME, or set GITHUB_REPOSITORY; or any Git remote by --remote URL",
        ],
    )


# --- what it needs


@pytest.mark.parametrize("asks", [False, True])
def test_scan_of_a_folder_loads_neither_git_nor_a_forge(
    tmp_path: Path, registry: RegistryDouble, surroundings: None, *, asks: bool
) -> None:
    files = fleet(registry.netloc)
    if not asks:
        files = {DEFAULT_CONFIGURATION_PATH: CONFIGURATION, "apps/dev/a": "", "apps/production/a": ""}
    write(tmp_path / "fleet", files)
    program = PROGRAM.format(root=str(ROOT)).replace(
        "sys.exit(main())", "main(); print(*sorted({name.partition('.')[0] for name in sys.modules}), file=sys.stderr)"
    )
    call = [sys.executable, "-I", "-c", program, "scan", str(tmp_path / "fleet")]
    # No program can be found, Git neither.
    done = subprocess.run(call, env={"PATH": str(tmp_path)}, capture_output=True, text=True, check=True)
    loaded = set(done.stderr.splitlines()[-1].split())
    assert loaded & {"git", "github", "rich", "jinja2", "actions_toolkit", "sigstore"} == set()
    assert ("oras" in loaded) == asks
    assert done.stdout.splitlines()[0] == ("2 updates for dev" if asks else "nothing to update")


def test_the_registrys_address_may_be_wrong_for_one_chart_only(
    bot: Bot, checkout: Path, registry: RegistryDouble
) -> None:
    (checkout / "sources/bad.yaml").write_text(repository("user:pw@127.0.0.1", "bad"))
    file = checkout / "apps/dev/podinfo.yaml"
    file.write_text(file.read_text().replace("name: charts}", "name: bad}"))
    told = bot("scan", checkout)
    assert (told.code, told.lines[0]) == (0, "1 update for dev")
    assert "pw" not in told.lines[-1]


def test_sources_of_the_configuration_are_followed(bot: Bot, checkout: Path) -> None:
    write(checkout, packed())
    before = bot("scan", checkout).lines[0]
    write(checkout, {DEFAULT_CONFIGURATION_PATH: f"{CONFIGURATION}{SOURCES}"})

    assert (before, bot("scan", checkout).lines[0]) == ("1 update for dev", "2 updates for dev")


def test_a_folder_of_sources_that_is_none_is_a_wrong_configuration(bot: Bot, checkout: Path) -> None:
    write(checkout, {DEFAULT_CONFIGURATION_PATH: f"{CONFIGURATION}sources: {{OCIRepository flux-system/apps: gone}}\n"})
    told = bot("scan", checkout)

    assert told.code == 2
    assert "`gone`, which `sources` names for OCIRepository flux-system/apps, is no folder here" in told.err
