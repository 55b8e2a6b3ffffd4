import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from doubles.command_line import CONFIGURATION, QUICK, Bot, Said, command, fleet, write
from doubles.registry import RegistryDouble

from bot.cli.main import main
from bot.demo.charts import SampleChart
from bot.repository.seeding import seed


@pytest.fixture
def surroundings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Nothing of this machine's user or job."""
    for name in list(os.environ):
        if name.startswith(("FLUX_CHART_BOT_", "GITHUB_", "GH_", "DOCKER_", "RUNNER_")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")


@pytest.fixture
def bot(surroundings: None, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Bot:
    """Runs a command in this process, impatiently."""
    monkeypatch.setattr("bot.registry.adapter.Limits", lambda: QUICK)

    def run(*arguments: str | Path, **environment: str) -> Said:
        with pytest.MonkeyPatch.context() as patch:
            for name, value in environment.items():
                patch.setenv(name, value)
            for name in ("stdout", "stderr", "excepthook"):  # the sink takes their places
                patch.setattr(sys, name, getattr(sys, name))
            code = main([str(argument) for argument in arguments])
        out, err = capsys.readouterr()
        return Said(code=code, out=out, err=err)

    return run


@pytest.fixture
def process(surroundings: None, tmp_path: Path) -> Bot:
    """Runs a command as a process of its own, in a folder that is not the project's."""

    def run(*arguments: str | Path, **environment: str) -> Said:
        done = subprocess.run(
            command(*arguments),
            cwd=tmp_path,
            env=dict(os.environ) | environment,
            capture_output=True,
            encoding="utf-8",
            check=False,
            timeout=60,
        )
        return Said(code=done.returncode, out=done.stdout, err=done.stderr)

    return run


@pytest.fixture
def registry() -> Iterator[RegistryDouble]:
    """Holds podinfo, redis and nginx."""
    with RegistryDouble() as double:
        for name in ("podinfo", "redis", "nginx"):
            for version in ("1.2.3", "1.2.4", "1.3.0"):
                double.add(f"charts/{name}", SampleChart(name=name, version=version))
        yield double


@pytest.fixture
def checkout(tmp_path: Path, registry: RegistryDouble) -> Path:
    """The fleet as a folder, without Git."""
    return write(tmp_path / "fleet", fleet(registry.netloc))


@pytest.fixture
def remote_with(tmp_path: Path, registry: RegistryDouble) -> Callable[[str], Path]:
    """Makes the fleet with this configuration a bare repository with the branch `main`."""

    def make(configuration: str) -> Path:
        files = {path: text.encode() for path, text in fleet(registry.netloc, configuration).items()}
        return seed(tmp_path / "remote", {"main": files})

    return make


@pytest.fixture
def remote(remote_with: Callable[[str], Path]) -> Path:
    """The fleet as a bare repository."""
    return remote_with(CONFIGURATION)
