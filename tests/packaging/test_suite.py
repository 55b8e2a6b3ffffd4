"""The test command itself: what it runs, and what it says where the registry is missing."""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
import suite

WORKERS = str((os.cpu_count() or 1) + 1)
# It has no list of packages until it was updated; then it hands out a package that holds one program.
APT_GET = """#!/bin/sh
PATH=/usr/bin:/bin
echo "$1" >>"{folder}/asked"
case "$1" in
  update) touch "{folder}/updated" ;;
  download) [ -e "{folder}/updated" ] && touch docker-registry_2_amd64.deb ;;
esac
"""
DPKG_DEB = """#!/bin/sh
PATH=/usr/bin:/bin
mkdir -p "$3/usr/bin" && printf '#!/bin/sh' >"$3/usr/bin/docker-registry" && chmod +x "$3/usr/bin/docker-registry"
"""

Ran = list[tuple[str, ...]]


@pytest.fixture
def ran(monkeypatch: pytest.MonkeyPatch) -> Ran:
    """What the suite runs, and on which PATH a program would be found; nothing is run."""
    commands: Ran = []

    def run(command: Sequence[str], environ: Mapping[str, str]) -> int:
        commands.append(tuple(command))
        return int(command[0] == "mypy")

    monkeypatch.setattr(suite, "_run", run)
    return commands


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A machine without docker-registry and, so far, without apt-get."""
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setattr("suite.sys.prefix", str(tmp_path))
    monkeypatch.delenv("CI", raising=False)
    (tmp_path / "bin").mkdir()
    return tmp_path


def _program(folder: Path, name: str, text: str) -> None:
    (folder / "bin" / name).write_text(text.replace("{folder}", str(folder)))
    (folder / "bin" / name).chmod(0o755)


def test_every_check_runs_and_one_that_fails_fails_the_whole(ran: Ran) -> None:
    assert suite.main([]) == 1
    assert [command[:2] for command in ran] == [
        ("ruff", "format"),
        ("ruff", "check"),
        ("mypy", "--no-error-summary"),
        ("pytest", "-n"),
    ]


def test_the_long_cases_come_on_demand_and_other_arguments_go_to_pytest(ran: Ran) -> None:
    suite.main(["-k", "semver"])
    suite.main(["--long"])

    assert ran[3] == ("pytest", "-n", WORKERS, "-m", "not long and not quarter", "-k", "semver")
    assert ran[7] == ("pytest", "-n", WORKERS, "-m", "not quarter")


def test_without_a_registry_it_says_so_loudly_and_goes_on(
    ran: Ran, bare: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    suite.main([])

    assert "EVERY TEST AGAINST A REAL REGISTRY IS SKIPPED" in capsys.readouterr().err
    assert ran


def test_ci_does_not_go_on_without_a_registry(
    ran: Ran, bare: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CI", "true")

    assert suite.main([]) == 1
    assert "apt-get install docker-registry" in capsys.readouterr().err
    assert ran == []


def test_debians_package_is_unpacked_beside_the_environment(
    ran: Ran, bare: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("suite.os.geteuid", lambda: 0)
    _program(bare, "apt-get", APT_GET)
    _program(bare, "dpkg-deb", DPKG_DEB)
    suite.main([])

    assert (bare / "asked").read_text().split() == ["download", "update", "download"]
    assert capsys.readouterr().err == ""
    assert (bare / "registry" / "usr" / "bin" / "docker-registry").exists()
