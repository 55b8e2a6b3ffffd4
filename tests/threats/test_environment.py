"""Threat 3: neither the job's variables nor the machine's configuration steer Git, Python or where a run reads."""

from __future__ import annotations

import pytest
from doubles.ground import Ground

DEV = "flux-chart-bot/dev/all"
BOTH = {"apps/dev/podinfo.yaml", "apps/dev/redis.yaml"}
VARIABLES = {
    "GIT_DIR": "{folder}/elsewhere",
    "GIT_WORK_TREE": "{folder}",
    "GIT_EXEC_PATH": "{folder}",
    "GIT_SSH_COMMAND": "touch {folder}/sprung",
    "GIT_CONFIG_COUNT": "1",
    "GIT_CONFIG_KEY_0": "core.fsmonitor",
    "GIT_CONFIG_VALUE_0": "touch {folder}/sprung",
    "GIT_CONFIG_PARAMETERS": "'core.pager'='touch {folder}/sprung'",
    "GIT_ALLOW_PROTOCOL": "ext",
    "GIT_NAMESPACE": "evil",
    "GIT_TRACE": "{folder}/sprung",
    "GIT_TRACE2": "{folder}/sprung",
    "GIT_REPLACE_REF_BASE": "refs/evil/",
    "GIT_ALTERNATE_OBJECT_DIRECTORIES": "{folder}",
    "GIT_SHALLOW_FILE": "{folder}/shallow",
    "GIT_GRAFT_FILE": "{folder}/graft",
    "GIT_QUARANTINE_PATH": "{folder}",
    "GIT_LITERAL_PATHSPECS": "1",
    "GIT_PYTHON_TRACE": "full",
    "GIT_PYTHON_REFRESH": "raise",
    "GIT_PYTHON_GIT_EXECUTABLE": "{folder}/sprung-git",
    "GIT_DEFAULT_HASH": "sha256",
    "LC_ALL": "tr_TR.UTF-8",
    "LANGUAGE": "de:fr",
    "PYTHONPATH": "{folder}",
    "PYTHONSTARTUP": "{folder}/sprung",
    "PYTHONWARNINGS": "error",
    "PYTHONIOENCODING": "ascii",
}


def given(ground: Ground, names: list[str]) -> dict[str, str]:
    return {name: VARIABLES[name].replace("{folder}", str(ground.folder)) for name in names}


ONE_BY_ONE = [pytest.param([name], id=name, marks=pytest.mark.long) for name in VARIABLES]


@pytest.mark.parametrize("names", [pytest.param(list(VARIABLES), id="all"), *ONE_BY_ONE])
def test_no_variable_of_the_job_steers_git_or_python(ground: Ground, names: list[str]) -> None:
    ground.fleet()
    (ground.folder / "json.py").write_text("raise SystemExit('sprung')\n")
    said = ground.update(**given(ground, names))
    assert said.code == 0, said
    assert set(ground.changed(DEV)) == BOTH
    assert not (ground.folder / "sprung").exists()


@pytest.mark.parametrize("lacking", ["HOME", "RUNNER_TEMP", "TMPDIR", "PATH", "GITHUB_OUTPUT"])
def test_a_variable_that_is_missing_stops_nothing(ground: Ground, lacking: str) -> None:
    ground.fleet()
    said = ground.update(**{lacking: None}, GITHUB_ACTIONS="true")
    assert said.code == 0, said
    assert set(ground.changed(DEV)) == BOTH


@pytest.mark.parametrize(
    ("remote", "code"),
    [
        ("ext::sh -c 'touch% {mark}'", 2),
        ("fd::3", 2),
        ("testgit::{remote}", 2),
        ("s3://x/y", 2),
        ("http::https://x/y", 2),
        ("--upload-pack=x", 1),
    ],
)
def test_no_foreign_transport_is_ever_used(ground: Ground, remote: str, code: int) -> None:
    ground.fleet()
    mark = ground.folder / "sprung"
    address = remote.format(mark=mark, remote=ground.remote)
    said = ground.run("update", "--forge", "files", f"--remote={address}")
    assert said.code == code, said
    assert "Traceback" not in said.err
    assert not mark.exists()


def test_a_hook_of_the_users_machine_and_a_template_are_nothing(ground: Ground) -> None:
    ground.fleet()
    home, mark = ground.folder / "home", ground.folder / "sprung"
    hooks = home / "hooks"
    hooks.mkdir()
    for name in ("reference-transaction", "pre-push", "post-index-change", "fsmonitor-watchman"):
        (hooks / name).write_text(f"#!/bin/sh\ntouch '{mark}'\n")
        (hooks / name).chmod(0o755)
    (home / ".gitconfig").write_text(
        f"[core]\n\thooksPath = {hooks}\n\tfsmonitor = {hooks}/fsmonitor-watchman\n[init]\n\ttemplateDir = {home}\n"
        f'[url "/nowhere/"]\n\tinsteadOf = {ground.folder}/\n[protocol]\n\tallow = never\n'
    )
    said = ground.update()
    assert said.code == 0, said
    assert set(ground.changed(DEV)) == BOTH
    assert not mark.exists()
