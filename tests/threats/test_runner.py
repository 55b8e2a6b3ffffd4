"""Threat 18: a real runner takes no command from what others wrote, and later steps get values and no more."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from doubles.command_line import command
from doubles.hostile_fleet import hostile_fleet
from doubles.registry import RegistryDouble

ACT = Path(sys.executable).parent / "act"
WORKFLOW = """
on: push
jobs:
  bot:
    runs-on: ubuntu-latest
    steps:
      - id: bot
        run: sh '{script}'
      - if: always()
        env:
          OUTPUTS: ${{{{ toJSON(steps.bot.outputs) }}}}
        run: printf '%s' "$OUTPUTS" >'{folder}/outputs'; env -0 >'{folder}/environment'
"""
# What act makes of a line that is a command to it; anything else stands behind a bar.
_OBEYED = re.compile(r"^\[[^\]]*\] +(?:⚙|❓|🚧|❗|💬) +(.*)$|^\[[^\]]*\] (The `[a-z-]+` command is disabled.*)$")

_NAMES = {"updates", "pull-requests", "plan", "findings", "alarms"}
# Annotations, and what act says of the files that a step wrote.
_OURS = re.compile(
    rf"::(?:warning|error) title=flux-chart-bot(?:,|::)|::set-output:: (?:{'|'.join(_NAMES)})=|Summary - ###"
)


def on_a_runner(folder: Path, *arguments: str | Path) -> list[str]:
    """Run the program as a step of a job; the commands that its output gave to the runner."""
    work = folder / "work"
    (work / ".github/workflows").mkdir(parents=True)
    script = folder / "step.sh"
    script.write_text(shlex.join(command(*arguments)) + "\n")
    (work / ".github/workflows/bot.yml").write_text(WORKFLOW.format(script=script, folder=folder))
    git = ("git", "-c", "user.name=x", "-c", "user.email=x@example.com", "-C", str(work))
    for words in (["init", "--quiet"], ["add", "--all"], ["commit", "--quiet", "--message=x"]):
        subprocess.run([*git, *words], check=True)
    done = subprocess.run(
        [str(ACT), "push", "--platform", "ubuntu-latest=-self-hosted", "--bind", "--no-cache-server"],
        cwd=work,
        env={"PATH": os.environ["PATH"], "HOME": str(folder), "NO_PROXY": "127.0.0.1"},
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        check=False,
        timeout=240,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "updates for dev" in done.stdout
    found = (_OBEYED.match(line) for line in done.stdout.splitlines())
    return [match[1] or match[2] for match in found if match]


@pytest.mark.parametrize("options", [("--diff",), ("--log-level", "debug"), ("--json", "plan.json")])
def test_a_runner_obeys_nothing_of_a_hostile_fleet(
    registry: RegistryDouble, tmp_path: Path, options: tuple[str, ...]
) -> None:
    tree = hostile_fleet(tmp_path / "fleet", registry)
    obeyed = on_a_runner(tmp_path, "scan", tree, *options)
    assert obeyed, "our own annotations"
    assert [one for one in obeyed if not _OURS.match(one)] == []
    outputs = json.loads((tmp_path / "outputs").read_text())
    assert outputs.keys() == _NAMES
    assert all(value.isascii() and value.isprintable() for value in outputs.values())
    later = (tmp_path / "environment").read_bytes().split(b"\0")
    assert not [one for one in later if b"evil" in one and not one.startswith(b"OUTPUTS=")]
