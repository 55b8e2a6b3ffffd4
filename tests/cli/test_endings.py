"""How a run ends when its surroundings do not play along."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from doubles.command_line import PROGRAM, ROOT, command
from doubles.registry import RegistryDouble, reply, silent


def piped(*arguments: str | Path, errors: int = subprocess.PIPE) -> tuple[int, str]:
    """A process whose standard output is closed before it says anything: its exit code, and what it complained."""
    reading, writing = os.pipe()
    os.close(reading)
    try:
        done = subprocess.run(command(*arguments), stdout=writing, stderr=errors, text=True, check=False, timeout=60)
    finally:
        os.close(writing)
    return done.returncode, done.stderr


@pytest.mark.parametrize("options", [(), ("--diff",), ("--json", "-")])
def test_a_reader_that_goes_away_changes_nothing_about_the_run(
    surroundings: None, checkout: Path, options: tuple[str, ...]
) -> None:
    code, complaint = piped("scan", checkout, *options)
    assert (code, complaint) == (0, "3 of 3 answers from registries\n")


def test_what_a_run_does_is_done_though_nobody_reads(surroundings: None, remote: Path, tmp_path: Path) -> None:
    forge = tmp_path / "forge"
    code, _ = piped("update", "--forge", "files", "--forge-folder", forge, "--remote", remote)
    assert code == 0
    assert (forge / "pull-requests/0001.json").exists()


def test_its_exit_code_is_told_though_nobody_reads(
    surroundings: None, checkout: Path, registry: RegistryDouble
) -> None:
    registry.plan("tags/list", reply(404))
    assert piped("scan", checkout)[0] == 3


def test_head_takes_the_beginning_of_a_long_report(surroundings: None, checkout: Path, tmp_path: Path) -> None:
    text = (checkout / "apps/dev/podinfo.yaml").read_text()
    for number in range(3000):
        (checkout / f"apps/dev/{number}.yaml").write_text(text.replace("name: charts}", f"name: lost-{number}}}"))
    with subprocess.Popen(command("scan", checkout), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as run:
        assert run.stdout
        assert run.stderr
        assert run.stdout.readline() == "2 updates for dev\n"
        run.stdout.close()
        complaint = run.stderr.read()
        assert run.wait(timeout=60) == 0
    assert "Error" not in complaint


def test_an_interrupt_ends_at_once_whatever_a_server_does(
    surroundings: None, checkout: Path, registry: RegistryDouble
) -> None:
    registry.plan("tags/list", silent(registry))
    # Who runs the tests in the background of a shell has children that ignore interrupts.
    call = ["env", "--default-signal=INT", *command("scan", checkout)]
    with subprocess.Popen(call, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as run:
        deadline = time.monotonic() + 30
        while not registry.asked_for("tags/list") and time.monotonic() < deadline:
            time.sleep(0.02)
        run.send_signal(signal.SIGINT)
        out, err = run.communicate(timeout=15)  # a server may take 30 s of silence
    assert (run.returncode, out, err) == (130, "", "interrupted; running again completes what was begun\n")


def test_what_nobody_expected_is_called_a_bug_and_commands_no_runner(surroundings: None, checkout: Path) -> None:
    fail = "def run(_): raise ZeroDivisionError('x\\n::error::boom ##[error]boom')\n"
    fail += "import bot.pipeline; bot.pipeline.run = run\n"
    program = PROGRAM.format(root=str(ROOT)).replace("; from", f"\n{fail}from")
    call = [sys.executable, "-I", "-c", program, "scan", str(checkout)]
    done = subprocess.run(call, capture_output=True, text=True, check=False, env={"GITHUB_ACTIONS": "true"})
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.splitlines()[-1] == "This is a bug of flux-chart-bot; please report the lines above."
    assert "ZeroDivisionError: x" in done.stderr
    assert not [line for line in done.stderr.splitlines() if line.lstrip().startswith("::")]
    assert "##[" not in done.stderr
