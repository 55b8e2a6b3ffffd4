"""The whole command as users start it: no token in any argument, address, file or line, whatever goes wrong."""

from __future__ import annotations

import base64
import shutil
from pathlib import Path
from urllib.parse import quote

import pytest
from doubles.bot_runs import Ended, run_as_users_do
from doubles.fleet import DEV, NAME, STAGING, Fleet
from doubles.github import faults
from doubles.github.answers import Answer
from doubles.github.people import actions

CANARY = "ghs_CANARY+0123/456789abcdefghijklmn=="
FORMS = tuple(
    form.encode()
    for form in (
        CANARY,
        CANARY.removeprefix("ghs_"),
        base64.b64encode(CANARY.encode()).decode().rstrip("="),
        base64.b64encode(f"x-access-token:{CANARY}".encode()).decode().rstrip("="),
        quote(CANARY, safe=""),
    )
)
MASK = "::add-mask::"

_WRAPPER = """\
#!/bin/sh
for argument in "$0" "$@"; do printf '%s\\0' "$argument" >> '{log}'; done
printf '\\n' >> '{log}'
exec '{program}' "$@"
"""


@pytest.fixture
def watched(branches: Fleet, tmp_path: Path) -> Path:
    """Lets the fleet run with the canary, and with programs that note their arguments; the notes."""
    log, programs = tmp_path / "arguments", tmp_path / "bin"
    programs.mkdir()
    for name in ("git", "env"):
        (programs / name).write_text(_WRAPPER.format(log=log, program=shutil.which(name)))
        (programs / name).chmod(0o755)
    branches.github._state.tokens[CANARY] = actions(repositories=frozenset({NAME}))
    # One tier: GitHub wants a second between writes, and nobody takes it from the command here.
    branches.hosted.commit("staging", {"apps/podinfo.yaml": None, "apps/redis.yaml": None})
    places = {name: str(tmp_path / name) for name in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY", "tmp", "work")}
    for name in ("tmp", "work"):
        Path(places[name]).mkdir()
    for name in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY"):
        Path(places[name]).touch()
    branches.environment |= {
        "PATH": f"{programs}:{branches.environment['PATH']}",
        "TMPDIR": places["tmp"],
        "FLUX_CHART_BOT_TOKEN": CANARY,
        "GITHUB_TOKEN": CANARY,
        "GITHUB_ACTIONS": "true",
        "GITHUB_OUTPUT": places["GITHUB_OUTPUT"],
        "GITHUB_STEP_SUMMARY": places["GITHUB_STEP_SUMMARY"],
        "GIT_TRACE": "1",
        "GIT_TRACE_CURL": "1",
        "GIT_CURL_VERBOSE": "1",
    }
    return log


def run(fleet: Fleet, python: Path, tmp_path: Path) -> Ended:
    arguments = ("update", "--log-level", "debug", "--diff", "--json", str(tmp_path / "plan.json"))
    return run_as_users_do(python, arguments, fleet.environment, folder=tmp_path / "work")


def nothing_leaked(fleet: Fleet, ended: Ended, arguments: Path, tmp_path: Path) -> None:
    lines = [line for line in f"{ended.out}\n{ended.err}".splitlines() if not line.startswith(MASK)]
    assert not [line for line in lines if any(form in line.encode() for form in FORMS)]
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert arguments in files
    assert not [path for path in files if any(form in path.read_bytes() for form in FORMS)]
    for entry in fleet.github.requests():
        assert not any(form in f"{entry.target} {entry.body}".encode() for form in FORMS)


def test_no_token_in_arguments_addresses_files_or_lines(
    branches: Fleet, watched: Path, user_python: Path, tmp_path: Path
) -> None:
    ended = run(branches, user_python, tmp_path)
    assert ended.code == 0, ended
    assert set(branches.open) == {DEV}
    assert f"{MASK}{CANARY}" in ended.out, "the runner is told what to hide"
    commands = [line.split(b"\0")[1:3] for line in watched.read_bytes().splitlines()]
    assert any(b"push" in command for command in commands)
    assert any(b"--unset=GITHUB_TOKEN" in line for line in watched.read_bytes().splitlines())
    assert {entry.actor for entry in branches.github.requests() if entry.write} == {"github-actions[bot]"}
    nothing_leaked(branches, ended, watched, tmp_path)


FAULTS = {
    "git push refused": ("git push", faults.Fault(answer=faults.bad_gateway().answer)),
    "git fetch dropped": ("git fetch", faults.dropped()),
    "git refs refused": ("git refs", faults.unavailable()),
    "who are we": ("GET /user", faults.secondary_limit(retry_after=0)),
    "listing is not JSON": ("GET /repos/{owner}/{repo}/pulls", faults.Fault(answer=Answer(body="<html>"))),
    "opening refused without a word": (
        "POST /repos/{owner}/{repo}/pulls",
        faults.Fault(answer=Answer(status=403, body={})),
    ),
}


@pytest.mark.parametrize("route", FAULTS.values(), ids=FAULTS.keys())
def test_no_token_anywhere_when_it_goes_wrong(
    branches: Fleet, watched: Path, user_python: Path, tmp_path: Path, route: tuple[str, faults.Fault]
) -> None:
    branches.github.faults.on(*route, times=None if route[0] != "GET /user" else 1)
    ended = run(branches, user_python, tmp_path)
    assert ended.code == (0 if route[0] == "GET /user" else 1), ended
    assert "Traceback" not in ended.err
    branches.github.faults.clear()
    nothing_leaked(branches, ended, watched, tmp_path)


def test_what_lies_in_the_folder_of_the_run_is_not_run(branches: Fleet, user_python: Path, tmp_path: Path) -> None:
    work = tmp_path / "work"
    (work / "bot").mkdir(parents=True)
    trap = "import pathlib; pathlib.Path('sprung').touch()\n"
    for name in ("bot/__init__.py", "bot/__main__.py", "github.py", "git.py", "json.py", "yaml.py", "sitecustomize.py"):
        (work / name).write_text(trap)
    environment = {**branches.environment, "PYTHONPATH": str(work)}
    ended = run_as_users_do(user_python, ("update", "--dry-run"), environment, folder=work)
    assert ended.code == 0, ended
    assert not (work / "sprung").exists()
    assert STAGING not in branches.hosted.branches()
