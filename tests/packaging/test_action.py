"""action.yml as act runs it, in a work tree that means harm."""

import json
import os
import shutil
import socket
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from doubles.recorded_install import ROOT, Project
from msgspec.structs import replace

ACT = Path(sys.executable).parent / "act"
TOKEN = "ghs_canary0123456789"

# Stands for the interpreter: notes what each step gave it, and takes away what only act sets for a composite step.
# https://github.com/actions/runner/blob/main/src/Runner.Worker/Handlers/ScriptHandler.cs sets no INPUT_*.
INTERPRETER = """#!{python} -I
import json, os, sys
environ = {{name: value for name, value in os.environ.items() if not name.startswith("INPUT_")}}
with open({record!r}, "a") as record:
    record.write(json.dumps({{"argv": sys.argv[1:], "environ": environ, "around": os.listdir()}}) + "\\n")
os.execve({python!r}, [{python!r}, *sys.argv[1:]], environ)
"""
BOT = """
import os
with open(os.environ["GITHUB_OUTPUT"], "a") as outputs:
    outputs.write('updates=2\\npull-requests=["https://x/1"]\\nplan=/tmp/plan.json\\nalarms=0\\n')
print("the bot of the Action")
"""
WORKFLOW = """
on: push
jobs:
  bot:
    runs-on: ubuntu-latest
    steps:
      - run: cp -R {tree}/. . # act's host mode starts in an empty folder
      - id: bot
        uses: acme/flux-chart-bot@v1
        with:
          command: scan
          dry-run: "true"
          python: {interpreter}
          token: {token}
      - env:
          OUTPUTS: ${{{{ toJSON(steps.bot.outputs) }}}}
        run: printf '%s' "$OUTPUTS" >{outputs}
"""
CANARY = "import pathlib; pathlib.Path({folder!r}, {name!r}).touch()\n"
FOREIGN_MODULES = (
    "pip.py",
    "venv.py",
    "json.py",
    "os.py",
    "uv.py",
    "bot/__init__.py",
    "bot/__main__.py",
    "github.py",
    "sitecustomize.py",
    "usercustomize.py",
)


@pytest.fixture
def index() -> Iterator[socket.socket]:
    """A package index that nobody may ask."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)
        yield server


def _hostile(tree: Path, canaries: Path, index: socket.socket) -> None:
    canaries.mkdir()
    for name in FOREIGN_MODULES:
        (tree / name).parent.mkdir(exist_ok=True)
        (tree / name).write_text(CANARY.format(folder=str(canaries), name=name.replace("/", ".")))
    address = f"http://127.0.0.1:{index.getsockname()[1]}/simple"
    (tree / "uv.toml").write_text(f'index-url = "{address}"\n[pip]\ntarget = "{canaries}"\nno-binary = [":all:"]\n')
    (tree / "pyproject.toml").write_text(f'[tool.uv]\nindex-url = "{address}"\n[tool.uv.pip]\ntarget = "{canaries}"\n')
    (tree / "pip.conf").write_text(f"[global]\nindex-url = {address}\n")


def _act(project: Project, work: Path, variables: dict[str, str]) -> "subprocess.CompletedProcess[str]":
    interpreter = work / "interpreter"
    interpreter.write_text(INTERPRETER.format(python=sys.executable, record=str(work / "record")))
    interpreter.chmod(0o755)
    workflow = project.tree / ".github" / "workflows" / "bot.yml"
    workflow.parent.mkdir(parents=True)
    workflow.write_text(
        WORKFLOW.format(interpreter=interpreter, tree=project.tree, token=TOKEN, outputs=work / "outputs")
    )
    git = ("git", "-c", "user.name=x", "-c", "user.email=x@example.com", "-C", str(project.tree))
    for command in (["init", "--quiet"], ["add", "--all"], ["commit", "--quiet", "--message=x"]):
        subprocess.run([*git, *command], check=True, env=project.environ)
    settings = [word for name, value in variables.items() for word in ("--env", f"{name}={value}")]
    local = ["--local-repository", f"acme/flux-chart-bot@v1={project.root}"]
    return subprocess.run(
        [
            str(ACT),
            "push",
            "--platform",
            "ubuntu-latest=-self-hosted",
            "--bind",
            "--no-cache-server",
            *local,
            *settings,
        ],
        cwd=project.tree,
        env=project.environ,
        capture_output=True,
        text=True,
        check=False,
        timeout=240,
    )


def _calls(work: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (work / "record").read_text().splitlines()]


@pytest.fixture
def done(project: Project, tmp_path: Path, index: socket.socket) -> "subprocess.CompletedProcess[str]":
    shutil.copy(ROOT / "action.yml", project.root)
    (project.root / "bot" / "__main__.py").write_text(BOT)
    _hostile(project.tree, tmp_path / "canaries", index)
    pip = {name: value for name, value in project.environ.items() if name.startswith("PIP_")}
    # As an earlier step sets it by GITHUB_ENV.
    return _act(project, tmp_path, {**pip, "PYTHONPATH": str(project.tree)})


def test_the_action_runs_itself_and_nothing_of_a_hostile_work_tree(
    done: "subprocess.CompletedProcess[str]", tmp_path: Path, index: socket.socket
) -> None:
    assert done.returncode == 0, done.stdout + done.stderr
    assert "the bot of the Action" in done.stdout
    assert list((tmp_path / "canaries").iterdir()) == []
    with pytest.raises(BlockingIOError):
        index.accept()


def test_the_token_is_seen_by_the_last_step_only(done: "subprocess.CompletedProcess[str]", tmp_path: Path) -> None:
    install, run = _calls(tmp_path)

    assert "uv.toml" in install["around"]  # it does start in the hostile tree
    assert install["argv"][-1] == "--install-only"
    assert TOKEN not in json.dumps(install)
    assert run["environ"]["FLUX_CHART_BOT_TOKEN"] == TOKEN
    assert TOKEN not in json.dumps(run["argv"])


def test_inputs_arrive_without_the_variables_that_only_act_sets(
    done: "subprocess.CompletedProcess[str]", tmp_path: Path
) -> None:
    _, run = _calls(tmp_path)

    assert run["argv"][-1] == "scan"
    assert run["environ"]["FLUX_CHART_BOT_DRY_RUN"] == "true"
    assert run["environ"]["FLUX_CHART_BOT_CONFIG"] == ".github/flux-chart-bot.yaml"


def test_outputs_reach_the_next_step(done: "subprocess.CompletedProcess[str]", tmp_path: Path) -> None:
    assert json.loads((tmp_path / "outputs").read_text()) == {
        "updates": "2",
        "pull-requests": '["https://x/1"]',
        "plan": "/tmp/plan.json",
        "alarms": "0",
        "findings": "",
    }


@pytest.mark.long
def test_the_real_install_obeys_nothing_of_a_hostile_work_tree(
    project: Project, tmp_path: Path, index: socket.socket
) -> None:
    root = tmp_path / "real"
    ignore = shutil.ignore_patterns(".git", "__pycache__", ".*_cache", ".hypothesis", "tests")
    shutil.copytree(ROOT, root, ignore=ignore)
    environ = dict(os.environ) | {"HOME": str(project.home)}
    (root / "bot" / "__main__.py").write_text(textwrap.dedent(BOT) + "import requests, git, oras, github, semver\n")
    _hostile(project.tree, tmp_path / "canaries", index)
    done = _act(replace(project, root=root, environ=environ), tmp_path, {"PYTHONPATH": str(project.tree)})

    assert done.returncode == 0, done.stdout + done.stderr
    assert list((tmp_path / "canaries").iterdir()) == []
    with pytest.raises(BlockingIOError):
        index.accept()
